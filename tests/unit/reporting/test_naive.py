"""SQL figures against a naive second implementation."""

import math
import statistics
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadtight.policy import loader as policies
from leadtight.reporting.facts.facts import SCHEMA, LeadFact
from leadtight.reporting.facts.periods import ReportPeriod
from leadtight.reporting.facts.table import FactTable
from leadtight.reporting.metrics.period_metrics import MetricTerms, figures

pytestmark = pytest.mark.slow

START = datetime(2026, 3, 2, tzinfo=UTC)
PERIOD = ReportPeriod(start=START, end=START + timedelta(days=7), as_of=START + timedelta(days=6))
TERMS = MetricTerms.of(policies.shipped())
EDGES = [0, 1, 299_999_999, 300_000_000, 1_799_999_999, 1_800_000_000, 7_199_999_999, 7_200_000_000]
EDGES += [86_400_000_000, 86_400_000_001]

instants = st.integers(-86_400_000_000, 8 * 86_400_000_000).map(lambda us: START + timedelta(microseconds=us))
delays = st.one_of(st.sampled_from(EDGES), st.integers(0, 3 * 86_400_000_000)).map(
    lambda us: timedelta(microseconds=us)
)


@st.composite
def fact(draw: st.DrawFn, number: int) -> LeadFact:
    received = draw(instants)
    contact, closed = draw(st.none() | delays), draw(st.none() | delays)
    owner = draw(st.sampled_from(["ana", "ben", None]))
    return LeadFact(
        lead_id=f"l{number:03d}",
        version=1,
        source=draw(st.sampled_from(["web_form", "Zürich ' \" ; --"])),
        tier=draw(st.sampled_from(["hot", "warm"])),
        target="hot",
        policy_version="1",
        stage=draw(st.sampled_from(["new", "won", "lost"])),
        stage_since=received,
        owner=owner,
        first_owner=owner,
        received_at=received,
        recorded_at=received,
        deadline=received + draw(delays),
        first_contact_at=None if contact is None else received + contact,
        closed_at=None if closed is None else received + closed,
        attempts=draw(st.integers(0, 9)),
        is_qualified=draw(st.booleans()),
    )


@st.composite
def facts(draw: st.DrawFn) -> list[LeadFact]:
    return [draw(fact(number)) for number in range(draw(st.integers(0, 12)))]


@settings(max_examples=settings().max_examples // 6)  # a database each
@given(facts())
def test_the_figures_equal_a_naive_count(leads: list[LeadFact]) -> None:
    with FactTable.of(leads) as table:
        metrics = figures(table, PERIOD, TERMS)
    mine = [f for f in leads if PERIOD.start <= f.received_at < PERIOD.end]
    reached = [f for f in mine if f.first_contact_at is not None]
    assert metrics["leads"] == len(mine) == sum(metrics["buckets"].values())
    assert (metrics["contacted"], metrics["never_contacted"]) == (len(reached), len(mine) - len(reached))
    assert metrics["contacted_in_window"] == sum(_kept(f) for f in mine)
    assert metrics["missed"] == sum(_answered(f) > f.deadline for f in mine)
    assert metrics["contact_rate"] == (len(reached) / len(mine) if mine else None)
    assert metrics["follow_up_rate"] == (sum(map(_kept, mine)) / len(mine) if mine else None)
    _check_qualified(metrics["qualified"], [f for f in mine if f.is_qualified or f.tier == "hot"])
    assert metrics["response"] == _close(_spread(reached))
    assert metrics["buckets"] == _buckets(mine)
    _check_groups(metrics["owners"], mine, "owner", lambda f: f.first_owner)
    _check_groups(metrics["sources"], mine, "source", lambda f: f.source)


@settings(max_examples=settings().max_examples // 8)  # files take time
@given(facts())
def test_facts_survive_parquet(leads: list[LeadFact]) -> None:
    with FactTable.of(leads) as table:
        written = table.parquet({"schema": SCHEMA})
    stored_table = FactTable.read(written, SCHEMA)
    assert stored_table is not None
    with stored_table[0] as table:
        assert (table.select(), stored_table[1]) == (tuple(leads), {"schema": SCHEMA})
        assert table.select({"l000", "none"}) == tuple(leads[:1])
    with FactTable.of(reversed(leads)) as table:
        assert table.parquet({"schema": SCHEMA}) == written
    assert FactTable.read(written, "leadtight.facts/0") is None


def _check_qualified(figures: Any, qualified: list[LeadFact]) -> None:
    contacted = sum(f.first_contact_at is not None for f in qualified)
    kept, leads = sum(map(_kept, qualified)), len(qualified)
    assert (figures["leads"], figures["contacted"], figures["contacted_in_window"]) == (leads, contacted, kept)
    assert figures["gap"] == leads - contacted
    rates = (figures["contact_rate"], figures["follow_up_rate"], figures["gap_rate"])
    assert rates == ((contacted / leads, kept / leads, (leads - contacted) / leads) if leads else (None, None, None))


def _check_groups(rows: list[Any], mine: list[LeadFact], name: str, key: Callable[[LeadFact], str | None]) -> None:
    groups = {key(f) for f in mine}
    assert [row[name] for row in rows] == sorted(groups, key=lambda g: (g is None, g or ""))
    for row in rows:
        own = [f for f in mine if key(f) == row[name]]
        assert (row["leads"], row["contacted"]) == (len(own), sum(f.first_contact_at is not None for f in own))
        if name == "owner":
            assert row["contacted_in_window"] == sum(map(_kept, own))
            assert row["in_window_rate"] == sum(map(_kept, own)) / len(own)
            assert {k: row[k] for k in ("median", "mean", "p90")} == _close(_spread(own))
        else:
            assert row["won"] == sum(f.stage == "won" for f in own)


def _answered(f: LeadFact) -> datetime:
    return min((at for at in (f.first_contact_at, f.closed_at) if at), default=PERIOD.as_of)


def _kept(f: LeadFact) -> bool:
    return f.first_contact_at is not None and f.first_contact_at <= f.deadline


def _seconds(f: LeadFact) -> float | None:
    return None if f.first_contact_at is None else (f.first_contact_at - f.received_at).total_seconds()


def _spread(leads: list[LeadFact]) -> dict[str, float | None]:
    times = sorted(s for s in map(_seconds, leads) if s is not None)
    if not times:
        return {"median": None, "mean": None, "p90": None}
    place = 0.9 * (len(times) - 1)
    low, high = times[math.floor(place)], times[math.ceil(place)]
    p90 = low + (high - low) * (place - math.floor(place))
    return {"median": statistics.median(times), "mean": statistics.mean(times), "p90": p90}


def _close(spread: dict[str, float | None]) -> dict[str, Any]:
    return {k: None if v is None else pytest.approx(v, abs=2e-6) for k, v in spread.items()}


def _bucket(seconds: float | None) -> str:
    if seconds is None:
        return "never"
    if seconds > 86400:
        return "over_24h"
    ladder = {"under_5m": 300, "5m_to_30m": 1800, "30m_to_2h": 7200}
    return next((name for name, end in ladder.items() if seconds < end), "2h_to_24h")


def _buckets(leads: list[LeadFact]) -> dict[str, int]:
    buckets = [_bucket(_seconds(f)) for f in leads]
    names = ("under_5m", "5m_to_30m", "30m_to_2h", "2h_to_24h", "over_24h", "never")
    return {name: buckets.count(name) for name in names}
