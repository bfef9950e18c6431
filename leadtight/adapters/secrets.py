"""Link-signing keys from Secrets Manager."""

import json
import time
from collections.abc import Callable

from leadtight.adapters import aws
from leadtight.domain.links import Keyring

KEPT_SECONDS = 300


class SecretsManagerKeys:
    """Reads the key ring and keeps it for five minutes, which is how long a rotation takes to reach everyone.

    The secret is JSON: `{"current": "k2", "k1": "...", "k2": "..."}`. To rotate, add a key and point `current` at it;
    remove the old one when its links have expired.
    """

    def __init__(self, secret_id: str, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Take the secret's name or ARN."""
        self._secret_id = secret_id
        self._monotonic = monotonic
        self._kept: tuple[float, Keyring] | None = None

    def __call__(self) -> Keyring:
        """Return the key ring. Raises KeyError when the secret has no current key."""
        now = self._monotonic()
        if self._kept is None or now - self._kept[0] >= KEPT_SECONDS:
            self._kept = (now, self._read())
        return self._kept[1]

    def _read(self) -> Keyring:
        answer = aws.client("secretsmanager").get_secret_value(SecretId=self._secret_id)
        entries: dict[str, str] = json.loads(answer["SecretString"])
        current = entries.pop("current")
        keys = {name: key.encode() for name, key in entries.items()}
        if current not in keys:
            raise KeyError(f"link secret: current key {current!r} is not in it")
        return Keyring(current=current, keys=keys)
