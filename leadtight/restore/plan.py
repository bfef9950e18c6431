"""What is restored from where, decided before anything changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from leadtight.restore.errors import RestoreStopped

DRILL = "drill"


@dataclass(frozen=True, slots=True, kw_only=True)
class RestorePlan:
    """One restore: its moment, its table, maybe its backup.

    The target is named for the stack and the moment, so another run of the same request finds it. With `brings_leads`,
    leads that were accepted since are copied.
    """

    stack: str
    at: datetime
    backup: str | None = None
    is_drill: bool = False
    brings_leads: bool = False

    @property
    def target(self) -> str:
        """Return the name of the restored table."""
        middle = f"{DRILL}-" if self.is_drill else ""
        return f"{self.stack}-restored-{middle}{self.at:%Y%m%dT%H%M%SZ}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RestorableWindow:
    """The moments to which a table can be restored."""

    earliest: datetime
    latest: datetime


def moment(text: str) -> datetime:
    """Parse an instant as whole seconds of UTC.

    Raises RestoreStopped for a text that leaves the zone open.
    """
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise RestoreStopped(f"--to {text}: not a time such as 2026-12-01T03:15:00Z", code=2) from error
    if at.tzinfo is None:
        raise RestoreStopped(f"--to {text}: name the zone too, such as {text}Z or {text}+01:00", code=2)
    return at.astimezone(UTC).replace(microsecond=0)


def check_moment(at: datetime, window: RestorableWindow) -> None:
    """Raise RestoreStopped for a moment outside the window."""
    if not window.earliest <= at <= window.latest:
        raise RestoreStopped(
            f"--to {at.isoformat()}: the table can be restored to any second from {window.earliest.isoformat()}"
            f" to {window.latest.isoformat()}; `--from-backup ARN` reaches further back",
            code=2,
        )
