"""The first human contact, by every way in (F12, Q3)."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest

from functions.collect.handler import handle as collect
from functions.desk.handler import handle as desk
from functions.intake.handler import handle as intake
from functions.route.handler import handle as route
from leadtight import bootstrap
from leadtight.adapters.http import api_keys
from leadtight.domain.access.api_keys import Scope
from leadtight.domain.model.enrolment import OutcomeMeaning
from leadtight.domain.model.event import EventKind
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.sla import FIRST_RESPONSE
from leadtight.domain.model.stage import Stage as LeadStage
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.sources import Webhook
from leadtight.policy import loader as policies
from tests.integration.conftest import CALLS_SECRET, MONDAY_NINE, Stage, client, stored
from tests.integration.http_events import post_lead, request
from tests.integration.test_mail_handler import drop
from tests.lambda_context import CONTEXT
from tests.unit.adapters.email.letters import bounce, mail
from tests.unit.adapters.inbound.webhooks.deliveries import signed_standard

MANAGER = "mia"
FORM = {"content-type": "application/x-www-form-urlencoded"}
SAID = {"connected", "interested", "meeting_booked", "callback", "proposal_sent", "objection:price"} | {
    "not_now",
    "not_interested",
    "qualified",
}
"""Outcomes of the shipped policy that state what the lead said."""

CLOSING = {"won", "lost", "do_not_contact"}
"""Outcomes that close a lead, and let the person state how they spoke."""

Press = Callable[[Lead, str, Mapping[str, str]], int]


@pytest.fixture(autouse=True)
def with_calls(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    govern(monkeypatch, policies.shipped())
    yield
    bootstrap.forget()


def govern(monkeypatch: pytest.MonkeyPatch, policy: Policy) -> None:
    hook = Webhook(id="calls", provider="voice", source="voice")
    governed = replace(policy, webhooks={"calls": hook})
    monkeypatch.setattr(bootstrap, "policy", lambda: governed)
    bootstrap.forget()


def assigned_lead(stage: Stage, name: str) -> Lead:
    body = {"name": name, "email": f"{name.replace(':', '.')}@example.com", "message": "urgent"}
    lead_id = json.loads(intake(post_lead(body, idempotency_key=name), CONTEXT)["body"])["lead_id"]
    images = [item for item in stage.inserted("LEAD")["Records"] if lead_id in json.dumps(item)]
    route({"Records": images}, CONTEXT)
    return stored(lead_id)


def on_the_page(lead: Lead, outcome: str, fields: Mapping[str, str]) -> int:
    """Press an outcome on the manager's page of the lead."""
    token = bootstrap.ports().links.outcome(lead, MANAGER, MONDAY_NINE).rpartition("/")[2]
    form = {"outcome": outcome, "submission": str(lead.version), "reason": "price", **fields}
    body = urlencode({"follow_up": "2026-11-24T10:00"} | form).encode()
    return int(desk(request("POST /o/{token}", body=body, headers=FORM, token=token), CONTEXT)["statusCode"])


def by_program(lead: Lead, outcome: str, fields: Mapping[str, str]) -> int:
    """Report an outcome to the API, as a CRM would."""
    key, stored_key = api_keys.make("crm", list(Scope), MONDAY_NINE)
    client("secretsmanager").put_secret_value(
        SecretId="api-secret", SecretString=json.dumps(api_keys.write([stored_key]))
    )
    bootstrap.forget()
    body = {"outcome": outcome, "by": MANAGER, "version": lead.version, "reason": "price", **fields}
    content = json.dumps({"follow_up": "2026-11-24T10:00"} | body)
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    posted = request("POST /leads/{lead_id}/outcomes", body=content, headers=headers, lead_id=lead.id)
    return int(desk(posted, CONTEXT)["statusCode"])


