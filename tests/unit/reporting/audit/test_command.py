"""`leadtight audit` as people and programs see it."""

import json
from pathlib import Path

import pytest

from tests.unit.reporting.audit.exports import PLAIN, report, run, write_csv

KEYS = [
    *("schema", "definition", "rows", "caveats", "period", "leads", "contacted", "never_contacted", "contact_rate"),
    *("contacted_in_window", "follow_up_rate", "response", "business_response", "buckets", "qualified"),
    *(
        "owners",
        "sources",
        "segments",
        "heat",
        "money",
        "marketing_sales_gap",
        "diagnosis",
        "previous",
        "win_by_bucket",
        "attempts",
    ),
    *("stages", "stuck", "capacity", "ledger", "self_audit", "readiness", "passive_crm", "cannot_compute", "problems"),
    "problems_total",
]
HOURS = "mon-fri 09:00-12:00 13:00-17:00"


@pytest.fixture
def leads(tmp_path: Path) -> Path:
    """Return four days of leads of every kind.

    They are in time, on the edge, over night, over the weekend, never, duplicate and unreadable.
    """
    rows = [
        ("1", "2026-01-16 10:00:00", "2026-01-16 10:04:59", "Ada", "Ads", "Won"),
        ("2", "2026-01-16 11:58:00", "2026-01-16 13:03:00", "Ada", "Ads", "Open"),
        ("3", "2026-01-16 16:30:00", "2026-01-19 09:30:00", "Bo", "SEO", "Lost"),
        ("4", "2026-01-17 10:00:00", "2026-01-17 10:05:00", "Bo", "SEO", "Open"),
        ("5", "2026-01-19 20:00:00", "", "", "Ads", "Open"),
        ("6", "2026-01-19 10:00:00", "2026-01-20 10:00:00", "Bo", "", "Test lead"),
        ("7", "tomorrow", "", "Bo", "Ads", "Open"),
    ]
    return write_csv(tmp_path / "leads.csv", PLAIN, rows)


@pytest.mark.proves("J2", "J3")
@pytest.mark.slow
def test_the_report_has_every_documented_key_and_hand_counted_figures(leads: Path) -> None:
    result = report(leads, "--hours", HOURS, "--exclude", "stage=test LEAD")
    assert list(result) == KEYS
    assert result["schema"] == "leadtight.audit/1"
    assert result["rows"] == {
        "leads": {"read": 7, "accepted": 5, "excluded": 1, "rejected": 1},
        "activities": None,
        "spend": None,
    }
    assert (result["leads"], result["contacted"], result["never_contacted"], result["contact_rate"]) == (5, 4, 1, 0.8)
    assert (result["contacted_in_window"], result["follow_up_rate"]) == (2, 0.4)
    assert result["response"] == {"median": 2100.0, "mean": 59624.75, "p90": 164970.0}
    assert result["business_response"] == {"median": 299.5, "mean": 1049.75, "p90": 2610.0}
    assert result["buckets"] == {
        "under_5m": 1,
        "5m_to_30m": 1,
        "30m_to_2h": 1,
        "2h_to_24h": 0,
        "over_24h": 1,
        "never": 1,
    }
    assert result["owners"][0] == {
        "owner": "Ada",
        "leads": 2,
        "contacted": 2,
        "contacted_in_window": 1,
        "in_window_rate": 0.5,
        "median": 2099.5,
        "mean": 2099.5,
        "p90": 3539.9,
        "business_response": {"median": 299.5, "mean": 299.5, "p90": 299.9},
    }
    assert [each["owner"] for each in result["owners"]] == ["Ada", "Bo", None]
    assert [(each["source"], each["won"]) for each in result["sources"]] == [("Ads", 1), ("SEO", 0)]
    assert {kind: result["segments"][kind]["leads"] for kind in ("business_hours", "after_hours", "weekend")} == {
        "business_hours": 3,
        "after_hours": 1,
        "weekend": 1,
    }
    assert result["marketing_sales_gap"] == {"generated": 5, "contacted": 4, "gap": 1, "gap_rate": 0.2}
    assert result["definition"]["exclusions"] == [{"rule": "stage=test LEAD", "leads": 1}]
    assert result["problems"] == [
        {"file": "leads.csv", "row": 8, "column": "created_at", "value": "tomorrow", "reason": "is not a readable time"}
    ]


