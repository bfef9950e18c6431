"""API keys: how their secret is written, how they are made, and who may come in with one."""

import secrets
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from leadtight.adapters import http
from leadtight.domain import instants
from leadtight.domain.api_key import ApiKey, Scope, check, digest_of
from leadtight.domain.errors import KeyRefused

PREFIX = "leadtight_"
"""Begins every key, so that scanners of code and logs know a lost one."""

Entries = Mapping[str, list[dict[str, Any]]]


def make(name: str, scopes: Iterable[Scope], now: datetime) -> tuple[str, ApiKey]:
    """Return a new key: its text, to be told once, and what is kept of it."""
    text = PREFIX + secrets.token_urlsafe(32)
    return text, ApiKey(name=name, digest=digest_of(text), scopes=tuple(scopes), created_at=now)


def read(entries: Entries) -> tuple[ApiKey, ...]:
    """Return the keys that the secret holds. Raises KeyError or ValueError when it is not as `write` writes it."""
    return tuple(
        ApiKey(
            name=name,
            digest=one["sha256"],
            scopes=tuple(Scope(scope) for scope in one["scopes"]),
            created_at=instants.from_text(one["created_at"]),
        )
        for name, kept in entries.items()
        for one in kept
    )


def write(keys: Iterable[ApiKey]) -> Entries:
    """Return keys as the secret holds them: by name, and several of one name live at once."""
    entries: dict[str, list[dict[str, Any]]] = {}
    for key in keys:
        kept = {"sha256": key.digest, "scopes": list(key.scopes), "created_at": instants.to_text(key.created_at)}
        entries.setdefault(key.name, []).append(kept)
    return entries


def holder(event: http.Event, keys: Callable[[], Iterable[ApiKey]], scope: Scope) -> ApiKey:
    """Return the key that a request carries as `Authorization: Bearer`; raises KeyRefused.

    The keys are read only when there is something to compare.
    """
    kind, _, text = http.header(event, "authorization").partition(" ")
    if kind.lower() != "bearer" or not text.strip():
        raise KeyRefused("send an API key as Authorization: Bearer", known=False)
    return check(keys(), text.strip(), scope)


def refusal(error: KeyRefused) -> http.Response:
    """Return the answer to a request without a good key: the same, whatever was asked for."""
    if error.known:
        return http.problem(403, str(error), headers={"www-authenticate": 'Bearer error="insufficient_scope"'})
    return http.problem(401, str(error), headers={"www-authenticate": "Bearer"})
