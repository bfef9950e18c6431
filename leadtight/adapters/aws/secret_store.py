"""Secrets from Secrets Manager, cached for five minutes.

A rotation takes that long to take effect everywhere.
"""

import json
import time
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from leadtight.adapters.aws import clients
from leadtight.adapters.http import api_keys
from leadtight.adapters.inbound.signatures import WebhookSecrets
from leadtight.domain.access.api_keys import ApiKey
from leadtight.domain.access.signed_links import Keyring

KEPT_SECONDS = 300
T = TypeVar("T")


class _CachedSecret(Generic[T]):
    """Reads a JSON secret and caches the result."""

    def __init__(self, secret_id: str, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Take the secret's name or ARN."""
        self._secret_id = secret_id
        self._monotonic = monotonic
        self._kept: tuple[float, T] | None = None

    def __call__(self) -> T:
        """Return the parsed secret."""
        now = self._monotonic()
        if self._kept is None or now - self._kept[0] >= KEPT_SECONDS:
            answer = clients.client("secretsmanager").get_secret_value(SecretId=self._secret_id)
            self._kept = (now, self._read(json.loads(answer["SecretString"])))
        return self._kept[1]

    def _read(self, entries: dict[str, Any]) -> T:
        raise NotImplementedError


class SecretsManagerKeys(_CachedSecret[Keyring]):
    """Link-signing keys: `{"current": "k2", "k1": "...", "k2": "..."}`.

    To rotate, add a key and point `current` at it; remove the old one when its links have expired. Raises KeyError when
    the secret has no current key.
    """

    def _read(self, entries: dict[str, Any]) -> Keyring:
        current = entries.pop("current")
        keys = {name: key.encode() for name, key in entries.items() if isinstance(key, str)}
        if current not in keys:
            raise KeyError(f"link secret: current key {current!r} is not in it")
        return Keyring(current=current, keys=keys)


class WebhookKeys(_CachedSecret[Mapping[str, WebhookSecrets]]):
    """Secrets of webhooks, by name.

    The shape is `{"typeform": {"signing": ["new", "old"], "verify_token": "..."}}`. To rotate, put the new secret
    first, and remove the old one when the provider signs with the new.
    """

    def _read(self, entries: dict[str, Any]) -> Mapping[str, WebhookSecrets]:
        return {name: _keys(entry) for name, entry in entries.items() if isinstance(entry, dict)}


class ApiKeys(_CachedSecret[tuple[ApiKey, ...]]):
    """Live API keys by name, as `leadtight api-key` stores them.

    The shape is `{"crm": [{"sha256": "...", ...}]}`.
    """

    def _read(self, entries: dict[str, Any]) -> tuple[ApiKey, ...]:
        return api_keys.readable(entries)


class FrontKeys(_CachedSecret[Mapping[str, str]]):
    """Secrets that CloudFront adds to requests, by name.

    The shape is `{"k1": "..."}`; each of them is valid.
    """

    def _read(self, entries: dict[str, Any]) -> Mapping[str, str]:
        return {name: str(key) for name, key in entries.items() if key}


class ChatAddresses(_CachedSecret[Mapping[str, Mapping[str, str]]]):
    """Addresses of incoming webhooks, by person and channel.

    The shape is `{"ana": {"slack": "https://...", "teams": "..."}}`.
    """

    def _read(self, entries: dict[str, Any]) -> Mapping[str, Mapping[str, str]]:
        people = {name: addresses for name, addresses in entries.items() if isinstance(addresses, dict)}
        return {
            name: {channel: str(address) for channel, address in addresses.items()}
            for name, addresses in people.items()
        }


def _keys(entry: Mapping[str, Any]) -> WebhookSecrets:
    signing = entry.get("signing", ())
    listed = signing if isinstance(signing, list) else [signing]
    live = tuple(secret for secret in listed if isinstance(secret, str) and secret)
    values = {name: str(value) for name, value in entry.items() if name != "signing"}
    return WebhookSecrets(signing=live, values=values)
