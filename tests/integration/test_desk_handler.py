"""The desk over moto: its table, calls and signed addresses."""

import base64
import hashlib
import json
import re
from typing import Any
from urllib.parse import urlencode

import pytest

from functions.desk.handler import handle
from functions.intake.handler import handle as intake
from functions.route.handler import handle as route
from leadtight import bootstrap
from leadtight.domain.model.event import EventKind
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.stage import Stage as LeadStage
from tests.integration.conftest import MONDAY_NINE, Stage, stored
from tests.integration.http_events import post_lead, request
from tests.lambda_context import CONTEXT

FORM = {"content-type": "application/x-www-form-urlencoded"}
Answer = dict[str, Any]


@pytest.fixture
def lead(stage: Stage) -> Lead:
    ada = {"name": "Ada Obi", "email": "ada@example.com", "message": "urgent"}
    lead_id = json.loads(intake(post_lead(ada), CONTEXT)["body"])["lead_id"]
    route(stage.inserted("LEAD"), CONTEXT)
    return stored(lead_id)


def token(lead: Lead) -> str:
    return bootstrap.ports().links.outcome(lead, str(lead.owner_id), MONDAY_NINE).rpartition("/")[2]


def get(lead: Lead) -> Answer:
    return handle(request("GET /o/{token}", token=token(lead)), CONTEXT)


def post(lead: Lead, **fields: str | int) -> Answer:
    body = urlencode(fields).encode()
    return handle(request("POST /o/{token}", body=body, headers=FORM, token=token(lead)), CONTEXT)


def test_an_outcome_is_stored_shown_and_undone(lead: Lead) -> None:
    assert post(lead, outcome="connected", submission=lead.version, note="Wants a quote")["statusCode"] == 303
    recorded = stored(lead.id)
    assert recorded.stage is LeadStage.CONTACTED
    assert "Recorded: We spoke, 09:00." in get(lead)["body"]
    assert post(lead, undo=recorded.version)["statusCode"] == 303
    undone = stored(lead.id)
    assert (undone.stage, undone.clocks, undone.status_notes) == (lead.stage, lead.clocks, "")


def test_a_page_takes_two_calls_and_an_outcome_four(stage: Stage, lead: Lead) -> None:
    get(lead)  # the first one also reads the signing key
    with stage.counted() as calls:
        get(lead)
    assert calls == ["dynamodb:GetItem", "dynamodb:Query"]
    with stage.counted() as calls:
        post(lead, outcome="connected", submission=lead.version)
    assert calls[:2] == ["dynamodb:GetItem", "dynamodb:TransactWriteItems"]
    assert len(calls) <= 4


def test_a_handover_takes_four_calls_in_one_transaction(stage: Stage, lead: Lead) -> None:
    assert "Hand over to another team" in get(lead)["body"]
    with stage.counted() as calls:
        answer = post(lead, hand_over=lead.version, pool="projects", why="Wants a kitchen")
    assert answer["statusCode"] == 303
    assert calls[:2] == ["dynamodb:BatchGetItem", "dynamodb:TransactWriteItems"]
    assert len(calls) <= 4
    moved = stored(lead.id)
    assert (moved.pool_id, moved.version) == ("projects", lead.version + 1)
    assert bootstrap.ports().store.load_for_routing("", "projects", ()).rotation.turn == 1
    assert get(lead)["statusCode"] == 410
    assert f"{bootstrap.policy().person_name(lead.owner_id)} handed over to Projects" in get(moved)["body"]


def test_an_invalid_handover_is_refused_and_keeps_the_typed_form(lead: Lead) -> None:
    answer = post(lead, hand_over=lead.version, pool="nowhere", why="Wants a kitchen")
    assert answer["statusCode"] == 422
    assert "Choose the pool to hand over to" in answer["body"]
    assert 'value="Wants a kitchen"' in answer["body"]


@pytest.mark.proves("B6")
def test_a_qualified_lead_gets_its_new_owner_in_the_outcomes_own_transaction(stage: Stage, lead: Lead) -> None:
    with stage.counted() as calls:
        assert post(lead, outcome="qualified", submission=lead.version)["statusCode"] == 303
    assert [call for call in calls if "Transact" in call or "Batch" in call] == [
        "dynamodb:BatchGetItem",
        "dynamodb:TransactWriteItems",
    ]
    closers = stored(lead.id)
    assert (closers.stage, closers.pool_id) == (LeadStage.QUALIFIED, "closers")
    assert closers.owner_id in bootstrap.policy().pools["closers"].members
    happened = [e for e in bootstrap.ports().store.history(lead.id) if e.version == closers.version]
    assert [e.kind for e in happened] == [EventKind.OUTCOME_RECORDED, EventKind.LEAD_HANDED_OVER]
    assert len({e.at for e in happened}) == 1


