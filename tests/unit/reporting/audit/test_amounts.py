"""Money as exports write it."""

from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from tests.unit.reporting.audit.exports import report, write_csv

pytestmark = pytest.mark.slow


def _values(folder: Path, *written: str, mapping: str = "") -> list[Decimal | None]:
    rows = [(f"{n:03d}", "2024-01-25 10:00", value) for n, value in enumerate(written)]
    leads, facts = write_csv(folder / "leads.csv", ("id", "created", "amount"), rows), folder / "facts.parquet"
    path = folder / "mapping.toml"
    path.write_text(mapping, encoding="utf-8")
    report(leads, "--facts", facts, "--mapping", path)
    return [row[0] for row in duckdb.execute(f"select value from '{facts}' order by lead_id").fetchall()]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        *(("€ 3.500,00", "3500.00"), ("3500", "3500.00"), ("3,500.25", "3500.25"), ("$1,234,567", "1234567.00")),
        *(("1.234.567", "1234567.00"), ("1.500", "1500.00"), ("1,500", "1500.00"), ("0.125", "0.13")),
        *(("12,5", "12.50"), ("12.5", "12.50"), ("1 234,56 EUR", "1234.56"), ("1'234.50", "1234.50")),
        *(("-20.5", "-20.50"), ("(20.50)", "-20.50"), ("1\u00a0234,56", "1234.56"), ("3500.0", "3500.00")),
    ],
)
def test_an_amount_is_parsed(written: str, expected: str, tmp_path: Path) -> None:
    assert _values(tmp_path, written) == [Decimal(expected)]


def test_a_column_with_a_decimal_mark_decides_the_meaning_of_three_digits(tmp_path: Path) -> None:
    assert _values(tmp_path, "1.500", "2.25", "3.5") == [Decimal("1.50"), Decimal("2.25"), Decimal("3.50")]
    assert _values(tmp_path, "1.500", "2,25") == [Decimal(1500), Decimal("2.25")]


def test_the_mapping_may_set_the_decimal_mark(tmp_path: Path) -> None:
    assert _values(tmp_path, "1,500", mapping='[leads]\ndecimal = ","\n') == [Decimal("1.50")]


@pytest.mark.parametrize("written", ["much", "3k5", "12-34"])
def test_an_invalid_amount_is_named_and_unknown(written: str, tmp_path: Path) -> None:
    leads = write_csv(tmp_path / "leads.csv", ("id", "created", "amount"), [(1, "2024-01-25 10:00", written)])
    assert report(leads)["problems"] == [
        {"file": "leads.csv", "row": 2, "column": "amount", "value": written, "reason": "is not an amount"}
    ]


@pytest.mark.parametrize("name", ["Currency", "amount currency", "Währung", "Deal - Currency of Value"])
def test_amounts_with_other_currencies_beside_them_are_unknown_and_named_by_row(name: str, tmp_path: Path) -> None:
    rows = [(1, "2024-01-25 10:00", "100", "EUR"), (2, "2024-01-25 10:00", "200", "USD")]
    leads = write_csv(tmp_path / "leads.csv", ("id", "created", "amount", name), rows)
    reason = "is in one of several currencies, so it is not an amount: row 2 '100 EUR', row 3 '200 USD'"
    assert [(each["row"], each["value"], each["reason"]) for each in report(leads)["problems"]] == [
        (2, "100", reason),
        (3, "200", reason),
    ]


def test_one_currency_beside_all_amounts_keeps_them(tmp_path: Path) -> None:
    rows = [
        (1, "2024-01-25 10:00", "100", "EUR"),
        (2, "2024-01-25 10:00", "200", "€"),
        (3, "2024-01-25 10:00", "", "USD"),
    ]
    leads = write_csv(tmp_path / "leads.csv", ("id", "created", "amount", "Currency"), rows)
    assert report(leads)["problems"] == []


def test_a_second_currency_late_in_a_large_file_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leadtight.reporting.audit.source_file.LARGE", 1)
    monkeypatch.setattr("leadtight.reporting.audit.source_file.SAMPLE_ROWS", 50)
    rows = [(n, "2024-01-25 10:00", "100", "USD" if n == 90 else "EUR") for n in range(100)]
    leads = write_csv(tmp_path / "leads.csv", ("id", "created", "amount", "Currency"), rows)
    assert report(leads)["problems_total"] == 100
