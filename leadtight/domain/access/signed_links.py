"""Signed links: who may do what, until when.

A token is `v1.<key id>.<claims>.<signature>`: claims as base64url JSON, HMAC-SHA256 over everything before the last
dot. Keys rotate by id: new links use the current key, older ones verify until their key is removed.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from leadtight.domain.model.errors import InvalidLink

_VERSION = "v1"


class LinkPurpose(StrEnum):
    """The purpose of a link.

    A link made for one purpose is not valid for another.
    """

    OUTCOME = "o"
    REPORT = "r"
    QUEUE = "q"
    UNSUBSCRIBE = "u"
    QUARANTINE = "h"
    BOARD = "b"
    ASK = "a"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """Content of a link: purpose, subject, person, generation and expiry.

    The subject is a lead, a report or the owner of a queue.
    """

    purpose: LinkPurpose
    subject: str
    person: str
    generation: int = 0
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyring:
    """Signing secrets by key id, and the current one."""

    current: str
    keys: Mapping[str, bytes]


def sign(claims: Claims, keyring: Keyring) -> str:
    """Return the token that carries `claims`."""
    payload = {
        "t": claims.purpose,
        "s": claims.subject,
        "p": claims.person,
        "g": claims.generation,
        "e": int(claims.expires_at.timestamp()),
    }
    body = _encode(json.dumps(payload, separators=(",", ":"), sort_keys=True).encode())
    signed = f"{_VERSION}.{keyring.current}.{body}"
    return f"{signed}.{_signature(signed, keyring.keys[keyring.current])}"


def verify(token: str, purpose: LinkPurpose, keyring: Keyring) -> Claims:
    """Return the claims of a valid token, expired or not.

    The token must be signed for `purpose`. Raises InvalidLink when it is malformed, signed by an unknown key, changed,
    or made for another purpose.
    """
    signed, _, signature = token.rpartition(".")
    parts = signed.split(".")
    if not token.isascii() or len(parts) != 3 or parts[0] != _VERSION:
        raise InvalidLink("this link is not valid")
    key = keyring.keys.get(parts[1])
    if key is None or not hmac.compare_digest(_signature(signed, key).encode(), signature.encode()):
        raise InvalidLink("the signature of this link is not valid")
    claims = _claims(parts[2])
    if claims.purpose is not purpose:
        raise InvalidLink("this link is for another purpose")
    return claims


def sign_reply(lead_id: str, keyring: Keyring) -> str:
    """Return the local part of a lead's signed reply address.

    `reply+<lead>.<key id>.<80 bits of HMAC>` in lower case, because mail programs may change capitals; at most 64
    characters (RFC 5321) with ids of 26 and key ids of 14.
    """
    return f"{_REPLY}{lead_id}.{keyring.current}.{_mark(lead_id, keyring.keys[keyring.current])}".lower()


def verify_reply(local_part: str, keyring: Keyring) -> str | None:
    """Return the lead of a signed reply address, if any.

    The lead's id is in capitals, as ids are.
    """
    signed, _, mark = local_part.lower().removeprefix(_REPLY).rpartition(".")
    lead_id, _, key_id = signed.upper().partition(".")
    if not local_part.lower().startswith(_REPLY):
        return None
    keys = (key for name, key in keyring.keys.items() if name.upper() == key_id)
    made = any(hmac.compare_digest(_mark(lead_id, key).encode(), mark.encode("utf-8", "replace")) for key in keys)
    return lead_id if made else None


_REPLY = "reply+"


def _mark(lead_id: str, key: bytes) -> str:
    made = hmac.new(key, f"{_REPLY}{lead_id.upper()}".encode("utf-8", "replace"), hashlib.sha256).digest()
    return base64.b32encode(made[:10]).decode().lower()


def _claims(body: str) -> Claims:
    try:
        payload = json.loads(_decode(body))
        return Claims(
            purpose=LinkPurpose(payload["t"]),
            subject=payload["s"],
            person=payload["p"],
            generation=payload["g"],
            expires_at=datetime.fromtimestamp(payload["e"], UTC),
        )
    except (ValueError, KeyError, TypeError, OverflowError, OSError) as error:  # odd bytes, JSON, claims or time
        raise InvalidLink("this link is not valid") from error


def _signature(signed: str, key: bytes) -> str:
    return _encode(hmac.new(key, signed.encode(), hashlib.sha256).digest())


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
