"""Call reports under our field names or the policy's.

An unreadable one is held and names its key.
"""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from leadtight.adapters.inbound.webhooks.reader import read
from leadtight.app.intake.deliveries import PendingDelivery
from leadtight.app.outcomes.call_report import CallReport
from leadtight.domain.intake.quarantine import Reason
from leadtight.domain.model.errors import PolicyError
from leadtight.domain.policy.sources import Webhook
from leadtight.policy.loader import SHIPPED, parse

HOOK = Webhook(id="calls", provider="voice", source="voice")
TOLD: dict[str, Any] = {"call_id": "C1", "outcome": "no_answer", "at": "2026-11-23T08:59:00Z"}


def read_one(content: Any, webhook: Webhook = HOOK) -> Any:
    [item] = read(webhook, json.dumps(content).encode(), "msg_1", "application/json")
    return item


@pytest.mark.parametrize("content", [TOLD, {"type": "call.ended", "data": TOLD}], ids=["bare", "under data"])
def test_a_report_is_read_at_top_level_or_under_data_and_keeps_its_delivery_id(content: Any) -> None:
    at = datetime(2026, 11, 23, 8, 59, tzinfo=UTC)
    assert read_one(content) == CallReport(ref="calls:msg_1", call_id="C1", outcome="no_answer", at=at)


def test_the_policy_maps_a_providers_own_words() -> None:
    theirs = Webhook(
        id="calls",
        provider="voice",
        source="voice",
        fields={"$.contact.id": "call_id", "contact.result": "outcome", "contact.ended": "at", "agent.mail": "by"},
        outcomes={"HUMAN": "connected"},
    )
    content = {
        "contact": {"id": "C9", "result": "HUMAN", "ended": "2026-11-23T10:01:00+01:00"},
        "agent": {"mail": "ana@leadtight.example"},
        "duration": 71.4,
    }
    report = read_one(content, theirs)
    assert (report.call_id, report.outcome, report.by, report.seconds) == (
        "C9",
        "connected",
        "ana@leadtight.example",
        71,
    )
    assert report.at == datetime(2026, 11, 23, 9, 1, tzinfo=UTC)


def test_busy_means_no_answer_by_default() -> None:
    assert read_one(TOLD | {"outcome": "busy"}).outcome == "no_answer"
    hook = Webhook(id="calls", provider="voice", source="voice", outcomes={"busy": "failed"})
    assert read_one(TOLD | {"outcome": "busy"}, hook).outcome == "failed"


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"call_id": None}, "call_id or lead_id is missing"),
        ({"outcome": ""}, "outcome is missing"),
        ({"outcome": 7}, "outcome must be text"),
        ({"at": None}, "at is missing"),
        ({"at": "noon"}, "at: 'noon'"),
        ({"duration": "long"}, "duration"),
        ({"duration": -1}, "duration"),
        ({"by": ["ana"]}, "by must be text"),
    ],
)
def test_an_unreadable_report_is_held_and_names_its_key(change: dict[str, Any], key: str) -> None:
    item = read_one(TOLD | change)
    assert isinstance(item, PendingDelivery)
    assert (item.reason, item.key) == (Reason.UNREADABLE, "msg_1")
    assert key in item.detail


@pytest.mark.parametrize(
    ("lines", "path"),
    [
        ('provider = "voice"\noutcomes = { HUMAN = "spoke" }', "webhooks.calls.outcomes"),
        ('provider = "voice"\nfields = { a = "email" }', "webhooks.calls.fields"),
        ('provider = "voice"\nfields = { "a[" = "at" }', "webhooks.calls.fields"),
        ('provider = "typeform"\noutcomes = { HUMAN = "connected" }', "webhooks.calls.outcomes"),
    ],
)
def test_a_policy_mapping_to_an_unknown_outcome_is_refused(lines: str, path: str) -> None:
    with pytest.raises(PolicyError) as refused:
        parse(SHIPPED.read_bytes() + f"\n[webhooks.calls]\n{lines}\n".encode())
    assert [problem.field for problem in refused.value.problems] == [path]
