"""Counts of a guard: limits within a window are exact."""

from dataclasses import replace
from datetime import timedelta

import pytest

from leadtight.adapters.dynamodb import form_rows, guards
from leadtight.adapters.dynamodb.table import DynamoTable
from leadtight.app.ports.guards import AlreadyTaken, Full, Guard
from leadtight.app.ports.leads import NewerLeadExists
from leadtight.domain.intake.merging import merge
from leadtight.domain.intake.spam import RateLimitCounter
from leadtight.domain.model.inquiry import Inquiry
from tests.contracts.changes import NOW, POLICY, arrival, guard
from tests.contracts.conftest import Table

HERE = RateLimitCounter(key="form:contact#1#77", at_most=2, expires_at=NOW + timedelta(hours=1))
EVERYBODY = RateLimitCounter(key="form:contact#1", at_most=3, expires_at=NOW + timedelta(hours=1))


def counted(key: str, *counts: RateLimitCounter) -> Guard:
    return replace(guard(key), counts=counts)


def test_a_full_window_stores_nothing_more(table: Table) -> None:
    for number in range(2):
        assert table.create(arrival(f"L{number}"), counted(f"k{number}", HERE, EVERYBODY), (), NOW) is None
    assert table.create(arrival("L8"), counted("k8", HERE, EVERYBODY), ("mail",), NOW) == Full(key=HERE.key)
    assert table.load("L8") is None
    assert table.history("L8") == ()
    assert table.leads_of(("mail",)) == ()
    other = replace(HERE, key="form:contact#1#78")
    assert table.create(arrival("L2"), counted("k2", other, EVERYBODY), (), NOW) is None
    assert table.create(arrival("L9"), counted("k9", other, EVERYBODY), (), NOW) == Full(key=EVERYBODY.key)
    assert table.create(arrival("L9"), guard("k9"), (), NOW) is None, "its guard was left free"


def test_an_unsharded_count_is_shared_with_other_limits(table: Table) -> None:
    network = RateLimitCounter(key="form:contact#1#9", at_most=80, expires_at=NOW + timedelta(hours=1), is_spread=False)
    assert table.create(arrival("L1"), counted("k1", network), (), NOW) is None
    first = replace(network, at_most=1)
    assert table.create(arrival("L2"), counted("k2", first), (), NOW) == Full(key=network.key)
    assert table.create(arrival("L2"), counted("k2", replace(network, at_most=2)), (), NOW) is None


def test_a_repeated_delivery_counts_once_and_is_recognised_in_a_full_window(table: Table) -> None:
    for _ in range(3):
        table.create(arrival("L1"), counted("k1", HERE), (), NOW)
    assert table.create(arrival("L2"), counted("k2", HERE), (), NOW) is None
    assert table.create(arrival("L3"), counted("k1", HERE), (), NOW) == AlreadyTaken(lead_id="L1", fingerprint="f")


def test_a_known_person_counts_once_where_their_inquiry_joins(table: Table) -> None:
    limit = replace(HERE, at_most=1)
    assert table.create(arrival("L1"), guard("k1"), ("mail",), NOW) is None
    assert table.create(arrival("L2"), counted("k2", limit), ("mail",), NOW) == NewerLeadExists(
        lead_ids=frozenset({"L1"})
    )
    inquiry = Inquiry(name="Ada Obi", email="ada@example.com", message="again")
    joined = merge(POLICY, arrival("L1").after, inquiry, source="web", form=None, acknowledged=True, now=NOW)
    assert table.merge(joined, counted("k2", limit), ("mail",), NOW) is None
    again = merge(POLICY, joined.after, inquiry, source="web", form=None, acknowledged=True, now=NOW)
    assert table.merge(again, counted("k3", limit), ("mail",), NOW) == Full(key=limit.key)
    assert table.load("L1") == joined.after


def test_a_sharded_limit_holds_exactly_for_any_number_of_items(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    """Spread over three items of shares 3, 2 and 2.

    The seventh is taken, the eighth is not, whatever the hashes.
    """
    monkeypatch.setattr(form_rows, "LEAST_SHARE", 2)
    many = replace(EVERYBODY, at_most=7)
    taken = [table.create(arrival(f"L{number}"), counted(f"k{number}", many), (), NOW) for number in range(9)]
    assert taken == [None] * 7 + [Full(key=many.key)] * 2
    assert table.create(arrival("L9"), counted("k3", many), (), NOW) == AlreadyTaken(lead_id="L3", fingerprint="f")


def test_the_full_one_of_two_counts_is_named(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(form_rows, "LEAST_SHARE", 1)
    wide, narrow = replace(HERE, at_most=6), replace(EVERYBODY, at_most=4)
    taken = [table.create(arrival(f"L{number}"), counted(f"k{number}", wide, narrow), (), NOW) for number in range(5)]
    assert taken == [None] * 4 + [Full(key=narrow.key)]
    taken = [table.create(arrival(f"M{number}"), counted(f"m{number}", wide), (), NOW) for number in range(3)]
    assert taken == [None] * 2 + [Full(key=wide.key)]


def test_a_remembered_full_window_expires_and_counts_hold_without_it(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guards, "MOST_REMEMBERED", 1)
    for window in range(4):
        limit = replace(HERE, key=f"window {window}", at_most=1)
        assert table.create(arrival(f"L{window}"), counted(f"k{window}", limit), (), NOW) is None
        assert table.create(arrival(f"M{window}"), counted(f"m{window}", limit), (), NOW) == Full(key=limit.key)
    if isinstance(table, DynamoTable):
        assert len(table._counts.known) == 2
