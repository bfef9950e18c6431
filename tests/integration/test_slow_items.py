"""A never-ending item of a batch costs only itself.

Its neighbours are done, and a person gets it at the end.
"""

import json
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import boto3
import pytest

from functions.collect.handler import handle as collect
from functions.intake.handler import handle as intake
from leadtight import bootstrap
from leadtight.adapters.aws import item_time, queue_batches
from leadtight.adapters.aws.s3 import S3Mails
from leadtight.adapters.dynamodb.quarantine import DynamoQuarantine
from leadtight.adapters.inbound.webhooks.client import Fetching
from leadtight.adapters.inbound.webhooks.typeform import Typeform
from leadtight.app.intake.deliveries import Item
from leadtight.app.intake.fetch_announced import FetchAnnounced
from leadtight.app.intake.receive import Intake, IntakeResult
from leadtight.app.intake.submission import Submission
from leadtight.app.ports.files import StoredMail
from leadtight.domain.intake.quarantine import QuarantinedDelivery
from leadtight.domain.policy.sources import Webhook
from leadtight.policy import loader as policies
from tests.integration.conftest import REGION, Stage
from tests.integration.test_mail_handler import drop, leads, notification
from tests.integration.test_webhooks_handler import deliver
from tests.lambda_context import Context
from tests.unit.adapters.email.letters import mail

pytestmark = pytest.mark.slow

SLOW = "ses/slow"
FILES = ("ses/1", SLOW, "ses/2", "ses/3")


def context(seconds: float) -> Context:
    """Return a function's context with so much time left."""
    ends = time.monotonic() + seconds
    return Context(lambda: int(1000 * (ends - time.monotonic())))


def going_back() -> None:
    """Take minutes in one pattern, as a backtracking reader (R2)."""
    re.match(r"(a+)+$", "a" * 40 + "!")


def waiting() -> None:
    time.sleep(60)


def counting() -> None:
    while True:
        pass


def swallowing() -> None:
    """Go on after the first interruption."""
    try:
        time.sleep(60)
    except Exception:  # noqa: BLE001  # what a careless reader does
        time.sleep(60)


