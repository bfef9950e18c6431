"""Retries: the outbox runs again after seconds.

A delayed message must behave like memory.
"""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import boto3
import pytest
from moto import mock_aws

from leadtight.adapters.aws import clients
from leadtight.adapters.aws.retry_queue import QueueRetries
from leadtight.adapters.dynamodb import stream
from leadtight.adapters.memory.retries import MemoryRetries
from leadtight.app.ports.alarms import NEAR
from leadtight.app.ports.outbox import Retries
from leadtight.domain.calendar.timestamps import parse_timestamp
from tests.contracts.changes import NOW
from tests.contracts.conftest import REGION

Waiting = Callable[[], set[datetime]]


def _memory() -> tuple[Retries, Waiting]:
    retries = MemoryRetries()
    return retries, lambda: set(retries.waiting)


def _aws() -> tuple[Retries, Waiting]:
    sqs = boto3.client("sqs", region_name=REGION)
    url = sqs.create_queue(QueueName="retries")["QueueUrl"]
    due_times = set[datetime]()

    def note(params: dict[str, str], **_: object) -> None:
        assert stream.is_retry(params["MessageBody"])
        due_times.add(parse_timestamp(json.loads(params["MessageBody"])["due"]))

    clients.client("sqs").meta.events.register("before-parameter-build.sqs.SendMessage", note)
    return QueueRetries(url), lambda: due_times


@pytest.fixture(params=[_memory, _aws], ids=["memory", "aws"])
def retries(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Retries, Waiting]]:
    for name, value in {"AWS_ACCESS_KEY_ID": "t", "AWS_SECRET_ACCESS_KEY": "t", "AWS_DEFAULT_REGION": REGION}.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        clients.forget_clients()
        yield request.param()
        clients.forget_clients()


def test_near_retries_are_queued_and_distant_ones_are_left_to_the_sweep(
    retries: tuple[Retries, Waiting],
) -> None:
    queue, waiting = retries
    whole = NOW.replace(microsecond=0)
    for when in (whole, NOW, NOW + timedelta(seconds=0.2), whole + NEAR, NOW + NEAR, NOW + NEAR + timedelta(seconds=1)):
        queue.at(when, NOW)
    seconds = (timedelta(), timedelta(seconds=1), NEAR, NEAR + timedelta(seconds=1))
    assert waiting() == {whole + after for after in seconds}, "retries due within a second return together"


def test_the_queue_delays_whole_seconds_rounded_up(monkeypatch: pytest.MonkeyPatch) -> None:
    delays = list[int]()

    class Queue:
        def send_message(self, *, QueueUrl: str, MessageBody: str, DelaySeconds: int) -> None:  # noqa: N803
            delays.append(DelaySeconds)

    monkeypatch.setattr(clients, "client", lambda _: Queue())
    queue = QueueRetries("queue")
    for seconds in (0, 0.2, 7.5, 900):
        queue.at(NOW + timedelta(seconds=seconds), NOW)
    queue.at(NOW.replace(microsecond=0) + timedelta(seconds=30), NOW.replace(microsecond=0))
    assert delays == [1, 8, 900, 30], "the first two are of one second, and SQS takes no more than 900"


def test_a_process_asks_once_for_a_second_and_again_after_a_refusal(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from botocore.exceptions import ConnectTimeoutError

    sent = list[str]()
    broken = [True]

    class Queue:
        def send_message(self, **message: str) -> None:
            if broken.pop() if broken else False:
                raise ConnectTimeoutError(endpoint_url="queue")
            sent.append(message["MessageBody"])

    monkeypatch.setattr(clients, "client", lambda _: Queue())
    queue = QueueRetries("queue")
    queue.at(NOW, NOW)
    assert "retry_not_sent" in caplog.text
    for _ in range(3):
        queue.at(NOW, NOW)
    assert len(sent) == 1
    queue.at(NOW + timedelta(seconds=1), NOW)
    queue.at(NOW + timedelta(seconds=1), NOW + timedelta(seconds=1))
    assert len(sent) == 2
