"""Reply-To of our mails.

The lead's own address where it has one, else people, else none.
"""

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from email.policy import default
from typing import Any

import pytest

from leadtight.adapters.aws import clients
from leadtight.adapters.aws.senders import SesMailer, sent_id
from leadtight.app.ports.messaging import Envelope, Mail
from leadtight.domain.model.message import Channel
from tests.permissions import to_lead


def sent(monkeypatch: pytest.MonkeyPatch, reply_to: str | None, envelope: Envelope) -> Message:
    taken: dict[str, Any] = {}

    class Ses:
        def send_raw_email(self, **params: Any) -> dict[str, str]:
            taken.update(params)
            return {"MessageId": "0102-1"}

    monkeypatch.setattr(clients, "client", lambda *_, **__: Ses())
    mailer = SesMailer(
        sender="hello@firm.example",
        sender_name="Firm",
        reply_to=reply_to,
        configuration_set="set",
        clock=lambda: datetime(2026, 11, 23, tzinfo=UTC),
    )
    to = to_lead(Channel.EMAIL, "ada@example.com")
    mailer.send_mail(to, Mail(subject="Thank you", text="Hello", html="<p>Hello</p>"), envelope)
    return message_from_bytes(taken["RawMessage"]["Data"], policy=default)


LEADS = "reply+01kb1234567890abcdefghjkmn.k1.abcdefghijklmnop@inbox.firm.example"


def test_the_leads_own_address_precedes_that_of_people(monkeypatch: pytest.MonkeyPatch) -> None:
    envelope = Envelope(lead_id="L1", message_id="m", reply_to=LEADS)
    assert sent(monkeypatch, "people@firm.example", envelope)["Reply-To"] == f"Firm <{LEADS}>"


def test_a_long_address_stays_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    domain = "inbox.a-company-with-quite-a-long-name-for-a-domain.example"
    longest = f"reply+{'a' * 26}.{'k' * 14}.{'b' * 16}@{domain}"
    envelope = Envelope(lead_id="L1", message_id="m", reply_to=longest)
    assert sent(monkeypatch, None, envelope)["Reply-To"] == f"Firm <{longest}>"


def test_without_one_answers_go_to_people_or_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    envelope = Envelope(lead_id="L1", message_id="m")
    assert sent(monkeypatch, "people@firm.example", envelope)["Reply-To"] == "Firm <people@firm.example>"
    assert sent(monkeypatch, None, envelope)["Reply-To"] is None


@pytest.mark.parametrize(
    ("message_id", "ours"),
    [
        ("0102-1@eu-central-1.amazonses.com", "0102-1"),
        ("0102-1@email.amazonses.com", "0102-1"),
        ("0102-1@mail.example.com", None),
        ("0102-1@amazonses.com.example", None),
        ("", None),
    ],
)
def test_only_provider_ids_are_looked_up(message_id: str, ours: str | None) -> None:
    assert sent_id(message_id) == ours
