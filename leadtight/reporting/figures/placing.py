"""Leads in working time: how long it ran until the contact, and at what kind of time they came.

The calendar is the product's own. Its periods over the leads' days become a table with the working time before each, so
that the working time until any moment is one lookup, for a million leads as for one.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import duckdb

from leadtight.domain.calendar import Calendar
from leadtight.reporting.figures.asked import Asked
from leadtight.reporting.table import instant, microseconds, quoted

SURGE = 1.5
"""A day with more than so many times the median of its kind of day around it is a surge, if it has `SURGE_LEADS`."""

SURGE_LEADS = 10
AROUND = 14
"""Days before and after a day with which it is compared."""


def place(connection: duckdb.DuckDBPyConnection, facts: str, asked: Asked) -> None:
    """Create the table `placed` from facts: the leads that count, with all that figures look at.

    Times and waits are in microseconds: `received_us`, `response_us`, `window_us` until the deadline, `business_us` in
    working time until the contact. `kept`: contacted by the deadline; `late`: after it, in working time. `kind`, `day`,
    `weekday` (1 is Monday) and `hour` tell when a lead came, in local time. `unowned` is null where nothing can tell.
    """
    first, last = _span(connection, facts, asked)
    _calendar_tables(connection, asked.calendar, instant(first), instant(last))
    connection.execute(f"create or replace temp table placed_days as {_placed(facts, asked)}")
    connection.execute(f"create or replace temp table surge_days as {_SURGES}")
    connection.execute(
        "create or replace temp table placed as select *, day in (select day from surge_days) as surge from placed_days"
    )
    connection.execute("drop table placed_days")


def _span(connection: duckdb.DuckDBPyConnection, facts: str, asked: Asked) -> tuple[int | None, int | None]:
    row: tuple[int | None, int | None] = connection.execute(
        "select epoch_us(min(received_at)), epoch_us(greatest(max(received_at), max(first_contact_at), max(deadline)))"
        f" from {facts} where {_counts(asked)}"
    ).fetchall()[0]
    return row


def _counts(asked: Asked) -> str:
    """Return SQL that tells which leads count."""
    start = f" and received_at >= make_timestamptz({microseconds(asked.start)})" if asked.start else ""
    end = f" and received_at < make_timestamptz({microseconds(asked.end)})" if asked.end else ""
    return f"excluded is null{start}{end}"


def _placed(facts: str, asked: Asked) -> str:
    zone = quoted(asked.calendar.zone.key)
    allowed = (
        f"{_worked('d', 'deadline_us')} - {_worked('o', 'received_us')}" if asked.working_promises else "window_us"
    )
    return f"""
        with counted as (
            select lead_id, source, stage, first_owner as owner, first_contact_by, attempts, lost_reason_given,
                epoch_us(stage_since) as stage_since_us,
                {_unowned(asked)} as unowned, {_opportunity(asked)} as opportunity,
                epoch_us(received_at) as received_us, epoch_us(first_contact_at) as contact_us,
                epoch_us(deadline) as deadline_us, timezone({zone}, received_at) as local_at
            from {facts} where {_counts(asked)}
        ), timed as (
            select *, local_at::date as day, isodow(local_at) as weekday, hour(local_at) as hour,
                contact_us - received_us as response_us, deadline_us - received_us as window_us,
                coalesce(contact_us <= deadline_us, false) as kept
            from counted
        )
        select timed.* exclude (local_at),
            case when received_us >= first_us and received_us < last_us then 'business_hours'
                when weekday >= 6 then 'weekend' else 'after_hours' end as kind,
            {_worked("c", "contact_us")} - {_worked("o", "received_us")} as business_us,
            coalesce(contact_us > deadline_us and business_us > {allowed}, false) as late
        from timed
        left join open_days on open_days.day = timed.day
        asof left join periods o on received_us >= o.opens_us
        asof left join periods c on contact_us >= c.opens_us
        {"asof left join periods d on deadline_us >= d.opens_us" if asked.working_promises else ""}
    """


_SURGES = f"""
    with counted as (select day, isodow(day) >= 6 as weekend, count(*) as leads from placed_days group by 1, 2),
        usual as (
            select day, leads, median(leads) over (
                partition by weekend order by day
                range between interval {AROUND} days preceding and interval {AROUND} days following
            ) as median
            from counted
        )
    select day from usual where leads > {SURGE} * median and leads >= {SURGE_LEADS}
"""


def _unowned(asked: Asked) -> str:
    """Return SQL that tells whether nobody had the lead when it had to be answered; null when no column can."""
    late = "coalesce(first_assigned_at > deadline, false)"
    if not asked.gaps.owners:
        return f"(first_owner is null or {late})"
    return "null::boolean" if asked.gaps.assignments else f"(first_assigned_at is null or {late})"


def _opportunity(asked: Asked) -> str:
    if not asked.opportunities:
        return "null::boolean"
    stages = ", ".join(quoted(stage.strip().lower()) for stage in (*asked.opportunities, "won"))
    return f"coalesce(lower(stage) in ({stages}), false)"


def _worked(alias: str, at: str) -> str:
    worked = f"{alias}.before_us + least({at}, {alias}.closes_us) - {alias}.opens_us"
    return f"case when {at} is null then null else coalesce({worked}, 0) end"


def _calendar_tables(
    connection: duckdb.DuckDBPyConnection, calendar: Calendar, first: datetime | None, last: datetime | None
) -> None:
    connection.execute("create or replace temp table periods (opens_us bigint, closes_us bigint, before_us bigint)")
    connection.execute("create or replace temp table open_days (day date, first_us bigint, last_us bigint)")
    if first is None or last is None:
        return
    margin = timedelta(days=2)
    periods = [(microseconds(o), microseconds(c)) for o, c in calendar.open_between(first - margin, last + margin)]
    rows = list(_with_time_before(periods))
    connection.execute(
        "insert into periods select unnest($opens::bigint[]), unnest($closes::bigint[]), unnest($before::bigint[])",
        {"opens": [r[0] for r in rows], "closes": [r[1] for r in rows], "before": [r[2] for r in rows]},
    )
    days = _days(periods, calendar)
    connection.execute(
        "insert into open_days select unnest($days::date[]), unnest($first::bigint[]), unnest($last::bigint[])",
        {"days": list(days), "first": [f for f, _ in days.values()], "last": [c for _, c in days.values()]},
    )


def _with_time_before(periods: list[tuple[int, int]]) -> Iterator[tuple[int, int, int]]:
    before = 0
    for opens, closes in periods:
        yield opens, closes, before
        before += closes - opens


def _days(periods: list[tuple[int, int]], calendar: Calendar) -> dict[date, tuple[int, int]]:
    """Return when the working day begins and ends, by local day; one that never closes is every day of the span."""
    if calendar.always:
        opens, closes = periods[0]
        first, last = _local(opens, calendar), _local(closes, calendar)
        return {first + timedelta(days=n): (opens, closes) for n in range((last - first).days + 1)}
    days: dict[date, tuple[int, int]] = {}
    for opens, closes in periods:
        day = _local(opens, calendar)
        days[day] = (min(opens, days.get(day, (opens, 0))[0]), closes)
    return days


def _local(opens_us: int, calendar: Calendar) -> date:
    at = instant(opens_us)
    assert at is not None
    return at.astimezone(calendar.zone).date()
