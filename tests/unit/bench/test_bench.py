"""`leadtight bench` measures what it states.

It is compared with naive code that agrees, and names each bar that is missed.
"""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from leadtight.bench import answering, measures
from leadtight.bench.auditing import duckdb_floor, exports, measure, pandas_audit
from leadtight.bench.measures import Result
from leadtight.bench.nightly_reports import nights
from leadtight.cli import app
from tests.unit.reporting.audit.exports import report

pytestmark = pytest.mark.slow

SMALL = (
    *("--people", "8", "--rules", "9", "--samples", "4", "--deadlines", "8", "--checked", "4"),
    *("--answered", "100", "--nightly", "0", "--audited", "0"),
)
BARS = {
    "answering": ("p95_ms", 2_000.0),
    "accepting_busy": ("p99_ms", 1_000),
    "owning_busy": ("p99_ms", 10_000),
    "handing_off_busy": ("p95_ms", 2_000),
    "qualifying_busy": ("p99_ms", 10_000),
}
"""The bars of the contract; the model of AWS's part is in them."""

run = CliRunner().invoke


@pytest.mark.proves("E2")
@pytest.mark.proves("A1", "B6", "C1", "E2")
def test_every_figure_is_measured_and_the_naive_code_agrees() -> None:
    output = json.loads(run(app, ["bench", "--json", *SMALL]).stdout)
    assert output["schema"] == "leadtight.bench/1"
    results = {result["id"]: result for result in output["results"]}
    assert {name for name, result in results.items() if result["disagreements"]} == set()
    choosing, deadlines, loading, own = (results[name] for name in ("choosing", "deadlines", "loading", "answering"))
    assert choosing["times_as_fast"] == pytest.approx(choosing["plain_median_ms"] / choosing["median_ms"])
    assert choosing["bar"] == {"figure": "median_ms", "below": 1.0}
    assert deadlines["times_as_fast"] > 10  # it walks periods, the naive code walks minutes
    assert 0 < loading["shipped_ms"] < loading["large_ms"] * 20
    assert 0 < own["median_ms"] <= own["p95_ms"]
    bars = {
        name: (result["bar"]["figure"], result["bar"]["below"]) for name, result in results.items() if result["bar"]
    }
    assert bars.items() >= BARS.items()
    assert {name: results[name]["met"] for name in BARS} == dict.fromkeys(BARS, True)


def test_ten_thousand_deadlines_must_take_at_most_a_second() -> None:
    assert measures.deadlines(10, 1).bar == ("total_s", 0.001)


@pytest.mark.parametrize("option", [["--json"], []])
def test_a_missed_bar_is_named_and_fails(option: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Result(id="choosing", description="choosing", figures={"median_ms": 2.0}, bar=("median_ms", 1.0))
    monkeypatch.setattr(measures, "choosing", lambda *_: slow)
    monkeypatch.setattr(answering, "answering", lambda *_: [])
    for other in ("deadlines", "loading"):
        monkeypatch.setattr(measures, other, lambda *_: Result(id="other", description="other", figures={}))
    result = run(app, ["bench", *option, *SMALL])
    assert result.exit_code == 1
    assert "choosing: median_ms is 2, which must be below 1" in result.stderr


def test_a_disagreement_is_a_missed_bar_at_any_speed() -> None:
    quick = Result(id="deadlines", description="", figures={"total_s": 0.1}, bar=("total_s", 1.0))
    assert quick.missed == ""
    assert replace(quick, disagreements=["quick from 2026-01-01"]).missed.startswith(
        "deadlines: the plain code disagrees"
    )


def test_a_later_night_reads_no_more_than_night_30_at_the_same_volume() -> None:
    figures = nights(2, last=37).figures
    assert figures["events_37"] <= figures["events_30"]
    assert figures["facts_37"] <= figures["facts_30"] == 56


NOT_COMPARED = {
    *("schema", "definition", "cannot_compute", "problems", "problems_total", "self_audit"),
    *("caveats", "previous", "capacity", "stuck", "qualified"),  # not requested, and the files have no times of stages
}


def test_an_audit_its_floor_and_pandas_give_the_same_numbers(tmp_path: Path) -> None:
    made = exports.write(tmp_path, 3000)
    report_ = report(made.leads, "--activities", made.activities, *measure.MONEY)
    expected = pandas_audit.figures(tmp_path)
    assert report_["buckets"] == duckdb_floor.buckets(tmp_path) == expected["buckets"]
    assert list(measure.apart(report_, expected)) == []
    assert report_.keys() - expected.keys() == NOT_COMPARED


def test_a_pandas_figure_that_differs_from_the_audit_is_named() -> None:
    ours = {"leads": 3, "owners": [{"owner": "Rep", "mean": 1.0}], "found": "2 of 3: so and so"}
    same = {"owners": [{"owner": "Rep", "mean": 1.0000001}], "found": "2 of 3"}
    assert list(measure.apart(ours, same)) == []
    assert list(measure.apart(ours, {"leads": 4, "owners": [{"mean": 1.1}]})) == ["leads", "owners[0].mean"]
    assert list(measure.apart(ours, {"owners": [], "heat": [{}], "money": {"spend": 1}})) == [
        *("owners", "heat", "money.spend"),
    ]


def test_a_process_is_measured_from_its_start_to_its_end() -> None:
    taken = measure.run([sys.executable, "-c", "print([1])"])
    assert taken.output == [1]
    assert taken.cpu > 0
    assert taken.wall > 0


def test_a_process_is_measured_with_its_own_memory_only() -> None:
    """Measured in a process of its own.

    A child begins with its parent's memory, and this one may have taken any amount.
    """
    measured = "from leadtight.bench.auditing import measure\nimport sys\n"
    measured += "print(measure.run([sys.executable, '-c', 'x = str(1) * 300_000_000; print([1])']).memory)"
    shown = subprocess.run([sys.executable, "-c", measured], check=True, capture_output=True, text=True)
    assert 0.3 < float(shown.stdout) < 1
