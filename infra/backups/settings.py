"""A stage's settings for backups."""

from __future__ import annotations

import re
from dataclasses import dataclass

from constructs import Node

DEFAULT_KEEP_DAYS = 35
"""As many days as point-in-time recovery reaches back."""

COOLING_OFF_DAYS = 3
"""Days until a compliance lock is final.

The least that AWS accepts.
"""

VAULT = re.compile(r"arn:aws[a-z-]*:backup:[a-z0-9-]+:\d{12}:backup-vault:[a-zA-Z0-9_-]{2,50}")


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupSettings:
    """How long backups are kept, and where else.

    `copy_to` is the ARN of a vault in another region or account. `lock_days` are the days for which a backup in the
    stage's own vault cannot be deleted. A lock can be removed again by who may, unless it is for `compliance`.
    """

    keep_days: int = DEFAULT_KEEP_DAYS
    copy_to: str | None = None
    lock_days: int | None = None
    compliance: bool = False

    def __post_init__(self) -> None:
        """Raise ValueError for values that AWS would reject."""
        if self.keep_days < 1:
            raise ValueError("backup.keep_days: must be at least 1")
        if self.copy_to is not None and not VAULT.fullmatch(self.copy_to):
            raise ValueError("backup.copy_to: must be the ARN of a backup vault")
        if self.lock_days is not None and not 0 < self.lock_days <= self.keep_days:
            raise ValueError(f"backup.lock_days: must be from 1 to keep_days ({self.keep_days})")
        if self.compliance and self.lock_days is None:
            raise ValueError("backup.compliance: needs lock_days")

    @classmethod
    def from_context(cls, node: Node) -> BackupSettings:
        """Read `-c backup_keep_days`, `_copy_to`, `_lock_days`, `_compliance`."""

        def text(key: str) -> str | None:
            return node.try_get_context(f"backup_{key}") or None

        lock_days = text("lock_days")
        return cls(
            keep_days=int(text("keep_days") or DEFAULT_KEEP_DAYS),
            copy_to=text("copy_to"),
            lock_days=int(lock_days) if lock_days else None,
            compliance=text("compliance") == "on",
        )