@pytest.mark.proves("L6")
def test_the_heat_table_has_168_cells_with_intervals_and_flags(leads: Path) -> None:
    cells = report(leads)["heat"]
    assert [(cell["weekday"], cell["hour"]) for cell in cells[:25]] == [*(("mon", h) for h in range(24)), ("tue", 0)]
    assert len(cells) == 168
    assert sum(cell["leads"] for cell in cells) == 6
    friday = cells[4 * 24 + 10]
    assert (friday["leads"], friday["contacted_in_window"], friday["small"]) == (1, 1, True)
    assert (friday["low"], friday["high"]) == (0.206549, 1.0)
    assert (cells[0]["low"], cells[0]["high"]) == (None, None)


@pytest.mark.proves("L6")
def test_cells_and_sources_with_at_least_ten_leads_are_not_small(tmp_path: Path) -> None:
    rows = [
        (n, "2026-01-16 10:00:00", "2026-01-16 10:01:00" if n % 2 else "", "Ada", "Ads" if n < 10 else "SEO", "Open")
        for n in range(19)
    ]
    result = report(write_csv(tmp_path / "leads.csv", PLAIN, rows))
    friday = result["heat"][4 * 24 + 10]
    assert (friday["leads"], friday["small"]) == (19, False)
    ads, seo = result["sources"]
    assert (ads["leads"], ads["in_window_rate"], ads["small"], seo["leads"], seo["small"]) == (10, 0.5, False, 9, True)
    assert (ads["low"], ads["high"]) == (0.236593, 0.763407)


@pytest.mark.proves("J4")
def test_400_generated_and_250_contacted_leave_a_gap_of_150(tmp_path: Path) -> None:
    touched = "2026-01-16 10:04:59"
    rows = [(n, "2026-01-16 10:00:00", touched if n < 250 else "", "Ada", "Ads", "Open") for n in range(400)]
    gap = report(write_csv(tmp_path / "leads.csv", PLAIN, rows))["marketing_sales_gap"]
    assert gap == {"generated": 400, "contacted": 250, "gap": 150, "gap_rate": 0.375}


@pytest.mark.slow
def test_the_same_input_gives_the_same_bytes(leads: Path, tmp_path: Path) -> None:
    ends = {"--json": "json", "--facts": "parquet", "--html": "html", "--ledger": "csv"}
    runs = [{option: tmp_path / f"{n}.{end}" for option, end in ends.items()} for n in (1, 2)]
    for files in runs:
        assert run(leads, *(word for pair in files.items() for word in pair))[0] == 0
    first, second = ({option: file.read_bytes() for option, file in files.items()} for files in runs)
    assert all(first.values())
    assert first == second


def test_the_mapping_is_always_printed_and_can_be_saved_and_reused(leads: Path, tmp_path: Path) -> None:
    written, out = tmp_path / "mapping.toml", tmp_path / "out.json"
    code, output, _ = run(leads, "--write-mapping", written, "--json", out)
    assert code == 0
    assert written.read_text(encoding="utf-8") in output
    assert 'first_contact_at = "first_contact_at"' in output
    assert report(leads, "--mapping", written) == json.loads(out.read_text(encoding="utf-8"))


def test_json_on_standard_output_is_only_json(leads: Path) -> None:
    code, output, errors = run(leads, "--json", "-")
    assert (code, json.loads(output)["leads"]) == (0, 6)
    assert "[leads]" in errors


def test_since_and_until_are_local_days(leads: Path) -> None:
    result = report(leads, "--since", "2026-01-17", "--until", "2026-01-19")
    assert result["rows"]["leads"] == {"read": 7, "accepted": 3, "excluded": 3, "rejected": 1}
    assert {each["rule"]: each["leads"] for each in result["definition"]["exclusions"]} == {"before --since": 3}


