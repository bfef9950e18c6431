"""Imports and audits of address books and `.xls` web pages."""

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from leadtight.cli import app
from leadtight.cli.import_.command import _decided_mapping, _mapping, _outcomes
from leadtight.cli.import_.rows import Reader
from leadtight.cli.import_.table import ExportFile
from tests.unit.reporting.audit.exports import report, run, write_csv

CARDS = """BEGIN:VCARD
VERSION:3.0
FN:Ada Example
N:Example;Ada;;;
ORG:Example Ltd;Sales
EMAIL;TYPE=WORK:ada@example.com
EMAIL;TYPE=HOME:ada@home.example
TEL;TYPE=FAX:+49 30 0000001
TEL;TYPE=CELL:+49 170 0000000
ADR;TYPE=WORK:;;1 Long Street;Berlin;;10115;Germany
NOTE:Met at the fair\\; wants an offer
END:VCARD
BEGIN:VCARD
VERSION:4.0
FN:Total Example
TEL;VALUE=uri:tel:+1-418-555-0100;ext=102
END:VCARD
"""
HEADER = ("Lead Id", "Created", "First contact", "Owner", "Email", "Amount")
LEADS = [
    ("001", "2026-01-05 10:00", "2026-01-05 10:03", "Ann", "a@example.com", "1.500,00"),
    ("002", "2026-01-13 10:00", "2026-01-13 12:00", "Bo & Co", "b@example.com", "20,50"),
    ("003", "2026-01-14 10:00", "", "Ann", "c@example.com", ""),
]


def outcomes(file: Path) -> list[Any]:
    """Return what is sent for each row, or its rejection."""
    table = ExportFile.open(file)
    chosen, _ = _decided_mapping(table, _mapping(table, None))
    return [outcome for _, outcome in _outcomes(table, Reader(chosen, historical=False))]


def page(folder: Path) -> Path:
    """Write the leads as a web shop does."""
    rows = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in (HEADER, *LEADS))
    file = folder / "page.xls"
    file.write_text(f"<html><meta charset=utf-8><table>{rows.replace('&', '&amp;')}</table></html>", encoding="utf-8")
    return file


@pytest.mark.proves("A9")
def test_a_card_becomes_a_lead_with_all_its_addresses_and_numbers(tmp_path: Path) -> None:
    (tmp_path / "book.vcf").write_text(CARDS, encoding="utf-8")
    first, second = (sent["body"] for sent in outcomes(tmp_path / "book.vcf"))
    fields = first.pop("fields")
    assert first == {
        "name": "Ada Example",
        "first_name": "Ada",
        "last_name": "Example",
        "email": "ada@example.com",
        "phone": "+49 170 0000000",
        "company": "Example Ltd",
        "country": "Germany",
        "postcode": "10115",
    }
    assert (fields["Email 2"], fields["Fax"], fields["Note"]) == (
        *("ada@home.example", "+49 30 0000001"),
        "Met at the fair; wants an offer",
    )
    assert (second["name"], second["phone"]) == ("Total Example", "+1-418-555-0100 ext. 102")


def test_a_dry_run_describes_the_format_of_an_address_book(tmp_path: Path) -> None:
    (tmp_path / "book.vcf").write_text(CARDS, encoding="utf-8")
    result = CliRunner().invoke(app, ["import", str(tmp_path / "book.vcf"), "--source", "phone", "--dry-run"])
    assert (result.exit_code, "2 rows, an address book (vCard), utf-8" in " ".join(result.stdout.split())) == (0, True)
    assert "2 live, 0 as records, 0 rejected" in result.stdout


def test_an_audit_refuses_an_address_book_with_instructions(tmp_path: Path) -> None:
    (tmp_path / "book.vcf").write_text(CARDS, encoding="utf-8")
    code, _, errors = run(tmp_path / "book.vcf")
    assert (code, "does not say when a lead was created" in errors, "leadtight import" in errors) == (2, True, True)


@pytest.mark.proves("A9")
def test_a_page_named_as_a_workbook_is_imported_as_the_same_csv(tmp_path: Path) -> None:
    same = write_csv(tmp_path / "leads.csv", HEADER, LEADS)
    assert outcomes(page(tmp_path)) == outcomes(same)


def test_a_page_named_as_a_workbook_gives_the_same_report_as_the_same_csv(tmp_path: Path) -> None:
    same = report(write_csv(tmp_path / "leads.csv", HEADER, LEADS))
    assert report(page(tmp_path)) == same


def test_an_audit_names_the_table_it_used_from_a_page(tmp_path: Path) -> None:
    assert "page.xls: a web page, utf-8, its largest table" in run(page(tmp_path))[1]


@pytest.mark.parametrize("encoding", [None, "cp1252"])
def test_a_stray_byte_in_a_page_rejects_its_row_until_its_encoding_is_set(encoding: str | None, tmp_path: Path) -> None:
    content = "".join(f"<tr><td>Zo\u00eb {n}<td>z{n}@example.com" for n in range(20))
    raw = f"<table><tr><th>Name<th>Email{content}".encode() + b"<tr><td>J\xf6rg<td>j@example.com</table>"
    (tmp_path / "page.xls").write_bytes(raw)
    table = ExportFile.open(tmp_path / "page.xls", encoding)
    assert bool([record.problem for record in table.rows() if record.problem]) is (encoding is None)
