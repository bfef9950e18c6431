"""A stage's settings for backups, from the CDK's context."""

from __future__ import annotations

from constructs import Node

from leadtight.stages.stage_settings import BackupSettings

DEFAULT_KEEP_DAYS = 35
"""As many days as point-in-time recovery reaches back."""

COOLING_OFF_DAYS = 3
"""Days until a compliance lock is final.

The least that AWS accepts.
"""


def backup_settings(node: Node) -> BackupSettings:
    """Read `-c backup_keep_days`, `_copy_to`, `_lock_days`, `_compliance`."""

    def text(key: str) -> str | None:
        return node.try_get_context(f"backup_{key}") or None

    lock_days = text("lock_days")
    return BackupSettings(
        keep_days=int(text("keep_days") or DEFAULT_KEEP_DAYS),
        copy_to=text("copy_to"),
        lock_days=int(lock_days) if lock_days else None,
        compliance=text("compliance") == "on",
    )
