"""Losses without reason, and unassigned leads despite free capacity.

Figures worked out by hand (J9).
"""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from leadtight.domain.model.capacity import Caps
from leadtight.domain.policy.people import Absence
from tests.unit.reporting.history import History, utc

# Monday 2 March 2026, Berlin is UTC+1; the office is open 9:00-12:30 and 13:30-18:00. Routing and one sweep may take
# five and a half minutes.
MONDAY = date(2026, 3, 2)
NIGHT = utc("2026-03-03 00:15")
SUNDAY = date(2026, 3, 8)
AFTERWARDS = utc("2026-03-09 00:30")


@pytest.fixture
def waiting() -> History:
    """Return a Monday on which routing failed now and then."""
    h = History()
    h.receive("in_time", "2026-03-02 08:00")
    h.assign("in_time", "2026-03-02 08:05:30")
    h.receive("late", "2026-03-02 08:00")
    h.assign("late", "2026-03-02 08:05:31")
    h.receive("over_lunch", "2026-03-02 11:25")  # the break begins at 11:30 UTC and ends an hour later
    h.assign("over_lunch", "2026-03-02 12:30:00")
    h.receive("after_lunch", "2026-03-02 11:25")
    h.assign("after_lunch", "2026-03-02 12:30:01")
    h.receive("in_the_evening", "2026-03-02 17:00")  # closed until Tuesday
    return h


def test_an_unassigned_lead_is_reported_while_a_pool_member_is_at_work(waiting: History) -> None:
    unassigned = waiting.reports().nightly(MONDAY, NIGHT)["day"]["unassigned_while_idle"]
    everybody = ["ana", "ben", "cem"]
    assert unassigned == {
        "total": 2,
        "leads": [
            {"lead_id": "after_lunch", "had_room": everybody, "had_room_from": "2026-03-02T12:30:00.000000Z"},
            {"lead_id": "late", "had_room": everybody, "had_room_from": "2026-03-02T08:05:30.000000Z"},
        ],
    }


def test_the_week_reports_a_lead_waiting_into_the_next_day(waiting: History) -> None:
    unassigned = waiting.reports().weekly(SUNDAY, AFTERWARDS)["unassigned_while_idle"]
    assert [lead["lead_id"] for lead in unassigned["leads"]] == ["late", "after_lunch", "in_the_evening"]
    assert unassigned["room"]["in_the_evening"]["had_room_from"] == "2026-03-03T08:00:00.000000Z"
    page = widget(waiting, "unassigned_while_idle")
    assert "Without an owner since Mon 2 Mar, 09:00; room from Mon 2 Mar, 09:05: Ana Costa, Ben Okafor" in page
    assert page.count("Record outcome") == 3


def test_people_on_leave_inactive_or_at_a_cap_have_no_room() -> None:
    h = History()
    people = dict(h.policy.people)
    away = (Absence(utc("2026-03-02 00:00"), utc("2026-03-02 14:00")),)
    h.policy = replace(
        h.policy,
        people=people
        | {
            "ana": replace(people["ana"], away=away),
            "ben": replace(people["ben"], caps=Caps(open=1)),
            "cem": replace(people["cem"], active=False),
        },
    )
    h.arrive("bens", "2026-03-02 08:00")
    assert h.lead("bens").owner_id == "ben"
    h.receive("nobodys", "2026-03-02 08:10")
    assert room(h) == {}
    h.outcome("bens", "2026-03-02 10:00", "won")
    h.assign("nobodys", "2026-03-02 13:00")
    assert room(h) == {"nobodys": (["ben"], "2026-03-02T10:00:00.000000Z")}


@pytest.mark.slow
def test_the_hourly_cap_resets_after_an_hour_and_the_daily_one_at_midnight() -> None:
    h = History()
    people = dict(h.policy.people)
    only_ben = replace(h.policy.pools["inbound"], members={"ben": 1})
    h.policy = replace(h.policy, pools=dict(h.policy.pools) | {"inbound": only_ben})

    def limited(caps: Caps) -> dict[str, tuple[list[str], str]]:
        h.policy = replace(h.policy, people=people | {"ben": replace(people["ben"], caps=caps)})
        return room(h)

    h.arrive("bens", "2026-03-02 08:00")
    h.receive("nobodys", "2026-03-02 08:10")
    h.assign("nobodys", "2026-03-02 16:00")
    assert limited(Caps(hour=1)) == {"nobodys": (["ben"], "2026-03-02T09:00:01.000000Z")}
    assert limited(Caps(day=1)) == {}
    assert limited(Caps(day=2)) == {"nobodys": (["ben"], "2026-03-02T08:15:30.000000Z")}


def room(h: History) -> dict[str, tuple[list[str], str]]:
    leads = h.reports().nightly(MONDAY, utc("2026-03-02 14:00"))["day"]["unassigned_while_idle"]["leads"]
    return {lead["lead_id"]: (lead["had_room"], lead["had_room_from"]) for lead in leads}


def test_leads_lost_without_a_reason_are_listed_until_one_is_given() -> None:
    h = History()
    for n in range(4):
        h.arrive(f"l{n}", f"2026-03-02 08:0{n}")
    h.outcome("l0", "2026-03-02 09:00", "lost", reason="too dear")
    h.outcome("l1", "2026-03-02 09:10", "do_not_contact")
    h.outcome("l2", "2026-03-02 09:20", "do_not_contact")
    h.outcome("l3", "2026-03-03 09:00", "do_not_contact")
    assert lost(h) == {"total": 2, "leads": ["l1", "l2"]}
    h.outcome("l1", "2026-03-03 10:00", "lost", reason="moved away")
    h.outcome("l2", "2026-03-03 11:00", "lost", reason="has another")
    review = h.reports().weekly(SUNDAY, AFTERWARDS)
    assert [lead["lead_id"] for lead in review["lost_without_reason"]["leads"]] == ["l3"]
    assert review["lost"] == {"total": 4, "without_reason": 1}
    page = widget(h, "lost_without_reason")
    assert "Closed Tue 3 Mar, 10:00" in page
    assert page.count("Record outcome") == 1


def lost(h: History) -> Any:
    h.reports().nightly(MONDAY, NIGHT)
    return json.loads(h.files.files[f"metrics/dt={MONDAY}/metrics.json"])["day"]["lost_without_reason"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["lost_without_reason", "unassigned_while_idle"])
def test_both_empty_lists_say_none(name: str) -> None:
    h = History()
    h.arrive("l0", "2026-03-02 08:00")
    assert h.reports().weekly(SUNDAY, AFTERWARDS)[name]["total"] == 0
    assert ">none<" in widget(h, name)
    assert h.reports().nightly(MONDAY, NIGHT)["day"][name] == {"total": 0, "leads": []}


def widget(h: History, name: str) -> str:
    page = h.files.files["weekly/2026-W10/index.html"].decode()
    return page.split(f'<section aria-labelledby="{name}">')[1].split("</section>")[0]
