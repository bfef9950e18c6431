"""Every shipped outcome, pressed on the pages (F12, G, I).

The table says what the contract and the shipped policy say, worked out by hand with a calendar: people work in Berlin
from 9:00 to 12:30 and 13:30 to 18:00, on Fridays to 16:00. The lead comes on a Monday at 9:00, and is answered at 9:03.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

import pytest

from functions.desk.handler import handle as desk
from functions.intake.handler import handle as intake
from functions.respond.handler import handle as respond
from functions.route.handler import handle as route
from leadtight import bootstrap
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.message import Message
from leadtight.domain.model.sla import FIRST_RESPONSE, NEXT_ACTION
from leadtight.policy import loader as policies
from tests.integration.conftest import MONDAY_NINE, Stage, stored
from tests.integration.http_events import post_lead, request
from tests.integration.test_api import with_key
from tests.integration.test_link_scanner import Forms
from tests.lambda_context import CONTEXT

pytestmark = pytest.mark.slow

FORM = {"content-type": "application/x-www-form-urlencoded"}
BERLIN = ZoneInfo("Europe/Berlin")
PRESSED = MONDAY_NINE + timedelta(minutes=3)
ADA = {
    "name": "Ada Obi",
    "email": "ada@example.com",
    "phone": "+49 30 901820",
    "message": "urgent",
    "consent": {"marketing": ["email"], "text": "yes"},
}
TYPED = {"callback": {"follow_up": "2026-11-27T10:00"}, "lost": {"reason": "chose another offer"}}
"""What is typed beside an outcome that needs it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a lead is after an outcome.

    `due` is the next action's time in Berlin.
    """

    stage: str
    is_contact: bool
    due: str | None = None
    what: str | None = None
    owner: str | None = "ana"
    mailed: tuple[str, ...] = ()
    sequence: tuple[str, str] | None = None
    opted_out: tuple[str, ...] = ()

    @property
    def runs(self) -> set[str]:
        """Return the targets whose clocks run.

        Without a contact the first answer is still owed beside the next action. A new owner owes their own answer.
        """
        if self.owner != "ana":
            return {FIRST_RESPONSE}
        answer = set() if self.is_contact or self.due is None else {FIRST_RESPONSE}
        return answer | ({NEXT_ACTION} if self.due else set())


EXPECTED = {
    "connected": Expected(
        stage="contacted",
        is_contact=True,
        due="2026-11-25 09:03",
        what="Follow up with Ada Obi",
        sequence=("follow_up", "2026-11-26 09:03"),
    ),
    "interested": Expected(
        stage="qualified",
        is_contact=True,
        due="2026-11-24 09:03",
        what="Book a call with Ada Obi",
        mailed=("booking_link",),
    ),
    "qualified": Expected(
        stage="qualified",
        is_contact=True,
        due="2026-11-23 10:03",
        what="Make Ada Obi an offer",
        owner="dora",
        mailed=("alert_owner",),
    ),
    "meeting_booked": Expected(
        stage="call_booked", is_contact=True, due="2026-11-24 09:03", what="Confirm the call with Ada Obi"
    ),
    "callback": Expected(
        stage="contacted",
        is_contact=True,
        due="2026-11-27 10:00",
        what="Call Ada Obi back",
        sequence=("follow_up", "2026-11-30 10:00"),
    ),
    "proposal_sent": Expected(
        stage="proposal_sent", is_contact=True, due="2026-11-25 09:03", what="Ask Ada Obi about the proposal"
    ),
    "voicemail": Expected(stage="new", is_contact=False, due="2026-11-23 11:03", what="Call Ada Obi again"),
    "no_answer": Expected(stage="new", is_contact=False, due="2026-11-23 11:03", what="Call Ada Obi again"),
    "objection:price": Expected(
        stage="contacted",
        is_contact=True,
        due="2026-11-25 09:03",
        what="Talk to Ada Obi about the price",
        mailed=("asset",),
        sequence=("follow_up", "2026-11-26 09:03"),
    ),
    "not_now": Expected(
        stage="follow_up_needed", is_contact=True, due="2026-11-30 11:03", what="Check in with Ada Obi"
    ),
    "not_interested": Expected(
        stage="follow_up_needed",
        is_contact=True,
        due="2027-02-22 09:00",
        what="Check in with Ada Obi",
        sequence=("nurture", "2026-11-30 09:03"),
    ),
    "won": Expected(stage="won", is_contact=False),
    "lost": Expected(stage="lost", is_contact=False),
    "do_not_contact": Expected(stage="lost", is_contact=False, opted_out=("email", "sms", "voice")),
}
REFUSED = {"no_response": "unanswered attempts so far"}
"""An outcome that is refused of a new lead, and a word of the reason."""

IN_THE_QUEUE = ("connected", "interested", "qualified", "meeting_booked", "proposal_sent")
"""What the queue offers beside a row; its page offers the rest."""


@pytest.fixture
def lead(stage: Stage, keys: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Lead:
    monkeypatch.setattr(bootstrap, "clock", lambda: lambda: MONDAY_NINE)
    lead_id = json.loads(intake(post_lead(ADA, **with_key(keys)), CONTEXT)["body"])["lead_id"]
    route(stage.inserted("LEAD"), CONTEXT)
    respond(stage.inserted("MSG#"), CONTEXT)
    monkeypatch.setattr(bootstrap, "clock", lambda: lambda: PRESSED)
    return stored(lead_id)


def open_page(link: str) -> str:
    """Return the page behind a signed link."""
    _, way, token = urlsplit(link).path.split("/")
    answer = desk(request(f"GET /{way}/{{token}}", token=token), CONTEXT)
    assert answer["statusCode"] == 200
    return str(answer["body"])


def press(page: str, link: str, outcome: str) -> dict[str, Any]:
    """Send the page's form as a browser does."""
    offered = f'name="outcome" value="{outcome}"'
    assert offered in page, f"{outcome} is not offered"
    action, fields = next(
        (action, fields) for action, fields in Forms(page, choosing=False).forms if "submission" in fields
    )
    body = urlencode(fields | {"outcome": outcome} | TYPED.get(outcome, {})).encode()
    return desk(request("POST /o/{token}", body=body, headers=FORM, token=(action or link).rpartition("/")[2]), CONTEXT)


