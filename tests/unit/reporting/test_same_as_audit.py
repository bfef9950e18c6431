"""Audits of exported leads equal the nightly figures.

One definition serves both.
"""

import csv
import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.pools import OutsideHours
from leadtight.domain.policy.reporting import Money
from leadtight.reporting.audit.audit import audit
from leadtight.reporting.audit.options import AuditOptions
from leadtight.reporting.facts.facts import SCHEMA, LeadFact
from leadtight.reporting.facts.table import FactTable
from leadtight.reporting.metrics.aggregates import Figures
from leadtight.reporting.metrics.period_metrics import OPPORTUNITIES
from tests.unit.reporting.history import History, utc

LAST = date(2026, 3, 29)
WINDOW = timedelta(minutes=5)
MONEY = Money(cost_per_lead=Decimal(40), deal_value=Decimal(15000), conversion_rate=Decimal("0.08"))
MAPPING = {
    "leads": {
        "lead_id": "Id",
        "created_at": "Created",
        "first_assigned_at": "Assigned",
        "first_contact_at": ["First contact"],
        "owner": "Owner",
        "source": "Source",
        "stage": "Stage",
        "opportunity": list(OPPORTUNITIES),
        "qualification": "Qualified",
        "qualified": ["yes"],
        "won": ["won"],
        "lost": ["lost"],
        "lost_reason": "Reason",
    }
}
FIGURES = (
    *("leads", "contacted", "never_contacted", "contact_rate", "contacted_in_window", "follow_up_rate", "response"),
    *("business_response", "buckets", "owners", "sources", "segments", "heat", "money", "marketing_sales_gap"),
    *("diagnosis", "ledger", "win_by_bucket", "qualified"),
)


@pytest.mark.slow
def test_an_audit_of_the_leads_equals_the_nightly_figures(tmp_path: Path) -> None:
    h = four_weeks()
    h.reports().nightly(LAST, utc("2026-03-30 00:15"))
    night = json.loads(h.files.files[f"metrics/dt={LAST}/metrics.json"])
    report = json.loads(audit(audit_options(h.policy, export(h, tmp_path))).as_json())
    assert night["leads"] > 100
    assert report["sources"]
    for source in report["sources"]:
        assert source.pop("spellings") == [source["source"]]  # an export may write a source in several ways
    means = report["qualified"].pop("means"), night["qualified"].pop("means")
    assert means[0] == "leads whose present 'Qualified' is “yes”"
    assert means[1].startswith("leads of the tier hot from their arrival on, and leads that have ever reached")
    assert 0 < night["qualified"]["contacted"] < night["qualified"]["leads"] < night["leads"]
    assert {name: report[name] for name in FIGURES} == {name: night[name] for name in FIGURES}


@pytest.mark.slow
def test_the_night_knows_three_self_audit_items_that_an_export_without_activities_lacks(
    tmp_path: Path,
) -> None:
    h = four_weeks()
    h.reports().nightly(LAST, utc("2026-03-30 00:15"))
    night = items(h.files.files[f"metrics/dt={LAST}/metrics.json"])
    items_of_audit = items(audit(audit_options(h.policy, export(h, tmp_path))).as_json())
    assert list(items_of_audit) == list(night)
    differ = {
        name: (items_of_audit[name]["score"], night[name]["score"])
        for name in items_of_audit
        if items_of_audit[name] != night[name]
    }
    assert differ == {"persistence": (None, 0), "next_step": (None, 0), "written_standard": (None, 2)}
    assert items_of_audit["daily_review"]["score"] is None


def items(report: str | bytes) -> dict[str, Figures]:
    return {item["item"]: item for item in json.loads(report)["self_audit"]["items"]}


def four_weeks() -> History:
    """Return a company that promises five minutes at all hours.

    As an audit counts them.
    """
    h = History()
    targets = {id_: replace(t, calendar="always", within=WINDOW, by=None) for id_, t in h.policy.targets.items()}
    pools = {id_: replace(pool, outside_hours=OutsideHours.ASSIGN) for id_, pool in h.policy.pools.items()}
    h.policy = replace(h.policy, targets=targets, pools=pools, money=MONEY)
    outcomes = ("connected", "no_answer", "won", "proposal_sent", "lost", "voicemail")
    for n in range(112):
        at = utc("2026-03-02 05:00") + timedelta(hours=6 * n, minutes=7 * (n % 9))
        lead, source = f"l{n:03d}", "referral" if n % 5 == 0 else "web_form"
        if n % 11 == 3:
            h.receive(lead, f"{at:%Y-%m-%d %H:%M}", source=source)
            continue
        h.arrive(lead, f"{at:%Y-%m-%d %H:%M}", source=source, message="" if n % 7 else "Please call me, it is urgent")
        if n % 4:
            later = at + timedelta(seconds=(40, 299, 300, 301, 5000, 40_000)[n % 6])
            h.outcome(lead, f"{later:%Y-%m-%d %H:%M:%S}", outcomes[n % 6], reason="too dear")
    return h


def export(h: History, folder: Path) -> Path:
    """Write the leads as a CRM would."""
    stored_table = FactTable.read(h.files.files[f"facts/dt={LAST}/facts.parquet"], SCHEMA)
    assert stored_table is not None
    with stored_table[0] as table, (folder / "leads.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["Id", "Created", "Assigned", "First contact", "Owner", "Source", "Stage", "Reason", "Qualified"])
        rows.writerows(row(fact) for fact in table.select())
    return folder / "leads.csv"


def row(fact: LeadFact) -> list[str]:
    times = (fact.received_at, fact.first_assigned_at, fact.first_contact_at)
    written = [at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else "" for at in times]
    reason = "given" if fact.lost_reason_given else ""
    qualified = "yes" if fact.is_qualified or fact.tier == "hot" else "no"
    return [fact.lead_id, *written, fact.first_owner or "", fact.source or "", fact.stage, reason, qualified]


def audit_options(policy: Policy, leads: Path) -> AuditOptions:
    return AuditOptions(
        leads=leads,
        mapping=MAPPING,
        window=WINDOW,
        hours=policy.report_calendar.id,
        calendar=policy.report_calendar,
        since=LAST - timedelta(days=27),
        until=LAST,
        cost_per_lead=MONEY.cost_per_lead,
        deal_value=MONEY.deal_value,
        conversion_rate=MONEY.conversion_rate,
    )
