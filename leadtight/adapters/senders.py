"""E-mail by SES and text messages by SNS: sent once per call, never retried inside the SDK."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
)

from leadtight.adapters import aws
from leadtight.adapters.mime import build
from leadtight.app.ports import Envelope, Mail
from leadtight.domain.consent import Permission
from leadtight.domain.errors import SendFailed, SendRefused, SendUnsure

_REFUSED = frozenset({"MessageRejected", "InvalidParameter", "InvalidParameterValue", "ValidationError", "OptedOut"})
_NOT_SENT = (ConnectTimeoutError, EndpointConnectionError, NoCredentialsError)


class SesMailer:
    """Sends e-mail by SES, tagged with our ids so that its events name our message.

    The classic SendRawEmail call rather than SES v2's: both reach the same service, and the local cloud publishes
    delivery and bounce notifications only for this one (decision 0011).
    """

    def __init__(
        self,
        *,
        sender: str,
        sender_name: str,
        reply_to: str | None,
        configuration_set: str,
        clock: Callable[[], datetime],
    ) -> None:
        """Take who mail comes from, where replies go, and the configuration set whose events confirm it."""
        self._sender = sender
        self._sender_name = sender_name
        self._reply_to = reply_to
        self._configuration_set = configuration_set
        self._clock = clock

    def send_mail(self, permission: Permission, mail: Mail, envelope: Envelope) -> str:
        """Return SES's message id."""
        raw = build(
            mail,
            envelope,
            to=permission.address,
            sender=self._sender,
            sender_name=self._sender_name,
            now=self._clock(),
            reply_to=envelope.reply_to or self._reply_to,
        )
        return _hand_over(
            lambda: self._client().send_raw_email(
                Source=self._sender,
                Destinations=[permission.address],
                RawMessage={"Data": raw},
                ConfigurationSetName=self._configuration_set,
                Tags=[
                    {"Name": "lead_id", "Value": envelope.lead_id},
                    {"Name": "message_id", "Value": envelope.message_id},
                ],
            )
        )

    def _client(self) -> Any:
        return aws.client("ses", attempts=1, read_seconds=aws.SEND_READ_SECONDS)


def sent_id(message_id: str) -> str | None:
    """Return SES's id of a mail that it gave this Message-ID, `<id>@<region>.amazonses.com`; None for others' mails."""
    sent, _, domain = message_id.rpartition("@")
    return sent if domain.casefold().endswith("amazonses.com") else None


class SnsTexter:
    """Sends text messages by SNS."""

    def send_text(self, permission: Permission, text: str, envelope: Envelope) -> str:
        """Return SNS's message id."""
        kind = {"AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"}}
        client = aws.client("sns", attempts=1, read_seconds=aws.SEND_READ_SECONDS)
        return _hand_over(lambda: client.publish(PhoneNumber=permission.address, Message=text, MessageAttributes=kind))


def _hand_over(send: Callable[[], Any]) -> str:
    """Return the provider's id, and tell apart a refusal, a failure and an answer that never came."""
    try:
        return str(send()["MessageId"])
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        why = f"{code}: {error.response.get('Error', {}).get('Message', '')}"
        raise (SendRefused(why) if code in _REFUSED else SendFailed(why)) from error
    except _NOT_SENT as error:
        raise SendFailed(str(error)) from error
    except BotoCoreError as error:
        raise SendUnsure(str(error)) from error
