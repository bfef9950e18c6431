"""Refused messages return in seconds by the retry queue.

Over moto, as respond handles it.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from functions.intake.handler import handle as intake
from functions.respond.handler import handle as respond
from leadtight import bootstrap
from leadtight.adapters.aws import clients
from leadtight.adapters.aws.senders import SesMailer
from leadtight.domain.model.errors import SendFailed, SendThrottled
from leadtight.domain.model.message import Message, Status
from tests.integration.conftest import REGION, Stage, queue_record
from tests.integration.http_events import post_lead
from tests.lambda_context import CONTEXT

pytestmark = pytest.mark.slow

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
Refuse = Callable[[Exception | None], None]


@pytest.fixture
def refuse(monkeypatch: pytest.MonkeyPatch) -> Refuse:
    """Return a switch that makes SES refuse mails."""
    takes, refusal = SesMailer.send_mail, list[Exception]()

    def send(*arguments: Any) -> str:
        if refusal:
            raise refusal[0]
        return takes(*arguments)

    monkeypatch.setattr(SesMailer, "send_mail", send)

    def change(error: Exception | None) -> None:
        refusal[:] = [error] if error else []

    return change


def at(monkeypatch: pytest.MonkeyPatch, seconds: float) -> datetime:
    moment = NOW + timedelta(seconds=seconds)
    monkeypatch.setattr(bootstrap, "clock", lambda: lambda: moment)
    return moment


def receive(email: str = "ada@example.com") -> Message:
    body = {"name": "Ada Obi", "email": email, "message": "urgent: please call me"}
    lead_id = str(json.loads(intake(post_lead(body), CONTEXT)["body"])["lead_id"])
    return acknowledgement(lead_id)


def acknowledgement(lead_id: str) -> Message:
    [message] = [m for m in bootstrap.ports().outbox.messages(lead_id) if m.template == "acknowledge"]
    return message


def delays(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Collect messages to the retry queue, with their delays."""
    sent = list[tuple[str, int]]()

    def note(params: dict[str, Any], **_: Any) -> None:
        if params["QueueUrl"].endswith("/retries"):
            sent.append((params["MessageBody"], params["DelaySeconds"]))

    clients.client("sqs").meta.events.register("before-parameter-build.sqs.SendMessage", note)
    return sent


def retry(*bodies: str) -> dict[str, Any]:
    return {"Records": [queue_record(body, f"m-{n}") for n, body in enumerate(bodies)]}


def test_a_refused_mail_returns_in_seconds_and_is_sent(
    stage: Stage, context: Any, monkeypatch: pytest.MonkeyPatch, refuse: Refuse
) -> None:
    sent = delays(monkeypatch)
    at(monkeypatch, 0)
    owed = receive()
    refuse(SendFailed("InternalFailure: down"))
    batch = stage.inserted("MSG#")
    for _ in range(2):
        with pytest.raises(ExceptionGroup):
            respond(batch, context)
    respond(batch, context)
    put_off = acknowledgement(owed.lead_id)
    assert (put_off.status, put_off.attempts) == (Status.PENDING, 3)
    body, delay = sent[-1]
    assert 7 <= delay <= 10
    refuse(None)
    at(monkeypatch, delay)
    assert respond(retry(body), context) == {"batchItemFailures": []}
    assert acknowledgement(owed.lead_id).status is Status.SENT


def test_mail_above_the_providers_rate_is_retried_next_second_without_failing_the_batch(
    stage: Stage, context: Any, monkeypatch: pytest.MonkeyPatch, refuse: Refuse
) -> None:
    sent = delays(monkeypatch)
    at(monkeypatch, 0)
    owed = receive()
    refuse(SendThrottled("Throttling: Maximum sending rate exceeded."))
    respond(stage.inserted("MSG#"), context)
    waits = acknowledgement(owed.lead_id)
    assert (waits.status, waits.next_try_at - NOW) == (Status.PENDING, timedelta(seconds=1))
    assert [delay for _, delay in sent] == [1]
    refuse(None)
    at(monkeypatch, 1)
    respond(retry(sent[0][0]), context)
    assert acknowledgement(owed.lead_id).status is Status.SENT


def test_a_batch_of_retries_runs_the_outbox_once(stage: Stage, context: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, 0)
    receive()
    at(monkeypatch, 30)
    body = json.dumps({"schema": "leadtight.retry/2", "due": "2026-11-23T09:00:30Z", "added_later": 1})
    with stage.counted() as calls:
        respond(retry(*[body] * 10), context)
    assert calls.count("ses:SendRawEmail") == 1
    with stage.counted() as idle:
        respond(retry(*[body] * 10), context)
    assert set(idle) == {"dynamodb:Query"}
    assert len(idle) <= 24, "every lane and shard of messages and digests"


def test_an_unsendable_message_is_reported_and_does_not_affect_others(
    stage: Stage, context: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    at(monkeypatch, 0)
    first, second = receive(), receive("ben@example.com")
    load = bootstrap.ports().store.load
    monkeypatch.setattr(bootstrap.table(), "load", lambda id_: 1 / 0 if id_ == first.lead_id else load(id_))
    at(monkeypatch, 30)
    respond(retry('{"schema": "leadtight.retry/1"}'), context)
    assert acknowledgement(second.lead_id).status is Status.SENT
    assert acknowledgement(first.lead_id).status is Status.CLAIMED
    assert '"SendFaults":[1' in capsys.readouterr().out.replace(" ", "")


def test_a_message_of_a_dead_sender_is_retried_when_its_lease_ends(
    stage: Stage, context: Any, monkeypatch: pytest.MonkeyPatch, refuse: Refuse
) -> None:
    sent = delays(monkeypatch)
    at(monkeypatch, 0)
    owed = receive()
    refuse(MemoryError("killed"))
    batch = stage.inserted("MSG#")
    with pytest.raises(ExceptionGroup):
        respond(batch, context)
    respond(batch, context)
    assert acknowledgement(owed.lead_id).status is Status.CLAIMED
    [(body, delay)] = sent
    assert delay == 120
    refuse(None)
    at(monkeypatch, delay)
    respond(retry(body), context)
    assert acknowledgement(owed.lead_id).status is Status.SENT


def test_processes_share_the_rate_set_by_the_policy(
    stage: Stage, context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, 0)
    for number in range(16):
        receive(f"ada{number}@example.com")
    batch = stage.inserted("MSG#")
    with stage.counted() as calls:
        respond(batch, context)
    assert calls.count("ses:SendRawEmail") == 14
    bootstrap.forget()
    with stage.counted() as others:
        respond(batch, context)
    assert others.count("ses:SendRawEmail") == 0


def test_counts_per_second_expire(stage: Stage, context: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, 0)
    receive()
    respond(stage.inserted("MSG#"), context)
    table = boto3.client("dynamodb", region_name=REGION)
    second = int(NOW.timestamp())
    key = {"pk": {"S": f"PACE#email#{second}"}, "sk": {"S": "PACE"}}
    item = table.get_item(TableName="leadtight", Key=key)["Item"]
    assert (item["taken"], item["expires_at"]) == ({"N": "1"}, {"N": str(second + 3600)})
