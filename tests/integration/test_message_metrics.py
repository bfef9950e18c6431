"""Metrics of messages, as the deployed functions write them."""

import json
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

from functions.respond.handler import handle as respond
from functions.route.handler import handle as route
from functions.sla.handler import handle as sla
from leadtight import bootstrap
from leadtight.adapters.aws import clients
from leadtight.domain.model.errors import SendRefused
from leadtight.domain.model.message import Message
from tests.integration.conftest import MONDAY_NINE, Stage, queue_record
from tests.integration.test_pipeline_handlers import later, receive, ses_event

pytestmark = pytest.mark.slow


def written(capsys: pytest.CaptureFixture[str]) -> dict[tuple[str, str], int]:
    """Return the counts of messages by metric and dimension."""
    counts = Counter[tuple[str, str]]()
    for line in capsys.readouterr().out.splitlines():
        entry = json.loads(line) if line.startswith('{"_aws"') else {}
        if entry.get("service") != "messages":
            continue
        [directive] = entry["_aws"]["CloudWatchMetrics"]
        assert directive["Namespace"] == "Leadtight"
        [[service, dimension]] = directive["Dimensions"]
        [metric] = directive["Metrics"]
        assert service == "service"
        counts[metric["Name"], f"{dimension} {entry[dimension]}"] += int(entry[metric["Name"]][0])
    return dict(counts)


def both(name: str, *, lead: int = 0, team: int = 0, channel: str = "email") -> dict[tuple[str, str], int]:
    counts = {(name, "to lead"): lead, (name, "to team"): team, (name, f"channel {channel}"): lead + team}
    return {key: count for key, count in counts.items() if count}


def sent(stage: Stage, context: Any) -> tuple[Message, ...]:
    lead_id = receive()
    route(stage.inserted("LEAD"), context)
    respond(stage.inserted("MSG#"), context)
    return tuple(bootstrap.ports().outbox.messages(lead_id))


@pytest.mark.proves("V3")
def test_a_sent_message_is_counted_once_by_recipient_and_by_channel(
    stage: Stage, context: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    sent(stage, context)
    assert written(capsys) == both("MessagesSent", lead=1, team=1)
    respond(stage.inserted("MSG#"), context)
    assert written(capsys) == {}


@pytest.mark.proves("V3")
@pytest.mark.parametrize(("kind", "metric"), [("Delivery", "MessagesConfirmed"), ("Bounce", "MessagesBounced")])
def test_a_report_is_counted_when_it_is_news(
    stage: Stage, context: Any, capsys: pytest.CaptureFixture[str], kind: str, metric: str
) -> None:
    acknowledgement = next(m for m in sent(stage, context) if m.recipient == "lead")
    capsys.readouterr()
    event = ses_event(kind, acknowledgement.provider_id, acknowledgement.lead_id, acknowledgement.id)
    for _ in range(2):
        respond({"Records": [queue_record(event)]}, context)
    assert written(capsys) == both(metric, lead=1)


def test_a_message_that_must_not_be_sent_is_counted_as_refused(
    stage: Stage, context: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    acknowledgement = next(m for m in sent(stage, context) if m.recipient == "lead")
    respond({"Records": [queue_record(ses_event("Bounce", acknowledgement.provider_id))]}, context)
    receive(name="Ada again")
    capsys.readouterr()
    respond(stage.inserted("MSG#acknowledge"), context)
    assert written(capsys) == both("MessagesRefused", lead=1)


def test_a_message_that_is_given_up_is_counted_as_dead(
    stage: Stage, context: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> str:
        raise SendRefused("MessageRejected: bad content")

    receive()
    monkeypatch.setattr(type(bootstrap.ports().mailer), "send_mail", refused)
    respond(stage.inserted("MSG#"), context)
    assert written(capsys) == both("MessagesDead", lead=1)


@pytest.mark.proves("V3")
@pytest.mark.parametrize(("minutes", "late"), [(29, False), (31, True), (91, False)])
def test_the_sweep_counts_mails_that_were_sent_and_never_confirmed(
    stage: Stage,
    context: Any,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    minutes: int,
    late: bool,
) -> None:
    messages = sent(stage, context)
    alert = next(m for m in messages if m.recipient != "lead")
    respond({"Records": [queue_record(ses_event("Delivery", alert.provider_id))]}, context)
    later(monkeypatch, MONDAY_NINE + timedelta(minutes=minutes))
    capsys.readouterr()
    sla({"sweep": True}, context)
    counts = {key: count for key, count in written(capsys).items() if key[0] == "MessagesUnconfirmed"}
    assert counts == (both("MessagesUnconfirmed", lead=1) if late else {})


@pytest.mark.proves("V3")
def test_an_unverified_sender_is_retried_until_it_is_verified(
    stage: Stage, context: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (
        "Email address is not verified. The following identities failed the check in region EU-CENTRAL-1: example.com"
    )
    answer = (
        AWSResponse("https://email.eu-central-1.amazonaws.com", 400, HTTPHeaders(), None),
        {"Error": {"Type": "Sender", "Code": "MessageRejected", "Message": text}},
    )
    events = clients.client("ses", attempts=1, read_seconds=clients.SEND_READ_SECONDS).meta.events
    events.register("before-call.ses.SendRawEmail", refuse := lambda **_: answer)
    lead_id = receive()
    with pytest.raises(ExceptionGroup):
        respond(stage.inserted("MSG#"), context)
    [message] = bootstrap.ports().outbox.messages(lead_id)
    assert message.is_owed
    assert text in message.detail
    events.unregister("before-call.ses.SendRawEmail", refuse)
    later(monkeypatch, MONDAY_NINE + timedelta(minutes=5))
    sla({"sweep": True}, context)
    assert written(capsys)["MessagesSent", "to lead"] == 1
