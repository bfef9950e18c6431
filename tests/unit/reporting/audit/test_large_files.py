"""Large files: inspecting the beginning suffices.

The report equals that of an inspection of the whole file.
"""

import json
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadtight.reporting.audit import pipeline, source_file
from leadtight.tabular import encoding
from leadtight.tabular import text as texts
from tests.unit.reporting.audit.exports import report, write_csv

pytestmark = pytest.mark.slow

LEADS = ("Record Id", "Contact Id", "Created Time", "Deal Owner Name", "Lead Source", "Stage", "Amount")
CALLS = ("Id", "CONTACTID", "Call Start Time", "Call Type", "Call Status", "Call Owner Name")
START = datetime(2026, 3, 2, 8, tzinfo=UTC)
SAMPLE_ROWS = 40
Cells = list[str]


@pytest.fixture
def whole_looks(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Treat files of over 40 rows as large.

    Records for each audit whether a file was only sampled.
    """
    monkeypatch.setattr(source_file, "LARGE", 0)
    monkeypatch.setattr(source_file, "SAMPLE_ROWS", SAMPLE_ROWS)
    looks: list[bool] = []
    load = pipeline._load

    def watched(options: Any, sheets: Any) -> Any:
        looks.append(not (sheets.leads.is_sampled or (sheets.activities and sheets.activities.is_sampled)))
        return load(options, sheets)

    monkeypatch.setattr(pipeline, "_load", watched)
    return looks


def _rows() -> tuple[list[Cells], list[Cells]]:
    chance = random.Random(7)
    leads: list[Cells] = []
    calls: list[Cells] = []
    for n in range(120):
        created = START + timedelta(minutes=53 * n)
        stage = chance.choice(("Open", "Closed Won", "Closed Lost"))
        owner, source = chance.choice(("Ada", "Bo", "?")), chance.choice(("Ads", " SEO ", ""))
        leads.append(
            [f"L{n:05}", f"90000000000000{n:05}", f"{created:%Y-%m-%d %H:%M:%S}", owner, source, stage, f"{n * 10}"]
        )
        for _ in range(chance.randrange(4)):
            at = created + timedelta(seconds=chance.choice((-60, 0, 299, 300, 4000, 90000)))
            kind, result = chance.choice(("Outbound", "Inbound")), chance.choice(("Attended", "Missed"))
            calls.append([f"C{len(calls)}", leads[-1][1], f"{at:%Y-%m-%d %H:%M:%S}", kind, result, owner])
    chance.shuffle(calls)
    return leads, calls


def _audit(folder: Path, leads: Sequence[Cells], calls: Sequence[Cells]) -> dict[str, Any]:
    file = write_csv(folder / "leads.csv", LEADS, leads)
    return report(file, "--activities", write_csv(folder / "calls.csv", CALLS, calls), "--cost-per-lead", "40")


def _with(rows: list[Cells], row: int, column: int, text: str) -> list[Cells]:
    changed = [list(cells) for cells in rows]
    changed[row][column] = text
    return changed


@pytest.mark.proves("L5")
def test_a_uniform_large_file_is_read_once(tmp_path: Path, whole_looks: list[bool]) -> None:
    leads, calls = _rows()
    sampled = _audit(tmp_path, leads, calls)
    assert whole_looks == [False]
    source_file.LARGE = 1 << 24  # the fixture restores it
    assert json.dumps(_audit(tmp_path, leads, calls)) == json.dumps(sampled)
    assert whole_looks == [False, True]


@pytest.mark.parametrize(
    ("file", "column", "text"),
    [
        ("leads", 0, "L00001"),
        ("leads", 1, "  9000000000000000001 "),
        ("leads", 2, "13.04.2026 10:00"),
        ("leads", 2, "2199-01-01 00:00:00"),
        ("leads", 3, "x\n\ny"),
        ("leads", 5, "Payment Done"),
        ("leads", 6, "1.234"),
        ("calls", 1, " 9000000000000000090 "),
        ("calls", 1, "stranger"),
        ("calls", 2, "soon"),
        ("calls", 2, ""),
        ("calls", 3, " outbound"),
        ("calls", 4, "Connected"),
        ("calls", 5, "\u00a0Ada"),
    ],
)
def test_a_row_unlike_the_beginning_is_read_as_in_a_full_inspection(
    file: str, column: int, text: str, tmp_path: Path, whole_looks: list[bool]
) -> None:
    leads, calls = _rows()
    if file == "leads":
        leads = _with(leads, 100, column, text)
    else:
        calls = _with(calls, 110, column, text)
    sampled = _audit(tmp_path, leads, calls)
    source_file.LARGE = 1 << 24
    assert json.dumps(_audit(tmp_path, leads, calls)) == json.dumps(sampled)
    assert whole_looks[0] is False


WORDS = (
    *(
        "",
        " ",
        "-",
        "N/A",
        "#REF!",
        "\u00a0x",
        "x ",
        '"q"',
        "a,b",
        "a\nb",
        "9000000000000000001",
        "9.0E+18",
        "1.234,50",
    ),
    *("1999", "soon", "05.03.2026 10:00", "2026-03-05T10:00:00+02:00", "2026-02-30 10:00:00", "2026-03-05 10:00:00.5"),
    *("ADA", "Ada@X.de", "closed won", "outbound ", "=1+1", "\u200b", "L00001", "Inbound"),
)


@pytest.mark.proves("L5")
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    changes=st.lists(
        st.tuples(st.booleans(), st.integers(0, 99), st.integers(0, 5), st.sampled_from(WORDS)), min_size=1, max_size=8
    )
)
def test_a_large_files_report_equals_that_of_a_full_inspection(
    changes: list[tuple[bool, int, int, str]], tmp_path: Path, whole_looks: list[bool]
) -> None:
    leads, calls = _rows()
    for in_leads, row, column, text in changes:
        (leads if in_leads else calls)[row][column] = text
    source_file.LARGE = 0
    sampled = _audit(tmp_path, leads, calls)
    source_file.LARGE = 1 << 24
    assert json.dumps(_audit(tmp_path, leads, calls)) == json.dumps(sampled)


def test_a_large_file_without_an_audit_column_is_read_as_any(tmp_path: Path, whole_looks: list[bool]) -> None:
    file = write_csv(tmp_path / "leads.csv", ("a", "b"), [(n, n) for n in range(60)])
    mapping = tmp_path / "mapping.toml"
    mapping.write_text('[leads]\nabsent = ["created_at"]\n', encoding="utf-8")
    assert report(file, "--mapping", mapping)["leads"] == 60
    assert whole_looks == [False, True]


def test_two_leads_of_a_person_and_empty_rows_give_the_same_either_way(tmp_path: Path, whole_looks: list[bool]) -> None:
    leads, calls = _rows()
    leads = [*_with(leads, 90, 1, leads[3][1]), [""] * len(LEADS)]
    sampled = _audit(tmp_path, leads, calls)
    assert sampled["rows"]["leads"]["read"] == 120
    source_file.LARGE = 1 << 24
    assert json.dumps(_audit(tmp_path, leads, calls)) == json.dumps(sampled)


def test_an_undecided_date_order_is_searched_in_the_whole_file(tmp_path: Path, whole_looks: list[bool]) -> None:
    rows = [[str(n), f"0{1 + n % 9}/0{1 + n % 7}/2026 10:00", ""] for n in range(60)]
    file = write_csv(tmp_path / "leads.csv", ("id", "created_at", "owner"), [*rows, ["60", "25/01/2026 10:00", ""]])
    assert report(file)["period"]["to"] == "2026-07-08T10:00:00.000000Z"
    assert whole_looks == [False, True]


@pytest.mark.parametrize(
    ("column", "text", "looks"),
    [(0, "L00001", [False, True]), (0, "", [False, True]), (3, "Cy", [False])],
    ids=["told in a problem", "told for want of an id", "not told"],
)
def test_below_a_blank_line_row_numbers_are_line_numbers(
    column: int, text: str, looks: list[bool], tmp_path: Path, whole_looks: list[bool]
) -> None:
    leads, _ = _rows()
    file = write_csv(tmp_path / "leads.csv", LEADS, _with(leads, 100, column, text))
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join([*lines[:60], "\n", *lines[60:]]))
    sampled = report(file)
    assert [problem["row"] for problem in sampled["problems"]] == [103] * (text == "L00001")
    assert whole_looks == looks
    source_file.LARGE = 1 << 24
    assert json.dumps(report(file)) == json.dumps(sampled)


def test_a_blank_time_in_a_large_activity_file_is_reported_with_its_row_in_one_pass(
    tmp_path: Path, whole_looks: list[bool]
) -> None:
    leads, calls = _rows()
    result = _audit(tmp_path, leads, _with(calls, 110, 2, ""))
    problem = {"file": "calls.csv", "row": 112, "column": "Call Start Time", "value": None, "reason": "is blank"}
    assert result["problems"] == [problem]
    assert whole_looks == [False]


@pytest.mark.parametrize(
    "line", ["L9,one cell too few", 'L9,1,"never closed', "L9,1,2026-04-01 10:00:00,A,B,C,1,more,more"]
)
def test_a_row_of_another_width_or_an_open_quote_in_a_large_file_is_named_as_in_a_short_one(
    line: str, tmp_path: Path, whole_looks: list[bool]
) -> None:
    file = write_csv(tmp_path / "leads.csv", LEADS, _rows()[0])
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join([*lines[:60], f"{line}\n", *lines[60:]]))
    sampled = report(file)
    assert sampled["problems_total"] > 0
    assert whole_looks == [False, True]
    source_file.LARGE = 1 << 24
    assert json.dumps(report(file)) == json.dumps(sampled)


@pytest.mark.parametrize("column", [0, 2, 3, 4, 5, 6])
def test_a_large_file_with_late_non_utf8_bytes_is_read_correctly(
    column: int, tmp_path: Path, whole_looks: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    leads = [[f"{lead[0]}{n}", *lead[1:]] for n in range(3) for lead in _rows()[0]]
    file = write_csv(tmp_path / "leads.csv", LEADS, _with(leads, 350, column, "Zo\u00eb"))
    file.write_bytes(file.read_bytes().decode().encode("cp1252"))
    monkeypatch.setattr(encoding, "CHUNK", 1000)
    monkeypatch.setattr(texts, "SAMPLE_LINES", 10)
    sampled = report(file)
    assert whole_looks == [False, True]
    source_file.LARGE = 1 << 24
    assert json.dumps(report(file)) == json.dumps(sampled)


@pytest.mark.parametrize("large", [0, 1 << 24])
def test_of_two_simultaneous_contacts_the_first_by_name_counts(
    large: int, tmp_path: Path, whole_looks: list[bool]
) -> None:
    source_file.LARGE = large
    leads, _ = _rows()
    leads = [[*cells[:3], "Ada", *cells[4:]] for cells in leads]
    at = (START + timedelta(days=30)).strftime("%Y-%m-%d %H:%M:%S")
    calls = [
        [str(n), lead[1], at, "Outbound", "Attended", who] for n, who in enumerate(("Bo", "Ada")) for lead in leads
    ]
    assert _audit(tmp_path, leads, calls)["readiness"]["context_retention"] == 1.0
    assert _audit(tmp_path, leads, calls[:120])["readiness"]["context_retention"] == 0.0
