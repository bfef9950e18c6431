"""What was known of every lead at a moment: the latest snapshot before it, and the events since."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from leadtight.domain import instants
from leadtight.domain.event import Event
from leadtight.reporting.facts import SCHEMA, LeadFact
from leadtight.reporting.folding import Folded, Trouble, fold
from leadtight.reporting.periods import Period, utc_days
from leadtight.reporting.ports import EventLog, Files
from leadtight.reporting.table import FactTable, read_parquet

OVERLAP = timedelta(hours=1)
"""Events are read again from so long before a snapshot: some are stored late, or out of order by a clock's error."""

QUIET_DAYS = 60
"""Without any snapshot, history begins before this many days without a single event. Open leads are never so quiet:
somebody keeps being reminded of them."""

PARQUET = "application/vnd.apache.parquet"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Every lead that still matters at `as_of`."""

    facts: tuple[LeadFact, ...]
    as_of: datetime
    troubles: tuple[Trouble, ...] = ()


class Snapshots:
    """Folds the event log from snapshot to snapshot."""

    def __init__(self, log: EventLog, files: Files) -> None:
        """Take the event log and where snapshots are kept."""
        self._log = log
        self._files = files

    def at(self, day: date, window: Period) -> Snapshot:
        """Return the snapshot at the end of `window`, whose last day is `day`.

        It holds the leads that are open then, and those received or closed within the window. It is folded from an
        earlier day's snapshot, never from that day's own, so running a day again changes nothing.
        """
        base = self._before(day)
        begin = base.as_of - OVERLAP if base else None
        events = [e for e in self._events(begin, window.as_of) if e.at < window.as_of]
        known = {f.lead_id: f for f in base.facts} if base else {}
        folded = fold(known, events, settled_before=window.as_of - OVERLAP)
        return Snapshot(_still_matters(folded, window), window.as_of, folded.troubles)

    def events_in(self, period: Period) -> tuple[Event, ...]:
        """Return what happened in a period, in order of time."""
        found = (e for day in utc_days(period.start, period.as_of) for e in self._log.events_on(day))
        return tuple(e for e in found if period.start <= e.at < period.as_of)

    def settled(self, day: date, period: Period) -> Period:
        """Return a period that ends with `day` and still runs, as of the latest thing that happened or passed in it.

        That is its latest event, or the latest promise that has run out since: a broken promise needs no event (F10).
        In between, every report is the same.
        """
        if period.is_complete:
            return period
        happened = [e.at for e in self.events_in(period)]
        passed = [f.deadline for f in self.at(day, period).facts if _has_run_out(f, period.as_of)]
        latest = max((at + timedelta(microseconds=1) for at in (*happened, *passed)), default=period.start)
        return replace(period, as_of=max(latest, period.start))

    def keep(self, day: date, table: FactTable, as_of: datetime) -> None:
        """Store a snapshot as that of `day`, saying how far it goes: a day that still runs is not whole."""
        self._files.put(_key(day), table.parquet({"schema": SCHEMA, "as_of": instants.to_text(as_of)}), PARQUET)

    def _before(self, day: date) -> Snapshot | None:
        """Return the latest stored snapshot of an earlier day that this version of the code can read."""
        earlier = [key for key in self._files.list("facts/dt=") if key < _key(day) and key.endswith(_FILE)]
        for key in reversed(earlier):
            content = self._files.get(key)
            snapshot = _read(content) if content else None
            if snapshot:
                return snapshot
        return None

    def _events(self, begin: datetime | None, end: datetime) -> Iterator[Event]:
        if begin is None:
            return self._all_events(end)
        return (e for day in utc_days(begin, end) for e in self._log.events_on(day) if e.at >= begin)

    def _all_events(self, end: datetime) -> Iterator[Event]:
        """Yield the whole history backwards by day, until a long silence says that it has not begun."""
        quiet, day = 0, (end - timedelta(microseconds=1)).astimezone(UTC).date()
        while quiet < QUIET_DAYS:
            events = self._log.events_on(day)
            quiet = 0 if events else quiet + 1
            yield from events
            day -= timedelta(days=1)


_FILE = "/facts.parquet"


def _key(day: date) -> str:
    return f"facts/dt={day.isoformat()}{_FILE}"


def _read(content: bytes) -> Snapshot | None:
    found = read_parquet(content, SCHEMA)
    return Snapshot(found[0], instants.from_text(found[1]["as_of"])) if found else None


def _has_run_out(fact: LeadFact, as_of: datetime) -> bool:
    """Tell whether nobody has answered a lead in time, though nothing may have been written since."""
    answered = fact.first_contact_at or fact.closed_at
    return answered is None and fact.deadline < as_of


def _still_matters(folded: Folded, window: Period) -> tuple[LeadFact, ...]:
    kept = (
        fact
        for fact in folded.facts.values()
        if fact.closed_at is None or fact.closed_at >= window.start or fact.received_at >= window.start
    )
    return tuple(sorted(kept, key=lambda f: f.lead_id))
