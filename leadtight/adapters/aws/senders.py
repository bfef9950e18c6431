"""Senders of e-mail, texts and calls by AWS.

Each call sends once; the SDK never retries.
"""

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

from leadtight.adapters.aws import clients, message_tags, send_errors
from leadtight.adapters.aws.send_errors import IsFinal
from leadtight.adapters.email.mime import ascii_address, build
from leadtight.app.ports.messaging import Envelope, Mail
from leadtight.domain.compliance.send_permission import Permission
from leadtight.domain.model.errors import SendFailed, SendRefused, SendUnsure
from leadtight.domain.policy.messaging import Voice

_NOT_SENT = (ConnectTimeoutError, EndpointConnectionError, NoCredentialsError)


class SesMailer:
    """Sends e-mail by SES, tagged with our message ids.

    The events of SES carry the tags. It uses the classic SendRawEmail call rather than SES v2's: both reach the same
    service, and the local cloud publishes delivery and bounce notifications only for this one (decision 0005).
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
        """Take sender, reply address and configuration set.

        The events of the configuration set confirm what was sent.
        """
        self._sender = sender
        self._sender_name = sender_name
        self._reply_to = reply_to
        self._configuration_set = configuration_set
        self._clock = clock

    def send_mail(self, permission: Permission, mail: Mail, envelope: Envelope) -> str:
        """Send a mail; return SES's message id."""
        raw = build(
            mail,
            envelope,
            to=permission.address,
            sender=self._sender,
            sender_name=self._sender_name,
            now=self._clock(),
            reply_to=envelope.reply_to or self._reply_to,
        )
        return _send(
            lambda: self._client().send_raw_email(
                Source=self._sender,
                Destinations=[ascii_address(permission.address)],
                RawMessage={"Data": raw},
                ConfigurationSetName=self._configuration_set,
                Tags=[{"Name": name, "Value": value} for name, value in message_tags.of(envelope).items()],
            ),
            send_errors.about_the_mail,
        )

    def _client(self) -> Any:
        return clients.client("ses", attempts=1, read_seconds=clients.SEND_READ_SECONDS)


def sent_id(message_id: str) -> str | None:
    """Return the SES id in a Message-ID, else None.

    SES writes it as `<id>@<region>.amazonses.com`.
    """
    sent, _, domain = message_id.rpartition("@")
    return sent if domain.casefold().endswith("amazonses.com") else None


class SnsTexter:
    """Sends text messages by SNS, which reports no delivery."""

    confirms = False

    def send_text(self, permission: Permission, text: str, envelope: Envelope) -> str:
        """Send a text; return SNS's message id."""
        kind = {"AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"}}
        client = clients.client("sns", attempts=1, read_seconds=clients.SEND_READ_SECONDS)
        return _send(
            lambda: client.publish(PhoneNumber=permission.address, Message=text, MessageAttributes=kind),
            send_errors.about_the_sms,
        )


class EndUserTexter:
    """Sends text messages by AWS End User Messaging.

    The events of the configuration set confirm them, and carry our message ids as context.
    """

    confirms = True

    def __init__(self, *, origination: str, configuration_set: str) -> None:
        """Take the texts' origin and the configuration set."""
        self._origination = origination
        self._configuration_set = configuration_set

    def send_text(self, permission: Permission, text: str, envelope: Envelope) -> str:
        """Send a text; return the service's message id."""
        client = clients.client("pinpoint-sms-voice-v2", attempts=1, read_seconds=clients.SEND_READ_SECONDS)
        return _send(
            lambda: client.send_text_message(
                DestinationPhoneNumber=permission.address,
                OriginationIdentity=self._origination,
                MessageBody=text,
                MessageType="TRANSACTIONAL",
                ConfigurationSetName=self._configuration_set,
                Context=dict(message_tags.of(envelope)),
            ),
            send_errors.about_the_text,
        )


class ConnectCaller:
    """Places calls by Amazon Connect.

    The flow gets our ids as attributes, and of the person only the number. The client token consists of our ids:
    Connect places one call for the same token within seven days.
    """

    def __init__(self, voice: Voice | None) -> None:
        """Take the voice settings, None without calls."""
        self._voice = voice

    def place_call(self, permission: Permission, envelope: Envelope) -> str:
        """Place a call; return Connect's contact id."""
        voice = self._voice
        if voice is None:
            raise SendRefused("the policy has no calls")
        shown = {"SourcePhoneNumber": voice.source_number, "QueueId": voice.queue}
        client = clients.client("connect", attempts=1, read_seconds=clients.SEND_READ_SECONDS)
        return _send(
            lambda: client.start_outbound_voice_contact(
                DestinationPhoneNumber=permission.address,
                InstanceId=voice.instance,
                ContactFlowId=voice.contact_flow,
                ClientToken=f"{envelope.lead_id}.{envelope.message_id}",
                Attributes={"lead_id": envelope.lead_id, "message_id": envelope.message_id},
                **{name: value for name, value in shown.items() if value},
            ),
            send_errors.about_the_call,
            "ContactId",
        )


def _send(send: Callable[[], Any], is_final: IsFinal, id_field: str = "MessageId") -> str:
    """Send, and return the provider's id.

    Raises what tells a refusal, a failure and a missing answer apart.
    """
    try:
        return str(send()[id_field])
    except ClientError as error:
        raise send_errors.failure(error, is_final) from error
    except _NOT_SENT as error:
        raise SendFailed(str(error)) from error
    except BotoCoreError as error:
        raise SendUnsure(str(error)) from error
