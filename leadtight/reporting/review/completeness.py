"""Completeness by channel, from reconciliation."""

import json
from datetime import date
from typing import Any

from leadtight.domain.intake.reconciliation import Reconciliation
from leadtight.domain.model.codec import from_document
from leadtight.domain.model.listing import Listing, Unreadable
from leadtight.reporting.ports import ReportFiles


def completeness(files: ReportFiles, day: date) -> Listing[dict[str, Any]]:
    """Return each reconciled channel's figures of a local day.

    By name of the channel.
    """
    figures, unreadable = [], []
    for path in files.list(f"reconciliation/dt={day.isoformat()}/"):
        try:
            stored = files.get(path)
            figures += [_figures(from_document(Reconciliation, json.loads(stored)))] if stored else []
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            unreadable.append(Unreadable(kind="reconciliation", key=path, error=type(error).__name__))
    return Listing(figures, unreadable)


def _figures(reconciliation: Reconciliation) -> dict[str, Any]:
    recovered = len(reconciliation.missed) - reconciliation.outstanding
    return {
        "channel": reconciliation.channel,
        "listed": reconciliation.listed,
        "arrived": reconciliation.arrived,
        "recovered": recovered,
        "outstanding": reconciliation.outstanding,
        "completeness": (reconciliation.arrived + recovered) / reconciliation.listed if reconciliation.listed else None,
    }