def test_the_first_contact_is_the_earliest_counted_one_at_or_after_the_creation(tmp_path: Path) -> None:
    leads = write_csv(
        tmp_path / "deals.csv",
        ("Id", "Contact Name", "Created Time", "Deal Owner Name"),
        [
            ("11", "901", "15.01.2026 10:00", "Ada"),
            ("12", "901", "15.01.2026 12:00", "Ada"),
            ("13", "902", "15.01.2026 10:00", "Bo"),
        ],
    )
    calls = write_csv(
        tmp_path / "calls.csv",
        ("Id", "Call Start Time", "CONTACTID", "Call Type", "Call Status"),
        [
            ("1", "15.01.2026 09:59", "901", "Outbound", "Attended Dialled"),
            ("2", "15.01.2026 10:00", "901", "Inbound", "Attended Dialled"),
            ("3", "15.01.2026 10:03", "901", "Outbound", "Unattended Dialled"),
            ("4", "15.01.2026 10:20", "901", "Outbound", "Attended Dialled"),
            ("5", "15.01.2026 12:00", "901", "outbound", "attended dialled"),
            ("6", "15.01.2026 10:01", "902", "Outbound", "Unattended Dialled"),
            ("7", "15.01.2026 10:01", "999", "Outbound", "Attended Dialled"),
            ("8", "", "902", "Outbound", "Attended Dialled"),
        ],
    )
    result = report(leads, "--activities", calls)
    assert result["definition"]["mapping"]["activities"]["is_contact"] == {
        "Call Type": ["Outbound", "outbound"],
        "Call Status": ["Attended Dialled", "attended dialled"],
    }
    assert result["definition"]["mapping"]["leads"]["person_key"] == "Contact Name"
    assert (result["contacted"], result["buckets"]["5m_to_30m"], result["buckets"]["under_5m"]) == (2, 1, 1)
    assert result["rows"]["activities"] == {
        "read": 8,
        "accepted": 4,
        "excluded": 3,
        "rejected": 1,
        "joined": 6,
        "unjoined": 1,
        "blank_key": 0,
    }


def test_without_joined_activities_contact_is_unknown_and_not_zero(tmp_path: Path) -> None:
    leads = write_csv(tmp_path / "leads.csv", ("Id", "Created Time"), [("1", "2026-01-15 10:00")])
    calls = write_csv(tmp_path / "calls.csv", ("Lead Id", "Call Start Time"), [("2", "2026-01-15 10:00")])
    result = report(leads, "--activities", calls)
    assert (result["contacted"], result["buckets"]["never"]) == (None, None)
    assert "no activity joins a lead" in {e["what"]: e["why"] for e in result["cannot_compute"]}["contact_rate"]


@pytest.mark.proves("L5")
def test_data_missing_from_columns_is_unknown_with_a_reason(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "leads.csv", ("Prospect ID", "Lead Source", "TotalVisits"), [("1", "Ads", 0)])
    result = report(file)
    assert (result["leads"], result["contacted"], result["contact_rate"], result["heat"]) == (1, None, None, None)
    assert set(result["response"].values()) == set(result["buckets"].values()) == {None}
    assert {"contacted", "response", "period", "owners"} <= {each["what"] for each in result["cannot_compute"]}


