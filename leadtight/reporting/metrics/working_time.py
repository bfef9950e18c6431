"""Leads in working time.

How much of it passed until the contact, and at what kind of time they arrived. The calendar is the product's own. Its
periods become a table of UTC days, each with the working time before it, so that the working time until any moment is
one lookup, for a million leads as for one.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import duckdb

from leadtight.domain.calendar.business_hours import Calendar
from leadtight.domain.calendar.timestamps import midnight
from leadtight.reporting.facts.table import EPOCH, instant, microseconds, quoted
from leadtight.reporting.metrics.query import MetricsQuery

SURGE = 1.5
"""Factor above the usual median that makes a surge.

Compared with days of its kind around it; the day also needs `SURGE_LEADS`.
"""

SURGE_LEADS = 10
DAY_US = 86_400_000_000
AROUND = 14
"""Days before and after that a day is compared with."""


def place(connection: duckdb.DuckDBPyConnection, facts: str, query: MetricsQuery) -> None:
    """Create the table `placed` of the counted facts.

    It has everything that figures use. Times and waits are in microseconds: `received_us`, `response_us`, `business_us`
    in working time until the contact. `kept`: contacted by the deadline; `late`: after it, in working time; `by_owner`:
    the owner made the contact, null where unknown. `kind`, `day`, `weekday` (1 is Monday) and `hour` describe the local
    time of arrival. `unowned` is null where unknown.
    """
    first, last = _span(connection, facts, query)
    pieces = _calendar_tables(connection, query.calendar, instant(first), instant(last))
    connection.execute(f"create or replace temp table placed as {_placed(facts, query, pieces)}")
    connection.execute(f"create or replace temp table surge_days as {_SURGES}")
    connection.execute("alter table placed add column surge boolean default false")
    connection.execute("update placed set surge = true where day in (select day from surge_days)")


def _span(connection: duckdb.DuckDBPyConnection, facts: str, query: MetricsQuery) -> tuple[int | None, int | None]:
    row: tuple[int | None, int | None] = connection.execute(
        "select epoch_us(min(received_at)), epoch_us(greatest(max(received_at), max(first_contact_at), max(deadline)))"
        f" from {facts} where {_counts(query)}"
    ).fetchall()[0]
    return row


def _counts(query: MetricsQuery) -> str:
    """Return SQL for whether a lead counts."""
    start = f" and received_at >= make_timestamptz({microseconds(query.start)})" if query.start else ""
    end = f" and received_at < make_timestamptz({microseconds(query.end)})" if query.end else ""
    return f"excluded is null{start}{end}"


def _placed(facts: str, query: MetricsQuery, pieces: int) -> str:
    zone = quoted(query.calendar.zone.key)
    allowed = (
        f"{_worked('d', 'deadline_us', pieces)} - worked_us" if query.working_promises else "deadline_us - received_us"
    )
    # Every later query pays for each byte of a row, so columns with few values use small types.
    return f"""
        with counted as (
            select lead_id, source, stage, first_owner as owner, first_contact_by = first_owner as by_owner, attempts,
                lost_reason_given, epoch_us(stage_since) as stage_since_us,
                {_qualified(query)} as qualified, {_unowned(query)} as unowned, {_opportunity(query)} as opportunity,
                epoch_us(received_at) as received_us, epoch_us(first_contact_at) as contact_us,
                epoch_us(deadline) as deadline_us
            from {facts} where {_counts(query)}
        ), dated as (
            select counted.*, {_worked("o", "received_us", pieces)} as worked_us,
                case when offset_us is not null then make_timestamp(received_us + offset_us)
                else timezone({zone}, make_timestamptz(received_us)) end as local_at
            from counted left join work_days o on received_us // {DAY_US} = number
        ), timed as (
            select * exclude (local_at), local_at::date as day, isodow(local_at)::utinyint as weekday,
                hour(local_at)::utinyint as hour, contact_us - received_us as response_us,
                coalesce(contact_us <= deadline_us, false) as kept
            from dated
        )
        select timed.* exclude (worked_us),
            (case when received_us >= first_us and received_us < last_us then 'business_hours'
                when weekday >= 6 then 'weekend' else 'after_hours' end)::{_KIND} as kind,
            {_worked("c", "contact_us", pieces)} - worked_us as business_us,
            coalesce(contact_us > deadline_us and business_us > {allowed}, false) as late
        from timed
        left join open_days on open_days.day = timed.day
        left join work_days c on contact_us // {DAY_US} = c.number
        {f"left join work_days d on deadline_us // {DAY_US} = d.number" if query.working_promises else ""}
    """


_KIND = "enum('business_hours', 'after_hours', 'weekend')"

_SURGES = f"""
    with counted as (select day, isodow(day) >= 6 as weekend, count(*) as leads from placed group by 1, 2),
        usual as (
            select day, leads, median(leads) over (
                partition by weekend order by day
                range between interval {AROUND} days preceding and interval {AROUND} days following
            ) as median
            from counted
        )
    select day from usual where leads > {SURGE} * median and leads >= {SURGE_LEADS}
