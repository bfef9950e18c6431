"""The warning to answer before a call, by handler.

H2 and H3, through the desk.
"""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from functions.desk.handler import handle as desk
from functions.intake.handler import handle as intake
from functions.route.handler import handle as route
from leadtight import bootstrap
from leadtight.domain.compliance.audit_trail import evidence
from leadtight.domain.compliance.do_not_call import DncList
from leadtight.domain.model.event import Event, EventKind
from leadtight.domain.model.identity import person_key
from leadtight.domain.model.lead import Lead
from tests.integration.conftest import MONDAY_NINE, Stage, stored
from tests.integration.http_events import post_lead, request
from tests.lambda_context import CONTEXT

FORM = {"content-type": "application/x-www-form-urlencoded"}
BERLIN, LOS_ANGELES = "+493012345678", "+12135550123"
TODAY = MONDAY_NINE.date()
ANSWER = {"call_warning": "2", "call_reason": "asked"}


def made(stage: Stage, phone: str, country: str) -> Lead:
    body = {"name": "Ada Obi", "phone": phone, "country": country}
    lead_id = json.loads(intake(post_lead(body), CONTEXT)["body"])["lead_id"]
    route(stage.inserted("LEAD"), CONTEXT)
    return stored(lead_id)


def listed(phone: str, as_of: date = TODAY) -> None:
    dnc_list = DncList(name="national", as_of=as_of, imported_at=MONDAY_NINE, numbers=1)
    bootstrap.ports().call_lists.add(dnc_list, [person_key(phone)])
    bootstrap.ports().call_lists.publish(dnc_list)


def token(lead: Lead, person: str = "") -> str:
    return bootstrap.ports().links.outcome(lead, person or str(lead.owner_id), MONDAY_NINE).rpartition("/")[2]


def page(lead: Lead, person: str = "") -> str:
    return str(desk(request("GET /o/{token}", token=token(lead, person)), CONTEXT)["body"])


def post(lead: Lead, **fields: Any) -> dict[str, Any]:
    body = urlencode(fields).encode()
    return desk(request("POST /o/{token}", body=body, headers=FORM, token=token(lead)), CONTEXT)


def shows_number(html: str, phone: str) -> bool:
    return f"tel:{phone}" in html or phone[-6:] in html.replace(" ", "")


def history(lead: Lead) -> tuple[Event, ...]:
    return tuple(bootstrap.ports().store.history_page(lead.id, 100).events)


@pytest.mark.proves("H2")
def test_a_listed_number_is_shown_only_after_its_warning_was_answered(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead = made(stage, BERLIN, "DE")
    assert f'href="tel:{BERLIN}"' in page(lead)
    listed(BERLIN)
    for _ in range(2):
        assert not shows_number(page(lead), BERLIN)
    assert "on the do-not-call list “national”" in page(lead)
    refused = post(lead, call_warning="2")
    assert (refused["statusCode"], "Choose why you call all the same" in refused["body"]) == (422, True)
    assert stored(lead.id) == lead, "nothing is recorded without an answer"
    assert post(lead, **ANSWER)["statusCode"] == 303
    assert f'href="tel:{BERLIN}"' in page(lead)
    assert not shows_number(page(lead, "mia"), BERLIN), "each person answers for themselves"
    monkeypatch.setattr(bootstrap, "clock", lambda: lambda: MONDAY_NINE + timedelta(minutes=31))
    assert not shows_number(page(lead), BERLIN), "the next call is another question"


@pytest.mark.proves("H2")
def test_the_answer_and_the_call_are_in_the_evidence_with_person_and_time(stage: Stage) -> None:
    lead = made(stage, BERLIN, "DE")
    listed(BERLIN)
    post(lead, **ANSWER)
    [answered] = [event for event in history(lead) if event.kind is EventKind.CALL_WARNING_ANSWERED]
    assert (answered.actor, answered.at) == (f"person:{lead.owner_id}", MONDAY_NINE)
    assert post(lead, outcome="voicemail", submission=stored(lead.id).version)["statusCode"] == 303
    entries = [entry for entry in evidence((), history(lead)) if entry.channel == "voice"]
    assert [(entry.what, entry.basis, entry.source) for entry in entries] == [
        ("call warned", "asked", f"person:{lead.owner_id}"),
        ("called", "", f"person:{lead.owner_id}"),
    ]
    assert all("national" in entry.why for entry in entries)
    assert "They asked me to call now" in page(lead)


@pytest.mark.proves("H3")
def test_a_number_is_not_shown_outside_the_hours_of_the_person_called(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead = made(stage, LOS_ANGELES, "US")
    html = page(lead)  # midnight there
    assert not shows_number(html, LOS_ANGELES)
    assert "outside the hours in which they may be called, until Mon 23 Nov, 17:00 our time" in html
    assert post(lead, **ANSWER)["statusCode"] == 303
    assert f'href="tel:{LOS_ANGELES}"' in page(lead)
    monkeypatch.setattr(bootstrap, "clock", lambda: lambda: datetime(2026, 11, 23, 16, 0, tzinfo=UTC))
    other = stored(lead.id)
    html = page(other)
    assert f'href="tel:{LOS_ANGELES}"' in html
    assert "Call all the same" not in html


@pytest.mark.proves("H2")
def test_a_list_too_old_to_tell_warns_of_every_number(stage: Stage) -> None:
    lead = made(stage, BERLIN, "DE")
    listed(LOS_ANGELES, as_of=TODAY - timedelta(days=32))
    html = page(lead)
    assert not shows_number(html, BERLIN)
    assert "the do-not-call list “national” is 32 days old" in html


def test_without_a_warning_an_answer_records_nothing(stage: Stage) -> None:
    lead = made(stage, BERLIN, "DE")
    assert post(lead, **ANSWER)["statusCode"] == 303
    assert stored(lead.id) == lead