@pytest.mark.proves("L5")
@pytest.mark.slow
@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (
            "Id,CreatedDate,FirstCallDateTime,FirstEmailDateTime,OwnerId,LeadSource,Status",
            {"first_contact_at": ["FirstCallDateTime", "FirstEmailDateTime"], "owner": "OwnerId", "stage": "Status"},
        ),
        (
            "Record ID,Create Date,Contact owner,HubSpot owner assigned date,Original Traffic Source,Lead Status",
            {"lead_id": "Record ID", "created_at": "Create Date", "owner": "Contact owner", "stage": "Lead Status"},
        ),
        (
            "Deal - ID,Deal - Owner,Deal - Deal created,Deal - Stage,Deal - Value,Deal - Status",
            {"lead_id": "Deal - ID", "created_at": "Deal - Deal created", "value": "Deal - Value"},
        ),
        (
            "Record Id,Lead Owner,Lead Source,Lead Status,Created Time,Amount",
            {"owner": "Lead Owner", "source": "Lead Source", "created_at": "Created Time", "value": "Amount"},
        ),
        (
            "id,property_createdate,property_hubspot_owner_id,property_hs_analytics_source,property_dealstage",
            {"created_at": "property_createdate", "owner": "property_hubspot_owner_id", "stage": "property_dealstage"},
        ),
        ("created,first_owner,first_outbound", {"first_contact_at": "first_outbound", "owner": "first_owner"}),
    ],
)
def test_columns_of_common_systems_are_recognised(header: str, expected: dict[str, object], tmp_path: Path) -> None:
    names = header.split(",")
    file = write_csv(tmp_path / "leads.csv", names, [["2026-01-15 10:00"] * len(names)])
    mapping = report(file)["definition"]["mapping"]["leads"]
    assert {key: mapping.get(key) for key in expected} == expected
    assert "first_assigned_at" not in mapping


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--exclude", "Nowhere=1"], "--exclude: there is no column 'Nowhere'"),
        (["--exclude", "stage"], "--exclude: must be"),
        (["--window", "soon"], "--window: "),
        (["--hours", "always"], "--hours: "),
        (["--hours", "mon-fri"], "--hours: "),
        (["--timezone", "Mars"], "--timezone: "),
        (["--since", "yesterday"], "--since: "),
        (["--conversion-rate", "8"], "--conversion-rate: must be between 0 and 1"),
        (["--cost-per-lead", "-1"], "--cost-per-lead: must not be negative"),
        (["--activities", "nowhere.csv"], "nowhere.csv: No such file"),
        (["--json", "nowhere/out.json"], "nowhere/out.json: No such file"),
    ],
)
def test_a_wrong_argument_is_named_on_one_line(arguments: list[str], message: str, leads: Path) -> None:
    code, _, errors = run(leads, *arguments)
    assert code == 2
    assert message in errors
    assert errors.count("\n") == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('[leads]\ncreated_at = "When"\n', "leads.csv: row 1: column 'When' is missing"),
        ('[leads]\ncreated = "created_at"\n', "leads.created: unknown key"),
        ("[leeds]\n", "leeds: unknown key"),
        ('[leads]\ndecimal = ";"\n', "leads.decimal: must be . or ,"),
        ("[leads\n", "mapping.toml: "),
    ],
)
def test_a_wrong_mapping_is_named_on_one_line(content: str, message: str, leads: Path, tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(content, encoding="utf-8")
    code, _, errors = run(leads, "--mapping", mapping)
    assert (code, message in errors, errors.count("\n")) == (2, True, 1)


def test_without_usable_leads_the_audit_fails_without_a_report(tmp_path: Path) -> None:
    leads = write_csv(tmp_path / "leads.csv", PLAIN, [("1", "soon", "", "", "", "")])
    code, _, errors = run(leads, "--json", tmp_path / "out.json")
    assert code == 1
    assert errors == (
        "leadtight audit: leads.csv: no lead can be used: row 2: column 'created_at': 'soon' is not a readable time;"
        " name the right column, or date_format, in a mapping\n"
    )
    assert not (tmp_path / "out.json").exists()


@pytest.mark.proves("L5")
def test_a_duplicate_id_counts_once(tmp_path: Path) -> None:
    rows = [
        ("1", "soon", "", "", "", ""),
        ("1", "2026-01-15 10:00", "", "", "", ""),
        ("1", "2026-01-15", "", "", "", ""),
    ]
    result = report(write_csv(tmp_path / "leads.csv", PLAIN, rows))
    assert (result["leads"], [each["row"] for each in result["problems"]]) == (1, [2, 4])