"""


def _unowned(query: MetricsQuery) -> str:
    """Return SQL for whether a lead lacked an owner.

    When it had to be answered; null when no column shows it.
    """
    late = "coalesce(first_assigned_at > deadline, false)"
    if not query.gaps.owners:
        return "(first_owner is null)" if query.gaps.unassigned else f"(first_owner is null or {late})"
    return "null::boolean" if query.gaps.unassigned else f"(first_assigned_at is null or {late})"


def _qualified(query: MetricsQuery) -> str:
    """Return SQL for whether a lead is qualified.

    Null where nothing shows it.
    """
    if query.gaps.qualified:
        return "null::boolean"
    tiers = ", ".join(map(quoted, query.qualified_tiers))
    return f"(coalesce(is_qualified, false){f' or coalesce(tier in ({tiers}), false)' if tiers else ''})"


def _opportunity(query: MetricsQuery) -> str:
    if not query.opportunities:
        return "null::boolean"
    stages = ", ".join(quoted(stage.strip().lower()) for stage in (*query.opportunities, "won"))
    return f"coalesce(lower(stage) in ({stages}), false)"


def _worked(alias: str, at: str, pieces: int) -> str:
    """Return SQL for the working time before an instant.

    Null without one.
    """
    parts = (f" + coalesce(greatest(0, least({at}, {alias}.closes_{n}) - {alias}.opens_{n}), 0)" for n in range(pieces))
    return f"case when {at} is not null then {alias}.before_us{''.join(parts)} end"


def _calendar_tables(
    connection: duckdb.DuckDBPyConnection, calendar: Calendar, first: datetime | None, last: datetime | None
) -> int:
    """Create `periods`, `open_days` and `work_days`.

    Returns the most periods of a UTC day.
    """
    margin = timedelta(days=2)
    has_span = first is not None and last is not None
    spans = _open_between(calendar, first - margin, last + margin) if first and last else ()
    periods = [(microseconds(opens), microseconds(closes)) for opens, closes in spans]
    connection.execute(
        "create or replace temp table periods as select unnest($opens::bigint[]) as opens_us,"
        " unnest($closes::bigint[]) as closes_us",
        {"opens": [opens for opens, _ in periods], "closes": [closes for _, closes in periods]},
    )
    days = _days(periods, calendar) if has_span else {}
    connection.execute(
        "create or replace temp table open_days as select unnest($days::date[]) as day,"
        " unnest($first::bigint[]) as first_us, unnest($last::bigint[]) as last_us",
        {"days": list(days), "first": [f for f, _ in days.values()], "last": [c for _, c in days.values()]},
    )
    span = (microseconds(first - margin), microseconds(last + margin)) if first and last else (0, 0)
    return _work_days(connection, calendar, _by_utc_day(periods, *span))


def _open_between(calendar: Calendar, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield the periods of working time.

    A calendar that never closes has one for each local day.
    """
    if not calendar.always:
        yield from calendar.open_between(start, end)
        return
    day, zone = start.astimezone(calendar.zone).date(), calendar.zone
    while midnight(day, zone) < end:
        yield max(start, midnight(day, zone)), min(end, midnight(day + timedelta(days=1), zone))
        day += timedelta(days=1)


def _by_utc_day(periods: list[tuple[int, int]], begin: int, end: int) -> dict[int, list[tuple[int, int]]]:
    """Return the periods cut at midnight UTC.

    By the number of the day since 1970; every day of the span is present.
    """
    by_day: dict[int, list[tuple[int, int]]] = {day: [] for day in range(begin // DAY_US, end // DAY_US + 1)}
    for opens, closes in periods:
        for day in range(opens // DAY_US, (closes - 1) // DAY_US + 1):
            piece = (max(opens, day * DAY_US), min(closes, (day + 1) * DAY_US))
            by_day.setdefault(day, []).append(piece)
    return dict(sorted(by_day.items()))


def _work_days(
    connection: duckdb.DuckDBPyConnection, calendar: Calendar, days: dict[int, list[tuple[int, int]]]
) -> int:
    pieces, total_us = max(map(len, days.values()), default=0), 0
    columns: dict[str, list[int | None]] = {"number": list(days), "before_us": []}
    columns["offset_us"] = [_offset(calendar, day) for day in days]
    for n in range(pieces):
        columns[f"opens_{n}"] = [row[n][0] if n < len(row) else None for row in days.values()]
        columns[f"closes_{n}"] = [row[n][1] if n < len(row) else None for row in days.values()]
    for row in days.values():
        columns["before_us"].append(total_us)
        total_us += sum(closes - opens for opens, closes in row)
    cells = ", ".join(f"unnest(${name}::bigint[]) as {name}" for name in columns)
    connection.execute(f"create or replace temp table work_days as select {cells}", columns)
    return pieces


def _offset(calendar: Calendar, day: int) -> int | None:
    """Return the UTC offset on a UTC day in microseconds.

    None when clocks change on it.
    """
    at, until = (EPOCH + timedelta(days=n) for n in (day, day + 1))
    ahead, then = (moment.astimezone(calendar.zone).utcoffset() for moment in (at, until))
    return None if ahead is None or ahead != then else ahead // timedelta(microseconds=1)


def _days(periods: list[tuple[int, int]], calendar: Calendar) -> dict[date, tuple[int, int]]:
    """Return start and end of working days, by local day."""
    days: dict[date, tuple[int, int]] = {}
    for opens, closes in periods:
        day = _local(opens, calendar)
        days[day] = (min(opens, days.get(day, (opens, 0))[0]), closes)
    return days


def _local(opens_us: int, calendar: Calendar) -> date:
    at = instant(opens_us)
    assert at is not None
    return at.astimezone(calendar.zone).date()
