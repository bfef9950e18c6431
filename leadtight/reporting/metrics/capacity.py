"""Capacity of the team against the window (M1, M2).

Compares arrivals by hour of the week with the people at work. The model is Erlang C (M/M/c, first come first served):
in every hour leads arrive at random at the cell's average rate, a lead takes `handling` on average, and the first free
one of `people` picks it up. P(wait <= window) = 1 - C(people, load) * exp(-(people - load) * window / handling); 0
where the load is not below the people. Each hour and each day stands alone: nothing is carried over.
"""

from datetime import date, timedelta
from math import exp
from zoneinfo import ZoneInfo

import duckdb

from leadtight.domain.calendar.timestamps import midnight
from leadtight.reporting.facts.table import Row, rows_of
from leadtight.reporting.metrics.aggregates import Figures
from leadtight.reporting.metrics.patterns import WEEKDAYS
from leadtight.reporting.metrics.presence import hour_of
from leadtight.reporting.metrics.query import MetricsQuery, Staffing

HOUR_S = 3600
MOST_DAYS = 31
MOST_PEOPLE = 1000
Stretches = list[tuple[float, int]]
"""Shares of an hour, each with the people at work in it."""

_DAYS = """
    with span as (select min(day) as a, max(day) as b from placed),
        days as (select unnest(generate_series(a::timestamp, b::timestamp, interval 1 day))::date as day from span),
        worked as (
            select timezone({zone}, make_timestamptz(opens_us))::date as day,
                sum(closes_us - opens_us) / 1e6 as open_seconds
            from periods group by 1
        ),
        came as (select day, count(*) as leads from placed group by 1)
    select day, isodow(day) as weekday, coalesce(leads, 0) as leads, coalesce(open_seconds, 0) as open_seconds
    from days left join worked using (day) left join came using (day) order by day
"""


def service_level(window_s: float, arrivals_an_hour: float, people: int, handling_s: float) -> float:
    """Return the share of leads picked up within the window.

    By Erlang C; 0 where leads arrive faster than they are handled.
    """
    load = arrivals_an_hour * handling_s / HOUR_S
    if people <= load:
        return 1.0 if not load else 0.0
    return 1 - _erlang_c(people, load) * exp(-(people - load) * window_s / handling_s)


