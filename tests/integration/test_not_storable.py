"""Data the table never takes is held for a person.

It is not an outage, and is not retried for ever.
"""

import json
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ParamValidationError
from pynamodb.exceptions import CancellationReason, PutError, TransactWriteError, VerboseClientError

from functions.intake.handler import handle as intake
from leadtight import bootstrap
from leadtight.adapters.aws.outages import is_outage, is_permanently_refused
from tests.integration.conftest import REGION, Stage
from tests.integration.http_events import post_lead
from tests.integration.test_spill import ADA, failing, leads, post_form, spilled

SIZE = "Item size has exceeded the maximum allowed size"


def refused(code: str, reasons: list[dict[str, str]] | None = None) -> Any:
    """Return a fault that rejects every transaction storing a lead."""

    def fault(**call: Any) -> Any:
        if call["model"].name != "TransactWriteItems" or b'"lead"' not in call["params"]["body"]:
            return None
        error: dict[str, Any] = {"Error": {"Code": code, "Message": SIZE}}
        if reasons is not None:
            error["CancellationReasons"] = reasons
        return SimpleNamespace(status_code=400, headers={}, content=b""), error

    return fault


CANCELED = "TransactionCanceledException"
FOR_GOOD = {
    "the request": refused("ValidationException"),
    "an item": refused(CANCELED, [{"Code": "None"}, {"Code": "ValidationError", "Message": SIZE}]),
    "a partition": refused(CANCELED, [{"Code": "None"}, {"Code": "ItemCollectionSizeLimitExceeded"}]),
}
FOR_NOW = {
    "a throttle": refused(CANCELED, [{"Code": "None"}, {"Code": "ThrottlingError"}]),
    "a partition's": refused(CANCELED, [{"Code": "None"}, {"Code": "ProvisionedThroughputExceeded"}]),
    "both": refused(CANCELED, [{"Code": "TransactionConflict"}, {"Code": "ThrottlingError"}]),
    "an outage": refused("InternalServerError"),
}


@pytest.mark.slow
@pytest.mark.parametrize("fault", FOR_GOOD.values(), ids=FOR_GOOD)
def test_an_item_the_table_rejects_is_held_whole_without_retry(stage: Stage, context: Any, fault: Any) -> None:
    with failing(bootstrap.table().connection.client, fault):
        answers = [intake(post_form(accept=kind), context) for kind in ("text/html", "application/json")]
        program = intake(post_lead(ADA), context)
    assert [answer["statusCode"] for answer in (*answers, program)] == [303, 202, 202]
    assert leads(stage) == []
    assert spilled(stage) == []
    documents = [json.loads(item["doc"]["S"]) for item in stage.items("HELD")]
    assert {document["state"] for document in documents} == {"held"}
    assert all("ada@example.com" in document["content"] and "too large" in document["detail"] for document in documents)
    released = bootstrap.app().quarantine.release(documents[0]["id"], "mia", bootstrap.clock()())
    assert [lead["id"] for lead in leads(stage)] == [released[0].lead_id]


@pytest.mark.parametrize("fault", FOR_NOW.values(), ids=FOR_NOW)
def test_a_throttle_within_a_transaction_is_retried_from_the_queue(
    stage: Stage, context: Any, fault: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    paused: list[float] = []
    monkeypatch.setattr(bootstrap.table(), "_pause", paused.append)
    with failing(bootstrap.table().connection.client, fault):
        assert intake(post_form(accept="text/html"), context)["statusCode"] == 303
        assert intake(post_lead(ADA), context)["statusCode"] == 503
    assert len(spilled(stage)) == 1
    assert stage.items("HELD") == []
    assert paused == [], "only the loser of a race retries at once"


def test_a_person_with_an_unreadable_row_is_held(stage: Stage, context: Any) -> None:
    intake(post_lead(ADA), context)
    client = boto3.client("dynamodb", region_name=REGION)
    [person, *_] = stage.items("PERSON")
    client.put_item(TableName="leadtight", Item=person | {"latest": {"N": "5"}})
    answer = intake(post_lead(ADA | {"message": "and another thing"}), context)
    assert answer["statusCode"] == 202
    [item] = stage.items("HELD")
    assert "another thing" in item["doc"]["S"]


def client_error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": ""}}, "PutItem")


def transaction(*codes: str | None) -> TransactWriteError:
    reasons = [CancellationReason(code=code) if code else None for code in codes]
    response: Any = {"Error": {"Code": CANCELED, "Message": ""}}
    return TransactWriteError(
        "failed", VerboseClientError(response, "TransactWriteItems", cancellation_reasons=reasons)
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("error", "for_good"),
    [
        (client_error("ValidationException"), True),
        (PutError("failed", client_error("ValidationException")), True),
        (PutError("failed", client_error("ItemCollectionSizeLimitExceededException")), True),
        (ParamValidationError(report="too long"), True),
        (PutError("failed", ParamValidationError(report="too long")), True),
        (transaction(None, "ValidationError"), True),
        (transaction("ThrottlingError", "ValidationError"), True),
        (transaction("ThrottlingError"), False),
        (transaction("ConditionalCheckFailed", None), False),
        (client_error("ThrottlingException"), False),
        (client_error("RequestLimitExceeded"), False),
        (client_error("AccessDeniedException"), False),
        (EndpointConnectionError(endpoint_url="https://dynamodb"), False),
    ],
    ids=str,
)
def test_a_validation_error_is_not_an_outage(error: Exception, for_good: bool) -> None:
    assert is_permanently_refused(error) is for_good
    assert is_outage(error) is not for_good


def test_an_error_outside_aws_is_neither() -> None:
    assert not is_outage(ValueError("ours"))
    assert not is_permanently_refused(ValueError("ours"))
