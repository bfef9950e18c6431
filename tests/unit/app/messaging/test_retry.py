"""Retry delays of messages, and the meaning of provider refusals."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from leadtight.adapters.aws import clients
from leadtight.adapters.aws.senders import SnsTexter
from leadtight.app.messaging.retry import LONGEST_BACKOFF, backoff
from leadtight.app.ports.messaging import Envelope
from leadtight.domain.model.errors import SendFailed, SendRefused, SendThrottled
from leadtight.domain.model.message import LEAD, Channel, Message, Template
from tests.permissions import to_lead

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
ENVELOPE = Envelope(lead_id="L1", message_id="acknowledge-1-0")


def tried(attempts: int, lead_id: str = "L1") -> Message:
    return Message(
        id="acknowledge-1-0",
        lead_id=lead_id,
        template=Template.ACKNOWLEDGE,
        channel=Channel.EMAIL,
        recipient=LEAD,
        created_at=NOW,
        next_try_at=NOW,
        attempts=attempts,
    )


def test_pauses_double_from_ten_seconds_to_fifteen_minutes_with_jitter_of_a_quarter() -> None:
    assert backoff(tried(1)) == backoff(tried(2)) == timedelta()
    wholes = [10, 20, 40, 80, 160, 320, 640, 900, 900]
    for attempts, whole in enumerate(wholes, start=3):
        assert 0.75 * whole <= backoff(tried(attempts)).total_seconds() <= whole
    assert backoff(tried(10_000)) <= LONGEST_BACKOFF


def test_simultaneous_failures_return_separately_and_each_reproducibly() -> None:
    pauses = [backoff(tried(9, f"L{n}")).total_seconds() for n in range(200)]
    assert max(pauses) - min(pauses) > 0.2 * 640
    assert len({int(pause) for pause in pauses}) > 80, "seconds, of the 160 that there are"
    assert pauses == [backoff(tried(9, f"L{n}")).total_seconds() for n in range(200)]


@pytest.mark.parametrize(
    ("code", "words", "means"),
    [
        ("Throttling", "Maximum sending rate exceeded.", SendThrottled),
        ("ThrottlingException", "Rate exceeded", SendThrottled),
        ("TooManyRequestsException", "Too Many Requests", SendThrottled),
        ("Throttling", "Daily message quota exceeded.", SendFailed),
        ("InternalFailure", "We encountered an internal error", SendFailed),
        ("InvalidParameter", "Invalid parameter: PhoneNumber", SendRefused),
    ],
)
def test_per_second_daily_and_permanent_refusals_differ(
    monkeypatch: pytest.MonkeyPatch, code: str, words: str, means: type[Exception]
) -> None:
    class Refusing:
        def publish(self, **_: Any) -> None:
            raise ClientError({"Error": {"Code": code, "Message": words}}, "Publish")

    monkeypatch.setattr(clients, "client", lambda *_, **__: Refusing())
    with pytest.raises(means, match=code) as raised:
        SnsTexter().send_text(to_lead(Channel.SMS, "+4930901820"), "Hello", ENVELOPE)
    assert type(raised.value) is means
