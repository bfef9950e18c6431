"""Q2: the leak ledger sums to the totals, exactly.

Every leaked lead is a row, recovered ones post back, to the cent.
"""

import csv
import io
import re
import tempfile
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.reporting.audit.exports import PLAIN, report, run, write_csv

pytestmark = pytest.mark.slow

MONDAY = datetime(2026, 1, 5, 9)  # noqa: DTZ001 - an export's wall-clock time
OPTIONS = ("--deal-value", "99.99", "--conversion-rate", "0.0333")
SAME = {"leaked": "never", "recovered": "contacted"}

waits = st.lists(st.none() | st.sampled_from([0, 300, 301, 5000, 90_000]), min_size=1, max_size=12)


@pytest.mark.proves("Q2")
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(waits=waits, spend=st.integers(0, 99_999).map(lambda cents: Decimal(cents) / 100))
def test_rows_sum_to_the_totals_to_the_cent(waits: list[int | None], spend: Decimal) -> None:
    leads = [
        (
            f"L{n}",
            at := MONDAY + timedelta(hours=5 * n),
            "" if w is None else at + timedelta(seconds=w),
            "Ada",
            "Ads",
            "",
        )
        for n, w in enumerate(waits)
    ]
    with tempfile.TemporaryDirectory() as folder:
        result, rows = _ledger(Path(folder), leads, "--spend-total", str(spend))
    never = sum(w is None for w in waits)
    late = sum(w is not None and w > 300 for w in waits)
    assert [sum(row["kind"] == kind for row in rows) for kind in SAME] == [never + late, late]
    for column, total in (("sunk_cost", "sunk_cac"), ("expected_revenue", "unrealised_revenue")):
        exact = Decimal(str(result["money"][total])).quantize(Decimal("0.01"))
        assert sum(Decimal(row[column]) for row in rows) == exact
        assert Decimal(str(result["ledger"][column])) == exact
        by_cause = sum(Decimal(str(each[column])) for each in result["ledger"]["by_cause"])
        assert by_cause == exact
        open_rows = [Decimal(row[column]) for row in rows if not row["first_contact_at"]]
        assert max(open_rows, default=Decimal(0)) - min(open_rows, default=Decimal(0)) <= Decimal("0.01")
        assert open_rows == sorted(open_rows, reverse=True)  # the cents left over go to the first
    causes = {row["lead_id"]: row["cause"] for row in rows}
    for n, wait in enumerate(waits):
        if f"L{n}" in causes:
            assert causes[f"L{n}"] == _cause(MONDAY + timedelta(hours=5 * n), wait)


def _cause(at: datetime, wait: int | None) -> str:
    if at.weekday() >= 5 or not 9 <= at.hour < 17:
        return "automation"
    return "capacity" if wait is None else "accountability"


@pytest.mark.proves("Q2")
def test_an_unowned_lead_leaks_by_routing_and_its_text_is_not_executed(tmp_path: Path) -> None:
    leads = [("=1+1", MONDAY, "", "", "@Ads", ""), ("-2", MONDAY, "", "+Bo", "\tAds", "")]
    _, rows = _ledger(tmp_path, leads)
    assert [(row["lead_id"], row["cause"], row["owner"]) for row in rows] == [
        ("'-2", "capacity", "'+Bo"),
        ("'=1+1", "routing", ""),
    ]
    assert rows[1]["source"] == "'@Ads"
    assert rows[1]["evidence"] == "no owner; it arrived in working hours; never contacted"
    assert (rows[0]["sunk_cost"], rows[0]["expected_revenue"]) == ("", "3.33")


def test_without_contacts_there_is_no_ledger(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "leads.csv", ("id", "created_at"), [(1, MONDAY)])
    assert report(file)["ledger"] is None
    code, _, errors = run(file, "--ledger", tmp_path / "ledger.csv")
    assert (code, errors.count("\n")) == (2, 1)


def _ledger(folder: Path, leads: list[tuple[Any, ...]], *options: str) -> tuple[dict[str, Any], list[dict[str, str]]]:
    file = write_csv(folder / "leads.csv", PLAIN, leads)
    result = report(file, *OPTIONS, *options, "--ledger", folder / "ledger.csv")
    text = (folder / "ledger.csv").read_text(encoding="utf-8-sig")
    return result, list(csv.DictReader(io.StringIO(text)))


@pytest.mark.proves("Q2")
def test_a_row_on_the_page_opens_to_its_times(tmp_path: Path) -> None:
    leads = [("7", MONDAY, "", "Ada", "Ads", ""), ("8", MONDAY, MONDAY + timedelta(hours=1), "Bo", "Ads", "")]
    file, page = write_csv(tmp_path / "leads.csv", PLAIN, leads), tmp_path / "audit.html"
    code, _, errors = run(file, *OPTIONS, "--html", page)
    assert (code, errors) == (0, "")
    never, late = re.findall(r"<li><details>(.*?)</details></li>", page.read_text(encoding="utf-8"), re.DOTALL)
    assert "never contacted · Ada" in never
    assert "Created" in never
    assert "First contact" not in never
    assert "contacted late · Bo" in late
    assert "To be answered by" in late
    assert "First contact" in late
