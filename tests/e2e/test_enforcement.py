"""Thirty leads through the deployed template: answered or enforced.

IAM is enforced.

One timeline, played once, because its clocks are real: a minute to answer, 20 s of grace, 30 s for the next owner, 20 s
of grace, and the manager has it.
"""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from leadtight.app.messaging.links import Links
from leadtight.app.sla.sla import LATE_AFTER
from leadtight.devstage.deployment import POLICY
from leadtight.domain.access.signed_links import Keyring
from leadtight.domain.model.event import Event
from leadtight.policy.loader import load
from tests.e2e.stage import Stage, eventually

LEADS = 30
AT_ONCE = 4
ANSWERED = 10


@dataclass(frozen=True)
class Timeline:
    """Leads answered in time, leads ignored, and a lost alarm."""

    answered: list[str]
    left: list[str]
    unalarmed: str

    @property
    def all(self) -> list[str]:
        return [*self.answered, *self.left]


@pytest.fixture(scope="module")
def played(stage: Stage) -> Timeline:
    unalarmed = _lead_whose_alarm_is_deleted(stage)
    answered = _posted(stage, range(ANSWERED))
    for lead_id in answered:
        _alert_sent(stage, lead_id)
        assert stage.press(stage.outcome_link(lead_id), "connected").status == 303
    timeline = Timeline(answered=answered, left=_posted(stage, range(ANSWERED, LEADS)), unalarmed=unalarmed)
    for lead_id in timeline.left:
        _enforced_to_the_end(stage, lead_id)
    return timeline


def _posted(stage: Stage, numbers: range) -> list[str]:
    """Post leads, a few at a time until owned.

    The emulator routes two or three a second.
    """
    leads: list[str] = []
    for first in numbers[::AT_ONCE]:
        few = range(first, min(first + AT_ONCE, numbers.stop))
        some = [stage.post_lead(name=f"Lead {n:02d}", email=f"lead-{n:02d}@example.com", message="hello") for n in few]
        for lead_id in some:
            _owner(stage, lead_id)
        leads += some
    return leads


def _lead_whose_alarm_is_deleted(stage: Stage) -> str:
    """Return an owned lead whose alarm is deleted.

    Its queue message is gone, and so would its schedule be.
    """
    lead_id = stage.post_lead(name="No Alarm", email="no-alarm@example.com", message="hello")
    _owner(stage, lead_id)
    queue = stage.output("AlarmQueueUrl")
    # Route arms after its transaction: an owned lead's alarm may still be on its way to the queue.
    eventually("its alarm in the queue", lambda: _delayed(stage, queue))
    stage.client("sqs").purge_queue(QueueUrl=queue)
    return lead_id


def _delayed(stage: Stage, queue: str) -> int:
    name = "ApproximateNumberOfMessagesDelayed"
    attributes = stage.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=[name])["Attributes"]
    return int(attributes[name])


@pytest.mark.proves("C1")
def test_every_lead_gets_one_owner_within_ten_seconds_in_fair_rotation(stage: Stage, played: Timeline) -> None:
    leads = [stage.lead(lead_id) for lead_id in played.all]
    waits = [lead.first_assigned_at - lead.received_at for lead in leads if lead.first_assigned_at]
    assert len(waits) == LEADS
    assert max(waits) < timedelta(seconds=10)
    first = Counter(event.data["owner"] for lead_id in played.all for event in _assignments(stage, lead_id))
    assert set(first) == {"ana", "ben", "cem"}
    assert max(first.values()) - min(first.values()) <= 1


@pytest.mark.proves("E1")
def test_every_lead_is_acknowledged_and_its_owner_alerted_exactly_once(stage: Stage, played: Timeline) -> None:
    sent = Counter(mail["MessageId"] for mail in stage.sent_mails())
    to = Counter(mail["To"][0] for mail in stage.sent_mails())
    assert len(played.all) == LEADS
    for number, lead_id in enumerate(played.all):
        [acknowledgement] = stage.messages(lead_id, "acknowledge")
        first_alert = stage.messages(lead_id, "alert_owner")[0]
        assert sent[acknowledgement.provider_id or ""] == sent[first_alert.provider_id or ""] == 1
        assert to[f"lead-{number:02d}@example.com"] == 1


def test_every_send_is_confirmed_by_the_providers_event(stage: Stage, played: Timeline) -> None:
    assert len(played.answered) == ANSWERED
    for lead_id in played.answered:
        _all_confirmed(stage, lead_id)


def test_a_lead_answered_in_time_never_breaches(stage: Stage, played: Timeline) -> None:
    assert len(played.answered) == ANSWERED
    for lead_id in played.answered:
        lead = stage.lead(lead_id)
        assert not lead.is_breached(lead.promise.deadline + timedelta(days=30))
        assert lead.stage == "contacted"
        assert lead.next_action is not None
        assert not {"deadline_missed", "lead_escalated"} & set(stage.kinds(lead_id)[:6])