@pytest.fixture
def batch(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return the event of four stored mails.

    An item gets half a second.
    """
    monkeypatch.setattr(queue_batches, "IN_HAND", timedelta())
    monkeypatch.setattr(queue_batches, "LEAST", 0.0)
    monkeypatch.setattr(item_time, "AGAIN", 0.2)
    for number, file in enumerate(FILES):
        drop(
            file,
            mail(
                f"Please call me, {number}.",
                headers={"From": f"ada{number}@example.com", "Message-ID": f"<m{number}@example.com>"},
            ),
        )
    return notification(*FILES)


def slow_by(how: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    fetch = S3Mails.fetch

    def slow(self: S3Mails, file: str) -> StoredMail | None:
        if file == SLOW:
            how()
        return fetch(self, file)

    monkeypatch.setattr(S3Mails, "fetch", slow)


@pytest.mark.parametrize("how", [going_back, waiting, counting, swallowing])
def test_a_mail_that_never_finishes_leaves_others_alone_and_returns(
    how: Callable[[], None], stage: Stage, batch: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    slow_by(how, monkeypatch)
    begun = time.monotonic()
    assert collect(batch, context(8.0)) == {"batchItemFailures": [{"itemIdentifier": "m-1"}]}
    assert time.monotonic() - begun < 8.0
    assert sorted(lead["inquiry"]["email"] for lead in leads(stage)) == [f"ada{n}@example.com" for n in (0, 2, 3)]


def test_a_mail_that_timed_out_three_times_waits_for_a_person_with_its_reason(
    stage: Stage, batch: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    slow_by(waiting, monkeypatch)
    for record in batch["Records"]:
        record["attributes"] = {"ApproximateReceiveCount": str(queue_batches.TRIES)}
    assert collect(batch, context(4.0)) == {"batchItemFailures": []}
    [delivery] = bootstrap.app().quarantine.waiting(10)
    assert (delivery.file, delivery.reason) == (SLOW, "unreadable")
    assert "takes too long" in delivery.detail
    assert boto3.client("s3", region_name=REGION).get_object(Bucket="mails", Key=SLOW)["Body"].read()


def typeform(token: str) -> dict[str, Any]:
    answers = [{"type": "email", "email": f"{token}@example.com", "field": {"id": "2", "ref": "mail", "type": "email"}}]
    return {"event_type": "form_response", "form_response": {"token": token, "answers": answers}}


@pytest.fixture
def webhook(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    hook = Webhook(id="typeform", provider="typeform", source="typeform")
    policy = replace(policies.shipped(), webhooks={"typeform": hook})
    monkeypatch.setattr(bootstrap, "policy", lambda: policy)
    monkeypatch.setattr("functions.intake.webhooks.ITEM_SECONDS", 0.3)
    monkeypatch.setattr("functions.intake.handler.BEGUN_WITHIN_SECONDS", 3.5)
    monkeypatch.setattr(item_time, "AGAIN", 0.2)
    bootstrap.forget()


def slow_reading(monkeypatch: pytest.MonkeyPatch, how: Callable[[], None]) -> None:
    read = Typeform.read

    def slow(self: Typeform, body: bytes, key: str, hook: Webhook) -> Sequence[Item]:
        if b'"slow"' in body:
            how()
        return read(self, body, key, hook)

    monkeypatch.setattr(Typeform, "read", slow)


def slow_storing(monkeypatch: pytest.MonkeyPatch, name: str, how: Callable[[], None]) -> None:
    receive = Intake.receive

    def slow(self: Intake, submission: Submission, now: datetime) -> IntakeResult:
        if submission.body.get("email") == f"{name}@example.com":
            how()
        return receive(self, submission, now)

    monkeypatch.setattr(Intake, "receive", slow)


@pytest.mark.parametrize("where", ["reading", "storing"])
def test_a_webhook_item_that_never_finishes_affects_no_other_and_is_retried_until_it_is_held(
    where: str, stage: Stage, webhook: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as slow:
        if where == "reading":
            slow_reading(slow, waiting)
        else:
            slow_storing(slow, "slow", waiting)
        items = [typeform(token) for token in ("a", "slow", "b", "c")]
        assert deliver(json.dumps(items).encode())["statusCode"] == 200
        assert emails(stage) == ["a@example.com", "b@example.com", "c@example.com"]
        slow.setattr("functions.collect.handler.ITEM_SECONDS", 0.3)
        collect({"sweep": True}, context(300.0))
        assert len(emails(stage)) == 3
        [waits] = DynamoQuarantine(bootstrap.table()).waiting(bootstrap.clock()() + timedelta(hours=1), 9)
        assert (waits.tries, "it took over 0.3 s" in waits.detail) == (1, True)
    bootstrap.app().collect.collect(waits.id, bootstrap.clock()() + timedelta(hours=1))
    assert emails(stage) == ["a@example.com", "b@example.com", "c@example.com", "slow@example.com"]


def emails(stage: Stage) -> list[str]:
    return sorted(lead["inquiry"]["email"] for lead in leads(stage))


def test_an_import_row_that_never_finishes_is_rejected_and_the_others_are_leads(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("functions.intake.import_rows.ROW_SECONDS", 0.3)
    slow_storing(monkeypatch, "slow", going_back)
    rows = [
        {"row": number, "key": name, "body": {"email": f"{name}@example.com"}}
        for number, name in enumerate(("a", "slow", "b"), start=1)
    ]
    payload = {"import": {"source": "crm", "rows": rows}}
    results = intake(payload, context(4.0))["results"]
    assert [row["result"] for row in results] == ["created", "rejected", "created"]
    [problem] = results[1]["problems"]
    assert "import the file again" in problem["detail"]
    assert emails(stage) == ["a@example.com", "b@example.com"]


def test_a_sweep_without_time_starts_no_fetch_and_says_so(
    stage: Stage, webhook: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow_reading(monkeypatch, waiting)
    deliver(json.dumps([typeform("slow"), typeform("a")]).encode())
    with monkeypatch.context() as looked_at:
        looked_at.setattr(FetchAnnounced, "collect", lambda *_: pytest.fail("there was no time for it"))
        result = bootstrap.app().collect.sweep(bootstrap.clock()(), lambda: timedelta())
    assert (result.unfinished, result.faults) == (1, ())


def test_repeated_sweep_failures_do_not_stay_ahead_of_others(
    stage: Stage, webhook: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as slow:
        slow_reading(slow, waiting)
        for number in range(2):
            deliver(json.dumps(typeform("slow") | {"event_id": str(number)}).encode())
        monkeypatch.setattr("leadtight.app.intake.fetch_announced.BATCH", 1)
    fetched = 0

    def fail_first(self: Fetching, delivery: QuarantinedDelivery) -> bytes:
        nonlocal fetched
        fetched += 1
        if fetched == 1:
            raise ZeroDivisionError
        return delivery.content.encode()

    monkeypatch.setattr(Fetching, "fetch", fail_first)
    now = bootstrap.clock()()
    assert [type(fault) for fault in bootstrap.app().collect.sweep(now).faults] == [ZeroDivisionError]
    assert bootstrap.app().collect.sweep(now).fetched == 1
