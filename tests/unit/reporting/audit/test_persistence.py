"""Persistence figures against a naive count.

Attempts, wins by wait, intervals, stalls, readiness and the period before.
"""

import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadtight.reporting.metrics.aggregates import BUCKETS
from leadtight.reporting.metrics.confidence import wilson
from tests.unit.reporting.audit.exports import report, write_csv

pytestmark = pytest.mark.slow

MONDAY = datetime(2026, 1, 5, 9)  # noqa: DTZ001 - an export's wall-clock time
HEADER = ("id", "contact id", "created_at", "owner", "source", "stage", "stage_since", "lost_reason")
Row = dict[str, Any]

lead_rows = st.fixed_dictionaries(
    {
        "person": st.sampled_from(("p1", "p2", "p3", "p4", "")),
        "day": st.integers(0, 13),
        "owner": st.sampled_from(("Ada", "Bo", "")),
        "stage": st.sampled_from(("Won", "Lost", "Open")),
        "reason": st.sampled_from(("price", "")),
    }
)
call_rows = st.fixed_dictionaries(
    {
        "person": st.sampled_from(("p1", "p2", "p3", "p9", "")),
        "minute": st.integers(0, 14 * 1440),
        "result": st.sampled_from(("Answered", "Busy")),
        "type": st.sampled_from(("Outbound", "Outbound", "Inbound")),
        "who": st.sampled_from(("Ada", "Bo")),
    }
)


@pytest.mark.proves("J7", "L8")
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(leads=st.lists(lead_rows, min_size=1, max_size=12), calls=st.lists(call_rows, max_size=30))
def test_attempts_wins_and_readiness_agree_with_a_naive_count(leads: list[Row], calls: list[Row]) -> None:
    leads.append({"person": "p1", "day": 0, "owner": "Ada", "stage": "Open", "reason": ""})
    calls.append({"person": "p1", "minute": 3, "result": "Answered", "type": "Outbound", "who": "Ada"})
    for n, lead in enumerate(leads):
        lead["at"] = MONDAY + timedelta(days=lead["day"], seconds=n)  # no two at one time
    with tempfile.TemporaryDirectory() as folder:
        result = _audited(Path(folder), leads, calls)
    for lead in leads:
        mine = [c for c in calls if lead["person"] and c["person"] == lead["person"] and c["type"] == "Outbound"]
        answered = sorted((_at(c), n, c["who"]) for n, c in enumerate(mine) if c["result"] == "Answered")
        lead["first"] = next((a for a in answered if a[0] >= lead["at"]), None)
        lead["tries"] = sum(_of(_at(c), lead, leads) for c in mine)
    counts = [min(lead["tries"], 11) for lead in leads]
    assert [each["leads"] for each in result["attempts"]["distribution"]] == [counts.count(n) for n in range(12)]
    assert result["attempts"]["five_or_more"] == sum(n >= 5 for n in counts)
    never = [lead for lead in leads if lead["first"] is None]
    persistence = sum(lead["tries"] >= 5 for lead in never) / len(never) if never else None
    assert result["readiness"]["persistence"] == persistence
    assert result["readiness"]["crm_continuity"] == sum(bool(lead["owner"]) for lead in leads) / len(leads)
    owned = [lead for lead in leads if lead["first"] and lead["owner"]]
    own = sum(lead["first"][2] == lead["owner"] for lead in owned) / len(owned) if owned else None
    assert result["readiness"]["context_retention"] == own
    _check_wins(result, leads)


def _at(call: Row) -> datetime:
    return MONDAY + timedelta(minutes=call["minute"])


def _of(at: datetime, lead: Row, leads: list[Row]) -> bool:
    """Check whether an attempt belongs to this lead.

    It belongs to the latest lead of its person that already existed.
    """
    there = [other["at"] for other in leads if other["person"] == lead["person"] and other["at"] <= at]
    return bool(there) and max(there) == lead["at"]


def _check_wins(result: dict[str, Any], leads: list[Row]) -> None:
    assert [each["bucket"] for each in result["win_by_bucket"]] == list(BUCKETS)
    never = [lead for lead in leads if lead["first"] is None]
    won = sum(lead["stage"] == "Won" for lead in never)
    last = result["win_by_bucket"][-1]
    assert (last["leads"], last["won"]) == (len(never), won)
    assert (last["low"], last["high"]) == (wilson(won, len(never)) or (None, None))
    assert sum(each["won"] for each in result["win_by_bucket"]) == sum(lead["stage"] == "Won" for lead in leads)
    lost = [lead for lead in leads if lead["stage"] == "Lost"]
    item = next(each for each in result["self_audit"]["items"] if each["item"] == "lost_reason")
    assert item["evidence"].startswith(
        f"{sum(bool(x['reason']) for x in lost)} of {len(lost)}" if lost else "not known"
    )


def _audited(folder: Path, leads: list[Row], calls: list[Row]) -> dict[str, Any]:
    rows = [(n, x["person"], x["at"], x["owner"], "Ads", x["stage"], x["at"], x["reason"]) for n, x in enumerate(leads)]
    header = ("contact id", "call start time", "call result", "call type", "call owner")
    made = [(c["person"], _at(c), c["result"], c["type"], c["who"]) for c in calls]
    mapping = folder / "mapping.toml"
    mapping.write_text(
        '[leads]\nwon = ["Won"]\nlost = ["Lost"]\n[activities]\n'
        'is_contact = { "call type" = ["Outbound"], "call result" = ["Answered"] }\n',
        encoding="utf-8",
    )
    file, activities = write_csv(folder / "leads.csv", HEADER, rows), write_csv(folder / "calls.csv", header, made)
    return report(file, "--activities", activities, "--mapping", mapping)


