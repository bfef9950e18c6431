"""`leadtight redrive` over moto returns dead letters on confirmation."""

import json
from typing import Any

import boto3
import pytest
from moto import mock_aws
from typer.testing import CliRunner

from leadtight.cli import app
from tests.integration.deployed_stack import STACK, deploy

QUEUES = ("alarms", "collect", "mails", "receipts", "retries", "spill")


@pytest.fixture
def sqs(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        client = boto3.client("sqs")
        for name in (*QUEUES, *(f"{queue}-dead" for queue in QUEUES), "failed", "stream-failed"):
            client.create_queue(QueueName=f"{STACK}-{name}")
        deploy(monkeypatch)
        yield client


def url(sqs: Any, name: str) -> str:
    queue_url: str = sqs.get_queue_url(QueueName=f"{STACK}-{name}")["QueueUrl"]
    return queue_url


def bodies(sqs: Any, name: str) -> list[str]:
    """Return a queue's messages.

    They are hidden from the next reader for a while.
    """
    responses = [sqs.receive_message(QueueUrl=url(sqs, name), MaxNumberOfMessages=10) for _ in range(4)]
    return sorted(message["Body"] for response in responses for message in response.get("Messages", []))


def run(*words: str) -> dict[str, Any]:
    result = CliRunner().invoke(app, ["redrive", "--stack", STACK, "--json", *words])
    assert result.exit_code == 0, result.output
    output: dict[str, Any] = json.loads(result.output)
    return {queue["queue"]: (queue["waiting"], queue["given_back"]) for queue in output["queues"]}


def test_dead_letters_return_to_their_queue_only_on_request(sqs: Any) -> None:
    letters = [f'{{"lead_id": "L{n:02d}"}}' for n in range(23)]
    for letter in letters:
        sqs.send_message(QueueUrl=url(sqs, "alarms-dead"), MessageBody=letter)
    sqs.send_message(QueueUrl=url(sqs, "mails-dead"), MessageBody="a mail")
    assert run()["alarms"] == (23, 0)
    assert run("--queue", "alarms", "--apply") == {"alarms": (23, 23)}
    assert bodies(sqs, "alarms") == letters
    assert run()["alarms"] == (0, 0)
    assert run()["mails"] == (1, 0)


def test_a_foreign_message_of_a_queue_is_counted_and_left(sqs: Any) -> None:
    sqs.send_message(QueueUrl=url(sqs, "stream-failed"), MessageBody="{}")
    assert run("--apply")["stream-failed"] == (1, 0)
    assert bodies(sqs, "stream-failed") == ["{}"]
    shown = CliRunner().invoke(app, ["redrive", "--stack", STACK])
    assert "covered by the sweep" in " ".join(shown.output.replace("│", " ").split())


def test_an_unknown_queue_is_named() -> None:
    result = CliRunner().invoke(app, ["redrive", "--queue", "letters"])
    assert result.exit_code == 2
    assert "--queue letters" in result.output
