"""Follow-up rate and gap of the qualified leads (J1, J4)."""

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from leadtight.domain.policy_checks.reporting import check_reporting
from leadtight.policy import loader as policies
from tests.unit.reporting.audit.exports import report, write_csv
from tests.unit.reporting.history import History, utc

MONDAY, NIGHT = date(2026, 3, 2), utc("2026-03-03 00:15")
HEADER = ("lead_id", "created_at", "first_contact_at", "owner", "source", "stage")
TOUCHED = "2026-01-16 10:04:59"


def night(h: History) -> Any:
    h.reports().nightly(MONDAY, NIGHT)
    return json.loads(h.files.files[f"metrics/dt={MONDAY}/metrics.json"])


def test_leads_of_a_qualified_tier_and_those_that_ever_reached_the_stage_are_qualified() -> None:
    h = History()
    for n, message in enumerate(("urgent", "urgent", "", "", "")):
        h.arrive(f"l{n}", f"2026-03-02 09:0{n}", message=message)
    h.outcome("l1", "2026-03-02 09:02", "connected")
    h.outcome("l2", "2026-03-02 09:03", "interested")
    h.outcome("l3", "2026-03-02 09:04", "proposal_sent")
    h.outcome("l3", "2026-03-02 12:04", "lost", reason="too dear")
    qualified = night(h)["qualified"]
    assert (qualified["leads"], qualified["contacted"], qualified["gap"], qualified["gap_rate"]) == (4, 3, 1, 0.25)
    assert qualified["follow_up_rate"] == qualified["contacted_in_window"] / 4 == 0.75
    assert qualified["means"] == (
        "leads of the tier hot from their arrival on, and leads that have ever reached the stage “Qualified”, "
        "“Call booked”, “Proposal sent” or “Won”"
    )


def test_an_undone_outcome_qualifies_no_lead() -> None:
    h = History()
    h.arrive("l1", "2026-03-02 09:00")
    h.outcome("l1", "2026-03-02 09:05", "interested")
    h.undo("l1", "2026-03-02 09:06")
    assert night(h)["qualified"]["leads"] == 0
    h.outcome("l1", "2026-03-02 09:07", "interested")
    h.outcome("l1", "2026-03-02 09:08", "not_now")
    h.undo("l1", "2026-03-02 09:09")
    assert night(h)["qualified"]["leads"] == 1


def test_without_qualified_leads_their_rates_are_unknown_with_a_reason() -> None:
    h = History()
    h.arrive("l1", "2026-03-02 09:00")
    figures = night(h)
    assert (figures["qualified"]["follow_up_rate"], figures["qualified"]["gap"]) == (None, 0)
    assert {"what": "qualified.gap_rate", "why": "no lead of the period is qualified"} in figures["cannot_compute"]


def test_the_weekly_page_has_qualified_leads_beside_all() -> None:
    h = History()
    for n in range(4):
        h.arrive(f"l{n}", f"2026-03-02 09:0{n}", message="urgent" if n < 2 else "")
    h.outcome("l0", "2026-03-02 09:04", "connected")
    review = h.reports().weekly(MONDAY, utc("2026-03-02 20:00"))
    page = h.files.files["weekly/2026-W10/index.html"].decode()
    rows = re.findall(r"<tr>(.*?)</tr>", page.split('aria-labelledby="gap" tabindex')[1].split("</tbody>")[0])
    cells = [re.sub(r"<[^>]+>", "|", row).replace("\u202f", " ") for row in rows]
    assert [re.findall(r"[^|]+", row) for row in cells[1:]] == [
        ["All", "4", "1", "25.0 %", "1", "3", "75.0 %"],
        ["Qualified", "2", "1", "50.0 %", "1", "1", "50.0 %"],
    ]
    assert (review["headline"]["qualified"]["gap"], review["window"]["qualified"]["leads"]) == (1, 2)
    assert page.count("leads of the tier hot from their arrival on") == 2


def test_400_qualified_and_250_contacted_leave_a_gap_of_150(tmp_path: Path) -> None:
    rows = [
        (n, "2026-01-16 10:00:00", TOUCHED if n < 250 or n > 600 else "", "Ada", "Ads", stage(n)) for n in range(700)
    ]
    mapping = tmp_path / "mapping.toml"
    mapping.write_text('[leads]\nqualified = ["SQL"]\nwon = ["Sold"]\n', encoding="utf-8")
    page = tmp_path / "page.html"
    result = report(write_csv(tmp_path / "leads.csv", HEADER, rows), "--mapping", mapping, "--html", page)
    assert result["qualified"] == {
        "means": "leads whose present 'stage' is “SQL” or “Sold”",
        "leads": 400,
        "contacted": 250,
        "contacted_in_window": 250,
        "contact_rate": 0.625,
        "follow_up_rate": 0.625,
        "gap": 150,
        "gap_rate": 0.375,
    }
    assert result["marketing_sales_gap"]["generated"] == 700
    assert "Gap, qualified leads" in page.read_text(encoding="utf-8")


def stage(n: int) -> str:
    return ("Sold" if n % 9 == 0 else "SQL") if n < 400 else "Open"


@pytest.mark.parametrize(
    ("column", "yes", "no"),
    [
        ("Became a marketing qualified lead date", "2026-01-16 10:01:00", ""),
        ("Is qualified", "Yes", "No"),
        ("MQL", 1, 0),
    ],
)
def test_a_column_that_tells_who_is_qualified_is_recognised(
    tmp_path: Path, column: str, yes: object, no: object
) -> None:
    rows = [(n, "2026-01-16 10:00:00", TOUCHED, "Ada", "Ads", "Open", yes if n < 3 else no) for n in range(12)]
    result = report(write_csv(tmp_path / "leads.csv", (*HEADER, column), rows))
    assert (result["qualified"]["leads"], result["qualified"]["contacted"]) == (3, 3)
    assert column in result["qualified"]["means"]


def test_without_a_column_or_stage_the_qualified_leads_are_unknown(tmp_path: Path) -> None:
    rows = [(n, "2026-01-16 10:00:00", TOUCHED, "Ada", "Ads", "Qualified", f"grade {n % 3}") for n in range(12)]
    result = report(write_csv(tmp_path / "leads.csv", (*HEADER, "Qualified"), rows))
    assert result["qualified"] is None
    [gap] = [each for each in result["cannot_compute"] if each["what"] == "qualified"]
    assert gap["why"] == "no column or stage tells which leads were qualified"
    assert "qualified_at of [leads]" in gap["remedy"]


def test_an_unknown_tier_is_refused() -> None:
    policy = policies.shipped()
    wrong = replace(policy, reports=replace(policy.reports, qualified_tiers=("hot", "lukewarm")))
    [problem] = check_reporting(wrong)
    assert (problem.field, "lukewarm" in problem.detail) == ("reports.qualified_tiers", True)
