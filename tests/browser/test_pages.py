"""Every desk page in a browser.

Pages are opened at two sizes, light and dark, for axe and by keyboard alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from leadtight.adapters.http import events
from leadtight.adapters.memory.ports import PUBLIC_URL
from leadtight.adapters.presentation.pages import board as pages_board
from leadtight.adapters.presentation.pages import contact_check
from leadtight.adapters.presentation.pages import quarantine as pages_quarantine
from leadtight.adapters.presentation.pages import unsubscribe as pages_unsubscribe
from leadtight.adapters.presentation.pages.intake import thanks
from leadtight.adapters.presentation.pages.outcome import Pages
from leadtight.app.compliance.unsubscribe import UnsubscribeLink
from leadtight.app.intake.quarantine_desk import QuarantineListing
from leadtight.app.intake.quick_add import AddForm, QuickAddResult
from leadtight.app.messaging.delivery_reports import DeliveryReceipt
from leadtight.app.outcomes.recording import OutcomeForm
from leadtight.app.views.board import Boards
from leadtight.app.views.queue import LeadQueue
from leadtight.domain.intake.quarantine import QuarantinedDelivery, Reason
from leadtight.domain.model.errors import InvalidInquiry, Problem
from leadtight.domain.model.message import Channel, Template
from tests.browser import axe
from tests.browser.visit import tab_to
from tests.scenarios.world import HOT, WARM, World

HERE = "http://127.0.0.1:9/page"
MOST_BYTES = 60 * 1024
Shown = Callable[[World], str]


@pytest.fixture(scope="module")
def world() -> World:
    """Return a morning with leads in every board list.

    They are late, about to be, answered, and one with a bounced mail.
    """
    world = World()
    world.govern(replace(world.policy, ask_lead_after=timedelta(minutes=3)))
    late = world.receive(message=HOT, phone="+49 30 901820", name="Ada Obi", company="Obi & Töchter")
    world.report(world.mails(late, Template.ACKNOWLEDGE)[0], DeliveryReceipt.BOUNCED)
    for number in range(8):
        world.receive(
            message=WARM, name=f"محمد {number}" if number % 2 else f"Maximilian-Theodor {'von ' * number}Berg"
        )
    answered = world.receive(message=WARM, name="Bo Lee")
    world.press(answered, "connected", note="Asked for a quote")
    world.advance(minutes=50)
    world.receive(message=HOT, name="Zoë Ruiz")
    world.stream_down = True
    world.receive(message=HOT, name="Nobody’s yet")
    return world


def _lead(world: World, problem: InvalidInquiry | None = None) -> str:
    lead_id = world.lead_ids()[0]
    token = world.links.outcome(world.lead(lead_id), str(world.lead(lead_id).owner_id), world.now)
    view = world.desk.show(token.rpartition("/")[2], world.now)
    typed = OutcomeForm(outcome="lost", submission=view.lead.version) if problem else None
    return Pages(world.policy).outcome(view, world.now, problem, typed)


def _queue(world: World, person: str = "ana", problem: InvalidInquiry | None = None, name: str = "Bo") -> str:
    queue = LeadQueue(world.policy, world.table, world.links)
    shown = queue.show(world.links.queue(person, world.now).rpartition("/")[2], world.now)
    return Pages(world.policy).queue(shown, world.now, AddForm(submission="s1", name=name), problem)


def _board(world: World) -> str:
    boards = Boards(world.policy, world.table, world.call_lists, world.links)
    board_view = boards.show(boards.link("mia", world.now).rpartition("/")[2], world.now)
    return pages_board.board(world.policy, board_view, world.now)


def _ask(world: World, answer: str = "", problem: str = "") -> str:
    return contact_check.ask(
        world.policy, replace(world.lead(world.lead_ids()[0]), says_contacted=answer), world.now, problem
    )


def _quarantine(world: World, flooded: int = 0) -> str:
    def quarantined(id_: str, reason: Reason) -> QuarantinedDelivery:
        content = '{"your-name": "Ada", "your-email": "ada@example.com", "words": "' + "x" * 400 + '"}'
        return QuarantinedDelivery(
            id=id_,
            channel="form:contact",
            source="web_form",
            key=id_,
            reason=reason,
            detail="no way to reach them",
            content=content,
            received_at=world.now,
        )

    waiting, suspected = (quarantined("H1", Reason.UNMAPPED),), (quarantined("H2", Reason.SPAM),)
    listing = QuarantineListing(person="mia", waiting=waiting, suspected=suspected, flooded=flooded, unreadable=1)
    return pages_quarantine.quarantine(world.policy, listing, seen_at="2026-11-30T12:00:00Z")


def _unsubscribe(world: World) -> str:
    return pages_unsubscribe.unsubscribe(
        world.policy, UnsubscribeLink(lead=world.lead(world.lead_ids()[0]), channel=Channel.EMAIL)
    )


def _added(world: World) -> str:
    return Pages(world.policy).added(QuickAddResult(person="ana", name="Bo Lee", status="created", mine=True))


REASON = InvalidInquiry([Problem("reason", "say why: lost needs a reason")])
NUMBER = InvalidInquiry([Problem("phone", "this is not a telephone number")])
PAGES: dict[str, Shown] = {
    "lead": _lead,
    "lead-refused": lambda world: _lead(world, REASON),
    "queue": _queue,
    "queue-new": lambda world: _queue(world, "eli", name=""),
    "queue-empty": lambda world: _queue(world, "eli"),
    "queue-refused": lambda world: _queue(world, "ana", NUMBER),
    "added": _added,
    "board": _board,
    "quarantine": _quarantine,
    "quarantine-flood": lambda world: _quarantine(world, flooded=120),
    "ask": _ask,
    "ask-refused": lambda world: _ask(world, problem="Choose one of the two answers"),
    "ask-thanks": lambda world: _ask(world, "no"),
    "unsubscribe": _unsubscribe,
    "form-thanks-unreachable": lambda world: thanks(world.policy.company.name, lacks_address=True),
    "form-thanks": lambda world: thanks(world.policy.company.name),
}


def show(page: Page, html: str) -> None:
    """Open a page under the desk's own content security policy."""
    answer = events.page(200, html, pages_board.script() if "<script>" in html else "")

    def fulfil(route: Route) -> None:
        route.fulfill(status=200, headers=answer["headers"], body=html)

    page.route("**/*", fulfil)
    page.goto(HERE)


