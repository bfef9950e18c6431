"""Do-not-call lists: verdicts on a number, and maximum age (H2)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from leadtight.domain.compliance.do_not_call import INTERNAL_LIST, DncList, DncStatus

NOW = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
LIST = DncList(name="national", as_of=date(2026, 11, 1), imported_at=NOW, numbers=1)


@given(st.integers(0, 400))
def test_a_list_is_valid_for_31_days_and_then_forbids_every_number(days: int) -> None:
    aged = replace(LIST, as_of=NOW.date() - timedelta(days=days))
    assert aged.age(NOW) == days
    reason = DncStatus(lists=(aged,)).forbids((), NOW)
    assert bool(reason) == (days > 31)
    assert not reason or reason == f"the do-not-call list “national” is {days} days old"


def test_a_listed_number_is_forbidden_at_any_age_of_the_list_and_ours_never_ages() -> None:
    assert DncStatus(lists=(LIST,), on=frozenset({"national"})).forbids((), NOW) == (
        "on the do-not-call list “national” (as of 2026-11-01)"
    )
    ours = replace(LIST, name=INTERNAL_LIST, as_of=date(2020, 1, 1))
    assert DncStatus(lists=(ours,)).forbids((), NOW) == ""
    assert DncStatus(lists=(ours,), on=frozenset({INTERNAL_LIST})).forbids((), NOW)


def test_a_required_list_that_was_never_imported_forbids_every_number() -> None:
    assert DncStatus(lists=(LIST,)).forbids(("state", "national"), NOW) == (
        "the do-not-call list “state” was never imported"
    )
    assert DncStatus(lists=(LIST,)).forbids(("national",), NOW) == ""
    assert DncStatus().forbids((), NOW) == ""
