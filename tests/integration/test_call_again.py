"""The next call after an unanswered one, by handler (G1)."""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest

from functions.desk.handler import handle as desk
from functions.intake.handler import handle as intake
from functions.route.handler import handle as route
from leadtight import bootstrap
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.sla import FIRST_RESPONSE, NEXT_ACTION
from tests.integration.conftest import MONDAY_NINE, Stage, stored
from tests.integration.http_events import post_lead, request
from tests.lambda_context import CONTEXT

FORM = {"content-type": "application/x-www-form-urlencoded"}
BERLIN, LOS_ANGELES, FREEPHONE = "+493012345678", "+12135550123", "+18005550123"


def berlin(day: int, hour: int, minute: int = 0) -> datetime:
    """Return a time of November 2026 in Berlin."""
    return datetime(2026, 11, day, hour - 1, minute, tzinfo=UTC)


def press(stage: Stage, monkeypatch: pytest.MonkeyPatch, outcome: str, at: datetime, phone: str) -> tuple[Lead, str]:
    """Press an outcome; return the lead and its page."""
    monkeypatch.setattr(bootstrap, "clock", lambda: lambda: at - timedelta(minutes=1))
    body = {"name": "Ada Obi", "phone": phone, "country": "DE" if phone == BERLIN else "US"}
    lead_id = json.loads(intake(post_lead(body), CONTEXT)["body"])["lead_id"]
    route(stage.inserted("LEAD"), CONTEXT)
    monkeypatch.setattr(bootstrap, "clock", lambda: lambda: at)
    lead = stored(lead_id)
    token = bootstrap.ports().links.outcome(lead, "mia", at).rpartition("/")[2]
    fields = urlencode({"outcome": outcome, "submission": lead.version}).encode()
    assert desk(request("POST /o/{token}", body=fields, headers=FORM, token=token), CONTEXT)["statusCode"] == 303
    token = bootstrap.ports().links.outcome(stored(lead_id), "mia", at).rpartition("/")[2]
    return stored(lead_id), desk(request("GET /o/{token}", token=token), CONTEXT)["body"]


@pytest.mark.proves("G1")
@pytest.mark.parametrize("outcome", ["voicemail", "no_answer"])
@pytest.mark.parametrize(
    ("at", "phone", "due", "shown"),
    [
        (berlin(23, 9), BERLIN, berlin(23, 11), "Mon 23 Nov, 11:00"),
        (berlin(23, 16, 30), BERLIN, berlin(24, 9), "Tue 24 Nov, 09:00"),
        (berlin(23, 11), BERLIN, berlin(23, 13, 30), "Mon 23 Nov, 13:30"),
        (berlin(27, 15), BERLIN, berlin(30, 9), "Mon 30 Nov, 09:00"),
        (berlin(23, 9), LOS_ANGELES, berlin(23, 17), "Mon 23 Nov, 17:00"),
        (berlin(23, 16, 30), LOS_ANGELES, berlin(24, 17), "Tue 24 Nov, 17:00"),
    ],
)
def test_an_unanswered_call_is_repeated_after_two_hours_at_the_next_legal_and_working_minute(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, outcome: str, at: datetime, phone: str, due: datetime, shown: str
) -> None:
    lead, page = press(stage, monkeypatch, outcome, at, phone)
    assert lead.next_action is not None
    assert lead.next_action.due_at == due
    clock, first = lead.clock(NEXT_ACTION), lead.clock(FIRST_RESPONSE)
    assert clock is not None
    assert clock.deadline == due
    assert first is not None, "no one was reached: the first answer is still owed"
    assert f"Next: Call Ada Obi again by {shown}." in page
    assert f". Next: Call Ada Obi again by {shown}</p>" in page, "beside the time that is left"
    assert "This is not a contact" in page


@pytest.mark.proves("G1")
def test_a_number_of_many_zones_is_due_when_all_of_them_permit_a_call(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead, _ = press(stage, monkeypatch, "voicemail", MONDAY_NINE, FREEPHONE)
    assert lead.next_action is not None
    due = lead.next_action.due_at
    windows = bootstrap.app()._windows(FREEPHONE, lead.inquiry)
    assert len(windows) > 4
    assert all(window.opens(due) == due for window in windows)
