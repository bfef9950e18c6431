"""The state of every lead at a moment.

From the latest earlier snapshot and the events since.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from leadtight.domain.calendar import timestamps
from leadtight.domain.calendar.timestamps import midnight
from leadtight.domain.model.event import Event
from leadtight.domain.model.listing import Unreadable, unreadable_in
from leadtight.domain.policy.rules import UnwantedReason
from leadtight.reporting.facts.facts import SCHEMA, LeadFact
from leadtight.reporting.facts.periods import ReportPeriod, utc_days
from leadtight.reporting.facts.projection import HistoryProblem, fold
from leadtight.reporting.facts.table import FactTable, instant
from leadtight.reporting.ports import EventHistory, ReportFiles

OVERLAP = timedelta(hours=1)
"""How long before a snapshot events are read again.

Some are stored late, or out of order because of a clock error.
"""

LATE = timedelta(days=1)
"""How late a lead may be recorded for its day.

It then still belongs to the day on which it arrived; older times are not accepted from any source.
"""

QUIET_DAYS = 60
"""Days without an event before which history must begin.

Applies without any snapshot. Open leads are never silent for so long: their owners keep being reminded of them.
"""

MONTHS = 13
"""How many months back a snapshot is searched for.

Names are listed month by month: the list of all names grows forever.
"""

CLOSED_KEPT = timedelta(days=8)
"""How long a lead closed before the window is kept.

The review of the week in which it was closed lists it.
"""

TEST = UnwantedReason.TEST.value
PARQUET = "application/vnd.apache.parquet"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Every lead that still matters at `as_of`.

    The receiver closes the table.
    """

    table: FactTable
    as_of: datetime
    problems: tuple[HistoryProblem, ...] = ()


class UnreadableTrackingLog:
    """An event log that records skipped entries in `unreadable`."""

    def __init__(self, log: EventHistory, unreadable: dict[Unreadable, None]) -> None:
        """Take the log, and the collection to record in."""
        self._log, self._unreadable = log, unreadable

    def events_on(self, day: date) -> tuple[Event, ...]:
        """Return the events of one UTC day."""
        return self._noted(self._log.events_on(day))

    def history(self, lead_id: str) -> tuple[Event, ...]:
        """Return all events of one lead."""
        return self._noted(self._log.history(lead_id))

    def _noted(self, events: tuple[Event, ...]) -> tuple[Event, ...]:
        self._unreadable |= dict.fromkeys(unreadable_in(events))
        return events


class DailyEventCache:
    """An event log that reads each day once."""

    def __init__(self, log: EventHistory) -> None:
        """Take the log."""
        self._log = log
        self._days: dict[date, tuple[Event, ...]] = {}

    def events_on(self, day: date) -> tuple[Event, ...]:
        """Return the events of one UTC day."""
        if day not in self._days:
            self._days[day] = self._log.events_on(day)
        return self._days[day]

    def history(self, lead_id: str) -> tuple[Event, ...]:
        """Return all events of one lead."""
        return self._log.history(lead_id)


