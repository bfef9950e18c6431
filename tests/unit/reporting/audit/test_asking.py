"""Questions of an audit, as data and on a terminal."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from leadtight.reporting.audit.columns.profile import profile
from leadtight.reporting.audit.columns.questions import described, of_leads
from leadtight.reporting.audit.mapping import LeadColumns
from leadtight.reporting.audit.source_file import inspect
from tests.unit.reporting.audit.exports import report, run, write_csv

pytestmark = pytest.mark.slow

HEADER = ("Ref", "Moment", "Answered", "Who")
ROWS = [(f"R{n}", f"2026-01-1{n} 10:00:00", f"2026-01-1{n} 10:03:00", "Ann") for n in range(3, 9)]


def _on_a_terminal(folder: Path, typed: str, *arguments: str) -> tuple[int, str]:
    """Run an audit with typed input.

    Returns its exit code and the screen.
    """
    leader, follower = pty.openpty()
    command = [sys.executable, "-c", "from leadtight.cli import app; app()", "audit", *arguments]
    with subprocess.Popen(command, stdin=follower, stdout=follower, stderr=follower, cwd=folder) as process:
        os.close(follower)
        os.write(leader, typed.encode())
        screen = b""
        while chunk := _read(leader):
            screen += chunk
        os.close(leader)
    return process.returncode, screen.decode()


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 4096)
    except OSError:  # Linux raises this at the end of a terminal
        return b""


def test_questions_depend_only_on_columns_and_mapping(tmp_path: Path) -> None:
    sheet = inspect(write_csv(tmp_path / "leads.csv", HEADER, ROWS))
    files = described(sheet, profile(sheet))
    (creation,) = of_leads(LeadColumns(), files, asks_contact=True)
    assert (creation.key, creation.default) == ("created_at", ("Moment",))
    assert [choice.value for choice in creation.choices] == ["Moment", "Answered", ""]
    (contact,) = of_leads(LeadColumns(created_at="Moment"), files, asks_contact=True)
    assert [choice.value for choice in contact.choices] == ["Answered", ""]
    assert of_leads(LeadColumns(created_at="Moment"), files, asks_contact=False) == ()
    assert of_leads(LeadColumns(absent=("created_at",)), files, asks_contact=False) == ()


def test_an_unknown_file_takes_two_answers_to_a_report_and_none_the_next_time(tmp_path: Path) -> None:
    write_csv(tmp_path / "leads.csv", HEADER, ROWS)
    code, screen = _on_a_terminal(tmp_path, "\n1\n", "leads.csv")
    assert code == 0
    assert "2026-01-13 10:00:00" in screen
    assert "leads.mapping.toml" in screen.splitlines()[-1]
    result = report(tmp_path / "leads.csv")
    assert (result["contacted"], result["response"]["median"]) == (6, 180.0)


def test_contact_values_are_asked_about_one_by_one(tmp_path: Path) -> None:
    write_csv(tmp_path / "leads.csv", ("Lead Id", "Created"), [("1", ROWS[0][1]), ("2", ROWS[0][1])])
    calls = [("1", ROWS[0][2], "Zork"), ("2", ROWS[0][2], "Blip")]
    write_csv(tmp_path / "calls.csv", ("Lead Id", "Call time", "Call result"), calls)
    code, screen = _on_a_terminal(tmp_path, "2\n", "leads.csv", "--activities", "calls.csv")
    assert (code, "Zork (1 rows)" in screen) == (0, True)
    written = (tmp_path / "leads.mapping.toml").read_text(encoding="utf-8")
    assert 'is_contact = { "Call result" = ["Zork"] }' in written


@pytest.mark.proves("T6")
def test_without_a_terminal_a_mapping_template_is_written(tmp_path: Path) -> None:
    file, draft = write_csv(tmp_path / "leads.csv", HEADER, ROWS), tmp_path / "draft.toml"
    code, _, errors = run(file, "--write-mapping", draft)
    text = draft.read_text(encoding="utf-8")
    assert (code, errors.count("\n"), f"--mapping {draft}" in errors) == (2, 1, True)
    assert all(f'"{name}"' in text for name in HEADER)
    draft.write_text(text.replace('# created_at = "Moment" (or absent = ["created_at"])', 'created_at = "Moment"'))
    assert report(file, "--mapping", draft)["period"]["from"] == "2026-01-13T10:00:00.000000Z"


@pytest.mark.parametrize(
    ("header", "text", "seconds"),
    [
        ("First response time (minutes)", "3", 180),
        ("First response time (s)", "180", 180),
        ("Time to first contact", "0:03:00", 180),
        ("Lead response time", "PT3M", 180),
        ("Reaktionszeit", "3 Min.", 180),
        ("Erste Reaktionszeit", "1 Tag 2 Std.", 93_600),
        ("Délai de première réponse", "2 h 5 min", 7500),
        ("Время первого ответа (мин)", "3", 180),
        ("初回応答時間", "3分", 180),
        ("Time to first contact", "1 day, 0:03:00", 86_580),
    ],
)
def test_a_duration_after_the_creation_is_the_first_contact(
    header: str, text: str, seconds: int, tmp_path: Path
) -> None:
    rows = [(n, f"2026-01-1{n} 10:00:00", text) for n in range(3, 9)]
    result = report(write_csv(tmp_path / "leads.csv", ("Lead Id", "Created", header), rows))
    assert (result["contacted"], result["response"]["median"]) == (6, seconds)


def test_a_duration_without_a_unit_is_asked_about(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "leads.csv", ("Lead Id", "Created", "Response time"), [("1", ROWS[0][1], "12")])
    code, _, errors = run(file)
    assert (code, "'Response time'" in errors, "response_unit" in errors) == (2, True, True)


def test_working_hours_are_not_response_time(tmp_path: Path) -> None:
    header = ("Lead Id", "Created", "First response time (business hours)")
    assert report(write_csv(tmp_path / "leads.csv", header, [("1", ROWS[0][1], "0:03:00")]))["contacted"] is None
