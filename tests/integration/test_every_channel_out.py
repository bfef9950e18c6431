"""Every automatic channel, up to its provider (E1, E4, P4)."""

import email
import json
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.stub import Stubber
from moto.ses.models import ses_backends
from moto.sns.models import sns_backends

from functions.intake.handler import handle as intake
from functions.respond.handler import handle as respond
from functions.route.handler import handle as route
from functions.sla.handler import handle as sla
from leadtight import bootstrap
from leadtight.adapters.aws import clients
from leadtight.adapters.aws.senders import EndUserTexter, SnsTexter
from leadtight.domain.model.message import Channel, Status, Template
from leadtight.domain.policy.messaging import Voice
from leadtight.domain.policy.policy import Policy
from leadtight.policy import loader as policies
from tests.integration.conftest import MONDAY_NINE, REGION, Stage, queue_record
from tests.integration.http_events import post_lead
from tests.integration.test_api import with_key
from tests.lambda_context import CONTEXT
from tests.listening import listening
from tests.recorded_events import recorded
from tests.scenarios import test_voice as voice

pytestmark = pytest.mark.slow

ACCOUNT = "123456789012"
NUMBER, ANAS = "+4930901820", "+4930123456"
ADA = {
    "name": "Ada Obi",
    "email": "ada@example.com",
    "phone": NUMBER,
    "phone_verified": True,
    "message": "urgent: a new roof",
    "consent": {"sms": True, "marketing": ["email", "voice"], "text": "yes"},
}
ID = "12345678-1234-1234-1234-123456789012"


def govern(monkeypatch: pytest.MonkeyPatch, policy: Policy) -> None:
    monkeypatch.setattr(bootstrap, "policy", lambda: policy)
    bootstrap.forget()


