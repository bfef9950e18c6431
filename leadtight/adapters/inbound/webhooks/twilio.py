"""Twilio: missed calls, voicemails and messages.

`X-Twilio-Signature` is the base64 HMAC-SHA1 of the address and the sorted parameters, under the auth token. A missed
call from an unknown number is a lead with a return call due the same business day (A6); a text is a message of a
conversation, by any channel: SMS, MMS, RCS, WhatsApp or Messenger.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, parse_qsl

from leadtight.adapters.inbound.field_names import put
from leadtight.adapters.inbound.signatures import WebhookSecrets, base64_hmac, require
from leadtight.adapters.inbound.webhooks import twilio_lists
from leadtight.adapters.inbound.webhooks.provider import (
    Ask,
    ItemsWithIds,
    NoHandshake,
    Request,
    UnreadableDelivery,
    WebhookReply,
    set_aside,
)
from leadtight.adapters.inbound.webhooks.twilio_lists import MISSED
from leadtight.adapters.inbound.webhooks.twilio_messages import HIDDEN, fields_of, sender, words
from leadtight.app.intake.deliveries import Item
from leadtight.app.intake.submission import Submission
from leadtight.domain.model.message import Channel
from leadtight.domain.policy.sources import Webhook
from leadtight.domain.policy.trust import Submitter

EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
TEXTED = frozenset({"sms", "whatsapp", "rcs"})
"""Channels whose senders have a number for texts."""


class Twilio(NoHandshake, ItemsWithIds):
    """Voice and messaging of one number."""

    reply = WebhookReply(body=EMPTY_TWIML, content_type="text/xml")

    def check(self, request: Request, keys: WebhookSecrets, now: datetime) -> None:
        """Check the signature of address and parameters.

        It has no time; the call's id guards against replays.
        """
        signature = request.headers.get("x-twilio-signature", "")
        fields = parse_qs(request.body.decode("utf-8", "replace"), keep_blank_values=True)
        signed = request.url + "".join(
            f"{name}{value}" for name in sorted(fields) for value in sorted(set(fields[name]))
        )
        require([signature] if signature else [], keys, lambda secret: base64_hmac(secret, signed.encode(), "sha1"))

    def split(self, body: bytes, webhook: Webhook) -> Sequence[bytes]:
        """Return the body, which has one call or message."""
        return [body]

    def read(self, body: bytes, key: str, webhook: Webhook) -> Sequence[Item]:
        """Return a missed call, voicemail or message as a lead.

        Receipts and answered calls have none.
        """
        params: dict[str, Any] = {}
        for name, value in parse_qsl(body.decode("utf-8", "replace")):
            put(params, name, value)
        if "EventType" in params:
            return _conversation(params, webhook)
        if params.get("MessageStatus", "received") != "received":
            return []  # a receipt of our own message
        if "MessageSid" in params:
            return [_message(params, params["MessageSid"], webhook)]
        if "CallSid" not in params:
            raise UnreadableDelivery("both CallSid and MessageSid are missing")
        return _call(params, webhook)

    def listed(
        self, ask: Ask, since: datetime, until: datetime, keys: WebhookSecrets, webhook: Webhook
    ) -> Iterator[Submission]:
        """Return the missed calls and messages of the secret's `numbers`."""
        for call in twilio_lists.missed_calls(ask, keys, since, until):
            missed = f"Missed call ({call.params['CallStatus']})"
            yield _received(_from_caller(call.params, missed, call.params["CallSid"]), call.at)
        for message in twilio_lists.messages(ask, keys, since, until):
            yield _received(_message(message.params, message.params["MessageSid"], webhook), message.at)


def _received(lead: Submission, at: datetime) -> Submission:
    return replace(lead, body={**lead.body, "received_at": at.isoformat()})


def _call(params: Mapping[str, str], webhook: Webhook) -> Sequence[Item]:
    if params.get("TranscriptionText") and params.get("From"):
        words = f"[voicemail] {params['TranscriptionText']}"
        key = f"{params['CallSid']}:{params.get('TranscriptionSid', '')}"
        return [_from_caller(params, words, key)]
    status = params.get("DialCallStatus") or params.get("CallStatus", "")
    inbound = params.get("Direction", "inbound").startswith("inbound")
    if inbound and status in MISSED:
        return [_from_caller(params, f"Missed call ({status})", params["CallSid"])]
    if params.get("RecordingUrl") and not params.get("From"):
        return [set_aside(webhook, params, "a recording that does not say who called")]
    return []


def _conversation(params: Mapping[str, str], webhook: Webhook) -> Sequence[Item]:
    """Return a message of a conversation.

    Messages by the team or a program, and other events, are set aside.
    """
    is_theirs = params.get("Source", "").upper() not in ("API", "SDK") and params.get("Author", "").partition(":")[2]
    is_number = params.get("Author", "").startswith("+")
    if params["EventType"] == "onMessageAdded" and (is_theirs or is_number):
        key = params.get("MessageSid") or f"{params.get('ConversationSid')}:{params.get('Index')}"
        return [_message({**params, "From": params["Author"]}, key, webhook)]
    return [set_aside(webhook, params, f"{params['EventType']} of a conversation is not an inquiry")]


def _message(params: Mapping[str, str], key: str, webhook: Webhook) -> Submission:
    channel, contact = sender(params)
    fields = fields_of(params, "From") if channel == "sms" else fields_of(params)
    body = {"name": params.get("ProfileName", ""), "message": words(params), "fields": fields, **contact}
    return Submission(
        caller=Submitter.PROVIDER,
        source=f"{webhook.source}_sms",
        key=key,
        fingerprint=key,
        body=body,
        conversation=True,
        answers_by=Channel.SMS if channel in TEXTED else None,
        ends=params.get("OptOutType") == "STOP",  # Twilio's keywords, and those set by the account
        phone_proof="provider" if channel in TEXTED else "",
    )


def _from_caller(params: Mapping[str, str], words: str, key: str) -> Submission:
    """Return a call as a lead.

    A caller who hides their number is unknown.
    """
    number = params.get("From", "")
    is_hidden = number.removeprefix("+").casefold() in HIDDEN
    body = {
        "name": params.get("CallerName") or ("Caller without a number" if is_hidden else ""),
        "phone": "" if is_hidden else number,
        "message": words,
        "fields": fields_of(params, *(() if is_hidden else ("From", "Caller")), "CallerName", "TranscriptionText"),
    }
    return Submission(
        caller=Submitter.PROVIDER,
        source="phone_missed",
        key=key,
        fingerprint=key,
        body=body,
        phone_proof="provider",
    )
