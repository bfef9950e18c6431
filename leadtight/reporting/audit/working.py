"""Leads in working time: how long it ran until the contact, and at what kind of time they came.

The calendar is the product's own. Its periods over the leads' days become a table with the working time before each, so
that the working time until any moment is one lookup, for a million leads as for one.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import duckdb

from leadtight.domain.calendar import Calendar
from leadtight.reporting.audit.leads import micros
from leadtight.reporting.table import instant, quoted

SURGE = 1.5
"""A day with more than so many times the median of its kind of day around it is a surge, if it has `SURGE_LEADS`."""

SURGE_LEADS = 10
AROUND = 14
"""Days before and after a day with which it is compared."""


def place_in_time(connection: duckdb.DuckDBPyConnection, calendar: Calendar) -> None:
    """Create `placed` from `timed_leads`: each row's working time until contact, kind of time, local day and hour."""
    first, last = connection.execute(
        "select min(created_us), greatest(max(created_us), max(contact_us)) from timed_leads"
    ).fetchall()[0]
    _calendar_tables(connection, calendar, instant(first), instant(last))
    zone = quoted(calendar.zone.key)
    connection.execute(f"""
        create table placed as
        with local as (
            select *, timezone({zone}, make_timestamptz(created_us)) as local_at from timed_leads
        )
        select row, local_at::date as day, isodow(local_at) as weekday, hour(local_at) as hour,
            case when created_us >= first_us and created_us < last_us then 'business_hours'
                when isodow(local_at) >= 6 then 'weekend' else 'after_hours' end as kind,
            {_worked("c", "contact_us")} - {_worked("o", "created_us")} as business_us
        from local
        left join open_days d on d.day = local_at::date
        asof left join periods o on local.created_us >= o.opens_us
        asof left join periods c on local.contact_us >= c.opens_us
    """)
    connection.execute(f"""
        create table surge_days as
        with counted as (select day, isodow(day) >= 6 as weekend, count(*) as leads from placed group by 1, 2),
            usual as (
                select day, leads, median(leads) over (
                    partition by weekend order by day
                    range between interval {AROUND} days preceding and interval {AROUND} days following
                ) as median
                from counted
            )
        select day from usual where leads > {SURGE} * median and leads >= {SURGE_LEADS}
    """)


def _worked(alias: str, at: str) -> str:
    worked = f"{alias}.before_us + least({at}, {alias}.closes_us) - {alias}.opens_us"
    return f"case when {at} is null then null else coalesce({worked}, 0) end"


def _calendar_tables(
    connection: duckdb.DuckDBPyConnection, calendar: Calendar, first: datetime | None, last: datetime | None
) -> None:
    connection.execute("create table periods (opens_us bigint, closes_us bigint, before_us bigint)")
    connection.execute("create table open_days (day date, first_us bigint, last_us bigint)")
    if first is None or last is None:
        return
    margin = timedelta(days=2)
    periods = [(micros(o), micros(c)) for o, c in calendar.open_between(first - margin, last + margin)]
    rows = list(_with_time_before(periods))
    connection.execute(
        "insert into periods select unnest($opens::bigint[]), unnest($closes::bigint[]), unnest($before::bigint[])",
        {"opens": [r[0] for r in rows], "closes": [r[1] for r in rows], "before": [r[2] for r in rows]},
    )
    days: dict[date, tuple[int, int]] = {}
    for opens, closes in periods:
        day = _local(opens, calendar)
        days[day] = (min(opens, days.get(day, (opens, 0))[0]), closes)
    connection.execute(
        "insert into open_days select unnest($days::date[]), unnest($first::bigint[]), unnest($last::bigint[])",
        {"days": list(days), "first": [f for f, _ in days.values()], "last": [c for _, c in days.values()]},
    )


def _with_time_before(periods: list[tuple[int, int]]) -> Iterator[tuple[int, int, int]]:
    before = 0
    for opens, closes in periods:
        yield opens, closes, before
        before += closes - opens


def _local(opens_us: int, calendar: Calendar) -> date:
    at = instant(opens_us)
    assert at is not None
    return at.astimezone(calendar.zone).date()
