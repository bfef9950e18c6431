"""Messages by Twilio: sender, text and other fields."""

import re
from collections.abc import Mapping

Params = Mapping[str, str]
NAMES = {"To": "called", "FromCity": "city", "FromState": "region", "FromCountry": "country_of_number"}
TRANSPORT = frozenset(
    {
        *("AccountSid", "ApiVersion", "NumSegments", "SmsMessageSid", "SmsSid", "MessageSid", "CallSid", "SmsStatus"),
        *("CallStatus", "DialCallStatus", "Direction", "Called"),
    }
)
"""Parameters about transport, or repeated in the lead.

They are ids, states, counts and our own number.
"""

HIDDEN = frozenset(
    {
        *("anonymous", "restricted", "unavailable", "unknown", "private", "blocked", "266696687", "7378742833"),
        *("2562533", "8656696", "86282452253", "464"),
    }
)
"""Placeholders for a number that its caller hides.

They are words, and the same words typed on a telephone.
"""

_SCHEME = re.compile(r"([a-z]+):(.+)")


def sender(params: Params) -> tuple[str, dict[str, str]]:
    """Return a message's channel, and its sender as fields.

    The fields are a number, a handle or both.
    """
    address = params.get("From", "").strip()
    match = _SCHEME.fullmatch(address)
    channel, who = (match[1], match[2].strip()) if match else ("sms", address)
    user = params.get("ExternalUserId", "")
    is_number = who.lstrip("+").isdecimal() if channel in ("whatsapp", "rcs") else channel == "sms"
    contact = {"phone": who} if is_number else {"handle": f"{channel}:{who}"}
    if user and is_number:
        contact["handle"] = f"{channel if channel != 'sms' else 'whatsapp'}:{user}"
    return channel, contact


def words(params: Params) -> str:
    """Return the words of a message.

    Without text, they name what the message contains.
    """
    text = params.get("Body") or params.get("ButtonText") or params.get("ButtonPayload") or ""
    return "\n".join(filter(None, (text, *_media(params), _place(params))))


def fields_of(params: Params, *used: str) -> dict[str, str]:
    """Return every parameter with a value, as fields.

    A parameter keeps its own name unless it has one of ours.
    """
    left_out = {*TRANSPORT, *used, "Author", "Body", "ProfileName", "ExternalUserId"}
    return {NAMES.get(name, name): value for name, value in params.items() if name not in left_out and value}


def _media(params: Params) -> list[str]:
    count = sum(name.startswith("MediaUrl") for name in params)
    kinds = (params.get(f"MediaContentType{number}", "") for number in range(count))
    return [f"[{kind.partition('/')[0] or 'file'}]" for kind in kinds] or (["[media]"] if params.get("Media") else [])


def _place(params: Params) -> str:
    where = ", ".join(params[name] for name in ("Latitude", "Longitude") if params.get(name))
    called = ", ".join(params[name] for name in ("Label", "Address") if params.get(name))
    if not where:
        return ""
    return f"[location] {called} ({where})" if called else f"[location] {where}"
