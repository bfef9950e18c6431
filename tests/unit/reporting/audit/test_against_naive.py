"""Every audit figure against an independent count by rows.

Over random exports.
"""

import statistics
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.reporting.audit.exports import report, write_csv

pytestmark = pytest.mark.slow

BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2026, 3, 20, tzinfo=UTC)  # around the night in which Berlin sets its clocks forward
SPAN = 21 * 86400
OWNERS = ("Ada", "Bo", "", "?")
SOURCES = ("Ads", "SEO", "")
Row = dict[str, Any]

moments = st.integers(0, SPAN).map(lambda s: START + timedelta(seconds=s))
waits = st.one_of(
    st.none(),
    st.sampled_from([-60, 0, 299, 300, 301, 1799, 1800, 7199, 7200, 86399, 86400, 86401]),
    st.integers(-1000, 3 * 86400),
)
lead_rows = st.fixed_dictionaries(
    {
        "created": moments,
        "wait": waits,
        "person": st.sampled_from(("p1", "p2", "p3", "", "#VALUE!")),
        "owner": st.sampled_from(OWNERS),
        "source": st.sampled_from(SOURCES),
        "stage": st.sampled_from(("Won", "Lost", "Open", "Duplicate")),
    }
)
call_rows = st.fixed_dictionaries(
    {
        "at": moments,
        "person": st.sampled_from(("p1", "p2", "p9", "", "#VALUE!")),
        "type": st.sampled_from(("Outbound", "Inbound")),
    }
)


@pytest.mark.proves("J1", "R14")
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(leads=st.lists(lead_rows, min_size=1, max_size=25), calls=st.lists(call_rows, max_size=25))
def test_an_audit_agrees_with_a_naive_count(leads: list[Row], calls: list[Row]) -> None:
    leads.append({"created": START, "wait": 5, "person": "p1", "owner": "Ada", "source": "Ads", "stage": "Won"})
    with tempfile.TemporaryDirectory() as folder:
        result = _audited(Path(folder), leads, calls)
    counted = [lead for lead in leads if lead["stage"] != "Duplicate"]
    for lead in counted:
        lead["contact"] = _first_contact(lead, calls)
    _compare(result, counted)
    _compare_activities(result, leads, calls)


def _audited(folder: Path, leads: list[Row], calls: list[Row]) -> dict[str, Any]:
    rows = [
        (
            n,
            _local(lead["created"]),
            _local(_own_contact(lead)),
            *(lead[k] for k in ("person", "owner", "source", "stage")),
        )
        for n, lead in enumerate(leads)
    ]
    header = ("id", "created_at", "first_contact_at", "contact id", "owner", "source", "stage")
    file = write_csv(folder / "leads.csv", header, rows, delimiter=";")
    rows_of_calls = [(call["at"].isoformat(), call["person"], call["type"]) for call in calls]
    mapping = folder / "mapping.toml"
    mapping.write_text(
        '[leads]\nlead_id = "id"\ncreated_at = "created_at"\nfirst_contact_at = "first_contact_at"\n'
        'person_key = "contact id"\nowner = "owner"\nsource = "source"\nstage = "stage"\n'
        '[activities]\nperson_key = "contact id"\nat = "at"\nis_contact = { "type" = ["outbound"] }\n',
        encoding="utf-8",
    )
    options = ["--mapping", mapping, "--timezone", "Europe/Berlin", "--exclude", "stage=Duplicate"]
    activities = write_csv(folder / "calls.csv", ("at", "contact id", "type"), rows_of_calls)
    return report(file, *options, "--activities", activities, "--cost-per-lead", "40")


def _local(at: datetime | None) -> str:
    """Format a time as Berlin's clocks show it.

    The test's three weeks have no hour that comes twice.
    """
    return at.astimezone(BERLIN).strftime("%d.%m.%Y %H:%M:%S") if at else "Select"


def _own_contact(lead: Row) -> datetime | None:
    return None if lead["wait"] is None else lead["created"] + timedelta(seconds=lead["wait"])


def _first_contact(lead: Row, calls: list[Row]) -> datetime | None:
    times = [own] if (own := _own_contact(lead)) else []
    if lead["person"] not in ("", "#VALUE!"):
        times += [c["at"] for c in calls if c["person"] == lead["person"] and c["type"] == "Outbound"]
    return min((at for at in times if at >= lead["created"]), default=None)


