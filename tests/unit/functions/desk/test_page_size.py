"""Desk pages stay under 60 KB, whatever strangers typed.

They open on a slow phone.
"""

import pytest

from leadtight.adapters.presentation.pages import board as pages_board
from leadtight.adapters.presentation.pages.outcome import Pages
from leadtight.app.intake.quick_add import AddForm
from leadtight.app.outcomes.recording import OutcomeForm
from leadtight.app.views.board import Boards
from leadtight.app.views.queue import LeadQueue
from leadtight.domain.model.lead import Lead
from tests.scenarios.world import World

pytestmark = pytest.mark.slow

MOST_BYTES = 60 * 1024


def full() -> tuple[World, Lead]:
    """Return a world whose leads fill every field completely.

    One of them received many inquiries.
    """
    world = World()
    for number in range(60):
        world.receive(name=f"{number} " + "<&>" * 66, company="ß" * 200, message="Call me & now\n" * 4_000)
    fields = {f"question {n} " + "x" * 60: "<answer>" * 200 for n in range(80)}
    lead_id = world.receive(message="<b>" * 20_000, email="eve@example.com", phone="+49 30 901820", fields=fields)
    for number in range(20):
        world.receive(email="eve@example.com", message=f"{number} " + "&" * 3_000)
        lead = world.lead(lead_id)
        form = OutcomeForm(outcome="no_answer", submission=lead.version, note="“" * 2_000)
        world.press_form(token_of(world, lead), form)
    return world, world.lead(lead_id)


def token_of(world: World, lead: Lead) -> str:
    return world.links.outcome(lead, str(lead.owner_id), world.now).rpartition("/")[2]


@pytest.mark.proves("J5")
def test_no_page_is_over_60_kb_for_any_lead() -> None:
    world, lead = full()
    pages, owner = Pages(world.policy), str(lead.owner_id)
    token = token_of(world, lead)
    queue = LeadQueue(world.policy, world.table, world.links)
    boards = Boards(world.policy, world.table, world.call_lists, world.links)
    shown = {
        "lead": pages.outcome(world.desk.show(token, world.now), world.now),
        "queue": pages.queue(
            queue.show(world.links.queue(owner, world.now).rpartition("/")[2], world.now),
            world.now,
            AddForm(submission="s"),
        ),
        "board": pages_board.board(
            world.policy, boards.show(boards.link("mia", world.now).rpartition("/")[2], world.now), world.now
        ),
    }
    sizes = {name: len(page.encode()) for name, page in shown.items()}
    assert {name: size for name, size in sizes.items() if size >= MOST_BYTES} == {}