@pytest.mark.proves("B3")
def test_a_persons_queue_takes_two_calls_and_each_row_opens_its_leads_page(stage: Stage, lead: Lead) -> None:
    token = bootstrap.ports().links.queue(str(lead.owner_id), MONDAY_NINE).rpartition("/")[2]
    event = request("GET /desk/{token}", token=token)
    handle(event, CONTEXT)  # the first one also reads the signing key
    with stage.counted() as calls:
        answer = handle(event, CONTEXT)
    assert (answer["statusCode"], calls) == (200, ["dynamodb:Query", "dynamodb:BatchGetItem"])
    assert "1 open lead, most urgent first" in answer["body"]
    assert "Write to Ada Obi by Mon 23 Nov, 09:05" in answer["body"]
    [row] = re.findall(r'href="https://leads.leadtight.example/o/([^"]+)"', answer["body"])
    assert handle(request("GET /o/{token}", token=row), CONTEXT)["statusCode"] == 200
    assert stored(lead.id) == lead, "looking changes nothing"
    other = bootstrap.ports().links.queue("mia", MONDAY_NINE).rpartition("/")[2]
    assert "Nothing is waiting for you" in handle(request("GET /desk/{token}", token=other), CONTEXT)["body"]
    assert handle(request("GET /desk/{token}", token="v1.k1.x.y"), CONTEXT)["statusCode"] == 403


def test_a_report_link_redirects_to_an_address_valid_for_five_minutes(stage: Stage) -> None:
    del stage
    bootstrap.report_files().put("weekly/2026-W47/index.html", b"<p>", "text/html")
    now = MONDAY_NINE
    link = bootstrap.ports().links.report("weekly/2026-W47/index.html", "mia", now).rpartition("/")[2]
    location = handle(request("GET /reports/{token}", token=link), CONTEXT)["headers"]["location"]
    assert "reports" in location
    assert "weekly/2026-W47/index.html" in location
    assert "X-Amz-Expires=300" in location


def test_a_link_to_an_erased_report_says_that_it_no_longer_exists(stage: Stage) -> None:
    del stage
    link = bootstrap.ports().links.report("weekly/2026-W47/index.html", "mia", MONDAY_NINE).rpartition("/")[2]
    answer = handle(request("GET /reports/{token}", token=link), CONTEXT)
    assert (answer["statusCode"], "no longer exists" in answer["body"]) == (404, True)


@pytest.mark.parametrize("typed", [{}, {"name": "Ada Obi", "email": "ada@example.com", "message": "Call me"}])
def test_a_held_mail_that_has_expired_is_discarded_or_completed_by_hand(stage: Stage, typed: dict[str, str]) -> None:
    bootstrap.app().mails.hold_unread("ses/expired", "it took too long", MONDAY_NINE)
    [held] = bootstrap.app().quarantine.waiting(9)
    link = bootstrap.ports().links.quarantine("mia", MONDAY_NINE).rpartition("/")[2]

    def settle(**fields: str) -> Answer:
        body = urlencode({"held": held.id} | fields).encode()
        return handle(request("POST /quarantine/{token}", body=body, headers=FORM, token=link), CONTEXT)

    released = settle(do="release", sure="yes", **typed)
    if typed:
        assert (released["statusCode"], len(stage.items("LEAD"))) == (303, 1)
    else:
        assert (released["statusCode"], "no longer stored" in released["body"]) == (422, True)
        assert settle(do="discard", why="expired")["statusCode"] == 303


@pytest.mark.proves("A8")
def test_the_queues_form_adds_a_lead_once_and_viewing_adds_none(stage: Stage, lead: Lead) -> None:
    queue = bootstrap.ports().links.queue("ben", MONDAY_NINE).rpartition("/")[2]

    def send(**fields: str) -> Answer:
        return handle(
            request("POST /desk/{token}", body=urlencode(fields).encode(), headers=FORM, token=queue), CONTEXT
        )

    page = handle(request("GET /desk/{token}", token=queue), CONTEXT)["body"]
    assert len(stage.items("LEAD")) == 1
    [submission] = re.findall(r'name="submission" value="([^"]+)"', page)
    typed = {"submission": submission, "name": "Bo <Lee>", "phone": "030 901821", "channel": "walk_in", "owner": "me"}
    first, again = send(**typed), send(**typed)
    assert (first["statusCode"], again["statusCode"]) == (200, 200)
    assert "Added: <bdi>Bo &lt;Lee&gt;</bdi>" in first["body"]
    assert "There is one lead, not two" in again["body"]
    [added] = [
        candidate for item in stage.items("LEAD") if (candidate := stored(item["pk"]["S"][5:])).source == "walk_in"
    ]
    route(stage.inserted("LEAD"), CONTEXT)
    assert stored(added.id).owner_id == "ben"
    changed = send(**typed | {"name": "Bo Li"})
    assert (changed["statusCode"], f'value="{submission}"' in changed["body"]) == (422, False)
    assert send(**typed | {"submission": ""})["statusCode"] == 400
    assert handle(request("POST /desk/{token}", body="", headers=FORM, token="v1.k1.x.y"), CONTEXT)["statusCode"] in (
        400,
        403,
    )