def by_call_provider(lead: Lead, outcome: str, fields: Mapping[str, str]) -> int:
    """Deliver a provider's signed report of a call."""
    data = {"lead_id": lead.id, "outcome": outcome, "at": lead.received_at.isoformat(), **fields}
    body = json.dumps({"type": "call.ended", "data": data}).encode()
    headers = signed_standard(CALLS_SECRET, body, int(MONDAY_NINE.timestamp()), lead.id)
    headers |= {"content-type": "application/json"}
    return int(
        intake(request("POST /webhooks/{provider}", body=body, headers=headers, provider="calls"), CONTEXT)[
            "statusCode"
        ]
    )


def contacts(stage: Stage, press: Press, outcomes: Mapping[str, Mapping[str, str]]) -> set[str]:
    """Return the outcomes that set a first contact.

    Each is on its own lead. For every other one the clock runs on, or the lead was closed without a contact.
    """
    reached = set()
    for outcome, fields in outcomes.items():
        previous = assigned_lead(stage, outcome)
        assert press(previous, outcome, fields) in (200, 303), outcome
        lead = stored(previous.id)
        assert lead.version > previous.version, outcome
        if lead.first_contact_at:
            reached.add(outcome)
            assert lead.clock(FIRST_RESPONSE) is None or lead.pool_id == "closers", "who owe an answer of their own"
        elif lead.is_open:
            assert lead.clock(FIRST_RESPONSE) == previous.clock(FIRST_RESPONSE), outcome
            assert (lead.stage, lead.last_contact_at) == (LeadStage.NEW, None), outcome
        else:
            assert (lead.clocks, lead.last_contact_at) == ((), None), outcome
    return reached


@pytest.mark.proves("F12", "Q3")
@pytest.mark.slow
@pytest.mark.parametrize("press", [on_the_page, by_program])
def test_of_the_shipped_outcomes_only_what_the_lead_said_is_a_contact(stage: Stage, press: Press) -> None:
    outcomes = {outcome: dict[str, str]() for outcome in policies.shipped().outcomes}
    assert contacts(stage, press, outcomes) == SAID


@pytest.mark.proves("F12")
@pytest.mark.slow
@pytest.mark.parametrize("press", [on_the_page, by_program])
def test_closing_a_lead_is_a_contact_only_with_how_they_spoke(stage: Stage, press: Press) -> None:
    assert contacts(stage, press, {outcome: {"spoke_by": "phone"} for outcome in sorted(CLOSING)}) == CLOSING
    [lost] = [event for event in history("lost", stage) if event.kind is EventKind.OUTCOME_RECORDED]
    assert lost.data["spoke_by"] == "phone"


def history(name: str, stage: Stage) -> list[Any]:
    [lead_id] = [
        json.loads(i["doc"]["S"])["id"] for i in stage.items("LEAD") if f'"{name}@example.com"' in i["doc"]["S"]
    ]
    return list(bootstrap.ports().store.history_page(lead_id, 100).events)


@pytest.mark.proves("F12")
@pytest.mark.slow
def test_a_providers_report_proves_a_conversation_but_no_attempt(stage: Stage) -> None:
    outcomes = {
        outcome: {"by": "ana"} for outcome in policies.shipped().outcomes if outcome != "lost"
    }  # needs a reason
    assert contacts(stage, by_call_provider, outcomes) == (SAID | CLOSING) - {"lost"}


@pytest.mark.proves("Q3")
@pytest.mark.slow
def test_a_providers_report_without_a_person_is_never_a_contact(stage: Stage) -> None:
    outcomes = list(policies.shipped().outcomes)
    assert {"connected", "voicemail", "won"} <= set(outcomes)
    for outcome in outcomes:
        previous = assigned_lead(stage, outcome)
        assert by_call_provider(previous, outcome, {}) == 200
        assert stored(previous.id).first_contact_at is None, outcome


def test_an_attempt_stated_as_a_conversation_is_refused(stage: Stage) -> None:
    lead = assigned_lead(stage, "ada")
    assert on_the_page(lead, "voicemail", {"spoke_by": "phone"}) == 422
    assert on_the_page(lead, "lost", {"spoke_by": "telepathy"}) == 422
    assert stored(lead.id) == lead


