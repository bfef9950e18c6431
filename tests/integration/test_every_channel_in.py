"""Leads by hand, command and missed call (A6 to A9).

Each goes through the deployed functions to owner, clock and next action.
"""

from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from functions.desk.handler import handle as desk
from functions.intake.handler import handle as intake
from leadtight import bootstrap
from leadtight.app.intake.quick_add import CHANNELS
from leadtight.cli import app
from leadtight.domain.model.event import EventKind
from leadtight.domain.model.lead import Lead
from leadtight.policy import loader as policies
from tests.integration.conftest import MONDAY_NINE, Stage
from tests.integration.deployed_stack import STACK, deploy
from tests.integration.http_events import request
from tests.integration.test_every_source import carried_on, deliver, govern, signed
from tests.lambda_context import CONTEXT
from tests.unit.adapters.inbound.webhooks.deliveries import LEADS

pytestmark = pytest.mark.slow


def is_enforced(lead: Lead, source: str) -> None:
    """Check source, owner, clock and task, which are one write."""
    assert lead.source == source
    assert lead.owner_id in policies.shipped().people
    assert lead.first_contact_at is None
    assert lead.next_action is not None
    assert lead.next_action.due_at == lead.promise.deadline
    [assigned] = [e for e in bootstrap.ports().store.history(lead.id) if e.kind is EventKind.LEAD_ASSIGNED]
    assert {"owner_id", "next_action", "clocks"} <= assigned.changes.keys()


@pytest.mark.proves("A7", "A8", "C10", "F8")
@pytest.mark.parametrize("channel", CHANNELS)
def test_lead_typed_in_the_queue_has_owner_and_clock(stage: Stage, channel: str) -> None:
    queue = bootstrap.ports().links.queue("mia", MONDAY_NINE).rpartition("/")[2]
    permalink = "https://social.example/thread/7"
    body = urlencode({"submission": "S1", "name": "Ada Obi", "permalink": permalink, "channel": channel}).encode()
    headers = {"content-type": "application/x-www-form-urlencoded"}
    for _ in range(2):
        assert (
            desk(request("POST /desk/{token}", body=body, headers=headers, token=queue), CONTEXT)["statusCode"] == 200
        )
    lead = carried_on(stage)
    is_enforced(lead, channel)
    assert lead.inquiry.permalink == permalink


@pytest.mark.proves("A9")
def test_imported_row_has_owner_and_clock(stage: Stage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    deploy(monkeypatch, IntakeFunction=intake)
    monkeypatch.chdir(tmp_path)
    Path("leads.csv").write_text("Id,Full Name,E-Mail,Status,Created\n1,Ada Obi,ada@example.com,New,2026-11-23 08:50\n")
    for result in ("1 created, 0 merged, 0 duplicate", "0 created, 0 merged, 1 duplicate"):
        words = ["import", "leads.csv", "--source", "old_crm", "--stack", STACK]
        assert result in CliRunner().invoke(app, words, env={"COLUMNS": "200"}).stdout
    is_enforced(carried_on(stage), "old_crm")


@pytest.mark.proves("A6", "F3")
@pytest.mark.parametrize(
    ("called_at", "due_at"),
    [
        *(("2026-11-23 09:00", "2026-11-23 18:00"), ("2026-11-23 17:45", "2026-11-23 18:00")),
        *(("2026-11-27 15:59", "2026-11-27 16:00"), ("2026-11-27 20:00", "2026-11-30 10:00")),
    ],
)
def test_missed_call_is_returned_on_its_business_day(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, called_at: str, due_at: str
) -> None:
    delivery, berlin = LEADS["twilio call"], ZoneInfo("Europe/Berlin")
    called = datetime.fromisoformat(called_at).replace(tzinfo=berlin)
    govern(monkeypatch, delivery, "phone_missed", called.astimezone(UTC))
    assert deliver(delivery, signed(delivery, at=called))["statusCode"] == 200
    lead = carried_on(stage)
    is_enforced(lead, "phone_missed")
    assert lead.next_action is not None
    assert lead.next_action.what == "Call +4930123456"
    assert f"{lead.next_action.due_at.astimezone(berlin):%Y-%m-%d %H:%M}" == due_at
