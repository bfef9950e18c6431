"""Facts of the event log give the audit's figures.

One call computes both.
"""

from datetime import time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings

from leadtight.domain.calendar import business_hours
from leadtight.reporting.facts.facts import LeadFact
from leadtight.reporting.facts.table import FactTable
from leadtight.reporting.metrics.query import MetricsQuery
from leadtight.reporting.metrics.report import figures
from tests.unit.reporting.test_naive import PERIOD, facts

WEEK = {day: (business_hours.Period(time(9), time(17)),) for day in range(5)}
BERLIN = business_hours.Calendar(id="berlin", zone=ZoneInfo("Europe/Berlin"), week=WEEK)


@pytest.mark.slow
@settings(max_examples=8, deadline=None)
@given(facts())
def test_facts_of_the_event_log_give_the_audits_figures(leads: list[LeadFact]) -> None:
    query = MetricsQuery(calendar=BERLIN, start=PERIOD.start, end=PERIOD.end, working_promises=True)
    with FactTable.of(leads) as table:
        metrics = figures(table.connection, "facts", query)
        assert figures(table.connection, "facts", query) == metrics
    mine = [f for f in leads if PERIOD.start <= f.received_at < PERIOD.end]
    assert metrics["leads"] == len(mine) == sum(metrics["buckets"].values())
    reached = [f for f in mine if f.first_contact_at]
    assert metrics["contacted"] == len(reached)
    assert metrics["contacted_in_window"] == sum(
        f.first_contact_at <= f.deadline for f in reached if f.first_contact_at
    )
    assert sum(cell["leads"] for cell in metrics["heat"]) == len(mine)
    assert sum(metrics["segments"][kind]["leads"] for kind in ("business_hours", "after_hours", "weekend")) == len(mine)
    worked = sorted(
        BERLIN.between(f.received_at, f.first_contact_at).total_seconds() for f in reached if f.first_contact_at
    )
    assert metrics["business_response"]["mean"] == (round(sum(worked) / len(worked), 6) if worked else None)
    assert {each["owner"]: each["leads"] for each in metrics["owners"]} == {
        owner: sum(f.first_owner == owner for f in mine) for owner in {f.first_owner for f in mine}
    }
