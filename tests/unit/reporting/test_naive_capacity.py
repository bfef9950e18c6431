"""Capacity figures against a naive second implementation.

The previous period and owners' working time are compared, too.
"""

import math
import statistics
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings

from leadtight.domain.calendar.business_hours import Calendar, Period
from leadtight.domain.policy.reporting import Capacity
from leadtight.policy import loader as policies
from leadtight.reporting import glossary
from leadtight.reporting.facts.facts import LeadFact
from leadtight.reporting.facts.table import FactTable
from leadtight.reporting.metrics.period_metrics import MetricTerms
from leadtight.reporting.metrics.period_metrics import figures as nightly
from leadtight.reporting.metrics.query import MetricsQuery, Staffing
from leadtight.reporting.metrics.report import figures
from tests.unit.reporting.test_naive import PERIOD, TERMS, facts

ZONE = ZoneInfo("Europe/Berlin")
WEEK = {day: (Period(time(9), time(12, 30)), Period(time(13), time(17))) for day in range(5)}
BERLIN = Calendar(id="berlin", zone=ZONE, week=WEEK)
STAFF = Staffing(people=2, handling=timedelta(minutes=25), window=timedelta(minutes=10))
FIRST, LAST = date(2026, 3, 5), date(2026, 3, 8)
ASKED = MetricsQuery(
    calendar=BERLIN,
    start=datetime(2026, 3, 5, tzinfo=ZONE).astimezone(UTC),
    end=datetime(2026, 3, 9, tzinfo=ZONE).astimezone(UTC),
    staff=STAFF,
)


@pytest.mark.slow
@settings(max_examples=10, deadline=None)
@given(facts())
def test_previous_period_owners_and_capacity_equal_a_naive_count(leads: list[LeadFact]) -> None:
    with FactTable.of(leads) as table:
        metrics = figures(table.connection, "facts", ASKED)
    mine = [f for f in leads if FIRST <= _day(f) <= LAST]
    previous = [f for f in leads if date(2026, 3, 1) <= _day(f) <= date(2026, 3, 4)]
    assert (metrics["previous"] is None) == (not previous)
    if previous:
        reached = [f for f in previous if f.first_contact_at]
        assert metrics["previous"]["leads"] == len(previous)
        assert metrics["previous"]["contacted"] == len(reached)
        kept = sum(f.first_contact_at <= f.deadline for f in reached if f.first_contact_at)
        assert metrics["previous"]["contacted_in_window"] == kept
        assert metrics["previous"]["response"] == pytest.approx(_spread([_seconds(f) for f in reached]), abs=2e-6)
    for owner in metrics["owners"]:
        own = [f for f in mine if f.first_owner == owner["owner"] and f.first_contact_at]
        assert owner["business_response"] == pytest.approx(_spread([_worked(f) for f in own]), abs=2e-6)
    if mine:
        _compare_cells(metrics["capacity"]["cells"], mine)
        _compare_days(metrics["capacity"], mine)


def _compare_cells(cells: list[dict[str, object]], mine: list[LeadFact]) -> None:
    days = _days(mine)
    for number, cell in enumerate(cells):
        weekday, hour = divmod(number, 24)
        weeks = sum(day.weekday() == weekday for day in days)
        came = [f for f in mine if _day(f).weekday() == weekday and f.received_at.astimezone(ZONE).hour == hour]
        rate = len(came) / weeks if weeks else 0.0
        share = 0.0 if weekday > 4 or not 9 <= hour < 17 else 0.5 if hour == 12 else 1.0
        assert cell["leads_a_week"] == pytest.approx(rate, abs=1e-4)
        assert cell["person_hours"] == STAFF.people * share
        kept = _erlang(rate, STAFF.people) * share if came else None
        assert cell["within_window"] == (None if kept is None else pytest.approx(kept, abs=1e-6))
        assert cell["gap"] == (kept is not None and kept < STAFF.target)
        needed = next((n for n in range(100) if _erlang(rate, n) >= STAFF.target), None)
        assert cell["people_needed"] == (needed if rate else 0)


