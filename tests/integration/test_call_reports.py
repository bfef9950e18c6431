"""Call reports through intake over moto.

Signed, recorded, and held when the call is unknown.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from functions.intake.handler import handle
from leadtight import bootstrap
from leadtight.domain.model.lead import Lead
from leadtight.domain.policy.sources import Webhook
from leadtight.policy import loader as policies
from tests.integration.conftest import CALLS_SECRET, MONDAY_NINE, Stage
from tests.integration.http_events import request
from tests.lambda_context import CONTEXT
from tests.unit.adapters.inbound.webhooks.deliveries import signed_standard


@pytest.fixture(autouse=True)
def with_calls(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    hook = Webhook(id="calls", provider="voice", source="voice")
    policy = replace(policies.shipped(), webhooks={"calls": hook})
    monkeypatch.setattr(bootstrap, "policy", lambda: policy)
    bootstrap.forget()
    yield
    bootstrap.forget()


def lead() -> Lead:
    [item] = [json.loads(handle(request("POST /leads", body=b'{"name": "Ada Obi"}'), CONTEXT)["body"])]
    lead = bootstrap.ports().store.load(item["lead_id"])
    assert lead is not None
    return lead


def deliver(secret: str = CALLS_SECRET, delivery_id: str = "msg_1", **data: Any) -> tuple[int, Any]:
    body = json.dumps({"type": "call.ended", "data": data}).encode()
    headers = signed_standard(secret, body, int(MONDAY_NINE.timestamp()), delivery_id) | {
        "content-type": "application/json"
    }
    answer = handle(request("POST /webhooks/{provider}", body=body, headers=headers, provider="calls"), CONTEXT)
    return answer["statusCode"], json.loads(answer["body"])


@pytest.mark.proves("P4")
def test_a_signed_report_of_a_call_is_recorded_once_within_four_calls(stage: Stage) -> None:
    previous = lead()
    data = {"lead_id": previous.id, "outcome": "connected", "at": previous.received_at.isoformat(), "by": "ana"}
    deliver(delivery_id="other", lead_id="unknown", outcome="busy", at=data["at"])  # the secret is read by now
    with stage.counted() as calls:
        assert deliver(**data) == (200, {})
    assert len(calls) <= 4, calls
    after = bootstrap.ports().store.load(previous.id)
    assert after is not None
    assert (after.first_contact_by, after.first_contact_at) == ("ana", previous.received_at)
    assert deliver(**data) == (200, {})
    assert bootstrap.ports().store.load(previous.id) == after


@pytest.mark.proves("P4")
def test_a_report_under_another_secret_is_refused_without_a_record(stage: Stage) -> None:
    previous = lead()
    other = "whsec_b3RoZXI="
    data = {"lead_id": previous.id, "outcome": "connected", "at": previous.received_at.isoformat(), "by": "ana"}
    assert deliver(other, **data)[0] == 401
    assert bootstrap.ports().store.load(previous.id) == previous


@pytest.mark.proves("P4")
def test_a_report_of_an_unknown_call_is_held_by_key_and_recorded_on_release(stage: Stage) -> None:
    previous = lead()
    at = previous.received_at.isoformat()
    assert deliver(call_id="C1", outcome="no_answer", at=at) == (202, {"status": "held"})
    assert deliver(delivery_id="msg_2", lead_id=previous.id, outcome="sang", at=at) == (202, {"status": "held"})
    unknown, odd = sorted(bootstrap.app().quarantine.waiting(9), key=lambda delivery: delivery.detail)
    assert "call_id: we placed no call with this id" in unknown.detail
    assert "unknown outcome 'sang'" in odd.detail
    hook = Webhook(id="calls", provider="voice", source="voice", outcomes={"sang": "no_answer"})
    bootstrap.policy().webhooks["calls"] = hook  # type: ignore[index]  # the mapping is put right
    assert [
        accepted.lead_id for accepted in bootstrap.app().quarantine.release(odd.id, "mia", previous.received_at)
    ] == [previous.id]
    after = bootstrap.ports().store.load(previous.id)
    assert after is not None
    assert after.attempts == 1
