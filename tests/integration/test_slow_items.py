"""One item of a batch that does not end costs itself: its neighbours are done, and a person gets it at the end."""

import re
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import boto3
import pytest

from functions.collect.handler import handle as collect
from leadtight import wiring
from leadtight.adapters import batches
from leadtight.adapters.files import S3Mails
from leadtight.app.file_ports import StoredMail
from tests.integration.conftest import REGION, Stage
from tests.integration.test_mail_handler import drop, leads, told
from tests.unit.mail.letters import mail

SLOW = "ses/slow"
FILES = ("ses/1", SLOW, "ses/2", "ses/3")


def context(seconds: float) -> Any:
    """Return a function's context with so much time left."""
    ends = time.monotonic() + seconds
    return SimpleNamespace(get_remaining_time_in_millis=lambda: int(1000 * (ends - time.monotonic())))


def going_back() -> None:
    """Take minutes in one pattern, as a reader did that had one of that kind (R2)."""
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
    """Store four mails and return the event that tells of them; an item gets half a second."""
    monkeypatch.setattr(batches, "IN_HAND", 0.0)
    monkeypatch.setattr(batches, "LEAST", 0.0)
    monkeypatch.setattr(batches, "AGAIN", 0.2)
    for number, file in enumerate(FILES):
        drop(
            file,
            mail(
                f"Please call me, {number}.",
                headers={"From": f"ada{number}@example.com", "Message-ID": f"<m{number}@example.com>"},
            ),
        )
    return told(*FILES)


def slow_by(how: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    fetch = S3Mails.fetch

    def slow(self: S3Mails, file: str) -> StoredMail | None:
        if file == SLOW:
            how()
        return fetch(self, file)

    monkeypatch.setattr(S3Mails, "fetch", slow)


@pytest.mark.parametrize("how", [going_back, waiting, counting, swallowing])
def test_a_mail_that_does_not_end_leaves_its_neighbours_alone_and_comes_again(
    how: Callable[[], None], stage: Stage, batch: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    slow_by(how, monkeypatch)
    begun = time.monotonic()
    assert collect(batch, context(8.0)) == {"batchItemFailures": [{"itemIdentifier": "m-1"}]}
    assert time.monotonic() - begun < 8.0
    assert sorted(lead["inquiry"]["email"] for lead in leads(stage)) == [f"ada{n}@example.com" for n in (0, 2, 3)]


def test_a_mail_that_ran_out_of_its_time_thrice_waits_for_a_person_with_its_reason(
    stage: Stage, batch: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    slow_by(waiting, monkeypatch)
    for record in batch["Records"]:
        record["attributes"] = {"ApproximateReceiveCount": str(batches.TRIES)}
    assert collect(batch, context(4.0)) == {"batchItemFailures": []}
    [held] = wiring.quarantine().waiting(10)
    assert (held.file, held.reason) == (SLOW, "unreadable")
    assert "takes too long" in held.detail
    assert boto3.client("s3", region_name=REGION).get_object(Bucket="mails", Key=SLOW)["Body"].read()
