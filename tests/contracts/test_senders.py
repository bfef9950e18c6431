"""Mail and texts: one message, one returned id.

AWS must behave like memory.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.stub import Stubber
from moto import mock_aws

from leadtight.adapters.aws import clients
from leadtight.adapters.aws.senders import EndUserTexter, SesMailer, SnsTexter
from leadtight.adapters.memory.senders import MemoryMailer, MemoryTexter
from leadtight.app.ports.messaging import Envelope, Mail, Mailer, Texter
from leadtight.domain.model.errors import OptedOut, SendFailed, SendThrottled
from leadtight.domain.model.message import Channel
from tests.contracts.changes import NOW
from tests.contracts.conftest import REGION
from tests.permissions import to_lead

SENDER = "hello@leadtight.example"
ENVELOPE = Envelope(lead_id="L1", message_id="acknowledge-1-0")
ORIGINATION = f"arn:aws:sms-voice:{REGION}:111122223333:sender-id/FIRM/DE"
TEXTER = EndUserTexter(origination=ORIGINATION, configuration_set="leadtight-prod-texts")
EXPECTED = {
    "DestinationPhoneNumber": "+4930901820",
    "OriginationIdentity": ORIGINATION,
    "MessageBody": "Hello",
    "MessageType": "TRANSACTIONAL",
    "ConfigurationSetName": "leadtight-prod-texts",
    "Context": {"lead_id": "L1", "message_id": "acknowledge-1-0"},
}
MAIL = Mail(subject="Hello", text="Hello ü", html="<p>Hello ü</p>")


@pytest.fixture(params=["memory", "confirming memory", "sns", "end user messaging"])
def senders(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Mailer, Texter]]:
    if "memory" in request.param:
        yield MemoryMailer(), MemoryTexter(confirms=request.param != "memory")
        return
    for name, value in {"AWS_ACCESS_KEY_ID": "t", "AWS_SECRET_ACCESS_KEY": "t", "AWS_DEFAULT_REGION": REGION}.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        clients.forget_clients()
        ses = boto3.client("ses", region_name=REGION)
        ses.verify_email_identity(EmailAddress=SENDER)
        ses.create_configuration_set(ConfigurationSet={"Name": "leadtight"})
        mailer = SesMailer(
            sender=SENDER, sender_name="Firm", reply_to=None, configuration_set="leadtight", clock=lambda: NOW
        )
        if request.param == "sns":
            yield mailer, SnsTexter()
        else:
            with end_user_messaging(monkeypatch) as stubber:
                for number in range(2):
                    stubber.add_response("send_text_message", {"MessageId": f"t-{number}"}, EXPECTED)
                yield mailer, TEXTER
        clients.forget_clients()


@contextmanager
def end_user_messaging(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    """Stub the service, which moto lacks.

    Its model checks each parameter.
    """
    client: Any = botocore.session.get_session().create_client(
        "pinpoint-sms-voice-v2", region_name=REGION, aws_access_key_id="t", aws_secret_access_key="t"
    )
    made = clients.client
    monkeypatch.setattr(
        clients,
        "client",
        lambda service, **options: client if service == "pinpoint-sms-voice-v2" else made(service, **options),
    )
    monkeypatch.setattr(clients, "forget_clients", made.cache_clear)
    with Stubber(client) as stubber:
        yield stubber


def test_the_same_message_handed_over_twice_is_two_mails(senders: tuple[Mailer, Texter]) -> None:
    """Providers do not deduplicate mail or texts.

    Sending once is the outbox's responsibility.
    """
    mailer, texter = senders
    mails = {mailer.send_mail(to_lead(Channel.EMAIL, "ada@example.com"), MAIL, ENVELOPE) for _ in range(2)}
    texts = {texter.send_text(to_lead(Channel.SMS, "+4930901820"), "Hello", ENVELOPE) for _ in range(2)}
    assert (len(mails), len(texts)) == (2, 2)
    assert all(mails | texts)


def test_a_texter_says_whether_its_provider_reports_deliveries(senders: tuple[Mailer, Texter]) -> None:
    _, texter = senders
    known: dict[type[Texter], bool] = {SnsTexter: False, EndUserTexter: True}
    assert texter.confirms is known.get(type(texter), texter.confirms)


@pytest.mark.parametrize(
    ("code", "reason", "kind"),
    [
        ("ConflictException", "DESTINATION_PHONE_NUMBER_OPTED_OUT", OptedOut),
        ("ConflictException", "DESTINATION_PHONE_NUMBER_NOT_VERIFIED", SendFailed),
        ("ServiceQuotaExceededException", "MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT", SendFailed),
        ("ThrottlingException", None, SendThrottled),
    ],
)
def test_a_refused_text_says_whether_another_try_may_succeed(
    monkeypatch: pytest.MonkeyPatch, code: str, reason: str | None, kind: type[Exception]
) -> None:
    with end_user_messaging(monkeypatch) as stubber:
        stubber.add_client_error("send_text_message", code, modeled_fields={"Reason": reason} if reason else {})
        with pytest.raises(kind) as raised:
            TEXTER.send_text(to_lead(Channel.SMS, "+4930901820"), "Hello", ENVELOPE)
    assert type(raised.value) is kind
