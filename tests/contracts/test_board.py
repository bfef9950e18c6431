"""The board's rows: every open lead in short.

They are stored in the same transaction as the lead.
"""

import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from typing import Protocol, cast
from zoneinfo import ZoneInfo

import pytest

from leadtight.app.ports.board import BoardStore, QuarantineCounts
from leadtight.domain.calendar.timestamps import midnight
from leadtight.domain.outcomes.recording import record_outcome
from tests.contracts.changes import NOW, POLICY, assignment, rotation_of, stored
from tests.contracts.conftest import Table


class WithBoard(Table, BoardStore, Protocol):
    """A table that boards read."""


@pytest.fixture(params=["Pacific/Auckland", "Pacific/Pago_Pago"])
def own_zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Put the machine itself into a zone."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


def test_a_lead_is_on_the_board_from_its_arrival_until_it_is_closed(table: Table) -> None:
    shown = cast(WithBoard, table)
    lead = stored(table)
    [arrived] = shown.open_on_board(9)
    assert (arrived.lead_id, arrived.owner_id, arrived.name) == ("L1", None, "Ada Obi")
    change = assignment(lead, rotation_of(table))
    table.commit(change)
    [owned] = shown.open_on_board(9)
    assert (owned.owner_id, owned.due_at) == (change.after.owner_id, lead.promise.deadline)
    won = record_outcome(POLICY, change.after, "won", by="ana", submission=change.after.version, now=NOW)
    assert won is not None
    table.commit(won)
    assert shown.open_on_board(9) == ()


def test_leads_are_ordered_by_due_time_and_limited_as_requested(table: Table) -> None:
    shown = cast(WithBoard, table)
    for lead_id, words in (("L1", "a question"), ("L2", "urgent"), ("L3", "a question")):
        stored(table, lead_id, message=words)
    assert [lead.lead_id for lead in shown.open_on_board(2)] == ["L2", "L1"]


def test_excluded_and_held_leads_are_only_counted(table: Table) -> None:
    shown = cast(WithBoard, table)
    lead = stored(table, email="eve@test.leadtight.example")
    assert lead.excluded
    assert shown.open_on_board(9) == ()
    assert shown.held_counts() == QuarantineCounts(waiting=0, suspected=0)


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu", "Europe/Berlin"])
def test_excluded_leads_are_counted_by_the_local_day_of_any_zone(table: Table, zone: str, own_zone: str) -> None:
    shown = cast(WithBoard, table)
    recorded_at = stored(table, email="eve@test.leadtight.example").recorded_at
    today = recorded_at.astimezone(ZoneInfo(zone)).date()
    days = [midnight(today + timedelta(days=n), ZoneInfo(zone)) for n in range(-1, 3)]
    counts = [shown.excluded_between(start, end) for start, end in pairwise(days)]
    assert counts == [0, 1, 0]
    microsecond = timedelta(microseconds=1)
    assert shown.excluded_between(recorded_at, recorded_at + microsecond) == 1
    assert shown.excluded_between(recorded_at - microsecond, recorded_at) == 0
