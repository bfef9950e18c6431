"""K1 to K6: the worked examples, and unknown values."""

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from leadtight.reporting.metrics import money
from tests.unit.reporting.audit.exports import PLAIN, report, write_csv


def test_a_quarter_of_forty_thousand_is_wasted_each_month() -> None:
    spend = Decimal(40_000)
    assert money.monthly_waste(spend, 250, 1000) == Decimal("10000.00")
    assert money.annual_waste(spend, 250, 1000) == Decimal("120000.00")


def test_a_worked_lead_costs_more_when_others_are_not_worked() -> None:
    assert money.effective_cost(Decimal(1000 * 40), 750) == Decimal("53.33")


def test_uncontacted_leads_sink_their_cost() -> None:
    assert money.sunk_cost(Decimal(1000 * 40), 250, 1000) == Decimal("10000.00")


def test_unrealised_revenue_is_leads_times_rate_times_value() -> None:
    assert money.unrealised_revenue(100, Decimal("0.08"), Decimal(15_000)) == Decimal("120000.00")


def test_a_deal_earns_more_without_the_leak() -> None:
    assert money.margin_per_won(Decimal(15_000), Decimal(40_000), 60) == Decimal("14333.33")
    assert money.margin_without_leak(Decimal(15_000), Decimal(40_000), 60, 250, Decimal("0.08")) == Decimal("14500.00")


def test_division_by_zero_is_unknown_and_a_free_source_is_no_bargain() -> None:
    assert money.per(Decimal(100), 0) is None
    assert money.per(Decimal(0), 10) is None
    assert money.per(None, 10) is None
    assert money.monthly_waste(Decimal(1), 0, 0) is None
    assert money.annual_waste(Decimal(1), 0, 0) is None
    assert money.sunk_cost(Decimal(1), 0, 0) is None
    assert money.margin_per_won(Decimal(1), Decimal(1), 0) is None
    assert money.margin_without_leak(Decimal(1), Decimal(1), 0, 0, Decimal(1)) is None


@pytest.mark.parametrize(("days", "months"), [(1, 1), (28, 1), (31, 1), (45, 1), (46, 2), (90, 3), (365, 12)])
def test_a_period_has_whole_months(days: int, months: int) -> None:
    assert money.months(days) == months


@pytest.fixture
def january(tmp_path: Path) -> Path:
    """1,000 leads in January, 750 of them contacted, 60 won."""
    start = datetime(2026, 1, 1, 9)  # noqa: DTZ001 - an export's wall-clock time
    rows = []
    for n in range(1000):
        at = start + timedelta(minutes=40 * n)
        touched = "" if n % 4 == 0 else (at + timedelta(minutes=3)).isoformat(sep=" ")
        stage = "Won" if n % 4 and n < 80 else "Open"
        rows.append((f"L{n}", at.isoformat(sep=" "), touched, "Ada", "Ads", stage))
    return write_csv(tmp_path / "leads.csv", PLAIN, rows)


@pytest.mark.proves("K1", "K2", "K3", "K4", "K6")
def test_the_command_reproduces_the_worked_examples(january: Path) -> None:
    result = report(january, "--spend-total", 40_000, "--deal-value", 15_000, "--conversion-rate", "0.08")
    assert (result["leads"], result["contacted"]) == (1000, 750)
    assert result["money"] == {
        "spend": 40_000.0,
        "cost_per_lead": 40.0,
        "months": 1,
        "sunk_cac": 10_000.0,
        "effective_cost_per_contacted_lead": 53.33,
        "monthly_waste": 10_000.0,
        "annual_waste": 120_000.0,
        "unrealised_revenue": 300_000.0,
        "cost_per_opportunity": None,
        "cost_per_won": 666.67,
        "margin_per_won": 14_333.33,
        "margin_per_won_without_leak": 14_500.0,
    }
    assert report(january, "--cost-per-lead", 40)["money"]["sunk_cac"] == 10_000.0


@pytest.mark.proves("K5")
def test_unknown_money_is_null_with_a_reason_and_never_zero(january: Path) -> None:
    result = report(january)
    money_of = {name: value for name, value in result["money"].items() if name != "months"}
    assert set(money_of.values()) == {None}
    reasons = {each["what"] for each in result["cannot_compute"]}
    assert {f"money.{name}" for name in money_of} <= reasons


@pytest.mark.proves("K2", "K5")
def test_spend_is_joined_by_source_and_a_source_without_spend_has_no_cost(january: Path, tmp_path: Path) -> None:
    spend = write_csv(
        tmp_path / "spend.csv", ("Source", "Spend"), [(" ads ", "€ 3.500,00"), ("Ads", "500"), ("SEO", 0), ("TV", 10)]
    )
    result = report(january, "--spend", spend)
    assert result["rows"]["spend"] == {"read": 4, "accepted": 4, "excluded": 0, "rejected": 0}
    ads, seo, tv = result["sources"]
    ads = {name: value for name, value in ads.items() if name not in ("low", "high", "small", "in_window_rate")}
    assert ads == {
        "source": "Ads",
        "leads": 1000,
        "contacted": 750,
        "contacted_in_window": 750,
        "won": 60,
        "spend": 4000.0,
        "cpl": 4.0,
        "cac": 66.67,
        "effective_cac": 5.33,
        "spellings": ["Ads", "ads"],
    }
    assert (seo["spend"], seo["cpl"], seo["cac"]) == (0.0, None, None)
    assert (tv["leads"], tv["spend"], tv["cpl"]) == (0, 10.0, None)
    assert result["money"]["spend"] == 4010.0


@pytest.mark.proves("K5")
def test_opportunities_are_the_stages_that_the_mapping_names(january: Path, tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.toml"
    mapping.write_text('[leads]\nopportunity = ["Open"]\n', encoding="utf-8")
    result = report(january, "--spend-total", 40_000, "--mapping", mapping)
    assert result["money"]["cost_per_opportunity"] == 40.0
    assert result["definition"]["mapping"]["leads"]["won"] == ["Won"]


def test_leads_by_source_are_unknown_without_a_column(tmp_path: Path) -> None:
    leads = write_csv(tmp_path / "leads.csv", ("Lead Id", "Created", "Colour"), [("1", "2026-01-13 10:00", "red")])
    spend = write_csv(tmp_path / "spend.csv", ("Source", "Cost"), [("Google", "100")])
    page = tmp_path / "page.html"
    result = report(leads, "--spend", spend, "--html", page)
    (row,) = result["sources"]
    assert (row["leads"], row["won"], row["spend"], row["cpl"]) == (None, None, 100, None)
    assert "Google" in page.read_text(encoding="utf-8")


def test_spend_without_a_source_column_is_a_total_without_sources(tmp_path: Path) -> None:
    columns = ("Lead Id", "Created", "Source")
    rows = [("1", "2026-01-13 10:00", "Google"), ("2", "2026-01-13 11:00", "")]
    leads = write_csv(tmp_path / "leads.csv", columns, rows)
    spend = write_csv(tmp_path / "spend.csv", ("Vehicle", "Cost"), [("Google", "100"), ("Bing", "50")])
    result = report(leads, "--spend", spend)
    assert result["money"]["spend"] == 150
    assert [(row["source"], row["spend"], row["cpl"]) for row in result["sources"]] == [
        ("Google", None, None),
        (None, None, None),
    ]
    assert {"what": "sources[].spend", "why": "spend is given as a total, not by source"}.items() <= next(
        gap for gap in result["cannot_compute"] if gap["what"] == "sources[].spend"
    ).items()