@pytest.mark.proves("F12", "Q3")
def test_no_policy_makes_a_change_of_stage_or_an_attempt_a_contact(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = policies.shipped()
    bare = {
        "lost": replace(shipped.outcomes["lost"], contact=True, asks_how=False),
        "do_not_contact": replace(shipped.outcomes["do_not_contact"], contact=True, means=OutcomeMeaning.OPT_OUT),
        "voicemail": replace(shipped.outcomes["voicemail"], contact=True, stage=LeadStage.CONTACTED),
    }
    govern(monkeypatch, replace(shipped, outcomes={**shipped.outcomes, **bare}))  # deployed before it was checked
    assert contacts(stage, on_the_page, {outcome: {} for outcome in bare}) == set()


@pytest.mark.proves("Q3")
def test_stage_and_contact_of_a_posted_lead_are_ignored(stage: Stage) -> None:
    lead = assigned_lead(stage, "ada")
    edited = {"name": "ada", "email": "ada@example.com", "stage": "contacted", "status": "won"}
    edited |= {"first_contact_at": "2026-11-23T08:00:00Z", "last_contact_at": "2026-11-23T08:00:00Z"}
    assert json.loads(intake(post_lead(edited, idempotency_key="2"), CONTEXT)["body"])["status"] == "merged"
    after = stored(lead.id)
    assert (after.first_contact_at, after.last_contact_at, after.stage) == (None, None, LeadStage.NEW)
    assert after.clock(FIRST_RESPONSE) == lead.clock(FIRST_RESPONSE)


@pytest.mark.proves("Q3")
@pytest.mark.slow
def test_an_automatic_answer_and_a_bounce_leave_the_clock_running(stage: Stage) -> None:
    lead = assigned_lead(stage, "ada")
    mails = [item for item in stage.items("MSG#") if json.loads(item["doc"]["S"])["recipient"] == "lead"]
    assert mails, "an acknowledgement waits"
    away = {"Auto-Submitted": "auto-replied"}
    for number, raw in enumerate(
        (
            mail("I am away until Monday.", headers=away, message_id="<m2@example.com>", subject="Out of office"),
            mail("Abwesend bis Montag", message_id="<m3@example.com>", subject="Automatische Antwort: Solar roof"),
            bounce(),
        )
    ):
        assert collect(drop(f"ses/{number}", raw), CONTEXT) == {"batchItemFailures": []}
    after = stored(lead.id)
    assert (after.first_contact_at, after.attempts) == (None, 0)
    assert after.clock(FIRST_RESPONSE) == lead.clock(FIRST_RESPONSE)


@pytest.mark.proves("F12")
def test_a_lead_closed_without_a_contact_says_so_and_owes_the_answer_again_when_undone(stage: Stage) -> None:
    lead = assigned_lead(stage, "ada")
    assert on_the_page(lead, "lost", {}) == 303
    closed = stored(lead.id)
    token = bootstrap.ports().links.outcome(closed, MANAGER, MONDAY_NINE).rpartition("/")[2]
    page = desk(request("GET /o/{token}", token=token), CONTEXT)["body"]
    assert "It was closed without a contact." in page
    undo = urlencode({"undo": closed.version}).encode()
    assert desk(request("POST /o/{token}", body=undo, headers=FORM, token=token), CONTEXT)["statusCode"] == 303
    assert stored(lead.id).clocks == lead.clocks


def test_a_lead_closed_without_a_contact_owes_the_answer_again_when_reopened(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = policies.shipped()
    fits = replace(shipped.outcomes["not_now"], id="fits", label="Fits", contact=False, means=None)
    fits = replace(fits, stage=LeadStage.QUALIFIED)
    govern(monkeypatch, replace(shipped, stages={}, outcomes={**shipped.outcomes, "fits": fits}))
    lead = assigned_lead(stage, "ada")
    assert on_the_page(lead, "lost", {}) == 303
    assert on_the_page(stored(lead.id), "fits", {}) == 303
    after = stored(lead.id)
    assert (after.is_open, after.closed_at, after.first_contact_at) == (True, None, None)
    clock, first = after.clock(FIRST_RESPONSE), lead.clock(FIRST_RESPONSE)
    assert clock
    assert first
    assert clock.deadline == first.deadline
    assert after.next_action is not None
