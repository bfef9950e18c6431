"""When something was typed in is not when it was."""

from pathlib import Path

from tests.unit.reporting.audit.exports import report, run, write_csv

LEADS = [(f"L{n}", f"2026-01-{12 + n} 10:00:00") for n in range(4)]


def _calls(tmp_path: Path, name: str) -> Path:
    rows = [(f"L{n}", f"2026-01-{12 + n} 10:02:00", f"2026-01-{15 + n} 18:00:00") for n in range(4)]
    return write_csv(tmp_path / "calls.csv", ("Lead Id", name, "Logged At"), rows)


def test_an_unnamed_time_beside_an_entry_time_is_asked_about(tmp_path: Path) -> None:
    leads = write_csv(tmp_path / "leads.csv", ("Lead Id", "Created"), LEADS)
    code, _, errors = run(leads, "--activities", _calls(tmp_path, "Zvolání"))
    assert (code, "'Zvolání'" in errors) == (2, True)


def test_a_recognised_time_precedes_the_entry_time(tmp_path: Path) -> None:
    leads = write_csv(tmp_path / "leads.csv", ("Lead Id", "Created"), LEADS)
    result = report(leads, "--activities", _calls(tmp_path, "Made at"))
    assert result["response"]["median"] == 120


def test_compact_times_shared_by_few_leads_are_times(tmp_path: Path) -> None:
    rows = [("L1", f"20260112T1000{n % 2}0Z", f"20260113T1500{n:02}Z") for n in range(20)]
    leads = write_csv(tmp_path / "leads.csv", ("Lead", "Skapad den", "Registrerad"), rows)
    assert report(leads)["definition"]["mapping"]["leads"]["created_at"] == "Skapad den"
