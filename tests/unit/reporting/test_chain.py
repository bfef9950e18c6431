"""Snapshots, day by day: late runs, repeats, gaps and midnight."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadtight.adapters.memory.files import MemoryFiles
from leadtight.reporting.facts.facts import SCHEMA, LeadFact
from leadtight.reporting.facts.projection import fold
from leadtight.reporting.facts.table import FactTable
from tests.unit.reporting.history import History, utc

pytestmark = pytest.mark.slow

LATER = utc("2026-05-01 12:00")


def a_fortnight() -> History:
    h = History()
    for n in range(1, 15):
        h.arrive(f"l{n:02d}", f"2026-03-{n:02d} 09:00", message="today" if n % 2 else "")
        if n % 3:
            h.outcome(f"l{n:02d}", f"2026-03-{n:02d} 23:{30 + n}", "connected")
        if n % 4 == 0:
            h.outcome(f"l{n:02d}", f"2026-03-{n + 2:02d} 10:00", "lost", reason="silent")
    return h


def test_rerunning_a_past_day_writes_the_same_bytes() -> None:
    h = a_fortnight()
    for n in range(6, 15):
        h.reports().nightly(date(2026, 3, n), utc(f"2026-03-{n + 1:02d} 00:20"))
    h.reports().weekly(date(2026, 3, 4), utc("2026-03-09 06:00"))
    first = dict(h.files.files)
    for n in (9, 14):
        h.reports().nightly(date(2026, 3, n), LATER)
    h.reports().weekly(date(2026, 3, 6), LATER)
    assert h.files.files == first


@settings(max_examples=settings().max_examples // 40)  # up to seven runs of a report each
@given(st.lists(st.integers(1, 13), unique=True, max_size=5))
def test_any_chain_of_snapshots_leads_to_the_same_day(nights: list[int]) -> None:
    h, straight = a_fortnight(), MemoryFiles()
    h.reports(straight).nightly(date(2026, 3, 14), LATER)
    for n in nights:
        h.reports().nightly(date(2026, 3, n), LATER)
    h.reports().nightly(date(2026, 3, 14), LATER)
    for key, body in straight.files.items():
        assert h.files.files[key] == body


def test_a_running_day_is_reported_so_far_and_does_not_spoil_the_next() -> None:
    h = History()
    h.arrive("l01", "2026-03-02 08:00")
    so_far = h.reports().nightly(date(2026, 3, 2), utc("2026-03-02 09:00"))
    assert (so_far["complete"], so_far["leads"], so_far["contacted"]) == (False, 1, 0)
    h.outcome("l01", "2026-03-02 15:00", "connected")
    assert h.reports().nightly(date(2026, 3, 3), LATER)["contacted"] == 1


def test_a_running_day_with_the_same_events_writes_the_same_bytes() -> None:
    h = a_fortnight()
    written = []
    for hour in (11, 20):
        h.files = MemoryFiles()
        h.reports().nightly(date(2026, 3, 14), utc(f"2026-03-14 {hour}:00"))
        h.reports().weekly(date(2026, 3, 14), utc(f"2026-03-14 {hour}:00"))
        written.append(h.files.files)
    assert written[0] == written[1]


def test_a_future_day_cannot_be_reported() -> None:
    with pytest.raises(ValueError, match="2026-03-03 has not begun in Europe/Berlin"):
        History().reports().nightly(date(2026, 3, 3), utc("2026-03-02 22:59"))


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        (date(2026, 3, 2), "2026-03-01 23:00", "2026-03-02 22:59:59.999999"),  # winter: UTC+1
        (date(2026, 3, 29), "2026-03-28 23:00", "2026-03-29 21:59:59.999999"),  # 23 hours: clocks go forward
        (date(2026, 7, 1), "2026-06-30 22:00", "2026-07-01 21:59:59.999999"),  # summer: UTC+2
        (date(2026, 10, 25), "2026-10-24 22:00", "2026-10-25 22:59:59.999999"),  # 25 hours: clocks go back
    ],
)
def test_days_are_those_of_the_companys_zone(day: date, first: str, last: str) -> None:
    h = History()
    moment = timedelta(microseconds=1)
    for name, at in {
        "before": utc(first) - moment,
        "first": utc(first),
        "last": utc(last),
        "after": utc(last) + moment,
    }.items():
        h.receive(name, at.isoformat(" ").removesuffix("+00:00"))
    report = h.reports().nightly(day, LATER.replace(year=2027))["day"]
    assert (report["leads"], report["events"]["received"]) == (2, 2)
    assert report["period"]["from"] == utc(first).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def test_versions_stored_out_of_order_around_midnight_are_corrected() -> None:
    """Clocks of two writers disagree.

    One writer's clock was read before midnight, but its change was stored second.
    """
    h = History()
    h.receive("l01", "2026-03-02 22:59:58")
    h.assign("l01", "2026-03-02 23:00:01")  # version 2, Tuesday by a second
    h.outcome("l01", "2026-03-02 22:59:59", "connected")  # version 3, still Monday
    monday = h.reports().nightly(date(2026, 3, 2), LATER)
    assert (monday["contacted"], monday["problems"]) == (0, [])
    tuesday = h.reports().nightly(date(2026, 3, 3), LATER)
    assert (tuesday["contacted"], tuesday["problems"]) == (1, [])


def test_a_missing_version_is_a_problem_and_nothing_is_guessed() -> None:
    h = History()
    h.arrive("l01", "2026-03-02 08:00")
    h.outcome("l01", "2026-03-02 09:00", "connected")
    del h.table._events["l01", "000002.00"]
    report = h.reports().nightly(date(2026, 3, 2), LATER)
    assert report["contacted"] == 0
    assert report["problems"] == [
        {"file": "events", "row": "l01", "column": "version", "value": "3", "reason": "version 2 is missing"}
    ]


def test_an_implausible_value_is_left_empty_and_named() -> None:
    h = History()
    h.receive("l01", "2026-03-02 08:00", value=Decimal("1e30"))
    assert h.reports().nightly(date(2026, 3, 2), LATER)["problems"][0]["column"] == "value"
    assert _facts(h, "2026-03-02")[0].value is None


def test_closed_leads_leave_with_the_window_and_open_ones_stay() -> None:
    h = History()
    h.arrive("open", "2026-03-02 08:00")
    h.arrive("closed", "2026-03-02 08:01")
    h.outcome("closed", "2026-03-02 09:00", "won")
    h.reports().nightly(date(2026, 3, 2), utc("2027-01-01 00:00"))
    h.reports().nightly(date(2026, 3, 29), utc("2027-01-01 00:00"))
    h.reports().nightly(date(2026, 3, 30), utc("2027-01-01 00:00"))
    assert [f.lead_id for f in _facts(h, "2026-03-29")] == ["closed", "open"]
    assert [f.lead_id for f in _facts(h, "2026-03-30")] == ["open"]


def test_a_lead_returning_long_after_closing_is_recognised() -> None:
    h = History()
    h.arrive("l01", "2026-03-02 08:00")
    h.outcome("l01", "2026-03-02 09:00", "lost", reason="silent")
    for day in (date(2026, 3, 2), date(2026, 4, 20)):
        h.reports().nightly(day, utc("2027-01-01 00:00"))
    assert _facts(h, "2026-04-20") == ()
    h.outcome("l01", "2026-04-21 09:00", "won")
    report = h.reports().nightly(date(2026, 4, 21), utc("2027-01-01 00:00"))
    assert report["problems"] == []
    [fact] = _facts(h, "2026-04-21")
    assert (fact.version, fact.closed_at) == (h.lead("l01").version, h.lead("l01").closed_at)


def test_facts_contain_no_personal_data() -> None:
    h = a_fortnight()
    h.receive("l99", "2026-03-14 12:00", message="my number is 0301234")
    h.reports().nightly(date(2026, 3, 14), LATER)
    h.reports().weekly(date(2026, 3, 14), LATER)
    stored = {key: body for key, body in h.files.files.items() if not key.endswith(".html")}
    assert stored
    for word in (b"Person", b"private", b"0301234", b"silent"):
        assert not [key for key, body in stored.items() if word in body]
    for fact in _facts(h, "2026-03-14"):
        assert not any(word in str(fact) for word in ("Person", "private", "0301234", "silent"))


def test_folding_the_events_gives_the_lead() -> None:
    h = a_fortnight()
    folded = fold({}, h.table._events.values(), LATER).facts
    assert len(folded) > 10
    for lead_id, fact in folded.items():
        lead = h.lead(lead_id)
        assert (fact.owner, fact.first_owner, fact.stage) == (lead.owner_id, lead.first_owner_id, lead.stage)
        assert (fact.deadline, fact.tier) == (lead.promise.deadline, lead.promise.tier)
        assert (fact.first_contact_at, fact.last_contact_at) == (lead.first_contact_at, lead.last_contact_at)
        assert fact.next_action_due_at == (lead.next_action.due_at if lead.next_action else None)
        assert (fact.closed_at, fact.attempts, fact.version) == (lead.closed_at, lead.attempts, lead.version)


def test_a_snapshot_of_another_schema_is_rebuilt_from_events() -> None:
    h = a_fortnight()
    h.reports().nightly(date(2026, 3, 13), LATER)
    key = "facts/dt=2026-03-13/facts.parquet"
    h.files.files[key] = h.files.files[key].replace(b"leadtight.facts/3", b"leadtight.facts/9")
    assert h.reports().nightly(date(2026, 3, 14), LATER)["leads"] == 14


def _facts(h: History, day: str) -> tuple[LeadFact, ...]:
    stored_table = FactTable.read(h.files.files[f"facts/dt={day}/facts.parquet"], SCHEMA)
    assert stored_table is not None
    with stored_table[0] as table:
        return table.select()
