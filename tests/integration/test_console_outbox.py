"""The console over moto: each lead once, waiting texts explained."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from functions.intake.handler import handle as intake
from functions.respond.handler import handle as respond
from leadtight import bootstrap
from leadtight.adapters.dynamodb.table import DynamoTable
from leadtight.devstage.console.reading import LeadReader
from leadtight.devstage.console.sent import SentMessages
from leadtight.domain.change import Change
from leadtight.domain.model.stage import Stage as LeadStage
from tests.integration.conftest import REGION, Stage
from tests.integration.http_events import post_lead
from tests.lambda_context import CONTEXT

AT_NIGHT = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def test_a_text_waiting_for_the_morning_shows_until_when_and_why(
    stage: Stage, context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "clock", lambda: lambda: AT_NIGHT)
    consent = {"sms": True, "text": "You may text me about this inquiry."}
    policy = bootstrap.policy()
    without_proof = replace(policy, messaging=replace(policy.messaging, number_proof=False))
    monkeypatch.setattr(bootstrap, "policy", lambda: without_proof)
    bootstrap.forget()
    intake(post_lead({"name": "Ada Obi", "phone": "+49 30 901820", "consent": consent}), CONTEXT)
    respond(stage.inserted("MSG#"), context)
    reading = LeadReader(bootstrap.policy(), DynamoTable("leadtight", REGION), SentMessages("http://127.0.0.1:9"), "")
    [text] = reading.waiting_texts()
    assert text.detail == "outside permitted hours"
    assert text.next_try_at == datetime(2026, 11, 23, 7, 0, tzinfo=UTC)


def test_open_and_closed_leads_are_listed_once_each(stage: Stage) -> None:
    for name in ("Ada Obi", "Bo Lee"):
        intake(post_lead({"name": name, "email": f"{name[:2].casefold()}@example.com"}), CONTEXT)
    table = DynamoTable("leadtight", REGION)
    lead = table.load(stage.inserted("LEAD")["Records"][0]["dynamodb"]["NewImage"]["pk"]["S"].removeprefix("LEAD#"))
    assert lead
    closed = replace(
        lead, stage=LeadStage.LOST, closed_at=AT_NIGHT, next_action=None, wake_at=None, version=lead.version + 1
    )
    table.commit(Change(before=lead, after=closed, events=(), messages=()))
    reading = LeadReader(bootstrap.policy(), table, SentMessages("http://127.0.0.1:9"), "")
    assert sorted(line.lead.inquiry.name for line in reading.leads(AT_NIGHT)) == ["Ada Obi", "Bo Lee"]
