"""`leadtight policy explain` shows tier, rule, person and deadlines.

It also says why the others were not chosen.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from leadtight.adapters import clock_and_ids
from leadtight.cli import app
from leadtight.policy.loader import SHIPPED

RENOVATION = Path(__file__).resolve().parents[3] / "docs/policies/renovation.toml"
LEAD = {"name": "Ada Obi", "email": "ada@example.com", "country": "DE", "message": "A kitchen", "value": 60000}
run = CliRunner().invoke


def explained(tmp_path: Path, lead: dict[str, Any], at: str, *options: str, policy: Path = RENOVATION) -> Any:
    file = tmp_path / "lead.json"
    file.write_text(json.dumps(lead))
    result = run(app, ["policy", "explain", str(file), "--policy", str(policy), "--at", at, *options])
    assert result.exit_code == 0, result.output
    return json.loads(result.output) if "--json" in options else result.output


@pytest.mark.proves("Q8")
def test_a_lead_is_explained_by_tier_rule_person_and_receipt(tmp_path: Path) -> None:
    explanation = explained(tmp_path, LEAD, "2026-11-23T10:00:00+01:00", "--json")
    assert explanation["schema"] == "leadtight.explain/1"
    assert (explanation["tier"], explanation["rule"], explanation["owner"]) == ("inquiry", "large", "jan")
    assert explanation["rules"][0] == {"id": "denmark", "holds": False, "chosen": False, "missing": ["country"]}
    assert explanation["deadline"] == "2026-11-23T10:00:00+00:00"
    assert [c["person"] for c in explanation["receipt"]["candidates"]] == ["jan", "svea"]


def test_a_matching_rule_does_not_decide_where_the_tier_has_its_own_pool(tmp_path: Path) -> None:
    text = SHIPPED.read_text().replace('id = "hot"\n', 'id = "hot"\npool = "projects"\n', 1)
    policy = tmp_path / "policy.toml"
    policy.write_text(text)
    explanation = explained(tmp_path, LEAD | {"message": "today"}, "2026-11-23T10:00:00+01:00", "--json", policy=policy)
    assert explanation["rule"] == "tier:hot"
    [*_, last] = explanation["rules"]
    assert (last["id"], last["holds"], last["chosen"]) == ("large_projects", True, False)
    assert [tier["id"] for tier in explanation["tiers"] if tier["chosen"]] == ["hot"]


def test_an_excluded_lead_is_explained_by_its_rule_and_has_no_owner(tmp_path: Path) -> None:
    lead = LEAD | {"email": "qa@test.leadtight.example"}
    explanation = explained(tmp_path, lead, "2026-11-23T10:00:00+01:00", "--json", policy=SHIPPED)
    assert explanation["excluded"]["rule"] == "our_own_tests"
    assert explanation["exclude"] == [{"id": "our_own_tests", "holds": True, "chosen": True, "missing": []}]
    assert (explanation["owner"], explanation["rule"], explanation["steps"], explanation["receipt"]) == (
        None,
        None,
        [],
        None,
    )
    output = explained(tmp_path, lead, "2026-11-23T10:00:00+01:00", policy=SHIPPED)
    assert "Excluded as test by rule our_own_tests" in output


def test_a_lead_that_comes_at_night_is_explained_with_the_start_of_its_clock(tmp_path: Path) -> None:
    explanation = explained(tmp_path, LEAD, "2026-11-23T23:00:00+01:00", "--json", policy=SHIPPED)
    assert (explanation["owner"], explanation["deadline"]) == ("dora", "2026-11-24T09:00:00+00:00")
    assert explanation["receipt"]["clock_starts_at"] == "2026-11-24T08:00:00.000000Z"
    output = explained(tmp_path, LEAD, "2026-11-23T23:00:00+01:00", policy=SHIPPED)
    assert "the clock starts Tue 2026-11-24 09:00:00 CET, with the owner's next shift" in " ".join(output.split())
    assert "the clock starts" not in explained(tmp_path, LEAD, "2026-11-23T10:00:00+01:00", policy=SHIPPED)


def test_people_get_tables(tmp_path: Path) -> None:
    output = explained(tmp_path, LEAD, "2026-11-23T10:00:00+01:00")
    assert all(words in output for words in ("Jan Petersen", "large", "denmark", "country", "11:00:00"))


@pytest.mark.proves("F3")
@pytest.mark.parametrize(
    ("rule", "source", "arrived", "due"),
    [
        (
            "new inquiry within 60 minutes of business hours",
            "web_form",
            "2026-11-23T11:30:00+01:00",
            "2026-11-23T12:00",
        ),
        ("after hours by 10:00 on the next business day", "web_form", "2026-11-20T19:00:00+01:00", "2026-11-23T09:00"),
        ("missed call the same business day", "phone_missed", "2026-11-23T09:00:00+01:00", "2026-11-23T16:00"),
        ("missed call after hours: the next one", "phone_missed", "2026-12-23T20:00:00+01:00", "2027-01-04T16:00"),
    ],
)
def test_the_four_rules_of_a_small_team(tmp_path: Path, rule: str, source: str, arrived: str, due: str) -> None:
    explanation = explained(tmp_path, LEAD | {"source": source}, arrived, "--json")
    assert explanation["deadline"].startswith(due), rule


@pytest.mark.proves("A6", "F3")
@pytest.mark.parametrize(
    ("arrived", "due"),
    [
        ("2026-11-23T09:01:00+01:00", "2026-11-23T18:00:00+01:00"),
        ("2026-11-23T17:45:00+01:00", "2026-11-23T18:00:00+01:00"),
        ("2026-11-27T15:59:00+01:00", "2026-11-27T16:00:00+01:00"),
    ],
)
def test_shipped_policy_returns_a_missed_call_on_its_business_day(tmp_path: Path, arrived: str, due: str) -> None:
    report = explained(tmp_path, LEAD | {"source": "phone_missed"}, arrived, "--json", policy=SHIPPED)
    assert (report["tier"], datetime.fromisoformat(report["deadline"])) == ("missed_call", datetime.fromisoformat(due))


def test_shipped_policy_returns_a_call_of_the_night_by_ten(tmp_path: Path) -> None:
    lead = LEAD | {"source": "phone_missed"}
    report = explained(tmp_path, lead, "2026-11-27T20:00:00+01:00", "--json", policy=SHIPPED)
    assert report["deadline"] == "2026-11-30T09:00:00+00:00"


@pytest.mark.parametrize("content", ["[]", "{", '{"company": "x"}'])
def test_an_invalid_lead_is_a_usage_error_of_one_line(tmp_path: Path, content: str) -> None:
    file = tmp_path / "lead.json"
    file.write_text(content)
    result = run(app, ["policy", "explain", str(file), "--at", "2026-11-23T09:00:00Z"])
    assert result.exit_code == 2
    assert str(file) in result.output


def test_a_lead_arrives_now_by_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock_and_ids, "clock", lambda: datetime(2026, 11, 23, 9, 0, tzinfo=UTC))
    file = tmp_path / "lead.json"
    file.write_text(json.dumps(LEAD))
    result = run(app, ["policy", "explain", str(file), "--policy", str(RENOVATION), "--json"])
    assert json.loads(result.output)["deadline"] == "2026-11-23T10:00:00+00:00"