def on_its_page(lead: Lead, outcome: str) -> dict[str, Any]:
    link = bootstrap.ports().links.outcome(lead, str(lead.owner_id), MONDAY_NINE)
    return press(open_page(link), link, outcome)


def local(at: datetime) -> str:
    return f"{at.astimezone(BERLIN):%Y-%m-%d %H:%M}"


def observed(lead: Lead, messages: Sequence[Message]) -> Expected:
    """Return a stored lead in the table's words."""
    action, enrolment = lead.next_action, lead.enrolment
    return Expected(
        stage=lead.stage,
        is_contact=lead.first_contact_at is not None,
        due=local(action.due_at) if action else None,
        what=action.what if action else None,
        owner=lead.owner_id,
        mailed=tuple(message.template for message in messages),
        sequence=(enrolment.sequence, local(enrolment.starts_at)) if enrolment else None,
        opted_out=tuple(sorted(lead.opted_out)),
    )


def check(before: Lead, expected: Expected, stage: Stage) -> None:
    """Compare lead, clocks and mails with the table."""
    lead = stored(before.id)
    respond(stage.inserted("MSG#"), CONTEXT)
    new = [message for message in bootstrap.ports().outbox.messages(lead.id) if message.created_at == PRESSED]
    assert observed(lead, new) == expected
    assert {message.status for message in new} <= {"sent"}
    assert {clock.target for clock in lead.clocks} & {FIRST_RESPONSE, NEXT_ACTION} == expected.runs
    contact = (PRESSED, before.owner_id) if expected.is_contact else (None, None)
    assert (lead.first_contact_at, lead.first_contact_by) == contact


def test_table_has_every_shipped_outcome() -> None:
    assert EXPECTED.keys() | REFUSED.keys() == policies.shipped().outcomes.keys()


@pytest.mark.proves("F12", "G1", "G2", "G3", "G4", "G5", "I4")
@pytest.mark.parametrize("outcome", EXPECTED)
def test_outcome_pressed_on_the_leads_page(stage: Stage, lead: Lead, outcome: str) -> None:
    assert on_its_page(lead, outcome)["statusCode"] == 303
    check(lead, EXPECTED[outcome], stage)


@pytest.mark.parametrize("outcome", IN_THE_QUEUE)
def test_outcome_pressed_in_the_queue(stage: Stage, lead: Lead, outcome: str) -> None:
    link = bootstrap.ports().links.queue(str(lead.owner_id), MONDAY_NINE)
    assert press(open_page(link), link, outcome)["statusCode"] == 303
    check(lead, EXPECTED[outcome], stage)


@pytest.mark.proves("G6")
@pytest.mark.parametrize("outcome", REFUSED)
def test_refused_outcome_changes_nothing(lead: Lead, outcome: str) -> None:
    answer = on_its_page(lead, outcome)
    assert answer["statusCode"] == 422
    assert REFUSED[outcome] in answer["body"]
    assert stored(lead.id) == lead


@pytest.mark.proves("I5")
@pytest.mark.parametrize("outcome", TYPED)
def test_outcome_without_what_it_needs_is_refused(lead: Lead, outcome: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(TYPED, outcome)
    assert on_its_page(lead, outcome)["statusCode"] == 422
    assert stored(lead.id) == lead
