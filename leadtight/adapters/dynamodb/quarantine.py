"""Held deliveries in DynamoDB. They share the table, and its guards, with the leads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from pynamodb.exceptions import PutError, TransactWriteError
from pynamodb.transactions import TransactWrite

from leadtight.adapters.dynamodb import keys, row_reader
from leadtight.adapters.dynamodb.connection import is_refused
from leadtight.adapters.dynamodb.guards import take_guard, taken_each
from leadtight.adapters.dynamodb.quarantine_rows import QuarantinePartRow, QuarantineRow, lengths, parts_of
from leadtight.adapters.dynamodb.rows import TableRow
from leadtight.adapters.dynamodb.transactions import raise_unless_contention
from leadtight.domain.model.errors import Conflict, NotStorable, UnreadableRow
from leadtight.domain.model.listing import Listing, Unreadable

if TYPE_CHECKING:
    from leadtight.adapters.dynamodb.table import DynamoTable
    from leadtight.app.ports.guards import AlreadyTaken, Guard
    from leadtight.domain.intake.quarantine import QuarantinedDelivery

AT_ONCE = 40
"""A transaction takes a hundred items and 4 MB; a delivery is two items, of which one has up to 64 KB."""


class DynamoQuarantine:
    """HeldStore over the one table."""

    def __init__(self, table: DynamoTable) -> None:
        """Share the connection of the table."""
        self._connection = table.connection

    def hold(self, held: QuarantinedDelivery, guard: Guard, now: datetime) -> AlreadyTaken | None:
        """Keep a delivery under its guard: one call."""
        return self._hold_some([(held, guard)], now)[held.id]

    def hold_all(
        self, deliveries: Sequence[tuple[QuarantinedDelivery, Guard]], now: datetime
    ) -> tuple[AlreadyTaken | None, ...]:
        """Keep deliveries, a call for every forty, and one more where some of these were known.

        Raises NotStorable for one that is too large, after the others had their turn.
        """
        found: dict[str, AlreadyTaken | None] = {}
        for start in range(0, len(deliveries), AT_ONCE):
            some = deliveries[start : start + AT_ONCE]
            try:
                found |= self._hold_some(some, now)
            except NotStorable:
                found |= self._hold_each(some, now)
        return tuple(found[held.id] for held, _ in deliveries)

    def _hold_each(
        self, deliveries: Sequence[tuple[QuarantinedDelivery, Guard]], now: datetime
    ) -> dict[str, AlreadyTaken | None]:
        """Keep each by itself: together they were too large, or one of them is."""
        found: dict[str, AlreadyTaken | None] = {}
        failures: list[NotStorable] = []
        for held, guard in deliveries:
            try:
                found |= self._hold_some([(held, guard)], now)
            except NotStorable as error:
                failures.append(error)
        if failures:
            raise failures[0]
        return found

    def _hold_some(
        self, deliveries: Sequence[tuple[QuarantinedDelivery, Guard]], now: datetime
    ) -> dict[str, AlreadyTaken | None]:
        for held, _ in deliveries:
            for part in parts_of(held):
                part.save()
        try:
            with TransactWrite(connection=self._connection) as transaction:
                for held, guard in deliveries:
                    take_guard(transaction, guard, held.id, now)
                    transaction.save(QuarantineRow.of(held), condition=QuarantineRow.pk.does_not_exist())
        except TransactWriteError as error:
            known = {held.id: found for (held, _), found in zip(deliveries, taken_each(error), strict=False) if found}
            if not known:
                raise_unless_contention(error)
                names = ", ".join(held.id for held, _ in deliveries)
                raise Conflict(f"delivery {names}: too many writers at once") from error
            others = [(held, guard) for held, guard in deliveries if held.id not in known]
            for held, _ in deliveries:
                if held.id in known and known[held.id].lead_id != held.id:
                    forget_parts(held, now)
            ours = {id_: None if found.lead_id == id_ else found for id_, found in known.items()}
            return ours | (self._hold_some(others, now) if others else {})
        return dict.fromkeys(held.id for held, _ in deliveries)

    def find_held(self, held_id: str) -> QuarantinedDelivery | None:
        """Return one held delivery whole: one call, and one for the parts of a large one."""
        found = row_reader.one(QuarantineRow, keys.held(held_id), keys.HELD_SK, in_parts)
        return whole(*found) if found else None

    def open_held(self, limit: int) -> Listing[QuarantinedDelivery]:
        """Return deliveries that wait for a person, from the index."""
        return _held(row_reader.on_index(keys.HELD_OPEN, page_size=limit), limit)

    def suspected_held(self, limit: int) -> Listing[QuarantinedDelivery]:
        """Return suspected spam, from the index."""
        return _held(row_reader.on_index(keys.HELD_SUSPECTED, page_size=limit, newest_first=True), limit)

    def waiting(self, before: datetime, limit: int) -> Listing[QuarantinedDelivery]:
        """Return deliveries whose next try is due, from the index."""
        due = TableRow.gsi1sk <= keys.due_by(before)
        return _held(row_reader.on_index(keys.HELD_WAITING, due, page_size=limit), limit)

    def settled_held(self, day: date) -> Listing[QuarantinedDelivery]:
        """Return the settled deliveries of a UTC day, from the index."""
        return _held(row_reader.on_index(keys.held_day(day)))

    def settle(self, held: QuarantinedDelivery) -> None:
        """Store the next version: one call, and a second to tell our own work when it is refused."""
        try:
            QuarantineRow.of(held).save(condition=QuarantineRow.version == held.version - 1)
            for part in parts_of(held) if held.settled_at else ():
                part.save()  # from now on it is kept as long as its delivery
        except PutError as error:
            if not is_refused(error):
                raise
            if self.find_held(held.id) != held:
                raise Conflict(f"delivery {held.id} has moved on") from error


def in_parts(row: QuarantineRow) -> tuple[QuarantinedDelivery, int]:
    """Return a delivery as its row has it, and how many characters of it are in parts."""
    return row.value(), int(row.characters or 0)


def whole(held: QuarantinedDelivery, characters: int) -> QuarantinedDelivery:
    """Return a delivery with all that it said: one call for a large one. Raises UnreadableRow."""
    if not characters:
        return held
    wanted = {keys.held_part(held.id, number): length for number, length in enumerate(lengths(characters))}
    found = row_reader.by_keys((partition, keys.PART_SK) for partition in wanted)
    pieces = {item["pk"]["S"]: row_reader.asked_for(QuarantinePartRow, item, lambda part: part.doc) for item in found}
    for partition, length in wanted.items():
        if len(pieces.get(partition, "")) != length:
            raise UnreadableRow(Unreadable(kind="held_part", key=f"{partition} {keys.PART_SK}", error="PartMissing"))
    return replace(held, content="".join(pieces[partition] for partition in wanted))


def forget_parts(held: QuarantinedDelivery, now: datetime) -> None:
    """Empty the pieces of a delivery that was known already, and let the table forget them: no function may delete."""
    for part in parts_of(held):
        part.doc, part.expires_at = "", int(now.timestamp())
        part.save()


def drop_parts(held_id: str, characters: int) -> None:
    """Delete the pieces of a delivery: one call for each."""
    for number, _ in enumerate(lengths(characters)):
        QuarantinePartRow(keys.held_part(held_id, number), keys.PART_SK).delete()


def _held(items: Iterable[row_reader.Raw], limit: int | None = None) -> Listing[QuarantinedDelivery]:
    return row_reader.listing(QuarantineRow, items, QuarantineRow.value, limit)
