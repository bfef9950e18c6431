"""A breach is read without a write (F10, J5)."""

from datetime import timedelta

import pytest

from leadtight.adapters.memory.ports import KEYRING
from leadtight.adapters.presentation import lead_json
from leadtight.app.views.board import Boards
from leadtight.application import Application
from leadtight.domain.access.signed_links import Claims, LinkPurpose, sign
from tests.scenarios.world import World

MINUTE_LATE = timedelta(seconds=60)


@pytest.fixture
def silent() -> tuple[World, str]:
    """Build a world without alarms and sweeps, with one lead."""
    world = World(sweeping=False)
    lead_id = world.receive()
    world.alarms.lost = True
    world.alarms.armed.clear()
    return world, lead_id


@pytest.mark.proves("F10")
@pytest.mark.parametrize(("late", "is_breached"), [(timedelta(seconds=-1), False), (MINUTE_LATE, True)])
def test_program_reads_the_breach(silent: tuple[World, str], late: timedelta, is_breached: bool) -> None:
    world, lead_id = silent
    now = world.lead(lead_id).promise.deadline + late
    view = world.programs.find(lead_id)
    assert lead_json.whole(world.policy, view, now)["is_breached"] is is_breached


@pytest.mark.proves("F10")
@pytest.mark.parametrize(("late", "ids"), [(timedelta(seconds=-1), []), (MINUTE_LATE, ["L"])])
def test_manager_reads_the_breach_on_the_board(silent: tuple[World, str], late: timedelta, ids: list[str]) -> None:
    world, lead_id = silent
    now = world.lead(lead_id).promise.deadline + late
    boards = Boards(world.policy, world.table, world.call_lists, world.links)
    board = boards.show(boards.link("mia", now).rpartition("/")[2], now)
    assert [lead.lead_id for lead in board.standing.breached] == [lead_id for _ in ids]


@pytest.mark.proves("F10")
def test_owner_reads_the_breach_in_the_queue(silent: tuple[World, str]) -> None:
    world, lead_id = silent
    lead = world.lead(lead_id)
    now = lead.promise.deadline + MINUTE_LATE
    expires = now + timedelta(hours=1)
    claims = Claims(subject="", person=lead.owner_id or "", purpose=LinkPurpose.QUEUE, expires_at=expires)
    queue = Application(world.policy, world.twins).queue.show(sign(claims, KEYRING), now)
    [row] = queue.rows
    assert (row.lead.id, row.due_at) == (lead_id, lead.promise.deadline)
    assert row.lead.is_breached(now)
