"""Reconciliations as files beside the metrics.

Their names are `reconciliation/dt=YYYY-MM-DD/<webhook>.json`, and `email.bucket` for the mail bucket.
"""

import json
from datetime import date
from typing import Protocol

from leadtight.domain.intake.reconciliation import Reconciliation
from leadtight.domain.model.codec import from_document, to_document
from leadtight.domain.model.errors import UnreadableRow
from leadtight.domain.model.listing import Unreadable

SCHEMA = "leadtight.reconciliation/1"


class FileStore(Protocol):
    """A store of files by key."""

    def put(self, key: str, body: bytes, content_type: str) -> None:
        """Store a file."""

    def get(self, key: str) -> bytes | None:
        """Return a file, or None."""


class FileReconciliations:
    """Reconciliations over files.

    One that cannot be read raises UnreadableRow, and is not overwritten.
    """

    def __init__(self, files: FileStore) -> None:
        """Take the files."""
        self._files = files

    def find(self, channel: str, day: date) -> Reconciliation | None:
        """Return the reconciliation of a channel's day, if any."""
        path = _path(channel, day)
        stored = self._files.get(path)
        try:
            return from_document(Reconciliation, json.loads(stored)) if stored else None
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            name = type(error).__name__
        raise UnreadableRow(Unreadable(kind="reconciliation", key=path, error=name))

    def keep(self, reconciliation: Reconciliation) -> None:
        """Store the latest state of a reconciliation."""
        body = (json.dumps({"schema": SCHEMA, **to_document(reconciliation)}, indent=2) + "\n").encode()
        self._files.put(_path(reconciliation.channel, reconciliation.day), body, "application/json")


def _path(channel: str, day: date) -> str:
    kind, _, webhook = channel.partition(":")
    name = f"{webhook}.json" if webhook else f"{kind}.bucket"  # a webhook may be called like the bucket
    return f"reconciliation/dt={day.isoformat()}/{name}"