class Snapshots:
    """Folds the event log from snapshot to snapshot."""

    def __init__(self, log: EventHistory, files: ReportFiles, test_tiers: frozenset[str] = frozenset()) -> None:
        """Take the event log and where snapshots are kept.

        Leads of `test_tiers` are excluded as tests.
        """
        self._test_tiers = test_tiers
        self._unreadable: dict[Unreadable, None] = {}
        self._all = UnreadableTrackingLog(log, self._unreadable)
        self._log = UnreadableTrackingLog(DailyEventCache(log), self._unreadable)
        self._files = files

    def at(self, day: date, window: ReportPeriod) -> Snapshot:
        """Return the snapshot at the end of `window`.

        Its last day is `day`. The snapshot holds the leads that are open then, received within the window or recently
        closed. It is folded from an earlier day's snapshot, never from that day's own, so running a day again changes
        nothing. Of older leads, only those with new events leave the database.
        """
        self._unreadable.clear()
        problems: dict[HistoryProblem, None] = {}
        table, begin = self._base(day) or self._from_the_beginning(window, problems)
        read = (e for each in utc_days(begin, window.as_of) for e in self._log.events_on(each))
        events = [e for e in read if begin <= e.at < window.as_of]
        events += self._late_arrivals(window)
        problems |= dict.fromkeys(self._fold_into(table, events, window.as_of, window))
        return Snapshot(table, window.as_of, (*problems, *map(unreadable_problem, self._unreadable)))

    def _fold_into(
        self, table: FactTable, events: list[Event], as_of: datetime, window: ReportPeriod
    ) -> tuple[HistoryProblem, ...]:
        """Fold the events before `as_of` into a table.

        Deletes the leads that no longer matter at the end of `window`.
        """
        current = {f.lead_id: f for f in table.select({e.lead_id for e in events})}
        events += [e for lead in _reopened(current, events) for e in self._log.history(lead) if e.at < as_of]
        folded = fold(current, events, settled_before=as_of - OVERLAP)
        table.put(map(self._without_test, folded.facts.values()))
        gone = {"start": window.start, "closed": window.as_of - CLOSED_KEPT}
        table.delete("closed_at < $closed and received_at < $start", gone)
        return folded.problems

    def _without_test(self, fact: LeadFact) -> LeadFact:
        return replace(fact, excluded=fact.excluded or TEST) if fact.tier in self._test_tiers else fact

    def events_in(self, period: ReportPeriod) -> tuple[Event, ...]:
        """Return the events of a period, by time."""
        events = (e for day in utc_days(period.start, period.as_of) for e in self._log.events_on(day))
        return tuple(e for e in events if period.start <= e.at < period.as_of)

    def events_belonging_to(self, period: ReportPeriod) -> tuple[Event, ...]:
        """Return the events of a period, including late arrivals.

        Those are arrivals in the period that were recorded only later.
        """
        late = (e for e in self._late_arrivals(period) if _came_in(e) >= period.start)
        return (*self.events_in(period), *late)

    def as_of_latest_change(self, day: date, period: ReportPeriod) -> ReportPeriod:
        """Return a running period as of its latest change.

        The period ends with `day`. Its latest change is its latest event, or the latest promise broken since: a broken
        promise needs no event (F10). Until the next change, every report is the same.
        """
        if period.is_complete:
            return period
        happened = [e.at for e in self.events_in(period)]
        latest = max(
            (at + timedelta(microseconds=1) for at in (*happened, *self._latest_broken_promise(day, period))),
            default=None,
        )
        return replace(period, as_of=max(latest or period.start, period.start))

    def store(self, day: date, content: bytes) -> None:
        """Store a snapshot as that of `day`."""
        self._files.put(key_of(day), content, PARQUET)

    def stored(self, day: date) -> bytes | None:
        """Return the stored snapshot of a day."""
        return self._files.get(key_of(day))

    def _latest_broken_promise(self, day: date, period: ReportPeriod) -> Iterator[datetime]:
        """Yield the deadline of the latest broken promise, if any.

        There may be no event since.
        """
        unanswered = "first_contact_at is null and closed_at is null and deadline < $as_of"
        with self.at(day, period).table as table:
            [row] = table.rows(
                f"select max(epoch_us(deadline)) as at from facts where {unanswered}", {"as_of": period.as_of}
            )
        at = instant(row["at"])
        if at is not None:
            yield at

    def _late_arrivals(self, period: ReportPeriod) -> list[Event]:
        """Return arrivals in a period that were recorded after it."""
        after = (e for day in utc_days(period.as_of, period.as_of + LATE) for e in self._log.events_on(day))
        return [e for e in after if e.at >= period.as_of and e.version == 1 and _came_in(e) < period.as_of]

    def _base(self, day: date) -> tuple[FactTable, datetime] | None:
        """Return the latest readable earlier snapshot, and its continuation.

        The continuation is the instant from which events have to be folded.
        """
        for key in self._earlier(day):
            content = self._files.get(key)
            stored = FactTable.read(content, SCHEMA) if content else None
            if stored:
                return stored[0], timestamps.parse_timestamp(stored[1]["as_of"]) - OVERLAP
        return None

    def _earlier(self, day: date) -> Iterator[str]:
        month = day
        for _ in range(MONTHS):
            stored = self._files.list(f"facts/dt={month:%Y-%m}-")
            yield from reversed([key for key in stored if key < key_of(day) and key.endswith(_FILE)])
            month = month.replace(day=1) - timedelta(days=1)

    def _from_the_beginning(
        self, window: ReportPeriod, problems: dict[HistoryProblem, None]
    ) -> tuple[FactTable, datetime]:
        """Return the facts of the history before its last day.

        Also returns the instant to continue from. Events are folded a day at a time, each twice, so that memory never
        holds all of them.
        """
        table, last = FactTable.of(()), _utc_day(window.as_of)
        events: tuple[Event, ...] = ()
        day = self._first_day(last)
        while day < last:
            today, end = self._all.events_on(day), midnight(day + timedelta(days=1), UTC)
            late = (e for e in events if e.at >= midnight(day, UTC) - OVERLAP)
            problems |= dict.fromkeys(self._fold_into(table, [*late, *today], end, window))
            events, day = today, day + timedelta(days=1)
        return table, midnight(last, UTC) - OVERLAP

    def _first_day(self, last: date) -> date:
        """Return the day of the first event.

        Found after a silence so long that there cannot be earlier events.
        """
        first = day = last
        while first - day < timedelta(days=QUIET_DAYS):
            day -= timedelta(days=1)
            first = day if self._all.events_on(day) else first
        return first


_FILE = "/facts.parquet"


def key_of(day: date) -> str:
    """Return the key of a day's snapshot."""
    return f"facts/dt={day.isoformat()}{_FILE}"


def unreadable_problem(row: Unreadable) -> HistoryProblem:
    """Return the problem of an unreadable entry."""
    return HistoryProblem(row.key, row.kind, row.error, "this version cannot read the entry; it is not counted")


def _reopened(current: Mapping[str, LeadFact], events: Iterable[Event]) -> set[str]:
    """Return leads with events that are no longer in memory.

    They were closed too long ago, and changed again.
    """
    changed = [e for e in events if e.changes]
    return {e.lead_id for e in changed} - current.keys() - {e.lead_id for e in changed if e.version == 1}


def _utc_day(end: datetime) -> date:
    return (end - timedelta(microseconds=1)).astimezone(UTC).date()


def _came_in(event: Event) -> datetime:
    """Return when the lead of a first event arrived.

    Other first events count from their own time.
    """
    change = event.changes.get("received_at")
    try:
        return timestamps.parse_timestamp(change[1]) if change else event.at
    except (ValueError, TypeError, LookupError):  # folding it reports the problem
        return event.at
