"""The order of the diagnosis' four checks (L1, L2).

It holds whichever count is larger.
"""

import itertools

import pytest

from leadtight.reporting.metrics.diagnosis import Counts, Group, diagnose

UNOWNED = {"unowned": 30}
LATE = Group(leads=100, contacted=80, late_in_working_time=40, missed=60)
IN_TIME = Group(leads=100, contacted=100)
NIGHT = Group(leads=100, contacted=0, missed=100)


def causes(**counts: object) -> list[str]:
    defaults: dict[str, object] = {"leads": 200, "contacted": 100, "unowned": 0, "in_hours": IN_TIME}
    return [cause["cause"] for cause in diagnose(Counts(**(defaults | counts)))["causes"]]  # type: ignore[arg-type]


@pytest.mark.parametrize("contacted", [0, None])
def test_rate_comes_first(contacted: int | None) -> None:
    first = causes(contacted=contacted, **UNOWNED)
    assert first[:1] == ([] if contacted is None else ["accountability"])


def test_owner_at_creation_comes_before_the_distribution_of_times() -> None:
    assert causes(in_hours=LATE, **UNOWNED) == ["routing", "accountability", "capacity"]


def test_distribution_of_times_comes_before_the_pattern_of_misses() -> None:
    late = Group(leads=100, contacted=100, late_in_working_time=40, missed=40)
    assert causes(in_hours=late, off_hours=NIGHT) == ["accountability", "automation", "capacity"]


def test_all_four_stand_in_their_order_and_are_put_right_in_another() -> None:
    report = diagnose(Counts(leads=300, contacted=80, unowned=60, in_hours=LATE, off_hours=NIGHT))
    assert [cause["cause"] for cause in report["causes"]] == ["routing", "accountability", "capacity", "automation"]
    assert report["primary"] == "routing"
    assert report["corrective_order"] == ["routing", "accountability", "capacity", "automation"]


@pytest.mark.parametrize("present", list(itertools.product([False, True], repeat=3)))
def test_primary_is_the_first_check_that_finds_something(present: tuple[bool, bool, bool]) -> None:
    routing, late, night = present
    counts = Counts(
        leads=200,
        contacted=100,
        unowned=60 if routing else 0,
        in_hours=Group(leads=100, contacted=100, late_in_working_time=40, missed=40) if late else IN_TIME,
        off_hours=NIGHT if night else Group(leads=100, contacted=100),
    )
    expected = [
        name for name, is_there in zip(("routing", "accountability", "automation"), present, strict=True) if is_there
    ]
    assert diagnose(counts)["primary"] == (expected[0] if expected else None)
