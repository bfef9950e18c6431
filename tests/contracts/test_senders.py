"""Mail and texts: one message, one returned id.

AWS must behave like memory.
"""

from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from leadtight.adapters.aws import clients
from leadtight.adapters.aws.senders import SesMailer, SnsTexter
from leadtight.adapters.memory.senders import MemoryMailer, MemoryTexter
from leadtight.app.ports.messaging import Envelope, Mail, Mailer, Texter
from leadtight.domain.model.message import Channel
from tests.contracts.changes import NOW
from tests.contracts.conftest import REGION
from tests.permissions import to_lead

SENDER = "hello@leadtight.example"
ENVELOPE = Envelope(lead_id="L1", message_id="acknowledge-1-0")
MAIL = Mail(subject="Hello", text="Hello ü", html="<p>Hello ü</p>")


@pytest.fixture(params=["memory", "aws"])
def senders(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Mailer, Texter]]:
    if request.param == "memory":
        yield MemoryMailer(), MemoryTexter()
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
        yield mailer, SnsTexter()
        clients.forget_clients()


def test_the_same_message_handed_over_twice_is_two_mails(senders: tuple[Mailer, Texter]) -> None:
    """Providers do not deduplicate mail or texts.

    Sending once is the outbox's responsibility.
    """
    mailer, texter = senders
    mails = {mailer.send_mail(to_lead(Channel.EMAIL, "ada@example.com"), MAIL, ENVELOPE) for _ in range(2)}
    texts = {texter.send_text(to_lead(Channel.SMS, "+4930901820"), "Hello", ENVELOPE) for _ in range(2)}
    assert (len(mails), len(texts)) == (2, 2)
    assert all(mails | texts)
