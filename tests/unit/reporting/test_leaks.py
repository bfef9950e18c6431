"""Ledger rows on the weekly page open to their events.

Q2.
"""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from html import unescape

import pytest

from leadtight.domain.policy.reporting import Money
from tests.unit.reporting.history import History, utc

pytestmark = pytest.mark.slow

SUNDAY = date(2026, 3, 8)
AFTERWARDS = utc("2026-03-09 00:30")
TODAY = "please call today"


def a_week_with_leaks() -> History:
    """Return a week with three leads.

    One was never reached, one was reached too late, and one in time.
    """
    h = History()
    h.policy = replace(h.policy, money=Money(cost_per_lead=Decimal("33.33"), deal_value=Decimal(1000)))
    h.arrive("never", "2026-03-02 08:00", message=TODAY)
    h.ring("never", "2026-03-02 08:05:01")
    h.arrive("too_late", "2026-03-03 08:00", message=TODAY)
    h.outcome("too_late", "2026-03-03 08:05:02", "connected")
    h.arrive("in_time", "2026-03-03 09:00")
    h.outcome("in_time", "2026-03-03 09:10", "connected")
    return h


def test_every_row_opens_to_its_events() -> None:
    never, too_late = rows(a_week_with_leaks())
    assert never.splitlines() == [
        "Person never never contacted · Ana Costa",
        "It had an owner; it arrived in working hours; never contacted.",
        "Sunk cost 33.33, expected revenue n/a",
        "Mon 2 Mar, 09:00 Arrived: Web form",
        "Mon 2 Mar, 09:00 Assigned to Ana Costa",
        "Mon 2 Mar, 09:05 Owner warned that time is running out",
        "Mon 2 Mar, 09:05 Owner warned that time is running out",
        "Mon 2 Mar, 09:05 Deadline missed by Ana Costa",
        "Mon 2 Mar, 09:05 Mia Berger was notified",
    ]
    assert too_late.splitlines() == [
        "Person too_late contacted late · Ben Okafor",
        "It had an owner; it arrived in working hours; contacted 2 s after the deadline.",
        "Sunk cost 33.33, expected revenue n/a: posted back since the lead was contacted",
        "Tue 3 Mar, 09:00 Arrived: Web form",
        "Tue 3 Mar, 09:00 Assigned to Ben Okafor",
        "Tue 3 Mar, 09:05 Ben Okafor recorded: We spoke",
    ]


def test_text_by_people_and_later_events_are_not_repeated() -> None:
    h = a_week_with_leaks()
    h.outcome("never", "2026-03-09 08:00", "connected")
    shown = "\n".join(rows(h))
    assert "private" not in shown
    assert TODAY not in shown
    assert "Mon 9 Mar" not in shown


def test_the_latest_twenty_are_shown_beside_the_sum_of_all() -> None:
    h = History()
    h.policy = replace(h.policy, money=Money(cost_per_lead=Decimal("33.33")))
    for n in range(23):
        h.arrive(f"l{n:02d}", f"2026-03-02 08:{n:02d}")
    shown = rows(h)
    assert [row.split(" ")[1] for row in shown] == [f"l{n:02d}" for n in range(22, 2, -1)]
    page = h.files.files["weekly/2026-W10/index.html"].decode()
    assert "The latest 20 of 23 leads not contacted in time, each with its evidence" in page
    assert "766.59" in page.split('aria-labelledby="leak"')[1].split("</table>")[0]


def test_without_a_leak_there_is_nothing_to_open() -> None:
    h = History()
    h.arrive("in_time", "2026-03-03 09:00")
    h.outcome("in_time", "2026-03-03 09:10", "connected")
    assert rows(h) == []


def rows(h: History) -> list[str]:
    """Return the text of each ledger row, line by line."""
    h.reports().weekly(SUNDAY, AFTERWARDS)
    page = h.files.files["weekly/2026-W10/index.html"].decode()
    items = re.findall(r"<li><details>(.*?)</details></li>", page, re.DOTALL)
    return [text(row) for row in items]


def text(row: str) -> str:
    lines = (" ".join(unescape(re.sub(r"<[^>]*>", "", line)).split()) for line in row.splitlines())
    return "\n".join(filter(None, lines))
