"""Nightly counts of violated invariants (Q4, I3).

Open leads without an owner, or without a next action.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from leadtight.reporting.facts.periods import WINDOW_DAYS, ReportPeriod, local_day
from leadtight.reporting.facts.table import FactTable, instant

_OWNERLESS = """
    select lead_id, epoch_us(recorded_at) as since, epoch_us(coalesce(first_assigned_at, closed_at, $as_of)) as until
    from counted
    where coalesce(first_assigned_at, closed_at, $as_of) > recorded_at + $bound
        and coalesce(first_assigned_at, closed_at, $as_of) > $start
"""
_IDLE = "select count(*) as n from counted where closed_at is null and owner is not null and next_action_due_at is null"


@dataclass(frozen=True, slots=True)
class OwnerlessLead:
    """A lead that waited too long for its first owner.

    `since` is when it was recorded, `until` when it got an owner or was closed.
    """

    lead_id: str
    since: datetime
    until: datetime


def ownerless(table: FactTable, period: ReportPeriod, after: timedelta) -> tuple[OwnerlessLead, ...]:
    """Return the leads ownerless for longer than `after` in `period`."""
    rows = table.rows(_OWNERLESS, {"start": period.start, "as_of": period.as_of, "bound": after})
    spans = ((row["lead_id"], instant(row["since"]), instant(row["until"])) for row in rows)
    return tuple(OwnerlessLead(lead_id, since, until) for lead_id, since, until in spans if since and until)


def invariants(table: FactTable, window: ReportPeriod, zone: ZoneInfo, ownerless_after: timedelta) -> dict[str, Any]:
    """Return the violations of the window, and days without any.

    The days count back from its last one. A lead is ownerless on every local day on which it has waited for its first
    owner longer than `ownerless_after`.
    """
    spans = ownerless(table, window, ownerless_after)
    last = local_day(window.as_of - timedelta(microseconds=1), zone)
    bad = {day for lead in spans for day in _days(lead, ownerless_after, zone)}
    idle = table.rows(_IDLE, {})[0]["n"]
    if idle:
        bad.add(last)
    days = [last - timedelta(days=n) for n in range(_days_known(table, last, zone))]
    return {
        "ownerless": len(spans),
        "without_next_action": idle,
        "days_at_zero": next((n for n, day in enumerate(days) if day in bad), len(days)),
        "days": len(days),
    }


def _days_known(table: FactTable, last: date, zone: ZoneInfo) -> int:
    """Return on how many days of the window leads existed.

    The time before the first lead earns no credit.
    """
    first = instant(table.rows("select epoch_us(min(recorded_at)) as at from counted", {})[0]["at"])
    return 0 if first is None else max(0, min(WINDOW_DAYS, (last - local_day(first, zone)).days + 1))


def _days(lead: OwnerlessLead, bound: timedelta, zone: ZoneInfo) -> list[date]:
    start = local_day(lead.since + bound, zone)
    return [start + timedelta(days=n) for n in range((local_day(lead.until, zone) - start).days + 1)]
