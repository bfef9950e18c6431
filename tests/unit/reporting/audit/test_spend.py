"""Which rows of a spend file count.

No totals, only days of the leads, by source in any spelling.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from leadtight.reporting.audit.spend.periods import SpendPeriod, period_of
from tests.unit.reporting.audit.exports import report, run, write_csv

DAYS = range(1, 32)


def _report(
    tmp_path: Path,
    header: Sequence[str],
    rows: Sequence[Sequence[object]],
    *arguments: str,
    sources: Sequence[str] = ("Google Ads", "Facebook Ads"),
    days: Sequence[int] = DAYS,
) -> dict[str, Any]:
    leads = [(n, f"2026-01-{day:02} 10:00:00", sources[n % len(sources)]) for n, day in enumerate(days)]
    file = write_csv(tmp_path / "leads.csv", ("Id", "Created", "Source"), leads)
    return report(file, "--spend", write_csv(tmp_path / "spend.csv", header, rows), *arguments)


@pytest.mark.slow
@pytest.mark.parametrize(
    "word",
    [
        *("Total", "Grand total", "Total: account", "Summe", "Gesamt", "Total général", "Suma", "Totale", "Totaal"),
        *("Итого", "Toplam", "合計", "总计", "합계", "Összesen", "Σύνολο", "—", "", "TOTAL:", "Sum", "Spend of all"),
    ],
)
def test_a_row_of_totals_is_not_spend_and_is_named(word: str, tmp_path: Path) -> None:
    rows = [("Google Ads", 600), ("Facebook Ads", 400), (word, 1000)]
    result = _report(tmp_path, ("Source", "Spend"), rows)
    assert (result["money"]["spend"], [each["row"] for each in result["problems"]]) == (1000.0, [4])


def test_two_totals_of_an_advertising_report_are_not_spend(tmp_path: Path) -> None:
    rows = [("On", "Google Ads", 600), ("On", "Facebook Ads", 400), ("Total: Campaigns", "--", 1000)]
    rows += [("Total: Account", "--", 1000)]
    assert _report(tmp_path, ("Campaign status", "Source", "Cost"), rows)["money"]["spend"] == 1000.0


def test_a_source_of_leads_is_spend_even_if_it_equals_the_sum_of_others(tmp_path: Path) -> None:
    rows = [("Google Ads", 300), ("Facebook Ads", 400), ("TV", 700)]
    sources = ("Google Ads", "Facebook Ads", "TV")
    assert _report(tmp_path, ("Source", "Spend"), rows, sources=sources)["money"]["spend"] == 1400.0


def test_spend_without_a_source_that_is_not_a_sum_stays_spend(tmp_path: Path) -> None:
    assert _report(tmp_path, ("Source", "Spend"), [("Google Ads", 300), ("", 50)])["money"]["spend"] == 350.0


def test_a_source_is_one_in_any_spelling(tmp_path: Path) -> None:
    sources = ("Google", "google", "GOOGLE ", "Google", "Café", "cafe", "E-Mail", "email", "Google Ads")
    result = _report(
        tmp_path, ("Source", "Spend"), [("gOOgle", 600), ("CAFÉ", 90), ("Google-Ads", 10)], sources=sources
    )
    spent = {each["source"]: each["spend"] for each in result["sources"]}
    assert (spent["Google"], spent["Café"], spent["Google Ads"]) == (600.0, 90.0, 10.0)
    google = next(each for each in result["sources"] if each["source"] == "Google")
    assert google["spellings"] == ["GOOGLE", "Google", "gOOgle", "google"]
    assert len(result["sources"]) == 4


@pytest.mark.slow
@pytest.mark.parametrize(
    ("header", "months"),
    [
        ("Month", ["2025-12", "2026-01", "2026-02"]),
        ("Month", ["2025-12-01", "2026-01-01", "2026-02-01"]),
        ("Month", ["12/2025", "01/2026", "02/2026"]),
        ("Month", ["Dec 2025", "Jan 2026", "Feb 2026"]),
        ("Date", ["2025-12-10", "2026-01-10", "2026-02-10"]),
    ],
)
def test_spend_of_other_months_is_named_and_not_counted(header: str, months: list[str], tmp_path: Path) -> None:
    result = _report(tmp_path, ("Source", "Spend", header), [("Google Ads", 100, month) for month in months])
    assert result["money"]["spend"] == 100.0
    assert [each["row"] for each in result["problems"] if "period" in each["reason"]] == [2, 4]


def test_a_partly_requested_month_counts_by_days(tmp_path: Path) -> None:
    bounds = ("--since", "2026-01-01", "--until", "2026-01-10")
    result = _report(tmp_path, ("Source", "Spend", "Month"), [("Google Ads", 310, "2026-01")], *bounds)
    assert result["money"]["spend"] == 100.0
    assert "10 of 31 days" in result["problems"][0]["reason"]


def test_rows_over_a_span_of_days_count_by_days(tmp_path: Path) -> None:
    rows = [("Google Ads", 100, "2025-12-27", "2026-01-05"), ("Google Ads", 70, "2026-01-10", "2026-01-16")]
    assert _report(tmp_path, ("Source", "Spend", "Start date", "End date"), rows)["money"]["spend"] == 120.0


def test_several_currencies_have_no_sum(tmp_path: Path) -> None:
    leads = write_csv(tmp_path / "leads.csv", ("Id", "Created"), [("1", "2026-01-05 10:00")])
    rows = [("Google", 600, "EUR"), ("Meta", 400, "USD")]
    spend = write_csv(tmp_path / "spend.csv", ("Source", "Spend", "Currency"), rows)
    code, _, errors = run(leads, "--spend", spend)
    assert (code, "spend.csv: row 3: column 'Currency'" in errors) == (2, True)


def test_one_currency_by_code_and_sign_has_a_sum(tmp_path: Path) -> None:
    rows = [("Google Ads", 60, "EUR"), ("Google Ads", 40, "€")]
    assert _report(tmp_path, ("Source", "Spend", "Currency"), rows)["money"]["spend"] == 100.0


def test_two_contradicting_costs_are_refused(tmp_path: Path) -> None:
    leads = write_csv(tmp_path / "leads.csv", ("Id", "Created"), [(n, "2026-01-05 10:00") for n in range(10)])
    code, _, errors = run(leads, "--cost-per-lead", 40, "--spend-total", 1000)
    assert (code, "--cost-per-lead" in errors, "--spend-total" in errors) == (2, True, True)
    assert run(leads, "--cost-per-lead", 40, "--spend-total", 400)[0] == 0


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-W03", date(2026, 1, 12), date(2026, 1, 18)),
        ("KW 3 2026", date(2026, 1, 12), date(2026, 1, 18)),
        ("2026-02", date(2026, 2, 1), date(2026, 2, 28)),
        ("2026年2月", date(2026, 2, 1), date(2026, 2, 28)),
        ("2026 Q1", date(2026, 1, 1), date(2026, 3, 31)),
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_a_period_is_parsed(text: str, first: date, last: date) -> None:
    assert period_of(text) == SpendPeriod(first, last)


@pytest.mark.parametrize("text", ["2026-01-05", "5.1.2026", "soon", "2026-W60", "13/2026"])
def test_a_day_and_other_text_are_not_a_named_period(text: str) -> None:
    assert period_of(text) is None


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [
        ("Sous-total Search", "Sous-total Social", "Total général"),
        ("Google Ads Total", "Facebook Ads Total", "Grand Total"),
        ("Zwischensumme Suche", "Zwischensumme Social", "Gesamtergebnis"),
        ("Итого Google", "Итого Facebook", "Всего"),
        ("Razem Google", "Razem Facebook", "Razem"),
        ("", "", ""),
    ],
)
def test_a_subtotal_below_each_group_is_not_spend(words: tuple[str, str, str], tmp_path: Path) -> None:
    rows = [("Google Ads", 500), ("Google Ads", 100), (words[0], 600), ("Facebook Ads", 400), (words[1], 400)]
    result = _report(tmp_path, ("Source", "Spend"), [*rows, (words[2], 1000)])
    assert (result["money"]["spend"], [each["row"] for each in result["problems"]]) == (1000.0, [4, 6, 7])


@pytest.mark.slow
@pytest.mark.parametrize("source", ["TotalEnergies fair", "Sum Insurance", "All Stars podcast", "Sommerfest"])
def test_a_name_that_begins_like_a_total_is_spend(source: str, tmp_path: Path) -> None:
    rows = [("Google Ads", 700), (source, 300), ("Facebook Ads", 50)]
    assert _report(tmp_path, ("Source", "Spend"), rows)["money"]["spend"] == 1050.0


def test_a_lead_source_that_begins_like_a_total_is_spend(tmp_path: Path) -> None:
    rows = [("Google Ads", 700), ("Total Fitness", 300)]
    result = _report(tmp_path, ("Source", "Spend"), rows, sources=("Google Ads", "Total Fitness"))
    assert result["money"]["spend"] == 1000.0


@pytest.mark.slow
@pytest.mark.parametrize("word", ["Average", "Durchschnitt", "Moyenne", "Promedio", "平均"])
def test_a_row_of_averages_is_not_spend(word: str, tmp_path: Path) -> None:
    rows = [("Google Ads", 600), ("Facebook Ads", 400), (word, 500)]
    assert _report(tmp_path, ("Source", "Spend"), rows)["money"]["spend"] == 1000.0


@pytest.mark.slow
@pytest.mark.parametrize("column", ["Total Spent", "Ads cost", "Költség", "Κόστος", "Cheltuieli"])
def test_the_spend_column_is_found_by_name(column: str, tmp_path: Path) -> None:
    assert _report(tmp_path, ("Campaign", column), [("A", 600), ("B", 400)])["money"]["spend"] == 1000.0
