"""A table outage: no false acceptance, and form posts wait.

They wait until the table takes them.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError

from functions.intake.handler import handle as intake
from leadtight import bootstrap
from leadtight.adapters.aws import clients
from tests.integration.conftest import REGION, Stage, queue_record
from tests.integration.http_events import post_lead, request

pytestmark = pytest.mark.slow

NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
ADA = {"name": "Ada Obi", "email": "ada@example.com", "message": "urgent"}


def throttled(**_: Any) -> Any:
    error = {"Error": {"Code": "ThrottlingException", "Message": "Rate exceeded"}}
    return SimpleNamespace(status_code=400, headers={}, content=b""), error


def unreachable(**_: Any) -> Any:
    raise EndpointConnectionError(endpoint_url="https://dynamodb")


@contextmanager
def failing(client: Any, fault: Callable[..., Any]) -> Iterator[None]:
    client.meta.events.register_first("before-call", fault, unique_id="fault")
    try:
        yield
    finally:
        client.meta.events.unregister("before-call", unique_id="fault")


@pytest.fixture(params=[throttled, unreachable])
def outage(request: pytest.FixtureRequest, stage: Stage) -> Callable[[], Any]:
    return lambda: failing(bootstrap.table().connection.client, request.param)


def at(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    monkeypatch.setattr(bootstrap, "clock", lambda: lambda: moment)


def post_form(**headers: str) -> dict[str, Any]:
    fields = json.dumps(ADA | {"message": "Ü\u0001 urgent"})
    return request(
        "POST /forms/{form}", body=fields, headers={"content-type": "application/json", **headers}, form="contact"
    )


def spilled(stage: Stage) -> list[str]:
    sqs = boto3.client("sqs", region_name=REGION)
    return [m["Body"] for m in sqs.receive_message(QueueUrl=stage.spill_url).get("Messages", [])]


def leads(stage: Stage) -> list[dict[str, Any]]:
    return [json.loads(item["doc"]["S"]) for item in stage.items("LEAD")]


@pytest.mark.proves("A11")
def test_a_form_post_waits_out_an_outage_and_is_one_lead_of_its_posting_time(
    stage: Stage, context: Any, outage: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, NOON)
    with outage():
        answers = [intake(post_form(accept=kind), context) for kind in ("text/html", "application/json")]
        assert [answer["statusCode"] for answer in answers] == [303, 202]
        assert json.loads(answers[1]["body"]) == {"status": "held"}
        batch = {"Records": [queue_record(body, f"m-{n}") for n, body in enumerate(spilled(stage) + spilled(stage))]}
        at(monkeypatch, NOON + timedelta(hours=3))
        failed = intake(batch, context)["batchItemFailures"]
        assert [failure["itemIdentifier"] for failure in failed] == ["m-0", "m-1"], "it comes again"
    assert leads(stage) == []
    for _ in range(2):
        assert intake(batch, context) == {"batchItemFailures": []}
    [lead] = leads(stage)
    assert (lead["inquiry"]["name"], lead["inquiry"]["message"]) == ("Ada Obi", "Ü urgent")
    assert lead["received_at"] == lead["promise"]["starts_at"] == "2026-11-23T11:00:00.000000Z"


def contended(**call: Any) -> Any:
    """Refuse a transaction as DynamoDB does under contention.

    Another transaction writes an item of it.
    """
    if call["model"].name != "TransactWriteItems":
        return None
    reasons = [{"Code": "TransactionConflict"}, {"Code": "None"}]
    error = {"Code": "TransactionCanceledException", "Message": "Transaction cancelled"}
    response = SimpleNamespace(status_code=400, headers={}, content=b"")
    return response, {"Error": error, "CancellationReasons": reasons}


def test_a_form_post_that_loses_every_race_waits_and_keeps_its_posting_time(
    stage: Stage, context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, NOON)
    monkeypatch.setattr(bootstrap.table(), "_pause", lambda _: None)
    with failing(bootstrap.table().connection.client, contended):
        answers = [intake(post_form(accept=kind), context) for kind in ("text/html", "application/json")]
        program = intake(post_lead(ADA), context)
    assert [answer["statusCode"] for answer in answers] == [303, 202]
    assert (program["statusCode"], program["headers"]["retry-after"]) == (503, "1")
    assert leads(stage) == []
    at(monkeypatch, NOON + timedelta(minutes=2))
    batch = {"Records": [queue_record(body, f"m-{n}") for n, body in enumerate(spilled(stage) + spilled(stage))]}
    assert len(batch["Records"]) == len(answers)
    assert intake(batch, context) == {"batchItemFailures": []}
    [lead] = leads(stage)
    assert lead["received_at"] == "2026-11-23T11:00:00.000000Z"


def test_with_endless_races_and_a_failing_queue_nothing_is_accepted(
    stage: Stage, context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap.table(), "_pause", lambda _: None)
    with failing(bootstrap.table().connection.client, contended), failing(clients.client("sqs"), unreachable):
        assert intake(post_form(accept="text/html"), context)["statusCode"] == 503


@pytest.mark.parametrize("seconds", [6, 4], ids=["a known person: the second call", "a known person: the third call"])
def test_a_post_to_a_slow_table_waits_in_the_queue_after_a_timeout(
    stage: Stage, context: Any, monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    """Each call is answered, but late.

    Create, load and merge would take longer together than the function has.
    """
    intake(post_lead(ADA | {"message": "the first time"}), context)
    clock = [0.0]
    monkeypatch.setattr("leadtight.adapters.dynamodb.time_limit.time", SimpleNamespace(monotonic=lambda: clock[0]))

    def late(**_: Any) -> None:
        clock[0] += seconds

    with failing(bootstrap.table().connection.client, late):
        assert intake(post_form(accept="text/html"), context)["statusCode"] == 303
    assert clock[0] <= 9 + seconds
    [body] = spilled(stage)
    assert len(leads(stage)) == 1
    clock[0] += 120
    assert intake({"Records": [queue_record(body)]}, context) == {"batchItemFailures": []}
    kinds = [json.loads(item["doc"]["S"])["kind"] for item in stage.items("EVENT#")]
    assert kinds.count("inquiry_joined") == 1


def test_intakes_deadline_does_not_affect_later_users_of_the_table(
    stage: Stage, context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [0.0]
    at(monkeypatch, NOON)
    monkeypatch.setattr("leadtight.adapters.dynamodb.time_limit.time", SimpleNamespace(monotonic=lambda: clock[0]))
    intake(post_lead(ADA), context)
    clock[0] += 60
    assert len(bootstrap.table().due_leads(None, NOON + timedelta(days=99), 9)) == 1


def test_when_the_queue_fails_too_the_sender_is_asked_to_retry(
    stage: Stage, context: Any, outage: Callable[[], Any]
) -> None:
    with outage(), failing(clients.client("sqs"), unreachable):
        answer = intake(post_form(accept="text/html"), context)
    assert (answer["statusCode"], answer["headers"]["retry-after"]) == (503, "30")
    assert (spilled(stage), leads(stage)) == ([], [])


@pytest.mark.proves("A11")
def test_programs_and_providers_are_only_asked_to_retry(stage: Stage, context: Any, outage: Callable[[], Any]) -> None:
    with outage():
        answer = intake(post_lead(ADA, idempotency_key="k1"), context)
    assert (answer["statusCode"], answer["headers"]["retry-after"]) == (503, "30")
    assert json.loads(answer["body"])["title"] == "Nothing can be stored now; send it again"
    assert spilled(stage) == []
    assert json.loads(intake(post_lead(ADA, idempotency_key="k1"), context)["body"])["status"] == "created"


def test_an_error_other_than_an_outage_does_not_spill(
    stage: Stage, context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leadtight.app.intake.form_posts.FormIntake.take", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        intake(post_form(), context)
    assert spilled(stage) == []