@pytest.mark.proves("J6")
def test_stages_show_how_long_open_leads_have_been_in_them(tmp_path: Path) -> None:
    rows = [
        (n, f"p{n}", MONDAY, "Ada", "Ads", stage, MONDAY + timedelta(days=day), "")
        for n, (stage, day) in enumerate([("Open", 0), ("Open", 4), ("Proposal", 2), ("Won", 1), ("Open", 10)])
    ]
    result = report(write_csv(tmp_path / "leads.csv", HEADER, rows))
    assert result["stages"] == [
        {"stage": "Open", "leads": 3, "open": True, "median_days": 6.0},
        {"stage": "Proposal", "leads": 1, "open": True, "median_days": 8.0},
        {"stage": "won", "leads": 1, "open": False, "median_days": None},
    ]
    assert [(each["lead_id"], each["days"]) for each in result["stuck"][:2]] == [("0", 10.0), ("2", 8.0)]


def test_the_previous_period_has_the_same_length_and_counts_only_there(tmp_path: Path) -> None:
    header = ("id", "created_at", "first_contact_at")
    rows = [(n, MONDAY + timedelta(days=n), MONDAY + timedelta(days=n, minutes=n % 7)) for n in range(14)]
    file = write_csv(tmp_path / "leads.csv", header, rows)
    result = report(file, "--since", "2026-01-12", "--until", "2026-01-18", "--facts", tmp_path / "f.parquet")
    assert (result["leads"], result["previous"]["leads"]) == (7, 7)
    alone = report(file, "--since", "2026-01-05", "--until", "2026-01-11")
    assert {name: alone[name] for name in result["previous"]} == result["previous"]
    assert alone["previous"] is None
    assert report(file)["previous"] is None


@pytest.mark.proves("L7")
@pytest.mark.parametrize("part", [0, 3])
def test_the_self_audit_has_fifteen_items_and_a_band_only_if_unknowns_cannot_change_it(
    part: int, tmp_path: Path
) -> None:
    rows = [(n, MONDAY, MONDAY + timedelta(minutes=1) if n < part else "") for n in range(20)]
    self_audit = report(write_csv(tmp_path / "leads.csv", ("id", "created_at", "first_contact_at"), rows))["self_audit"]
    assert len(self_audit["items"]) == 15
    scores = [each["score"] for each in self_audit["items"]]
    assert self_audit["score"] == sum(score for score in scores if score is not None)
    assert self_audit["highest"] - self_audit["lowest"] == 2 * scores.count(None)
    assert self_audit["band"] is None
    assert all(each["evidence"] for each in self_audit["items"])


@pytest.mark.proves("L9")
def test_signs_of_a_passive_crm_require_ten_leads_and_more_than_chance(tmp_path: Path) -> None:
    def signs(rows: list[tuple[object, ...]]) -> dict[str, str]:
        result = report(write_csv(tmp_path / "leads.csv", ("id", "created_at", "first_contact_at"), rows))
        return {each["signal"]: each["found"] for each in result["passive_crm"]}

    typed: list[tuple[object, ...]] = [
        (n, MONDAY + timedelta(days=n % 4, minutes=n), MONDAY + timedelta(days=7)) for n in range(40)
    ]
    assert signs(typed) == {
        "manual_outcome_logging": "yes",
        "calendar_reminders": "yes",
        "weekly_only_review": "yes",
    }
    prompt: list[tuple[object, ...]] = [
        (n, MONDAY + timedelta(hours=n), MONDAY + timedelta(hours=n, seconds=97)) for n in range(40)
    ]
    assert signs(prompt)["manual_outcome_logging"] == "no"
    assert set(signs(prompt[:9]).values()) == {"unknown"}


@pytest.mark.proves("L9")
def test_each_sign_of_a_passive_crm_can_be_denied_with_its_evidence(tmp_path: Path) -> None:
    spread = [
        (
            n,
            MONDAY + timedelta(days=n % 5, minutes=n),
            MONDAY + timedelta(days=n % 5 + 1 + n % 7, hours=3 + n % 9, seconds=97 * n),
        )
        for n in range(60)
    ]
    result = report(write_csv(tmp_path / "leads.csv", ("id", "created_at", "first_contact_at"), spread))
    assert [(each["signal"], each["found"]) for each in result["passive_crm"]] == [
        ("manual_outcome_logging", "no"),
        ("calendar_reminders", "no"),
        ("weekly_only_review", "no"),
    ]
    assert all(each["evidence"].split(" of ")[1].startswith("60:") for each in result["passive_crm"])


@pytest.mark.slow
@pytest.mark.proves("L5")
def test_an_audit_of_a_hundred_thousand_leads_takes_less_than_a_minute(tmp_path: Path) -> None:
    rows: list[tuple[object, ...]] = [
        (
            n,
            MONDAY + timedelta(minutes=n % 129_600),
            MONDAY + timedelta(minutes=n % 129_600 + 3) if n % 3 else "",
            "Ada",
        )
        for n in range(100_000)
    ]
    rows[7] = (7, "31/31/2026", "", "Ada")
    file = write_csv(tmp_path / "leads.csv", ("id", "created_at", "first_contact_at", "owner"), rows)
    began = time.process_time()
    result = report(file, "--cost-per-lead", 40)
    assert time.process_time() - began < 60
    assert (result["leads"], sum(result["buckets"].values())) == (99_999, 99_999)
    assert result["diagnosis"]["verdict"] == "structural"
    assert result["money"]["sunk_cac"] > 0
    assert [(each["row"], each["column"]) for each in result["problems"]] == [(9, "created_at")]
