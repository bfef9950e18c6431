"""The real clock and real ids."""

import secrets
import time
from datetime import UTC, datetime

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TIME_CHARACTERS = 10
_RANDOM_CHARACTERS = 16


def clock() -> datetime:
    """Return the present instant in UTC."""
    return datetime.now(UTC)


def new_id() -> str:
    """Return a ULID, which sorts by its time of creation.

    It has 26 characters, milliseconds first.
    """
    stamp = int(time.time() * 1000)
    return _base32(stamp, _TIME_CHARACTERS) + _base32(secrets.randbits(80), _RANDOM_CHARACTERS)


def _base32(number: int, length: int) -> str:
    return "".join(_ALPHABET[(number >> (5 * place)) & 31] for place in reversed(range(length)))
