"""The nightly metrics file: one day and its window."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from leadtight.domain.model.event import Event
from leadtight.reporting import glossary
from leadtight.reporting.facts.periods import WINDOW_DAYS, ReportPeriod
from leadtight.reporting.facts.projection import HistoryProblem
from leadtight.reporting.facts.table import FactTable
from leadtight.reporting.metrics.event_counts import counts, without_leads
from leadtight.reporting.metrics.invariants import invariants
from leadtight.reporting.metrics.message_counts import automatic_messages, contacts_by_people
from leadtight.reporting.metrics.period_metrics import MetricTerms, figures
from leadtight.reporting.metrics.stalls import stalls
from leadtight.reporting.review.answers import lost_without_reason
from leadtight.reporting.review.unassigned_leads import FreeCapacity

SCHEMA = "leadtight.metrics/1"
TOO_LITTLE = ("heat", "capacity", "self_audit", "readiness", "passive_crm", "stuck", "win_by_bucket")
"""Figures for which one day is too short."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """The subject of a night's report.

    `window` ends with the day; `problems` are unusable entries. `with_room` has the people with capacity on the day for
    leads without an owner. `tests` are the leads that test the deployment: what happened to them is not counted.
    """

    day: date
    today: ReportPeriod
    window: ReportPeriod
    zone: ZoneInfo
    terms: MetricTerms
    events: tuple[Event, ...]
    problems: tuple[HistoryProblem, ...]
    completeness: tuple[dict[str, Any], ...] = ()
    with_room: Mapping[str, FreeCapacity] = field(default_factory=dict)
    tests: frozenset[str] = frozenset()


def document(table: FactTable, night: Night) -> dict[str, Any]:
    """Return the metrics as `leadtight.metrics/1`.

    The window's figures are on top, the day's under `day`, all with definitions. The window comes last, so that the
    table's ledger is that of the window afterwards.
    """
    of_day = figures(table, night.today, night.terms)
    of_window = figures(table, night.window, night.terms, is_window=True)
    happened = without_leads((e for e in night.events if e.at < night.today.as_of), night.tests)
    versions = table.rows("select distinct policy_version as v from facts order by v", {})
    rows = table.rows("select count(*) as n from facts", {})[0]["n"]
    return {
        "schema": SCHEMA,
        "date": night.day.isoformat(),
        "complete": night.today.is_complete,
        "definition": {
            "window_days": WINDOW_DAYS,
            "timezone": night.zone.key,
            "hours": f"{night.terms.calendar.id} ({night.terms.calendar.zone.key})",
            "policy_versions": [row["v"] for row in versions],
            "figures": glossary.FIGURES | glossary.SHARED,
            "events": glossary.EVENTS,
        },
        "rows": {
            "leads": {"read": rows, "accepted": of_window["leads"], "excluded": of_window["excluded"]["total"]},
            "events": events_read(night.events),
        },
        **of_window,
        "day": {name: value for name, value in of_day.items() if name not in TOO_LITTLE}
        | {
            "events": counts(happened),
            "automatic_messages": automatic_messages(happened),
            "contacts_by_people": contacts_by_people(table, happened, night.today),
            "completeness": list(night.completeness),
            **_widgets(table, night),
        },
        "stalls": stalls(table, night.today.as_of, night.terms.untouched_after),
        "invariants": invariants(
            table, night.window, night.zone, night.terms.ownerless_after, night.terms.untouched_after
        ),
        "problems": problem_rows(night.problems),
    }


def _widgets(table: FactTable, night: Night) -> dict[str, Any]:
    lost = lost_without_reason(table, night.today)
    waited = sorted(night.with_room.items())
    return {
        "lost_without_reason": {"total": lost.total, "leads": [row.lead_id for row in lost.rows]},
        "unassigned_while_idle": {
            "total": len(waited),
            "leads": [{"lead_id": lead_id, **room.as_json()} for lead_id, room in waited],
        },
    }


def events_read(events: Iterable[Event]) -> dict[str, Any]:
    """Return the number and digest of a day's events.

    The digest changes when a late event is added.
    """
    ids = sorted(f"{event.lead_id}/{event.id}" for event in events)
    return {"read": len(ids), "digest": hashlib.sha256("\n".join(ids).encode()).hexdigest()[:16]}


def problem_rows(entries: Iterable[HistoryProblem]) -> list[dict[str, str]]:
    """Return the unusable entries in the audit's format.

    Here the file is the event log, and a row is a lead.
    """
    return [
        {"file": "events", "row": t.lead_id, "column": t.column, "value": t.value, "reason": t.reason} for t in entries
    ]
