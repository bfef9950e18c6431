"""How much of what each source sent is here: what reconciliation found, by channel."""

import json
from datetime import date
from typing import Any

from leadtight.domain.document import from_document
from leadtight.domain.reconciliation import Reconciliation
from leadtight.reporting.ports import Files


def completeness(files: Files, day: date) -> tuple[dict[str, Any], ...]:
    """Return the figures of every channel that was asked about a local day, by its name."""
    found = (files.get(path) for path in files.list(f"reconciliation/dt={day.isoformat()}/"))
    return tuple(_figures(from_document(Reconciliation, json.loads(stored))) for stored in found if stored)


def _figures(told: Reconciliation) -> dict[str, Any]:
    recovered = len(told.missed) - told.outstanding
    return {
        "channel": told.channel,
        "listed": told.listed,
        "arrived": told.arrived,
        "recovered": recovered,
        "outstanding": told.outstanding,
        "completeness": (told.arrived + recovered) / told.listed if told.listed else None,
    }
