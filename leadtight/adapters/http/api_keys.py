"""API keys: their format in the secret, creation and check."""

import logging
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from leadtight.adapters.http import events
from leadtight.domain.access.api_keys import ApiKey, Scope, check, digest_of
from leadtight.domain.calendar import timestamps
from leadtight.domain.model.errors import KeyRefused

PREFIX = "leadtight_"
"""The start of every key, known to scanners for leaks."""

_DIGEST = re.compile(r"[0-9a-f]{64}")
logger = logging.getLogger(__name__)


class UnreadableKey(ValueError):
    """An entry of the secret has an unknown format."""


Entries = Mapping[str, list[dict[str, Any]]]


def make(name: str, scopes: Iterable[Scope], now: datetime) -> tuple[str, ApiKey]:
    """Return a new key: its text and its stored form.

    The text is shown once.
    """
    text = PREFIX + secrets.token_urlsafe(32)
    return text, ApiKey(name=name, digest=digest_of(text), scopes=tuple(scopes), created_at=now)


def read(entries: Entries) -> tuple[ApiKey, ...]:
    """Return all keys of the secret.

    Raises UnreadableKey naming an entry in another format than that of `write`.
    """
    return tuple(_key(name, entry) for name, kept in entries.items() for entry in _listed(kept))


def readable(entries: Mapping[str, Any]) -> tuple[ApiKey, ...]:
    """Return the readable keys of the secret.

    An entry that cannot be read is named in the log, and does not affect the others.
    """
    return tuple(key for name, kept in entries.items() for entry in _listed(kept) for key in _if_readable(name, entry))


def _if_readable(name: str, entry: Any) -> Iterator[ApiKey]:
    try:
        yield _key(name, entry)
    except UnreadableKey as error:
        logger.warning("api_key_unreadable: %s", error)


def _listed(kept: Any) -> Sequence[Any]:
    return kept if isinstance(kept, list) else [kept]


def _key(name: str, entry: Any) -> ApiKey:
    try:
        if not _DIGEST.fullmatch(entry["sha256"]):
            raise ValueError("no SHA-256")  # noqa: TRY301 - one of the ways in which an entry cannot be read
        scopes = tuple(Scope(scope) for scope in entry["scopes"])
        created_at = timestamps.parse_timestamp(entry["created_at"])
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise UnreadableKey(f"an entry of {name} cannot be read: {type(error).__name__}") from error
    return ApiKey(name=name, digest=entry["sha256"], scopes=scopes, created_at=created_at)


def write(keys: Iterable[ApiKey]) -> Entries:
    """Return keys in the format of the secret.

    They are stored by name; several of one name are valid at once.
    """
    entries: dict[str, list[dict[str, Any]]] = {}
    for key in keys:
        kept = {
            "sha256": key.digest,
            "scopes": list(key.scopes),
            "created_at": timestamps.format_timestamp(key.created_at),
        }
        entries.setdefault(key.name, []).append(kept)
    return entries


def authenticate(event: events.Event, keys: Callable[[], Iterable[ApiKey]], scope: Scope) -> ApiKey:
    """Return the valid API key of a request. Raises KeyRefused.

    It is sent as `Authorization: Bearer`. The secret is read only when there is a key to compare.
    """
    kind, _, text = events.header(event, "authorization").partition(" ")
    if kind.lower() != "bearer" or not text.strip():
        raise KeyRefused("send an API key as Authorization: Bearer", is_known=False)
    return check(keys(), text.strip(), scope)


def refusal(error: KeyRefused) -> events.Response:
    """Return the response to a request without a valid key.

    It is the same for every resource.
    """
    if error.is_known:
        return events.problem(403, str(error), headers={"www-authenticate": 'Bearer error="insufficient_scope"'})
    return events.problem(401, str(error), headers={"www-authenticate": "Bearer"})