@pytest.mark.proves("F7")
def test_an_unanswered_lead_is_warned_missed_escalated_and_moved_to_the_manager(stage: Stage, played: Timeline) -> None:
    assert played.left
    for lead_id in played.left:
        happened = [kind for kind in stage.kinds(lead_id) if not kind.startswith("message_")]
        assert happened[:7] == [
            "lead_received",
            "lead_assigned",
            "owner_warned",
            "owner_warned",
            "deadline_missed",
            "lead_escalated",
            "lead_reassigned",
        ]
        lead = stage.lead(lead_id)
        assert lead.owner_id == "mia"
        assert lead.is_breached(lead.promise.deadline + timedelta(seconds=1))
        assert len({*lead.past_owners, lead.owner_id}) == 3
        assert stage.messages(lead_id, "escalate")


def test_a_former_owners_link_is_expired(stage: Stage, played: Timeline) -> None:
    lead_id = played.left[0]
    first_alert = stage.messages(lead_id, "alert_owner")[0]
    mail = next(m for m in stage.sent_mails() if m["MessageId"] == first_alert.provider_id)
    link = next(word for word in mail["BodyText"].split() if "/o/" in word)
    answer = stage.request(link)
    assert answer.status == 410
    assert "Mia Berger" in answer.body


def test_a_deleted_schedule_is_repaired_by_the_sweep(stage: Stage, played: Timeline) -> None:
    eventually("the sweep", lambda: "owner_warned" in stage.kinds(played.unalarmed), within=180)
    history = stage.table.history(played.unalarmed)
    owned_at = next(e.at for e in history if e.kind == "lead_assigned")
    warned_at = next(e.at for e in history if e.kind == "owner_warned")
    assert warned_at - owned_at > LATE_AFTER, "the alarm itself would have rung after half a minute"


def test_the_nightly_counts_match_the_events(stage: Stage, played: Timeline) -> None:
    day = stage.lead(played.left[0]).received_at.astimezone(load(POLICY).company.zone).date()
    stage.invoke("report", {"kind": "nightly", "date": day.isoformat()})
    key = f"metrics/dt={day.isoformat()}/metrics.json"
    stored = stage.client("s3").get_object(Bucket=stage.info.reports_bucket, Key=key)["Body"].read()
    metrics = json.loads(stored)
    leads = [stage.lead(event.lead_id) for event in _received(stage)]
    contacted = [lead for lead in leads if lead.first_contact_at]
    in_window = [lead for lead in contacted if not lead.is_breached(lead.promise.deadline)]
    assert metrics["schema"] == "leadtight.metrics/1"
    assert (metrics["leads"], metrics["contacted"]) == (len(leads), len(contacted))
    assert metrics["never_contacted"] == len(leads) - len(contacted)
    assert metrics["contacted_in_window"] == len(in_window) >= ANSWERED


@pytest.mark.proves("N2")
def test_the_weekly_review_opens_from_s3_through_its_signed_link(stage: Stage, played: Timeline) -> None:
    stage.invoke("report", {"kind": "weekly"})
    keys = stage.client("s3").list_objects_v2(Bucket=stage.info.reports_bucket, Prefix="weekly/")["Contents"]
    page = next(item["Key"] for item in keys if item["Key"].endswith("index.html"))
    secret = stage.client("secretsmanager").get_secret_value(SecretId=stage.link_secret())["SecretString"]
    entries = json.loads(secret)
    current = entries.pop("current")
    keyring = Keyring(current=current, keys={name: key.encode() for name, key in entries.items()})
    link = Links(lambda: keyring, stage.info.api_url).report(page, "mia", datetime.now(UTC))
    answer = stage.request(link)
    assert answer.status == 302
    opened = stage.request(answer.headers["location"])
    assert opened.status == 200
    assert "<html" in opened.body


def _owner(stage: Stage, lead_id: str) -> str:
    return eventually("an owner", lambda: stage.lead(lead_id).owner_id) or ""


def _alert_sent(stage: Stage, lead_id: str) -> None:
    eventually("an alert", lambda: stage.messages(lead_id, "alert_owner")[0].provider_id)


def _enforced_to_the_end(stage: Stage, lead_id: str) -> None:
    eventually("the end of enforcement", lambda: stage.lead(lead_id).hops == 2, within=240)


def _all_confirmed(stage: Stage, lead_id: str) -> None:
    eventually("confirmations", lambda: all(m.status == "confirmed" for m in stage.table.messages(lead_id)))


def _assignments(stage: Stage, lead_id: str) -> list[Event]:
    return [event for event in stage.table.history(lead_id) if event.kind == "lead_assigned"]


def _received(stage: Stage) -> list[Event]:
    today = datetime.now(UTC).date()
    return [e for e in stage.table.events_on(today) if e.kind == "lead_received"]