def test_an_invalid_form_keeps_what_was_typed(stage: Stage) -> None:
    queue = bootstrap.ports().links.queue("ben", MONDAY_NINE).rpartition("/")[2]
    body = urlencode({"submission": "S1", "name": "Bo", "phone": "12", "channel": "walk_in", "note": "A roof"}).encode()
    answer = handle(request("POST /desk/{token}", body=body, headers=FORM, token=queue), CONTEXT)
    assert answer["statusCode"] == 422
    for kept in ('value="Bo"', 'value="12"', 'value="walk_in" selected', ">A roof</textarea>", 'value="S1"'):
        assert kept in answer["body"]
    assert stage.items("LEAD") == []


def test_adding_a_lead_takes_one_call(stage: Stage, lead: Lead) -> None:
    queue = bootstrap.ports().links.queue("ben", MONDAY_NINE).rpartition("/")[2]
    handle(request("GET /desk/{token}", token=queue), CONTEXT)  # the first one also reads the signing key
    body = urlencode({"submission": "S1", "name": "Bo", "phone": "030 901821", "channel": "phone"}).encode()
    with stage.counted() as calls:
        assert handle(request("POST /desk/{token}", body=body, headers=FORM, token=queue), CONTEXT)["statusCode"] == 200
    assert calls == ["dynamodb:TransactWriteItems"]


@pytest.mark.proves("J5")
def test_the_board_takes_eight_calls_without_changes_and_runs_only_its_own_script(stage: Stage, lead: Lead) -> None:
    token = bootstrap.app().boards.link("mia", MONDAY_NINE).rpartition("/")[2]
    event = request("GET /board/{token}", token=token)
    handle(event, CONTEXT)  # the first one also reads the signing key
    with stage.counted() as calls:
        answer = handle(event, CONTEXT)
    assert (answer["statusCode"], calls) == (200, ["dynamodb:Query"] * 8)
    assert "Due soon: 1" in answer["body"]
    [row] = re.findall(r'href="https://leads.leadtight.example/o/([^"]+)"', answer["body"])
    assert handle(request("GET /o/{token}", token=row), CONTEXT)["statusCode"] == 200
    assert stored(lead.id) == lead
    [script] = re.findall(r"<script>(.*?)</script>", answer["body"], re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = answer["headers"]["content-security-policy"]
    assert f"script-src 'sha256-{digest}'; connect-src 'self'" in policy
    assert (
        "script-src" not in handle(request("GET /o/{token}", token=row), CONTEXT)["headers"]["content-security-policy"]
    )
    assert handle(request("GET /board/{token}", token=row), CONTEXT)["statusCode"] == 403


@pytest.mark.proves("B3")
def test_an_outcome_is_recorded_in_the_queue_only_with_a_choice(stage: Stage, lead: Lead) -> None:
    token = bootstrap.ports().links.queue(str(lead.owner_id), MONDAY_NINE).rpartition("/")[2]
    page = handle(request("GET /desk/{token}", token=token), CONTEXT)["body"]
    form = r'<form method="post" action="https://leads.leadtight.example/o/([^"]+)">(.*?)</form>'
    [(link, fields)] = re.findall(form, page, re.DOTALL)
    [submission] = re.findall(r'name="submission" value="(\d+)"', fields)
    assert fields.count('name="outcome"') == fields.count("required") >= 3
    assert "checked" not in fields

    def send(**typed: str) -> Answer:
        return handle(request("POST /o/{token}", body=urlencode(typed).encode(), headers=FORM, token=link), CONTEXT)

    assert send(submission=submission)["statusCode"] == 422, "a scanner that presses every button"
    assert stored(lead.id) == lead
    assert send(submission=submission, outcome="no_answer")["statusCode"] == 303
    assert send(submission=submission, outcome="no_answer")["statusCode"] == 303
    after = stored(lead.id)
    assert (after.attempts, after.first_contact_at) == (1, None)
