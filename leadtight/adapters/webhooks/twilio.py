"""Twilio: `X-Twilio-Signature` is the base64 HMAC-SHA1 of the address and the sorted parameters, under the auth token.

A call that nobody took, from somebody unknown, is a lead with a return call due the same business day (A6); a text is
a message of a conversation.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import parse_qs

from leadtight.adapters.webhooks.provider import ItemsWithIds, Keys, Reply, Request, Unasked, Unreadable
from leadtight.adapters.webhooks.signing import based, require
from leadtight.app.intake import Submission
from leadtight.domain.message import Channel
from leadtight.domain.policy import Webhook

MISSED = frozenset({"no-answer", "busy", "failed", "canceled"})
EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


class Twilio(Unasked, ItemsWithIds):
    """Voice and messaging of one number."""

    reply = Reply(body=EMPTY_TWIML, content_type="text/xml")

    def check(self, request: Request, keys: Keys, now: datetime) -> None:
        """Check the signature over address and parameters; it holds no time, the call's id guards against replays."""
        given = request.headers.get("x-twilio-signature", "")
        fields = parse_qs(request.body.decode("utf-8", "replace"), keep_blank_values=True)
        signed = request.url + "".join(
            f"{name}{value}" for name in sorted(fields) for value in sorted(set(fields[name]))
        )
        require([given] if given else [], keys, lambda secret: based(secret, signed.encode(), "sha1"))

    def read(self, body: bytes, key: str, webhook: Webhook) -> Sequence[Submission]:
        """Return a missed call or a text as a lead; a call that was taken concerns nobody."""
        given = {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}
        if "MessageSid" in given:
            return [_text(given, webhook)]
        if "CallSid" not in given:
            raise Unreadable("neither CallSid nor MessageSid is there")
        status = given.get("DialCallStatus") or given.get("CallStatus", "")
        inbound = given.get("Direction", "inbound").startswith("inbound")
        return [_missed_call(given, status, webhook)] if inbound and status in MISSED else []


def _text(given: Mapping[str, str], webhook: Webhook) -> Submission:
    body = {"phone": given.get("From", ""), "message": given.get("Body", ""), "fields": _place(given)}
    return Submission(
        source=f"{webhook.source}_sms",
        key=given["MessageSid"],
        body=body,
        conversation=True,
        answers_by=Channel.SMS,
        ends=given.get("OptOutType") == "STOP",  # its own words, also those that an account has set
    )


def _missed_call(given: Mapping[str, str], status: str, webhook: Webhook) -> Submission:
    said = f"Missed call ({status})"
    body = {
        "name": given.get("CallerName", ""),
        "phone": given.get("From", ""),
        "message": said,
        "fields": _place(given),
    }
    return Submission(source="phone_missed", key=given["CallSid"], body=body)


def _place(given: Mapping[str, str]) -> dict[str, str]:
    names = {"To": "called", "FromCity": "city", "FromState": "region", "FromCountry": "country_of_number"}
    return {ours: given[theirs] for theirs, ours in names.items() if given.get(theirs)}
