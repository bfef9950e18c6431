"""The nightly metrics file: one day, and the window that ends with it."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from leadtight.domain.event import Event
from leadtight.reporting import definitions
from leadtight.reporting.counts import counts
from leadtight.reporting.folding import Trouble
from leadtight.reporting.metrics import figures
from leadtight.reporting.periods import WINDOW_DAYS, Period
from leadtight.reporting.snapshots import Snapshot
from leadtight.reporting.table import FactTable

SCHEMA = "leadtight.metrics/1"


def document(
    day: date, today: Period, window: Period, zone: ZoneInfo, snapshot: Snapshot, events: Iterable[Event]
) -> dict[str, Any]:
    """Return `leadtight.metrics/1`: the window's figures on top, the day's under `day`, every one defined."""
    with FactTable(snapshot.facts) as table:
        of_window, of_day = figures(table, window), figures(table, today)
        versions = table.rows("select distinct policy_version as v from facts order by v", {})
    return {
        "schema": SCHEMA,
        "date": day.isoformat(),
        "complete": today.is_complete,
        "definition": {
            "window_days": WINDOW_DAYS,
            "timezone": zone.key,
            "policy_versions": [row["v"] for row in versions],
            "figures": definitions.FIGURES,
            "events": definitions.EVENTS,
        },
        "rows": {"leads": {"read": len(snapshot.facts), "accepted": of_window["leads"]}},
        **of_window,
        "day": of_day | {"events": counts(events)},
        "problems": problems(snapshot.troubles),
    }


def problems(troubles: Iterable[Trouble]) -> list[dict[str, str]]:
    """Return what could not be used, in the words of the audit: here the file is the event log, a row is a lead."""
    return [
        {"file": "events", "row": t.lead_id, "column": t.column, "value": t.value, "reason": t.reason} for t in troubles
    ]
