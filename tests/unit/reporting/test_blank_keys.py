"""Blank keys join nothing in any report (R14).

Blanks are planted as sources, owners, callers and pools.
"""

import json
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadtight.domain.model.event import Event, EventKind
from leadtight.domain.policy.reporting import Money
from leadtight.reporting.metrics.event_counts import counts
from leadtight.reporting.review.disagreements import disagreements
from tests.unit.reporting.audit.exports import PLAIN, report, write_csv
from tests.unit.reporting.history import History, utc

pytestmark = pytest.mark.slow

MONDAY, NIGHT = date(2026, 3, 2), utc("2026-03-03 00:15")
BLANKS = ("", " ", "-", "?", "\u00a0", "--")
PLACEHOLDERS = (*BLANKS, "n/a", "None", "NULL", "(blank)", "#VALUE!")
NAMES = ("ana", "nat", "Nan")
leads = st.fixed_dictionaries(
    {
        "source": st.sampled_from((*PLACEHOLDERS, "web_form", "Ads")),
        "owner": st.sampled_from((*BLANKS, None, *NAMES)),
        "caller": st.sampled_from((*BLANKS, None, *NAMES)),
        "reached": st.booleans(),
    }
)


def kept(value: str | None, blanks: tuple[str, ...]) -> str | None:
    return None if value is None or value in blanks else value


def history_of(rows: list[dict[str, Any]]) -> History:
    """Return a company whose events have blank names.

    They are those of owners, callers and sources.
    """
    h = History()
    for n, row in enumerate(rows):
        lead_id = f"l{n:02d}"
        h.arrive(lead_id, "2026-03-02 09:00")
        if row["reached"]:
            h.outcome(lead_id, "2026-03-02 09:02", "connected")
        planted = {
            "source": row["source"],
            "owner_id": row["owner"],
            "first_owner_id": row["owner"],
            **({"first_contact_by": row["caller"]} if row["reached"] else {}),
        }
        last = h.table.history(lead_id)[-1]
        version = h.lead(lead_id).version + 1
        changes = {name: [None, value] for name, value in planted.items()}
        event = Event(
            id=f"planted.{version}",
            lead_id=lead_id,
            at=last.at + timedelta(minutes=1),
            kind=EventKind.LEAD_ANSWERED,
            actor="test",
            version=version,
            changes=changes,
            data={"said": "no", "disagrees": True, "owner": row["owner"]},
        )
        h.table._events[lead_id, event.id] = event
    return h


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(leads, min_size=1, max_size=8))
def test_blank_owners_sources_and_callers_are_no_ones_in_nightly_and_weekly_reports(rows: list[dict[str, Any]]) -> None:
    h = history_of(rows)
    spend = {"": Decimal(50), "n/a": Decimal(5), "Ads": Decimal(100)}
    h.policy = replace(h.policy, money=Money(monthly_spend=spend))
    h.reports().nightly(MONDAY, NIGHT)
    h.reports().weekly(MONDAY, NIGHT)
    night = json.loads(h.files.files[f"metrics/dt={MONDAY}/metrics.json"])
    review = json.loads(h.files.files["weekly/2026-W10/review.json"])
    owners = Counter(kept(row["owner"], BLANKS) for row in rows)
    sources = Counter(kept(row["source"], PLACEHOLDERS) for row in rows)
    assert {row["owner"]: row["leads"] for row in night["owners"]} == owners
    of_leads = [row for row in night["sources"] if row["leads"]]
    assert {row["source"]: row["leads"] for row in of_leads} == sources
    assert [row["spend"] for row in of_leads if row["source"] is None] == [None] * (None in sources)
    [nowhere] = [row for row in night["sources"] if row["leads"] is None]
    assert (nowhere["source"], nowhere["spend"] > 0, nowhere["cpl"]) == (None, True, None)
    known = [row for row in rows if row["reached"] and kept(row["owner"], BLANKS) and kept(row["caller"], BLANKS)]
    same = sum(row["owner"] == row["caller"] for row in known)
    assert night["readiness"]["context_retention"] == (same / len(known) if known else None)
    assert {row["owner"]: row["denied"] for row in review["disagreements"]} == owners
    by_owner = night["day"]["events"]["disagreements_by_owner"]
    assert by_owner == {owner or "unknown": n for owner, n in owners.items()}
    assert review["questions"]["no_owner"]["total"] == owners[None]
    ledger = h.files.files[f"ledger/dt={MONDAY}/ledger.csv"].decode("utf-8-sig").splitlines()
    assert len(ledger) == 1 + night["ledger"]["leaked"] + night["ledger"]["recovered"]
    page = h.files.files["weekly/2026-W10/index.html"].decode()
    assert not any(f"<bdi>{blank}</bdi></th>" in page for blank in PLACEHOLDERS)


@pytest.mark.proves("R14")
@pytest.mark.parametrize("blank", PLACEHOLDERS)
def test_spend_without_a_source_is_not_that_of_leads_without_one(tmp_path: Path, blank: str) -> None:
    rows = [
        (n, "2026-01-16 10:00:00", "2026-01-16 10:03:00", "Ada", blank if n < 4 else "Ads", "Open") for n in range(8)
    ]
    spend = write_csv(tmp_path / "spend.csv", ("Source", "Spend"), [("Ads", 100), (blank, 60)])
    page = tmp_path / "page.html"
    result = report(write_csv(tmp_path / "leads.csv", PLAIN, rows), "--spend", spend, "--html", page)
    figures = [(row["source"], row["leads"], row["spend"], row["cpl"]) for row in result["sources"]]
    assert figures == [("Ads", 4, 100.0, 25.0), (None, 4, None, None), (None, None, 60.0, None)]
    assert result["money"]["spend"] == 160.0
    assert "spend without a source" in page.read_text(encoding="utf-8")


def test_counts_of_a_blank_and_of_none_are_unknown() -> None:
    happened = [
        Event(id=str(n), lead_id="l", at=NIGHT, kind=EventKind.DEADLINE_MISSED, actor="t", data={"target": value})
        for n, value in enumerate((None, "", " ", "hot"))
    ]
    assert counts(happened)["missed_by_target"] == {"hot": 1, "unknown": 3}
    assert disagreements([]) == ()
