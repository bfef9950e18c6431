"""Changes of several leads in one transaction.

What they share moves once, from its first state to its last.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from leadtight.domain.change import Change
from leadtight.domain.model.capacity import Caps, OwnerState
from leadtight.domain.model.errors import Conflict
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.rotation import Rotation
from leadtight.domain.ownership.assignment import assign
from tests.contracts.changes import NOW, POLICY, rotation_of, stored
from tests.contracts.conftest import Table

CAPPED = replace(POLICY, people={p: replace(person, caps=Caps(open=9)) for p, person in POLICY.people.items()})
SECOND = timedelta(seconds=1)


def in_turn(table: Table, leads: Sequence[Lead], rotation: Rotation) -> Iterator[Change]:
    """Yield changes decided one after the other.

    Each builds on the state that the one before it left.
    """
    roster = dict(table.load_for_routing("", "inbound", POLICY.people).roster)
    for lead in leads:
        change = assign(CAPPED, lead, rotation, roster, NOW)
        assert change is not None
        roster |= {load.person_id: load.taken for load in change.loads if load.taken}
        rotation = change.rotation or rotation
        yield change


@pytest.fixture
def changes(table: Table) -> list[Change]:
    """Return assignments of five leads to three people.

    They are decided on what is stored.
    """
    leads = [stored(table, f"L{number}", NOW + number * SECOND) for number in range(5)]
    return [*in_turn(table, leads, rotation_of(table))]


def test_all_changes_are_stored_with_the_last_rotation_and_everybodys_load(table: Table, changes: list[Change]) -> None:
    table.commit_all(changes)
    state = table.load_for_routing("L4", "inbound", ["ana", "ben", "cem"])
    assert [table.load(change.after.id) for change in changes] == [change.after for change in changes]
    assert state.rotation == changes[-1].rotation
    assert {p: (s.open, s.turn) for p, s in state.roster.items()} == {"ana": (2, 2), "ben": (2, 2), "cem": (1, 1)}
    assert all(event in table.history(change.after.id) for change in changes for event in change.events)


def test_the_same_changes_are_stored_once(table: Table, changes: list[Change]) -> None:
    for _ in range(2):
        table.commit_all(changes)
    assert rotation_of(table).turn == len(changes)
    assert table.load_for_routing("", "", ["ana"]).roster["ana"].open == 2


def test_no_change_is_stored_when_one_lead_is_stale(table: Table, changes: list[Change]) -> None:
    noted = replace(changes[3].before or changes[3].after, status_notes="called", version=2)
    table.commit(Change(before=changes[3].before, after=noted, events=(), messages=()))
    with pytest.raises(Conflict):
        table.commit_all(changes)
    assert rotation_of(table).turn == 0
    assert [lead.owner_id for lead in table.load_all([f"L{number}" for number in range(5)])] == [None] * 5


def test_no_change_is_stored_when_the_pool_is_stale(table: Table, changes: list[Change]) -> None:
    table.commit(changes[0])
    with pytest.raises(Conflict):
        table.commit_all([*in_turn(table, [c.before for c in changes[1:] if c.before], Rotation(pool_id="inbound"))])
    assert rotation_of(table).turn == 1


def test_no_change_is_stored_when_a_person_got_another_lead(table: Table, changes: list[Change]) -> None:
    other = assign(CAPPED, stored(table, "L9"), Rotation(pool_id="outbound"), {}, NOW)
    assert other is not None
    [load] = other.loads
    taken = OwnerState(person_id="cem", open=1, turn=1)
    table.commit(replace(other, rotation=None, loads=(replace(load, person_id="cem", taken=taken),)))
    with pytest.raises(Conflict):
        table.commit_all(changes)
    assert rotation_of(table).turn == 0
