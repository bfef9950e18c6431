"""Reconciliation of a source's day with arrivals (A13, Q10)."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from leadtight.domain.calendar.timestamps import midnight

SETTLING = timedelta(minutes=15)
"""Items younger than this may still be on their way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedDay:
    """A local day, and its part that is compared."""

    day: date
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """Reconciliation of one channel's local day, at one instant.

    `listed` is the count of the source. `missed` are the keys that had not arrived when first compared, `taken` those
    of them fetched since.
    """

    channel: str
    day: date
    as_of: datetime
    listed: int = 0
    missed: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()

    @property
    def arrived(self) -> int:
        """Return how many arrived without a fetch."""
        return self.listed - len(self.missed)

    @property
    def outstanding(self) -> int:
        """Return how many have still not arrived."""
        return len(set(self.missed) - set(self.taken))


def compared_days(now: datetime, zone: ZoneInfo) -> Iterator[ComparedDay]:
    """Yield yesterday, and today unless it has only just begun.

    A day ends a little before `now`.
    """
    today = now.astimezone(zone).date()
    for day in (today - timedelta(days=1), today):
        since, until = midnight(day, zone), midnight(day + timedelta(days=1), zone)
        if since < now - SETTLING:
            yield ComparedDay(day=day, since=since, until=min(until, now - SETTLING))


def digests(keys: Iterable[str]) -> frozenset[str]:
    """Return the hashes of keys, which a report may keep.

    Some providers' ids are addresses of personal data.
    """
    return frozenset(hashlib.sha256(key.encode()).hexdigest()[:16] for key in keys)


def compare(previous: Reconciliation, listed: frozenset[str], arrived: frozenset[str], now: datetime) -> Reconciliation:
    """Compare the source's list with arrivals once more.

    A key once missed stays missed, however it arrived later.
    """
    missed = (listed & set(previous.missed)) | (listed - arrived)
    taken = missed & (arrived | set(previous.taken))
    return replace(previous, as_of=now, listed=len(listed), missed=tuple(sorted(missed)), taken=tuple(sorted(taken)))


def mark_complete(record: Reconciliation) -> Reconciliation:
    """Mark all missed keys as fetched."""
    return replace(record, taken=record.missed)


def mark_taken(record: Reconciliation, taken: frozenset[str], arrived: frozenset[str]) -> Reconciliation:
    """Mark keys as fetched, or as arrived after all."""
    missed = set(record.missed) - arrived
    return replace(record, missed=tuple(sorted(missed)), taken=tuple(sorted(missed & (set(record.taken) | taken))))