@pytest.mark.parametrize("name", PAGES)
def test_pages_pass_axe_and_do_not_overflow(world: World, page: Page, name: str) -> None:
    html = PAGES[name](world)
    assert len(html.encode()) < MOST_BYTES
    show(page, html)
    axe.hold(page, f"page-{name}")
    assert page.locator("h1").count() == 1


def test_the_board_inserts_new_leads_in_place_and_keeps_the_focus(world: World, page: Page) -> None:
    page.clock.install()
    show(page, _board(world))
    tab_to(page, "a.waiting")
    focused = page.evaluate("document.activeElement.dataset.key")
    page.unroute("**/*")
    show_later = _board(world).replace("Without an owner: 1", "Without an owner: 7")
    page.route("**/*", lambda route: route.fulfill(status=200, content_type="text/html", body=show_later))
    page.clock.run_for(31_000)
    expect(page.get_by_role("heading", name="Without an owner: 7")).to_be_visible()
    assert page.evaluate("document.activeElement.dataset.key") == focused
    page.unroute("**/*")
    page.route("**/*", lambda route: route.fulfill(status=200, body="something else"))
    page.clock.run_for(31_000)
    expect(page.get_by_role("alert")).to_contain_text("is out of date")


Pressed = tuple[str, str]
BY_KEYBOARD: dict[str, tuple[tuple[Pressed, ...], str]] = {
    "queue": ((("a.waiting", "Enter"),), "/o/"),
    "queue-outcome": (
        (("details.quick summary", "Enter"), ("[name=outcome]", "Space"), (".quick button", "Enter")),
        "outcome=connected",
    ),
    "quick-add": (
        (
            ("details.card > summary", "Enter"),
            ("[name=name]", "Bo Lee"),
            ("[name=phone]", "030 901820"),
            ("[name=channel]", "ArrowDown"),
            ("form:not([action]) button", "Enter"),
        ),
        "name=Bo+Lee",
    ),
    "lead": ((("[name=outcome]", "Space"), ("form button", "Enter")), "outcome=connected"),
    "board": ((("a.waiting", "Enter"),), "/o/"),
    "ask": ((("[name=said]", "ArrowDown"), ("button", "Enter")), "said=no"),
    "unsubscribe": ((("button", "Enter"),), "POST"),
    "quarantine": ((("form:has([value=release]) [name=sure]", "Space"), ("[value=release]", "Enter")), "do=release"),
    "quarantine-flood": ((("[name=sure]", "Space"), ("[value=release_all]", "Enter")), "do=release_all"),
}
"""What a reader presses on each page (where, reached by Tab alone, and what), and the request it sends."""
NEEDS_A_CHOICE = {"queue-outcome", "lead", "ask", "quarantine", "quarantine-flood"}


@pytest.mark.parametrize("name", BY_KEYBOARD)
def test_every_page_works_by_keyboard_alone_and_sends_nothing_without_a_choice(
    world: World, page: Page, context: BrowserContext, name: str
) -> None:
    sent_requests: list[str] = []
    context.on(
        "request", lambda request: sent_requests.append(f"{request.method} {request.url} {request.post_data or ''}")
    )
    html = PAGES[{"queue-outcome": "queue", "quick-add": "queue-new"}.get(name, name)](world)
    html = html.replace(PUBLIC_URL, HERE.removesuffix("/page"))
    presses, sent = BY_KEYBOARD[name]
    if name in NEEDS_A_CHOICE:
        show(page, html)
        sent_requests.clear()
        press(page, *presses[:-2], presses[-1])
        assert sent_requests == [], "nothing is sent without a choice"
    show(page, html)
    with page.expect_request(lambda request: sent in f"{request.method} {request.url} {request.post_data or ''}"):
        press(page, *presses)


def press(page: Page, *presses: Pressed) -> None:
    """Go by Tab to each place; press or type."""
    for selector, key in presses:
        tab_to(page, selector, at_most=120)
        if key in ("Enter", "Space", "ArrowDown"):
            page.keyboard.press(key)
        else:
            page.keyboard.type(key)
