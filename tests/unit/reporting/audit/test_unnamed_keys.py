"""Ids join by their values, whatever the column's name."""

from pathlib import Path

import pytest

from tests.unit.reporting.audit.exports import report, write_csv


@pytest.mark.slow
@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("ID de lead", "ID de lead"),
        ("Lead Id", "Contact Name.id"),
        ("Case id", "Parent id"),
        ("Identificador", "ID relacionado"),
    ],
)
def test_an_id_joins_whatever_it_identifies(ours: str, theirs: str, tmp_path: Path) -> None:
    leads = write_csv(
        tmp_path / "leads.csv",
        (ours, "Nombre", "Owner id", "Created"),
        [(f"7{n}", "Ana", "5", f"2026-01-{12 + n} 10:00:00") for n in range(4)],
    )
    calls = write_csv(
        tmp_path / "calls.csv",
        ("Record Id", theirs, "Owner id", "Call Start Time", "Call Type"),
        [(f"90{n}", f"7{n}", "5", f"2026-01-{12 + n} 10:02:00", "Outbound") for n in range(3)],
    )
    result = report(leads, "--activities", calls)
    assert (result["contacted"], result["definition"]["mapping"]["activities"]["person_key"]) == (3, theirs)
