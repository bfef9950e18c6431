"""Nightly counts of violated invariants (Q4, I3).

Open leads without an owner, without a next action, or stale: silent without a task for it.
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
_STALE_AT = """
    greatest(last_touch_at + $untouched_after, coalesce(next_action_due_at + interval 1 day, last_touch_at)) + $bound
"""
"""When a silent lead must have its task, in SQL: a day after a next action that was planned for later."""

_STALE = f"""
    select epoch_us({_STALE_AT}) as since from counted
    where closed_at is null and owner is not null and last_touch_at is not null and {_STALE_AT} < $as_of
        and coalesce(next_action_due_at < last_touch_at + $untouched_after, true)
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


def invariants(
    table: FactTable, window: ReportPeriod, zone: ZoneInfo, ownerless_after: timedelta, untouched_after: timedelta
) -> dict[str, Any]:
    """Return the violations of the window, and days without any.

    The days count back from its last one. A lead is ownerless on every local day on which it has waited for its first
    owner longer than `ownerless_after`. A lead is stale from when its last outcome is older than `untouched_after` and
    it has no task due since, as the sweep would have raised.
    """
    spans = ownerless(table, window, ownerless_after)
    last = local_day(window.as_of - timedelta(microseconds=1), zone)
    bad = {day for lead in spans for day in _days(lead, ownerless_after, zone)}
    idle = table.rows(_IDLE, {})[0]["n"]
    stale = _stale_since(table, window.as_of, ownerless_after, untouched_after)
    bad |= {last} if idle else set()
    bad |= {day for since in stale for day in _until(local_day(since, zone), last)}
    days = [last - timedelta(days=n) for n in range(_days_known(table, last, zone))]
    return {
        "ownerless": len(spans),
        "without_next_action": idle,
        "stale": len(stale),
        "days_at_zero": next((n for n, day in enumerate(days) if day in bad), len(days)),
        "days": len(days),
    }


def _stale_since(table: FactTable, as_of: datetime, bound: timedelta, untouched_after: timedelta) -> list[datetime]:
    """Return since when each stale lead has been so."""
    rows = table.rows(_STALE, {"as_of": as_of, "bound": bound, "untouched_after": untouched_after})
    return [since for row in rows if (since := instant(row["since"]))]


def _until(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _days_known(table: FactTable, last: date, zone: ZoneInfo) -> int:
    """Return on how many days of the window leads existed.

    The time before the first lead earns no credit.
    """
    first = instant(table.rows("select epoch_us(min(recorded_at)) as at from counted", {})[0]["at"])
    return 0 if first is None else max(0, min(WINDOW_DAYS, (last - local_day(first, zone)).days + 1))


def _days(lead: OwnerlessLead, bound: timedelta, zone: ZoneInfo) -> list[date]:
    return _until(local_day(lead.since + bound, zone), local_day(lead.until, zone))
