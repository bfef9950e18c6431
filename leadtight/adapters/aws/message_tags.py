"""Our ids as tags of mails, which accept few characters.

They are ASCII letters, digits, `_` and `-`, at most 256:
https://docs.aws.amazon.com/ses/latest/APIReference/API_MessageTag.html
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping

from leadtight.app.ports.messaging import Envelope

LONGEST = 256
_PLAIN = re.compile(r"[A-Za-z0-9_-]+")
_MARK = "b64_"
"""Start of an encoded value."""


def of(envelope: Envelope) -> Mapping[str, str]:
    """Return the tags that name a message.

    There are none when one of its ids is too long: then only the provider's id names it.
    """
    tags = {"lead_id": encoded(envelope.lead_id), "message_id": encoded(envelope.message_id)}
    return {name: tag for name, tag in tags.items() if tag} if all(tags.values()) else {}


def encoded(value: str) -> str | None:
    """Return a value as a tag; None when too long."""
    if _PLAIN.fullmatch(value) and not value.startswith(_MARK) and len(value) <= LONGEST:
        return value
    tag = _MARK + base64.urlsafe_b64encode(value.encode()).decode().rstrip("=")
    return tag if value and len(tag) <= LONGEST else None


def decoded(tag: str) -> str:
    """Return the value of a tag.

    Another's tag is its own value.
    """
    if not tag.startswith(_MARK):
        return tag
    code = tag.removeprefix(_MARK)
    try:
        return base64.b64decode(code + "=" * (-len(code) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        return tag
