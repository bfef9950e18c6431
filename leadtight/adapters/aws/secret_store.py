"""Secrets from Secrets Manager, kept for five minutes: how long a rotation takes to reach everyone."""

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
    """Reads a JSON secret and keeps what it says."""

    def __init__(self, secret_id: str, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Take the secret's name or ARN."""
        self._secret_id = secret_id
        self._monotonic = monotonic
        self._kept: tuple[float, T] | None = None

    def __call__(self) -> T:
        """Return what the secret says."""
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
    """Secrets of webhooks by name: `{"typeform": {"signing": ["new", "old"], "verify_token": "..."}}`.

    To rotate, put the new one first and remove the old one when the provider signs with the new.
    """

    def _read(self, entries: dict[str, Any]) -> Mapping[str, WebhookSecrets]:
        return {name: _keys(given) for name, given in entries.items() if isinstance(given, dict)}


class ApiKeys(_CachedSecret[tuple[ApiKey, ...]]):
    """Live keys of the API by name, as `leadtight api-key` keeps them: `{"crm": [{"sha256": "...", ...}]}`."""

    def _read(self, entries: dict[str, Any]) -> tuple[ApiKey, ...]:
        return api_keys.readable(entries)


class FrontKeys(_CachedSecret[Mapping[str, str]]):
    """What the front door adds to requests, by name: `{"k1": "..."}`; each of them is good."""

    def _read(self, entries: dict[str, Any]) -> Mapping[str, str]:
        return {name: str(key) for name, key in entries.items() if key}


class ChatAddresses(_CachedSecret[Mapping[str, Mapping[str, str]]]):
    """Addresses of incoming webhooks, by person and channel: `{"ana": {"slack": "https://...", "teams": "..."}}`."""

    def _read(self, entries: dict[str, Any]) -> Mapping[str, Mapping[str, str]]:
        people = {name: given for name, given in entries.items() if isinstance(given, dict)}
        return {name: {channel: str(address) for channel, address in given.items()} for name, given in people.items()}


def _keys(given: Mapping[str, Any]) -> WebhookSecrets:
    signing = given.get("signing", ())
    listed = signing if isinstance(signing, list) else [signing]
    live = tuple(secret for secret in listed if isinstance(secret, str) and secret)
    values = {name: str(value) for name, value in given.items() if name != "signing"}
    return WebhookSecrets(signing=live, values=values)
