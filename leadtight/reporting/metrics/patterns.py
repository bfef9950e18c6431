"""When leads are missed: by hour, weekday and kind.

Also the groups that the diagnosis is based on.
"""

import duckdb

from leadtight.reporting.facts.table import Row, rows_of
from leadtight.reporting.metrics.aggregates import Figures, rate
from leadtight.reporting.metrics.confidence import SMALL, wilson
from leadtight.reporting.metrics.diagnosis import Counts, Group
from leadtight.reporting.metrics.query import MetricsQuery

KINDS = ("business_hours", "after_hours", "weekend")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_COUNTS = """
    count(*) as leads, count(response_us) as contacted, count(*) filter (kept) as contacted_in_window
"""


def heat(connection: duckdb.DuckDBPyConnection, query: MetricsQuery) -> list[Figures] | None:
    """Return the 168 cells of the week.

    From Monday 00:00 on, in local time, with 95 % intervals of the share contacted in the window.
    """
    if query.gaps.untimed:
        return None
    rows = rows_of(connection, f"select weekday, hour, {_COUNTS} from placed group by 1, 2")
    by_hour = {(row["weekday"], row["hour"]): row for row in rows}
    return [_cell(day, hour, by_hour.get((day, hour))) for day in range(1, 8) for hour in range(24)]


def _cell(day: int, hour: int, row: Figures | None) -> Figures:
    leads, kept = (row["leads"], row["contacted_in_window"]) if row else (0, 0)
    low, high = wilson(kept, leads) or (None, None)
    cell = {"weekday": WEEKDAYS[day - 1], "hour": hour, "leads": leads, "contacted_in_window": kept}
    return cell | {"low": low, "high": high, "small": leads < SMALL}


def segments(connection: duckdb.DuckDBPyConnection, query: MetricsQuery) -> Figures:
    """Return the leads by kind of time, and surge days."""
    if query.gaps.times:
        return dict.fromkeys((*KINDS, "surge_days"))
    rows = rows_of(connection, f"select kind, {_COUNTS} from placed group by 1")
    rows_by_kind = {row.pop("kind"): row for row in rows}
    none = {"leads": 0, "contacted": 0, "contacted_in_window": 0}
    days = rows_of(
        connection, f"select day::varchar as date, {_COUNTS} from placed where surge group by day order by day"
    )
    by_kind = {kind: _segment(query, rows_by_kind.get(kind, none)) for kind in KINDS}
    return by_kind | {"surge_days": [{"date": row.pop("date")} | _segment(query, row) for row in days]}


def _segment(query: MetricsQuery, row: Row) -> Figures:
    if query.gaps.contacts:
        row = row | {"contacted": None, "contacted_in_window": None}
    leads, contacted, kept = row["leads"], row["contacted"], row["contacted_in_window"]
    return {
        "leads": leads,
        "contacted": contacted,
        "contacted_in_window": kept,
        "contact_rate": None if contacted is None else rate(contacted, leads),
        "in_window_rate": None if kept is None else rate(kept, leads),
    }


def pattern(connection: duckdb.DuckDBPyConnection, total: Row, query: MetricsQuery) -> Counts:
    """Return the counts for the diagnosis.

    Leads with an owner, by the kind of time at which they arrived.
    """
    rows = rows_of(
        connection,
        "select case when unowned then 'without_owner' when kind <> 'business_hours' then 'off_hours'"
        f" when surge then 'surge' else 'in_hours' end as g, {_COUNTS}, count(*) filter (late) as late"
        " from placed group by 1",
    )
    groups = {
        row["g"]: Group(row["leads"], row["contacted"], row["late"], row["leads"] - row["contacted_in_window"])
        for row in rows
    }
    if query.gaps.times:
        without_owner = {"without_owner": groups.pop("without_owner", Group())}
        groups = {"in_hours": sum(groups.values(), Group())} | without_owner
    unowned = rows_of(connection, "select count(*) filter (unowned) as n, count(unowned) as known from placed")[0]
    return Counts(
        leads=total["leads"],
        contacted=total["contacted"],
        unowned=unowned["n"] if unowned["known"] else None,
        timed=not query.gaps.times,
        assigned=not query.gaps.unassigned,
        doubt=query.doubt,
        **groups,
    )
