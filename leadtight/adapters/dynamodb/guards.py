"""Idempotency guards and rate limit counts in transactions."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from leadtight.adapters.dynamodb import keys, row_reader
from leadtight.adapters.dynamodb.connection import TableAccess
from leadtight.adapters.dynamodb.rows import GuardRow
from leadtight.adapters.dynamodb.transactions import CONDITION_FAILED, refused_items
from leadtight.app.ports.guards import AlreadyTaken, Full, Guard
from leadtight.domain.calendar.timestamps import format_timestamp

if TYPE_CHECKING:
    from leadtight.adapters.dynamodb.form_rows import Place

MOST_REMEMBERED = 10_000
"""Most full counts that this process remembers."""


class GuardAccess(TableAccess):
    """Guards, whatever became of what took them."""

    def taken_by(self, guard: Guard, now: datetime) -> AlreadyTaken | None:
        """Return the holder of a guard: one call."""
        partition, still = keys.guard(guard.source, guard.key), format_timestamp(now)
        return row_reader.one(GuardRow, partition, keys.GUARD_SK, lambda row: _taken_still(row, still))

    def taken_of(self, guards: Iterable[tuple[str, str]], now: datetime) -> frozenset[tuple[str, str]]:
        """Return the pairs whose guard is taken.

        One call for every hundred.
        """
        pairs, still = {keys.guard(source, key): (source, key) for source, key in guards}, format_timestamp(now)
        items = row_reader.by_keys((pk, keys.GUARD_SK) for pk in pairs)
        taken = row_reader.listing(GuardRow, items, lambda row: row.pk if row.taken_until > still else None)
        return frozenset(pairs[pk] for pk in taken if pk is not None)

    def mark(self, guard: Guard, item_id: str) -> None:
        """Take a guard for a stored item: one call."""
        GuardRow.of(guard, item_id).save()


class FullCounts:
    """The places of counts that this process knows are full."""

    def __init__(self) -> None:
        """Start with no full counts."""
        self.known: set[Place] = set()

    def store(self, guard: Guard, item_id: str, write: Callable[[], None]) -> None:
        """Store an item and count it where there is room.

        That is the first place tried, except near the limit.
        """
        while True:
            try:
                return write()
            except TransactWriteError as error:
                if taken(error) or not self._noted_full(error, guard, item_id) or self.full(error, guard, item_id):
                    raise

    def _noted_full(self, error: TransactWriteError, guard: Guard, item_id: str) -> bool:
        """Remember places without room; return whether any is new."""
        refused = _refused_counts(error)
        if not refused:
            return False
        from leadtight.adapters.dynamodb.form_rows import places

        news = {place for counter in guard.counts for place in places(counter, item_id) if place[0] in refused}
        news -= self.known
        if len(self.known) > MOST_REMEMBERED:
            self.known.clear()
        self.known |= news
        return bool(news)

    def full(self, error: TransactWriteError, guard: Guard, item_id: str) -> Full | None:
        """Return the count without room anywhere, if any."""
        refused = _refused_counts(error)
        if not refused:
            return None
        from leadtight.adapters.dynamodb.form_rows import places

        for counter in guard.counts:
            every = {*places(counter, item_id)}
            if every <= self.known and refused & {partition for partition, _ in every}:
                return Full(key=counter.key)
        return None


def take_guard(
    transaction: TransactWrite, guard: Guard, lead_id: str, now: datetime, full: Container[Place] = ()
) -> None:
    """Take a guard in a transaction, and count it.

    It is the transaction's first item, where `taken` looks for it. Some places of its counts are known to be `full`.
    """
    free = GuardRow.pk.does_not_exist() | (GuardRow.taken_until <= format_timestamp(now))
    transaction.save(GuardRow.of(guard, lead_id), condition=free, return_values="ALL_OLD")
    if guard.counts:
        from leadtight.adapters.dynamodb import form_rows

        for counter in guard.counts:
            form_rows.count(transaction, counter, lead_id, full)


def taken(error: TransactWriteError) -> AlreadyTaken | None:
    """Return the holder of the guard, the transaction's first item."""
    return next(taken_each(error), None)


def taken_each(error: TransactWriteError) -> Iterator[AlreadyTaken | None]:
    """Yield the holder of each guard, None where free.

    Guards are every second item of the transaction.
    """
    for reason in error.cancellation_reasons[::2]:
        if reason is None or reason.code != CONDITION_FAILED or not reason.raw_item:
            yield None
        else:
            yield row_reader.asked_for(GuardRow, reason.raw_item, _taken)


def _taken_still(row: GuardRow, now: str) -> AlreadyTaken | None:
    return _taken(row) if row.taken_until > now else None


def _taken(row: GuardRow) -> AlreadyTaken:
    return AlreadyTaken(lead_id=row.lead_id, fingerprint=row.fingerprint)


def _refused_counts(error: TransactWriteError) -> frozenset[str]:
    """Return the partitions of counts without room."""
    return frozenset(item["pk"]["S"] for item in refused_items(error, keys.COUNT_SK))
