"""A message by Twilio: who sent it, what it says, and everything else in it."""

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
"""What says how a message came and how Twilio counts it, and repeats what a lead has: ids, states, our own number."""

HIDDEN = frozenset(
    {
        *("anonymous", "restricted", "unavailable", "unknown", "private", "blocked", "266696687", "7378742833"),
        *("2562533", "8656696", "86282452253", "464"),
    }
)
"""What stands for a number that its caller hides: words, and the same words typed on a telephone."""

_SCHEME = re.compile(r"([a-z]+):(.+)")


def sender(given: Params) -> tuple[str, dict[str, str]]:
    """Return by which channel a message came, and its sender as fields of a body: number, handle or both."""
    address = given.get("From", "").strip()
    match = _SCHEME.fullmatch(address)
    channel, who = (match[1], match[2].strip()) if match else ("sms", address)
    user = given.get("ExternalUserId", "")
    is_number = who.lstrip("+").isdecimal() if channel in ("whatsapp", "rcs") else channel == "sms"
    known = {"phone": who} if is_number else {"handle": f"{channel}:{who}"}
    if user and is_number:
        known["handle"] = f"{channel if channel != 'sms' else 'whatsapp'}:{user}"
    return channel, known


def words(given: Params) -> str:
    """Return what a message says; of what is no text, what it is."""
    text = given.get("Body") or given.get("ButtonText") or given.get("ButtonPayload") or ""
    return "\n".join(filter(None, (text, *_media(given), _place(given))))


def fields_of(given: Params, *known: str) -> dict[str, str]:
    """Return every parameter that says something, under its own name unless it has one of ours."""
    left_out = {*TRANSPORT, *known, "Author", "Body", "ProfileName", "ExternalUserId"}
    return {NAMES.get(name, name): value for name, value in given.items() if name not in left_out and value}


def _media(given: Params) -> list[str]:
    count = sum(name.startswith("MediaUrl") for name in given)
    kinds = (given.get(f"MediaContentType{number}", "") for number in range(count))
    return [f"[{kind.partition('/')[0] or 'file'}]" for kind in kinds] or (["[media]"] if given.get("Media") else [])


def _place(given: Params) -> str:
    where = ", ".join(given[name] for name in ("Latitude", "Longitude") if given.get(name))
    called = ", ".join(given[name] for name in ("Label", "Address") if given.get(name))
    if not where:
        return ""
    return f"[location] {called} ({where})" if called else f"[location] {where}"