def at(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    monkeypatch.setattr(bootstrap, "clock", lambda: lambda: now)


def arrive(stage: Stage, keys: dict[str, str]) -> str:
    """Post the lead, and run routing and messages, each twice.

    Without keys a stranger posts it.
    """
    lead_id = str(json.loads(intake(post_lead(ADA, **(with_key(keys) if keys else {})), CONTEXT)["body"])["lead_id"])
    for _ in range(2):
        route(stage.inserted("LEAD"), CONTEXT)
        respond(stage.inserted("MSG#"), CONTEXT)
    return lead_id


def mails_to(address: str) -> list[email.message.Message]:
    raw = [mail.raw_data for mail in ses_backends[ACCOUNT][REGION].sent_messages]
    return [mail for mail in map(email.message_from_string, raw) if address in str(mail["To"])]


def texts_to(number: str) -> list[str]:
    texts = sns_backends[ACCOUNT][REGION].sms_messages.values()
    return [words for to, words in texts if to == number]


def only_alert(lead_id: str, channel: Channel) -> None:
    """Check that the owner's alert left by this channel alone."""
    messages = bootstrap.ports().outbox.messages(lead_id)
    alerts = [(m.channel, m.status) for m in messages if m.template is Template.ALERT_OWNER]
    assert alerts == [(channel, Status.SENT)]


@pytest.mark.proves("E1")
def test_one_mail_and_one_text_acknowledge_an_inquiry(stage: Stage, keys: dict[str, str]) -> None:
    arrive(stage, keys)
    [mail] = mails_to("ada@example.com")
    assert (mail["Subject"], mail["Reply-To"]) == (
        "Thank you for your message to Harbour Home Services",
        "Harbour Home Services <hello@leadtight.example>",
    )
    [text] = texts_to(NUMBER)
    assert text.startswith("Harbour Home Services: ")


def test_a_receipt_of_a_text_confirms_it(stage: Stage, keys: dict[str, str]) -> None:
    lead_id = arrive(stage, keys)
    [text] = [m for m in bootstrap.ports().outbox.messages(lead_id) if m.channel is Channel.SMS]
    event = recorded("texts", "text-delivered") | {"context": {"lead_id": lead_id, "message_id": text.id}}
    assert respond({"Records": [queue_record(json.dumps(event))]}, CONTEXT) == {"batchItemFailures": []}
    assert bootstrap.ports().outbox.find(lead_id, text.id) == replace(
        text, status=Status.CONFIRMED, provider_id=event["messageId"]
    )


@pytest.mark.parametrize(
    ("origination", "texter"),
    [("", SnsTexter), ("arn:aws:sms-voice:eu-central-1:123456789012:pool/pool-1", EndUserTexter)],
)
def test_the_stages_origin_decides_who_sends_texts(
    monkeypatch: pytest.MonkeyPatch, origination: str, texter: type
) -> None:
    monkeypatch.setenv("LEADTIGHT_TEXT_ORIGINATION", origination)
    monkeypatch.setenv("LEADTIGHT_TEXT_CONFIGURATION_SET", "leadtight-prod-texts")
    bootstrap.forget()
    assert type(bootstrap.ports().texter) is texter


@pytest.mark.proves("H1")
def test_what_a_stranger_says_of_consent_sends_no_text(stage: Stage) -> None:
    arrive(stage, {})
    assert len(mails_to("ada@example.com")) == 1
    assert texts_to(NUMBER) == []


@pytest.mark.proves("E4")
def test_owner_is_alerted_by_mail(stage: Stage, keys: dict[str, str]) -> None:
    only_alert(arrive(stage, keys), Channel.EMAIL)
    [mail] = mails_to("ana@leadtight.example")
    assert mail["Subject"] == "New lead, answer by Mon 23 Nov, 09:05: Ada Obi"
    [words, *_] = [part.get_payload(decode=True) for part in mail.walk() if not part.is_multipart()]
    assert isinstance(words, bytes)
    for fact in ("Ada Obi", "API", "urgent: a new roof", "https://leads.leadtight.example/o/"):
        assert fact in words.decode()


@pytest.mark.proves("E4")
def test_owner_is_alerted_by_text(stage: Stage, keys: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    govern(monkeypatch, alerting(Channel.SMS))
    only_alert(arrive(stage, keys), Channel.SMS)
    [text] = texts_to(ANAS)
    for fact in ("Ada Obi", "09:05", "https://leads.leadtight.example/o/"):
        assert fact in text


@pytest.mark.proves("E4")
@pytest.mark.parametrize("channel", [Channel.SLACK, Channel.TEAMS])
def test_owner_is_alerted_in_chat(
    stage: Stage, keys: dict[str, str], monkeypatch: pytest.MonkeyPatch, channel: Channel
) -> None:
    govern(monkeypatch, alerting(channel))
    with listening() as hook:
        secret = json.dumps({"ana": {channel: hook.url}})
        boto3.client("secretsmanager", region_name=REGION).put_secret_value(
            SecretId="alert-secret", SecretString=secret
        )
        only_alert(arrive(stage, keys), channel)
    [(_, card)] = hook.posted
    for fact in ("Ada Obi", "API", "urgent: a new roof", "https://leads.leadtight.example/o/"):
        assert fact in json.dumps(card)


def alerting(*ways: Channel) -> Policy:
    """Return the shipped policy with Ana's ways of alerts."""
    shipped = policies.shipped()
    ana = replace(shipped.people["ana"], phone=ANAS, alert_by=ways)
    return replace(shipped, people={**shipped.people, "ana": ana})


@pytest.mark.proves("P4")
def test_a_sequence_calls_a_lead_that_agreed(
    stage: Stage, keys: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    govern(monkeypatch, voice.policy(voice=Voice(instance=ID, contact_flow=ID, source_number="+4930123450")))
    client: Any = botocore.session.get_session().create_client("connect", region_name=REGION)
    by_service = clients.client
    known = cache(lambda name, **how: client if name == "connect" else by_service(name, **how))
    monkeypatch.setattr(clients, "client", known)
    lead_id = arrive(stage, keys)
    expected = {
        "DestinationPhoneNumber": NUMBER,
        "InstanceId": ID,
        "ContactFlowId": ID,
        "SourcePhoneNumber": "+4930123450",
        "ClientToken": f"{lead_id}.sequence_step-3-0",
        "Attributes": {"lead_id": lead_id, "message_id": "sequence_step-3-0"},
    }
    with Stubber(client) as connect:
        connect.add_response("start_outbound_voice_contact", {"ContactId": "c-1"}, expected)
        at(monkeypatch, MONDAY_NINE + timedelta(days=2, minutes=15))
        sla({"sweep": True}, CONTEXT)
        for _ in range(2):
            respond(stage.inserted("MSG#sequence_step"), CONTEXT)
        connect.assert_no_pending_responses()
    lead = bootstrap.ports().store.load(lead_id)
    assert lead is not None
    assert lead.first_contact_at is None, "a call that is placed is no contact"