def _erlang_c(people: int, load: float) -> float:
    """Return the Erlang C probability of waiting.

    By the recurrence of Erlang B, which does not overflow.
    """
    blocked = 1.0
    for n in range(1, people + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked / (1 - (load / people) * (1 - blocked))


def people_needed(arrivals_an_hour: float, staff: Staffing) -> int | None:
    """Return the fewest people who reach the target share.

    None above a thousand.
    """
    if not arrivals_an_hour:
        return 0
    window, handling = staff.window.total_seconds(), staff.handling.total_seconds()
    first = int(arrivals_an_hour * handling / HOUR_S) + 1
    for people in range(first, MOST_PEOPLE + 1):
        if service_level(window, arrivals_an_hour, people, handling) >= staff.target:
            return people
    return None


def max_leads_per_hour(staff: Staffing) -> float:
    """Return the most leads an hour at the target share.

    To the hundredth, with all who are ever at work at once.
    """
    window, handling = staff.window.total_seconds(), staff.handling.total_seconds()
    low, high = 0, int(100 * staff.at_once * HOUR_S / handling)
    while low < high:
        middle = (low + high + 1) // 2
        kept = service_level(window, middle / 100, staff.at_once, handling) >= staff.target
        low, high = (middle, high) if kept else (low, middle - 1)
    return low / 100


def capacity(connection: duckdb.DuckDBPyConnection, query: MetricsQuery) -> Figures | None:
    """Return the capacity of the 168 hours and days.

    Also the days with overflow. None when the staff is unknown.
    """
    staff = query.staff
    if staff is None or query.gaps.times:
        return None
    days = _days(connection, query)
    each = [_day(row, staff, query.calendar.zone) for row in days]
    cells = _cells(connection, query, staff, days)
    over = sorted((d for d in each if d["overflow"]), key=lambda d: (-d["overflow"], d["date"]))
    return {
        "model": "Erlang C, each hour on its own",
        "people": staff.people,
        "people_at_once": staff.at_once,
        "roster": _roster(staff, [row["day"] for row in days], query.calendar.zone),
        "handling_seconds": staff.handling.total_seconds(),
        "window_seconds": staff.window.total_seconds(),
        "target": staff.target,
        "leads_per_person_hour": round(HOUR_S / staff.handling.total_seconds(), 4),
        "most_leads_an_hour": max_leads_per_hour(staff),
        "overflow": round(sum(d["overflow"] for d in each), 2),
        "idle": round(sum(d["idle"] for d in each), 2),
        "cells_with_a_gap": sum(cell["gap"] for cell in cells),
        "weekdays": [_weekday(number, each) for number in range(1, 8)],
        "days_with_overflow": len(over),
        "days": [{k: v for k, v in d.items() if k != "number"} for d in over[:MOST_DAYS]],
        "cells": cells,
    }


def _days(connection: duckdb.DuckDBPyConnection, query: MetricsQuery) -> list[Row]:
    zone = "'" + query.calendar.zone.key + "'"
    return rows_of(connection, _DAYS.format(zone=zone))


def _roster(staff: Staffing, days: list[date], zone: ZoneInfo) -> list[Figures]:
    """Return the roster's people with their weekly hours.

    Averaged over `days`; empty when the staffing is stated as a number.
    """
    if not days or staff.presence is None:
        return []
    start, end = midnight(days[0], zone), midnight(days[-1] + timedelta(days=1), zone)
    weeks = len(days) / 7
    return [
        {
            "person": member.person,
            "pools": list(member.pools),
            "hours_a_week": round(member.seconds_at_work(start, end) / HOUR_S / weeks, 2),
        }
        for member in staff.roster
    ]


def _day(row: Row, staff: Staffing, zone: ZoneInfo) -> Figures:
    """Return capacity and arrivals of a day.

    Overflow and idle are in leads.
    """
    worked = staff.people * row["open_seconds"]
    if staff.presence:
        worked = staff.presence.person_seconds(
            midnight(row["day"], zone), midnight(row["day"] + timedelta(days=1), zone)
        )
    room = worked / staff.handling.total_seconds()
    return {
        "date": row["day"].isoformat(),
        "weekday": WEEKDAYS[row["weekday"] - 1],
        "number": row["weekday"],
        "leads": row["leads"],
        "capacity": round(room, 2),
        "overflow": round(max(0.0, row["leads"] - room), 2),
        "idle": round(max(0.0, room - row["leads"]), 2),
    }


def _weekday(number: int, each: list[Figures]) -> Figures:
    same = [day for day in each if day["number"] == number]
    figures: Figures = {"weekday": WEEKDAYS[number - 1], "days": len(same)}
    for name in ("leads", "capacity", "overflow", "idle"):
        figures[name] = round(sum(day[name] for day in same) / len(same), 2) if same else None
    return figures


def _cells(
    connection: duckdb.DuckDBPyConnection, query: MetricsQuery, staff: Staffing, days: list[Row]
) -> list[Figures]:
    rows = rows_of(connection, "select weekday, hour, count(*) as leads from placed group by 1, 2")
    leads_by_hour = {(row["weekday"], row["hour"]): row["leads"] for row in rows}
    dates = {number: [day["day"] for day in days if day["weekday"] == number] for number in range(1, 8)}
    return [
        _cell(
            number,
            hour,
            leads_by_hour.get((number, hour), 0),
            len(dates[number]),
            _stretches(query, staff, dates[number], number, hour),
            staff,
        )
        for number in range(1, 8)
        for hour in range(24)
    ]


def _stretches(query: MetricsQuery, staff: Staffing, dates: list[date], number: int, hour: int) -> Stretches:
    """Return the people at work in a weekly hour.

    As shares of the hour with the number, by the roster on `dates`, else the stated people in working hours.
    """
    if staff.presence is None:
        return [(_open_share(query, number, hour), staff.people)]
    spans = [hour_of(day, hour, query.calendar.zone) for day in dates]
    total = sum((end - start).total_seconds() for start, end in spans)
    return [(seconds / total, people) for span in spans for seconds, people in staff.presence.counts(*span)]


def _open_share(query: MetricsQuery, number: int, hour: int) -> float:
    """Return the working share of an hour of the week.

    Public holidays aside.
    """
    if query.calendar.always:
        return 1.0
    begin, end = hour * 60, hour * 60 + 60
    periods = query.calendar.week.get(number - 1, ())
    minutes = ((p.start.hour * 60 + p.start.minute, p.end.hour * 60 + p.end.minute or 1440) for p in periods)
    return sum(max(0, min(b, end) - max(a, begin)) for a, b in minutes) / 60


def _cell(number: int, hour: int, leads: int, weeks: int, stretches: Stretches, staff: Staffing) -> Figures:
    arrivals = leads / weeks if weeks else 0.0
    handling, window = staff.handling.total_seconds(), staff.window.total_seconds()
    levels = {n: service_level(window, arrivals, n, handling) for n in {people for _, people in stretches}}
    within = sum(levels[people] * share for share, people in stretches) if leads else None
    return {
        "weekday": WEEKDAYS[number - 1],
        "hour": hour,
        "leads_a_week": round(arrivals, 4),
        "person_hours": round(sum(share * people for share, people in stretches), 4),
        "within_window": None if within is None else round(within, 6),
        "people_needed": people_needed(arrivals, staff),
        "gap": within is not None and within < staff.target,
    }
