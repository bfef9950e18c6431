"""API keys of programs.

They are random, shown once, and stored only as digests.
"""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from leadtight.domain.model.errors import KeyRefused

ID_LENGTH = 8


class Scope(StrEnum):
    """Scopes of an API key."""

    READ = "read"
    WRITE = "write"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """One live key: its holder, its digest and its scopes.

    The digest is SHA-256. A key has 256 random bits, so its digest needs no salt and cannot be reversed.
    """

    name: str
    digest: str
    scopes: tuple[Scope, ...]
    created_at: datetime

    @property
    def id(self) -> str:
        """Return the start of the digest.

        It distinguishes the keys of one name.
        """
        return self.digest[:ID_LENGTH]


def digest_of(text: str) -> str:
    """Return the digest under which a key is stored."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def check(keys: Iterable[ApiKey], text: str, scope: Scope) -> ApiKey:
    """Return the live key that `text` is.

    Raises KeyRefused when there is none, or when it does not permit `scope`. Every key is compared in constant time,
    whichever matches: timing reveals nothing about them.
    """
    digest = digest_of(text)
    matches = [key for key in keys if hmac.compare_digest(key.digest, digest)]
    if not matches:
        raise KeyRefused("unknown API key", is_known=False)
    if scope not in matches[0].scopes:
        raise KeyRefused(f"this key may not {scope}", is_known=True)
    return matches[0]
