"""A year of nightly reports at the same number of leads a day: what a night reads and costs must not grow."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from leadtight.adapters.memory.files import MemoryFiles
from leadtight.bench.measures import Result
from leadtight.domain.calendar.timestamps import format_timestamp
from leadtight.domain.change import Change
from leadtight.domain.intake.arrival import receive
from leadtight.domain.model.event import Event
from leadtight.domain.model.inquiry import Inquiry
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.rotation import Rotation
from leadtight.domain.outcomes.recording import record_outcome
from leadtight.domain.ownership.assignment import assign
from leadtight.domain.policy.policy import Policy
from leadtight.domain.routing.selection import candidates_for
from leadtight.policy import loader as policies
from leadtight.reporting.facts.facts import SCHEMA
from leadtight.reporting.facts.periods import window_ending
from leadtight.reporting.facts.snapshots import Snapshots
from leadtight.reporting.facts.table import FactTable
from leadtight.reporting.ports import EventHistory
from leadtight.reporting.review.service import ReportService

FIRST = date(2026, 1, 1)
EARLY, LATE = 30, 365
TIMES = 3
EVERY = 7
"""Of the nights between, every so many is kept: a night goes on from whatever snapshot there is."""

CLOSED_AFTER = 9
"""Every lead is over by so many days after it came: the number of open ones stays the same."""


class SyntheticCompany:
    """The events of a company with so many leads a day, made a day at a time; it counts what is read."""

    def __init__(self, policy: Policy, leads_a_day: int, nights: int) -> None:
        """Take the policy, the volume, and how many days there are to tell of."""
        self._until = FIRST + timedelta(days=nights)
        self._policy = policy
        self._leads_a_day = leads_a_day
        self._rotation: dict[str, Rotation] = {}
        self._open: dict[date, list[Lead]] = defaultdict(list)
        self._days: dict[date, list[Event]] = defaultdict(list)
        self._told = FIRST
        self.read = 0

    def events_on(self, day: date) -> tuple[Event, ...]:
        """Return the events of one UTC day, and count them."""
        while self._told <= day and self._told < self._until:
            self._live(self._told)
            self._told += timedelta(days=1)
        self.read += len(self._days[day])
        return tuple(sorted(self._days[day], key=lambda e: (e.at, e.lead_id, e.id)))

    def history(self, lead_id: str) -> tuple[Event, ...]:
        """Return nothing: nobody here comes back."""
        return ()

    def _live(self, day: date) -> None:
        for change in self._happening(day):
            for event in change.events:
                self._days[event.at.astimezone(UTC).date()].append(event)

    def _happening(self, day: date) -> Iterator[Change]:
        for lead in self._open.pop(day, []):
            at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
            yield self._told_by(lead, "won" if int(lead.id[-2:]) % 5 == 0 else "lost", at)
        for number in range(self._leads_a_day):
            morning = datetime(day.year, day.month, day.day, 6, tzinfo=UTC)
            at = morning + timedelta(minutes=700 * number / self._leads_a_day)
            yield (arrived := self._arrives(f"{day:%y%m%d}{number:04d}", at))
            yield (owned := self._assigned(arrived.after, at + timedelta(seconds=1)))
            lead = owned.after
            if number % 4:
                yield (called := self._told_by(lead, "connected", at + timedelta(minutes=3 + number % 90)))
                lead = called.after
            self._open[day + timedelta(days=1 + number % CLOSED_AFTER)].append(lead)

    def _arrives(self, lead_id: str, at: datetime) -> Change:
        inquiry = Inquiry(name="Ada Obi", message="call me today" if int(lead_id[-1]) % 2 else "")
        return receive(self._policy, inquiry, lead_id=lead_id, source="web_form", form=None, received_at=at, now=at)

    def _assigned(self, lead: Lead, at: datetime) -> Change:
        from leadtight.domain.model.capacity import OwnerState

        pool, people = candidates_for(self._policy, lead)
        rotation = self._rotation.get(pool.id, Rotation(pool_id=pool.id))
        change = assign(self._policy, lead, rotation, {p: OwnerState(person_id=p) for p in people}, at)
        assert change is not None
        if change.rotation:
            self._rotation[pool.id] = change.rotation
        return change

    def _told_by(self, lead: Lead, outcome: str, at: datetime) -> Change:
        by = lead.owner_id or ""
        change = record_outcome(
            self._policy, lead, outcome, by=by, submission=lead.version, now=at, reason="bench", note=""
        )
        assert change is not None
        return change


def nights(leads_a_day: int, last: int = LATE) -> Result:
    """Measure night 30 and the last night of a company whose volume is the same every day."""
    company, files = SyntheticCompany(policies.shipped(), leads_a_day, last), MemoryFiles()
    figures: dict[str, float] = {}
    for number in range(1, last + 1):
        day = FIRST + timedelta(days=number - 1)
        if number in (EARLY, last):
            figures |= _night(company, files, day, number)
        elif EARLY - 3 < number < EARLY or number > last - 3:
            reports_of(company, files).nightly(day, after(day))
        elif number % EVERY == 0:
            keep_snapshot(company, files, day)
    ratios = [figures[f"{name}_{last}"] / figures[f"{name}_{EARLY}"] for name in ("events", "facts", "cpu_ms")]
    return Result(
        id="nights",
        what=f"the nightly report on night {last} beside night {EARLY}, {leads_a_day} leads a day",
        figures=figures | {"times_as_much": max(ratios)},
        bar=("times_as_much", 1.2),
    )


def _night(company: SyntheticCompany, files: MemoryFiles, day: date, number: int) -> dict[str, float]:
    taken = []
    for _ in range(TIMES):
        company.read = 0
        start = time.process_time()
        reports_of(company, files).nightly(day, after(day))
        taken.append(time.process_time() - start)
    read = {f"events_{number}": company.read, f"facts_{number}": _facts(files, day)}
    return read | {f"cpu_ms_{number}": min(taken) * 1e3}


def _facts(files: MemoryFiles, day: date) -> int:
    """Return how many leads a night began with: those of the night before."""
    before = day - timedelta(days=1)
    table = FactTable.read(files.files[f"facts/dt={before}/facts.parquet"], SCHEMA)
    assert table is not None
    with table[0] as facts:
        return len(facts.select())


def keep_snapshot(log: EventHistory, files: MemoryFiles, day: date) -> None:
    """Keep the facts of a night without its figures: what the next night needs."""
    snapshots = Snapshots(log, files)
    window = window_ending(day, policies.shipped().company.zone, after(day))
    with (found := snapshots.at(day, window)).table as table:
        snapshots.store(day, table.parquet({"schema": SCHEMA, "as_of": format_timestamp(found.as_of)}))


def reports_of(log: EventHistory, files: MemoryFiles) -> ReportService:
    """Return the reports of a company that keeps its files here and has no names."""
    return ReportService(policies.shipped(), log, files, lambda _: None, lambda _: None, lambda *_: "", lambda _: "")


def after(day: date) -> datetime:
    """Return when the report of a day runs."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1, minutes=15)
