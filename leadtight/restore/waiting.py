"""Waiting for AWS, as long as it takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from botocore.exceptions import ClientError

from leadtight.restore.errors import RestoreStopped

T = TypeVar("T")
PAUSE_SECONDS = 10.0
TELL_EVERY = timedelta(minutes=1)
PATIENCE = timedelta(minutes=30)
"""How long a refused call is repeated: an update, a new table's backups."""

PASSING = frozenset(
    {
        *("ThrottlingException", "Throttling", "RequestLimitExceeded", "ProvisionedThroughputExceededException"),
        *("InternalServerError", "InternalFailure", "ServiceUnavailable", "ServiceUnavailableException"),
        *("ResourceInUseException", "LimitExceededException", "ContinuousBackupsUnavailableException"),
    }
)
"""Errors that pass: AWS is busy, or is still working on the call before."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Looks at AWS again and again, and tells how long."""

    pause: Callable[[float], None]
    clock: Callable[[], datetime]
    tell: Callable[[str], None]

    def until(self, subject: str, look: Callable[[], tuple[bool, str]]) -> None:
        """Look until it is ready; tell its state every minute.

        There is no limit: a restore takes minutes or hours.
        """
        begun_at = told_at = self.clock()
        while True:
            is_ready, state = look()
            if is_ready:
                return
            now = self.clock()
            if now == begun_at or now - told_at >= TELL_EVERY:
                self.tell(f"{subject}: {state}, {elapsed(now - begun_at)} so far")
                told_at = now
            self.pause(PAUSE_SECONDS)

    def attempt(self, call: Callable[[], T]) -> T:
        """Call again while AWS refuses for a reason that passes.

        Raises the error when it does not pass within half an hour.
        """
        begun_at = self.clock()
        while True:
            try:
                return call()
            except ClientError as error:
                if code_of(error) not in PASSING or self.clock() - begun_at > PATIENCE:
                    raise
            self.pause(PAUSE_SECONDS)


def code_of(error: ClientError) -> str:
    """Return AWS's code of an error."""
    return str(error.response.get("Error", {}).get("Code", ""))


def elapsed(duration: timedelta) -> str:
    """Return a duration as minutes and seconds, such as `12:05`."""
    minutes, seconds = divmod(int(duration.total_seconds()), 60)
    return f"{minutes}:{seconds:02}"


def reason(error: Exception) -> RestoreStopped:
    """Return why an error stops a restore."""
    code = code_of(error) if isinstance(error, ClientError) else ""
    if code in ("ExpiredTokenException", "ExpiredToken", "UnrecognizedClientException", "RequestExpired"):
        return RestoreStopped("your AWS credentials have expired: sign in, then run the same command again")
    return RestoreStopped(f"{error}; nothing is lost: run the same command again, it goes on from here")
