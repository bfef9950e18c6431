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
    found = bootstrap.ports().store.load(item["lead_id"])
    assert found is not None
    return found


def deliver(secret: str = CALLS_SECRET, delivery_id: str = "msg_1", **told: Any) -> tuple[int, Any]:
    body = json.dumps({"type": "call.ended", "data": told}).encode()
    headers = signed_standard(secret, body, int(MONDAY_NINE.timestamp()), delivery_id) | {
        "content-type": "application/json"
    }
    answer = handle(request("POST /webhooks/{provider}", body=body, headers=headers, provider="calls"), CONTEXT)
    return answer["statusCode"], json.loads(answer["body"])


def test_a_signed_report_of_a_call_is_recorded_once_within_four_calls(stage: Stage) -> None:
    before = lead()
    told = {"lead_id": before.id, "outcome": "connected", "at": before.received_at.isoformat(), "by": "ana"}
    deliver(delivery_id="other", lead_id="unknown", outcome="busy", at=told["at"])  # the secret is read by now
    with stage.counted() as calls:
        assert deliver(**told) == (200, {})
    assert len(calls) <= 4, calls
    after = bootstrap.ports().store.load(before.id)
    assert after is not None
    assert (after.first_contact_by, after.first_contact_at) == ("ana", before.received_at)
    assert deliver(**told) == (200, {})
    assert bootstrap.ports().store.load(before.id) == after


def test_a_report_under_another_secret_is_refused_and_records_nothing(stage: Stage) -> None:
    before = lead()
    other = "whsec_b3RoZXI="
    told = {"lead_id": before.id, "outcome": "connected", "at": before.received_at.isoformat(), "by": "ana"}
    assert deliver(other, **told)[0] == 401
    assert bootstrap.ports().store.load(before.id) == before


def test_a_report_of_an_unknown_call_is_held_by_its_key_and_recorded_once_it_is_released(stage: Stage) -> None:
    before = lead()
    at = before.received_at.isoformat()
    assert deliver(call_id="C1", outcome="no_answer", at=at) == (202, {"status": "held"})
    assert deliver(delivery_id="msg_2", lead_id=before.id, outcome="sang", at=at) == (202, {"status": "held"})
    unknown, odd = sorted(bootstrap.app().quarantine.waiting(9), key=lambda held: held.detail)
    assert "call_id: no call of ours" in unknown.detail
    assert "unknown outcome 'sang'" in odd.detail
    hook = Webhook(id="calls", provider="voice", source="voice", outcomes={"sang": "no_answer"})
    bootstrap.policy().webhooks["calls"] = hook  # type: ignore[index]  # the mapping is put right
    assert [one.lead_id for one in bootstrap.app().quarantine.release(odd.id, "mia", before.received_at)] == [before.id]
    after = bootstrap.ports().store.load(before.id)
    assert after is not None
    assert after.attempts == 1