def _compare_days(capacity: dict[str, object], mine: list[LeadFact]) -> None:
    over, idle = 0.0, 0.0
    for day in _days(mine):
        room = STAFF.people * 7.5 * 60 / 25 if day.weekday() < 5 else 0.0
        came = sum(_day(f) == day for f in mine)
        over, idle = over + round(max(0.0, came - room), 2), idle + round(max(0.0, room - came), 2)
    assert (capacity["overflow"], capacity["idle"]) == (pytest.approx(over), pytest.approx(idle))


def _erlang(an_hour: float, people: int) -> float:
    """Return Erlang C by the textbook formula."""
    load = an_hour * 25 / 60
    if load == 0:
        return 1.0
    if people <= load:
        return 0.0
    top = load**people / math.factorial(people) * people / (people - load)
    waits = top / (sum(load**n / math.factorial(n) for n in range(people)) + top)
    return 1 - waits * math.exp(-(people - load) * 10 / 25)


def _days(mine: list[LeadFact]) -> list[date]:
    first, last = min(map(_day, mine)), max(map(_day, mine))
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _day(fact: LeadFact) -> date:
    return fact.received_at.astimezone(ZONE).date()


def _seconds(fact: LeadFact) -> float:
    assert fact.first_contact_at is not None
    return (fact.first_contact_at - fact.received_at).total_seconds()


def _worked(fact: LeadFact) -> float:
    assert fact.first_contact_at is not None
    total, day = 0.0, _day(fact)
    while day <= fact.first_contact_at.astimezone(ZONE).date():
        for period in WEEK.get(day.weekday(), ()):
            opens, closes = (datetime.combine(day, at, ZONE).astimezone(UTC) for at in (period.start, period.end))
            begin, end = max(opens, fact.received_at), min(closes, fact.first_contact_at)
            total += max(0.0, (end - begin).total_seconds())
        day += timedelta(days=1)
    return total


def _spread(values: list[float]) -> dict[str, float | None]:
    if not values:
        return {"median": None, "mean": None, "p90": None}
    ordered = sorted(values)
    low, part = divmod(0.9 * (len(ordered) - 1), 1)
    high = ordered[min(int(low) + 1, len(ordered) - 1)]
    p90 = ordered[int(low)] + (high - ordered[int(low)]) * part
    return {"median": statistics.median(ordered), "mean": statistics.fmean(ordered), "p90": p90}


def test_the_policy_defines_staff_and_handling_time() -> None:
    shipped = policies.shipped()
    capacity = Capacity(handling=timedelta(minutes=30), target=Decimal("0.8"))
    staff = MetricTerms.of(replace(shipped, capacity=capacity)).staff
    people = {member for pool in shipped.pools.values() for member in pool.members}
    assert staff is not None
    assert [member.person for member in staff.roster] == sorted(people)
    assert replace(staff, roster=()) == Staffing(
        people=len(people), handling=timedelta(minutes=30), window=timedelta(minutes=5), target=0.8
    )
    assert MetricTerms.of(replace(shipped, capacity=replace(capacity, window=timedelta(hours=1)))).staff == replace(
        staff, window=timedelta(hours=1)
    )


def test_nightly_figures_have_the_policys_capacity_or_a_reason() -> None:
    fact = LeadFact(
        lead_id="l1",
        version=1,
        source="web_form",
        tier="hot",
        target="hot",
        policy_version="1",
        stage="new",
        stage_since=PERIOD.start,
        received_at=PERIOD.start + timedelta(hours=9),
        recorded_at=PERIOD.start,
        deadline=PERIOD.end,
    )
    with FactTable.of([fact]) as table:
        report = nightly(table, PERIOD, replace(TERMS, staff=STAFF), is_window=True)
        unknown = nightly(table, PERIOD, replace(TERMS, staff=None), is_window=True)
    assert (len(report["capacity"]["cells"]), report["capacity"]["people"]) == (168, 2)
    assert unknown["capacity"] is None
    assert {"what": "capacity", "why": glossary.NO_HANDLING} in unknown["cannot_compute"]
