"""Percentiles of a lead's modelled way (A1, B6, C1, E2)."""

import random
import tomllib
from dataclasses import replace
from statistics import quantiles

import pytest

from leadtight.capacity import latency
from leadtight.capacity.data import lives
from leadtight.capacity.latency import LATENCY, STRETCHES, AwsWait, Stretch, latency_model, percentiles

OWN = {name: [20.0] for name in ("intake", "route", "respond", "desk")}
"""Ten times what the functions take on a whole processor."""


def stretch(id_: str) -> Stretch:
    return next(each for each in STRETCHES if each.id == id_)


@pytest.mark.parametrize("each", STRETCHES, ids=lambda each: each.id)
def test_a_stretch_keeps_its_bar_with_ten_times_the_functions_time(each: Stretch) -> None:
    figures = percentiles(each, OWN, "busy")
    assert figures["median_ms"] < figures["p95_ms"] < figures["p99_ms"]
    assert figures[each.figure] < each.below
    assert percentiles(each, OWN, "quiet")["p99_ms"] > figures["p99_ms"], "cold starts are in it"


@pytest.mark.parametrize("each", STRETCHES, ids=lambda each: each.id)
def test_slow_functions_miss_the_bar(each: Stretch) -> None:
    slow = {name: [float(each.below)] for name in OWN}
    assert percentiles(each, slow, "busy")[each.figure] > each.below


def test_a_stretch_is_the_sum_of_its_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    model = latency_model()
    fixed = {name: AwsWait(source="", median=1.0, p99=1.0) for name in model.waits}
    still = replace(model, waits=fixed, cold={"busy": 0.0, "quiet": 1.0}, processor=1.0)
    monkeypatch.setattr(latency, "latency_model", lambda: still)
    calls = sum(lives()["typical"].steps["assign"].calls.values())
    own = {"intake": [100.0], "route": [10.0]}  # route has half a processor
    for traffic, starts in (("busy", 0), ("quiet", 2)):
        milliseconds = 1 + starts + 100 + 1 + 2 + 20 + calls
        expected = pytest.approx(milliseconds)
        assert percentiles(stretch("owning"), own, traffic) == dict.fromkeys(
            ("median_ms", "p95_ms", "p99_ms"), expected
        )


def test_waits_have_the_percentiles_they_state() -> None:
    chance, wait = random.Random(7), AwsWait(source="", median=25, p99=120)
    cuts = quantiles((wait.draw(chance) for _ in range(50_000)), n=100)
    assert [cuts[49], cuts[98]] == pytest.approx([25, 120], rel=0.05)
    polls = [AwsWait(source="", up_to=250).draw(chance) for _ in range(10_000)]
    assert [min(polls), max(polls)] == pytest.approx([0, 250], abs=1)


def test_every_wait_and_share_states_its_source() -> None:
    tables = tomllib.loads(LATENCY.read_text(encoding="utf-8"))
    entries = [(name, entry) for table in tables.values() for name, entry in table.items()]
    assert len(entries) > 12
    assert [name for name, entry in entries if not entry["source"]] == []
