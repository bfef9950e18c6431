"""Capacity by the people and shifts of the roster (M1)."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from leadtight.domain.calendar.business_hours import Calendar, Period
from leadtight.domain.policy.people import Absence
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.reporting import Capacity
from leadtight.policy import loader as policies
from leadtight.reporting import glossary
from tests.unit.reporting.history import History, utc
from tests.unit.reporting.test_naive_capacity import _erlang

ZONE = ZoneInfo("Europe/Berlin")
LAST, NIGHT = date(2026, 3, 29), utc("2026-03-30 00:15")
SHIFTS = {"ana": (time(8), time(12)), "ben": (time(10), time(16)), "cem": (time(22), time(0))}
LEAVE = Absence(start=utc("2026-03-09 23:00"), end=utc("2026-03-11 10:30"))


NO_ONE = {id_: replace(person, active=False) for id_, person in policies.shipped().people.items()}


def shifts(person: str) -> Calendar:
    start, end = SHIFTS[person]
    return Calendar(id=person, zone=ZONE, week={day: (Period(start, end),) for day in range(5)})


def with_roster(**changes: Any) -> Policy:
    """Return the shipped policy with three people's shifts."""
    policy = policies.shipped()
    pools = {"inbound": replace(policy.pools["inbound"], members=dict.fromkeys(SHIFTS, 1), hands_over_to=())}
    people = dict(policy.people)
    for person in SHIFTS:
        away = (LEAVE,) if person == "ben" else ()
        people[person] = replace(people[person], calendar=person, away=away)
    calendars = {**policy.calendars, **{person: shifts(person) for person in SHIFTS}}
    capacity = Capacity(handling=timedelta(minutes=25), window=timedelta(minutes=10))
    kept = {"pools": pools, "people": people, "calendars": calendars, "capacity": capacity, **changes}
    return replace(policy, **kept)


def night(policy: Policy) -> Any:
    h = History(policy)
    for day in range(28):
        for hour in (9, 10, 15, 23):
            at = datetime(2026, 3, 2, hour, 5, tzinfo=ZONE) + timedelta(days=day)
            h.receive(f"l{day:02d}{hour}", f"{at.astimezone(ZoneInfo('UTC')):%Y-%m-%d %H:%M}")
    return h.reports().nightly(LAST, NIGHT)


def at_work(person: str, minute: datetime) -> bool:
    """Return whether a person works, minute by minute."""
    start, end = SHIFTS[person]
    local = minute.astimezone(ZONE)
    is_on = local.weekday() < 5 and start <= local.time() and (end == time(0) or local.time() < end)
    return is_on and not (person == "ben" and LEAVE.start <= minute < LEAVE.end)


def minutes(weekday: int, hour: int) -> list[datetime]:
    days = [date(2026, 3, 2) + timedelta(days=n) for n in range(28)]
    begins = [datetime(d.year, d.month, d.day, hour, tzinfo=ZONE) for d in days if d.weekday() == weekday]
    return [begin + timedelta(minutes=n) for begin in begins for n in range(60)]


@pytest.mark.slow
def test_hours_have_the_people_whose_shifts_and_leaves_allow_it() -> None:
    capacity = night(with_roster())["capacity"]
    assert (capacity["people"], capacity["people_at_once"]) == (3, 2)
    assert len(capacity["cells"]) == 168
    for number, cell in enumerate(capacity["cells"]):
        weekday, hour = divmod(number, 24)
        if (weekday, hour) == (6, 2):
            continue  # clocks skip it on the last of the four Sundays
        counts = [sum(at_work(person, minute) for person in SHIFTS) for minute in minutes(weekday, hour)]
        assert cell["person_hours"] == pytest.approx(sum(counts) / len(counts), abs=1e-4), (weekday, hour)
        if cell["leads_a_week"]:
            levels = [_erlang(cell["leads_a_week"], people) for people in counts]
            within = sum(levels) / len(levels)
            assert cell["within_window"] == pytest.approx(within, abs=1e-6)
            assert cell["gap"] == (within < 0.9)
    hours = {row["person"]: row["hours_a_week"] for row in capacity["roster"]}
    assert hours == {"ana": 20.0, "ben": 28.12, "cem": 10.0}
    assert {row["person"]: row["pools"] for row in capacity["roster"]} == {person: ["inbound"] for person in SHIFTS}


def test_a_longer_shift_closes_a_gap() -> None:
    def gaps(policy: Policy) -> dict[int, bool]:
        cells = night(policy)["capacity"]["cells"]
        return {cell["hour"]: cell["gap"] for cell in cells if cell["weekday"] == "mon" and cell["leads_a_week"]}

    short = with_roster()
    longer = {**short.calendars, "cem": replace(shifts("cem"), week={0: (Period(time(8), time(0)),)})}
    assert sum(gaps(replace(short, calendars=longer)).values()) < sum(gaps(short).values())


def test_the_page_shows_the_roster_and_its_hours() -> None:
    h = History(with_roster())
    h.receive("l1", "2026-03-02 08:05")
    h.reports().weekly(date(2026, 3, 2), utc("2026-03-02 20:00"))
    page = h.files.files["weekly/2026-W10/index.html"].decode()
    table = page.split('aria-labelledby="roster" tabindex')[1].split("</table>")[0]
    assert "Ana Costa" in table
    assert "inbound" in table


@pytest.mark.parametrize(
    ("changes", "why"),
    [({"capacity": Capacity()}, glossary.NO_HANDLING), ({"people": NO_ONE}, glossary.NO_ROSTER)],
)
def test_an_unknown_roster_has_a_reason(changes: dict[str, Any], why: str) -> None:
    h = History(with_roster(**changes))
    report = h.reports().nightly(date(2026, 3, 2), utc("2026-03-03 00:15"))
    assert report["capacity"] is None
    assert {"what": "capacity", "why": why} in report["cannot_compute"]
