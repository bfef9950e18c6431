"""Leads recorded later than their day (A14).

Days are those of the company's zone, and the page has a definition.
"""

from datetime import date

import pytest

from leadtight.domain.intake.historical import HistoricalLead, record_historical
from leadtight.domain.model.inquiry import Inquiry
from tests.unit.reporting.history import History, utc

MONDAY = date(2026, 3, 2)
NEXT_MONDAY = utc("2026-03-09 08:00")


@pytest.mark.slow
def test_a14_leads_recorded_on_a_later_local_date_than_they_came_are_listed_each_week() -> None:
    h = History()
    h.receive("same-day", "2026-03-03 22:30", came_at="2026-03-03 09:00")
    h.receive("next-day", "2026-03-04 09:00", came_at="2026-03-03 15:00")
    h.receive("past-midnight-there", "2026-03-04 23:10", came_at="2026-03-04 22:50")  # 23:50 and 00:10 in Berlin
    h.receive("past-midnight-in-utc", "2026-03-05 00:10", came_at="2026-03-04 23:50")  # 00:50 and 01:10 in Berlin
    h.receive("weeks-ago", "2026-03-06 09:00", came_at="2026-02-02 09:00")
    h.receive("the-week-before", "2026-03-01 12:00", came_at="2026-02-27 12:00")
    recorded_late = h.reports().weekly(MONDAY, NEXT_MONDAY)["recorded_late"]
    assert recorded_late["total"] == 3
    assert [row["lead_id"] for row in recorded_late["leads"]] == ["weeks-ago", "next-day", "past-midnight-there"]
    assert recorded_late["leads"][1]["received_at"] == "2026-03-03T15:00:00.000000Z"
    assert recorded_late["leads"][1]["recorded_at"] == "2026-03-04T09:00:00.000000Z"
    assert "in the company’s zone" in recorded_late["definition"]
    page = h.files.files["weekly/2026-W10/index.html"].decode()
    section = page.split('<section aria-labelledby="recorded_late">')[1].split("</section>")[0]
    assert "Arrived Tue 3 Mar, 16:00, recorded Wed 4 Mar, 10:00" in section
    assert recorded_late["definition"] in section


def test_records_of_closed_leads_are_not_among_them() -> None:
    h, now = History(), utc("2026-03-04 09:00")
    change = record_historical(
        h.policy,
        Inquiry(name="Ada"),
        HistoricalLead(),
        lead_id="old",
        source="crm",
        received_at=utc("2026-01-01 09:00"),
        now=now,
        known_owner_id=None,
        earlier_lead_ids=(),
    )
    h.table._put(change)
    review = h.reports().weekly(MONDAY, NEXT_MONDAY)
    assert review["recorded_late"]["total"] == 0
    assert sum(answer["total"] for answer in review["questions"].values()) == 0
