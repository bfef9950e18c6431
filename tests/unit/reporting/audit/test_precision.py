"""Times to the minute blur the edge of the window.

The report says by how many leads.
"""

from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadtight.reporting.audit.time_precision import precision
from tests.unit.reporting.audit.exports import PLAIN, report, run, write_csv

pytestmark = pytest.mark.slow

BEGAN = datetime(2026, 1, 5, 10)  # noqa: DTZ001 - as exports write it


@pytest.mark.parametrize(
    ("created", "contact", "undecided"),
    [("%H:%M:%S", "%H:%M:%S", 0), ("%H:%M", "%H:%M:%S", 1), ("%H:%M:%S", "%H:%M", 2), ("%H:%M", "%H:%M", 2)],
)
def test_leads_decided_by_missing_seconds_are_counted_and_shown(
    created: str, contact: str, undecided: int, tmp_path: Path
) -> None:
    waits = [(20, 290), (0, 300), (50, 340), (0, 400), (7, 180)]
    rows = [
        (
            n,
            f"{BEGAN + timedelta(seconds=after):%Y-%m-%d {created}}",
            f"{BEGAN + timedelta(seconds=at):%Y-%m-%d {contact}}",
            "Ada",
            "Ads",
            "Open",
        )
        for n, (after, at) in enumerate(waits)
    ]
    file = write_csv(tmp_path / "leads.csv", PLAIN, rows)
    precision = report(file)["definition"]["precision"]
    assert precision == {
        "created_to_the_minute": created == "%H:%M",
        "contact_to_the_minute": contact == "%H:%M",
        "undecided": undecided,
    }
    run(file, "--html", tmp_path / "page.html")
    assert ("depends on seconds" in (tmp_path / "page.html").read_text(encoding="utf-8")) == bool(undecided)


@pytest.mark.parametrize("place", ["by the lead", "by activities"])
def test_a_contact_in_the_minute_of_creation_is_not_before_it(place: str, tmp_path: Path) -> None:
    leads = [(1, "2026-01-05 10:00:30", "2026-01-05 10:00"), (2, "2026-01-05 10:00:30", "2026-01-05 09:59")]
    if place == "by the lead":
        file = write_csv(tmp_path / "leads.csv", PLAIN[:3], leads)
        result = report(file)
    else:
        file = write_csv(tmp_path / "leads.csv", PLAIN[:2], [lead[:2] for lead in leads])
        calls = write_csv(
            tmp_path / "calls.csv", ("Lead Id", "Call Start Time"), [(lead[0], lead[2]) for lead in leads]
        )
        result = report(file, "--activities", calls)
    assert (result["contacted"], result["never_contacted"], result["response"]["median"]) == (1, 1, 0.0)
    assert result["definition"]["precision"] == {
        "created_to_the_minute": False,
        "contact_to_the_minute": True,
        "undecided": 0,
    }


seconds = st.integers(0, 3600)


@given(st.lists(st.tuples(seconds, seconds), min_size=1), st.booleans(), st.booleans(), st.sampled_from((60, 300)))
def test_leads_on_the_other_side_by_true_times_are_among_the_undecided(
    leads: list[tuple[int, int]], created_to_the_minute: bool, contact_to_the_minute: bool, window: int
) -> None:
    rows = []
    other_side = 0
    for created, wait in leads:
        shown = created // 60 * 60 if created_to_the_minute else created
        contact = (created + wait) // 60 * 60 if contact_to_the_minute else created + wait
        rows.append(f"({shown}, {contact}, {shown + window})")
        other_side += (wait <= window) != (contact - shown <= window)
    with duckdb.connect() as connection:
        connection.execute(
            "create table facts as select to_timestamp(a) as received_at, to_timestamp(b) as first_contact_at,"
            f" to_timestamp(c) as deadline, null::varchar as excluded from (values {', '.join(rows)}) t(a, b, c)"
        )
        assert other_side <= precision(connection, timed=True)["undecided"]