def _compare(result: dict[str, Any], leads: list[Row]) -> None:
    responses = _responses(leads)
    contacted = len(responses)
    assert (result["leads"], result["contacted"]) == (len(leads), contacted)
    assert result["contact_rate"] == contacted / len(leads)
    kept = sum(r <= 300 for r in responses)
    assert (result["contacted_in_window"], result["follow_up_rate"]) == (kept, kept / len(leads))
    assert result["response"] == pytest.approx(_spread(responses))
    assert result["business_response"] == pytest.approx(_spread([_worked(x) for x in leads if x["contact"]]))
    assert list(result["buckets"].values()) == [*_buckets(responses), len(leads) - contacted]
    for owner in result["owners"]:
        own = [lead for lead in leads if _owner(lead["owner"]) == owner["owner"]]
        assert (owner["leads"], owner["contacted"]) == (len(own), len(_responses(own)))
        assert owner["business_response"] == pytest.approx(_spread([_worked(x) for x in own if x["contact"]]))
        assert {k: owner[k] for k in ("median", "mean", "p90")} == pytest.approx(_spread(_responses(own)))
    for source in result["sources"]:
        own = [lead for lead in leads if _owner(lead["source"]) == source["source"]]
        assert (source["leads"], source["contacted"]) == (len(own), len(_responses(own)))
        assert source["won"] == sum(lead["stage"] == "Won" for lead in own)
        assert source["spend"] == 40.0 * len(own)
    assert sum(owner["leads"] for owner in result["owners"]) == len(leads)
    assert sum(source["leads"] for source in result["sources"]) == len(leads)
    _compare_time(result, leads)
    never = len(leads) - contacted
    assert result["money"]["sunk_cac"] == 40.0 * never
    assert result["money"]["monthly_waste"] == 40.0 * never
    assert result["diagnosis"]["verdict"] == ("structural" if never * 10 > len(leads) else "coach")


def _compare_time(result: dict[str, Any], leads: list[Row]) -> None:
    kinds = [_kind(lead["created"].astimezone(BERLIN)) for lead in leads]
    segments = {kind: result["segments"][kind]["leads"] for kind in ("business_hours", "after_hours", "weekend")}
    assert segments == {kind: kinds.count(kind) for kind in segments}
    cells = {(c["weekday"], c["hour"]): c["leads"] for c in result["heat"] if c["leads"]}
    locals_ = [lead["created"].astimezone(BERLIN) for lead in leads]
    slots = [(at.strftime("%a").lower(), at.hour) for at in locals_]
    assert cells == {slot: slots.count(slot) for slot in slots}


def _compare_activities(result: dict[str, Any], leads: list[Row], calls: list[Row]) -> None:
    blank = sum(call["person"] in ("", "#VALUE!") for call in calls)
    people = {lead["person"] for lead in leads}
    joined = sum(call["person"] in people and call["person"].startswith("p") for call in calls)
    rows = result["rows"]["activities"]
    assert (rows["read"], rows["blank_key"], rows["joined"]) == (len(calls), blank, joined)
    assert rows["unjoined"] == len(calls) - blank - joined
    assert rows["accepted"] == sum(call["type"] == "Outbound" for call in calls)


def _responses(leads: list[Row]) -> list[float]:
    return [(lead["contact"] - lead["created"]).total_seconds() for lead in leads if lead["contact"]]


def _worked(lead: Row) -> float:
    """Count working time period by period.

    Monday to Friday, 09:00 to 17:00 in Berlin.
    """
    total = 0.0
    day = lead["created"].astimezone(BERLIN).date()
    while day <= lead["contact"].astimezone(BERLIN).date():
        if day.weekday() < 5:
            opens = datetime(day.year, day.month, day.day, 9, tzinfo=BERLIN).astimezone(UTC)
            begin, end = max(opens, lead["created"]), min(opens + timedelta(hours=8), lead["contact"])
            total += max(0.0, (end - begin).total_seconds())
        day += timedelta(days=1)
    return total


def _kind(at: datetime) -> str:
    if at.weekday() >= 5:
        return "weekend"
    return "business_hours" if 9 <= at.hour < 17 else "after_hours"


def _owner(value: str) -> str | None:
    return None if value in ("", "?") else value


def _spread(values: list[float]) -> dict[str, float | None]:
    if not values:
        return {"median": None, "mean": None, "p90": None}
    ordered = sorted(values)
    position = 0.9 * (len(ordered) - 1)
    low = ordered[int(position)]
    high = ordered[min(int(position) + 1, len(ordered) - 1)]
    p90 = low + (high - low) * (position - int(position))
    return {"median": statistics.median(ordered), "mean": statistics.fmean(ordered), "p90": p90}


def _buckets(responses: list[float]) -> Iterator[int]:
    for low, high in ((0, 300), (300, 1800), (1800, 7200)):
        yield sum(low <= r < high for r in responses)
    yield sum(7200 <= r <= 86400 for r in responses)
    yield sum(r > 86400 for r in responses)
