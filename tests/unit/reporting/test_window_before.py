"""The weekly page compares the last 28 days.

It names each part's days and sets them beside the 28 before.
"""

import re
from datetime import date
from html import unescape
from typing import Any

import pytest

from tests.unit.reporting.history import History, utc

SUNDAY = date(2026, 3, 8)
BEFORE = date(2026, 2, 8)
AFTERWARDS = utc("2026-03-09 00:30")


def eight_weeks() -> History:
    """Return two earlier leads and three of the last weeks.

    One of the two was reached, and two of the three.
    """
    h = History()
    h.arrive("a1", "2026-02-02 09:00")
    h.outcome("a1", "2026-02-02 09:10", "connected")
    h.arrive("a2", "2026-02-02 10:00")
    h.reports().nightly(BEFORE, utc("2026-02-09 00:15"))
    h.outcome("a2", "2026-02-09 10:00", "connected")
    for number, minutes in enumerate((20, 30, None)):
        h.arrive(f"b{number}", f"2026-03-0{number + 2} 09:00")
        if minutes:
            h.outcome(f"b{number}", f"2026-03-0{number + 2} 09:{minutes}", "connected")
    return h


@pytest.mark.slow
def test_the_window_is_shown_beside_the_previous_one_as_of_its_last_night() -> None:
    figures, rows = review(eight_weeks())
    previous = figures["previous_window"]
    assert (previous["leads"], previous["contacted"], previous["follow_up_rate"]) == (2, 1, 0.5)
    assert previous["period"]["to"] == figures["window"]["period"]["from"]
    assert rows == {
        "Leads": ["3", "2"],
        "Answered in time": ["66.7\u202f%", "50.0\u202f%"],
        "Contacted": ["66.7\u202f%", "50.0\u202f%"],
        "Median response": ["25\u202fmin", "10\u202fmin"],
        "Leads not answered in time": ["1", "1"],
        "Wasted per month": ["n/a", "n/a"],
        "Verdict": ["structural", "structural"],
        "First cause": ["capacity", "capacity"],
    }


@pytest.mark.slow
def test_without_a_previous_night_nothing_is_made_up() -> None:
    h = eight_weeks()
    del h.files.files[f"metrics/dt={BEFORE}/metrics.json"]
    figures, rows = review(h)
    assert figures["previous_window"] is None
    assert {row[1] for row in rows.values()} == {"n/a"}
    assert "so they are unknown" in page(h)


@pytest.mark.slow
def test_each_part_names_its_days() -> None:
    h = eight_weeks()
    review(h)
    parts = re.findall(r'<h2 id="(\w+)">.*?</h2>\s*<p class="covers">(.*?)</p>', page(h))
    week, window = "The week: 2 to 8 March 2026", "The last 28 days: 9 February to 8 March 2026"
    assert {name: days for name, days in parts if days != week} == {
        **dict.fromkeys(("questions", "stalls"), "As of Monday 9 March 2026, 00:00"),
        **dict.fromkeys(("diagnosis", "attempts", "gap", "when", "sources", "money", "readiness"), window),
    }
    assert {name for name, _ in parts} == set(re.findall(r'<h2 id="(\w+)">', page(h))) - {"unknown"}


def review(h: History) -> tuple[dict[str, Any], dict[str, list[str]]]:
    review = h.reports().weekly(SUNDAY, AFTERWARDS)
    table = page(h).split('aria-labelledby="beside"')[1].split("<tbody>")[1].split("</tbody>")[0]
    cells = [re.findall(r"<t[hd][^>]*>(?:<bdi>)?(.*?)(?:</bdi>)?</t[hd]>", row) for row in table.split("</tr>")]
    return review, {row[0]: [unescape(cell) for cell in row[1:]] for row in cells if row}


def page(h: History) -> str:
    return h.files.files["weekly/2026-W10/index.html"].decode()
