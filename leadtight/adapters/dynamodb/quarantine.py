"""Quarantined deliveries in DynamoDB.

They share the table and its guards with the leads.
"""

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
"""How many deliveries one transaction stores.

A transaction takes a hundred items and 4 MB; a delivery is two items, of which one has up to 64 KB.
"""


class DynamoQuarantine:
    """QuarantineStore over the one table."""

    def __init__(self, table: DynamoTable) -> None:
        """Share the connection of the table."""
        self._connection = table.connection

    def hold(self, delivery: QuarantinedDelivery, guard: Guard, now: datetime) -> AlreadyTaken | None:
        """Store a delivery under its guard: one call."""
        return self._hold_some([(delivery, guard)], now)[delivery.id]

    def hold_all(
        self, deliveries: Sequence[tuple[QuarantinedDelivery, Guard]], now: datetime
    ) -> tuple[AlreadyTaken | None, ...]:
        """Store deliveries; return the guard's holder of each, if taken.

        One call for every forty, and one more where some were known. Raises NotStorable for one that is too large,
        after the others had their turn.
        """
        taken: dict[str, AlreadyTaken | None] = {}
        for start in range(0, len(deliveries), AT_ONCE):
            some = deliveries[start : start + AT_ONCE]
            try:
                taken |= self._hold_some(some, now)
            except NotStorable:
                taken |= self._hold_each(some, now)
        return tuple(taken[delivery.id] for delivery, _ in deliveries)

    def _hold_each(
        self, deliveries: Sequence[tuple[QuarantinedDelivery, Guard]], now: datetime
    ) -> dict[str, AlreadyTaken | None]:
        """Store each delivery by itself.

        Together they were too large, or one of them is.
        """
        taken: dict[str, AlreadyTaken | None] = {}
        failures: list[NotStorable] = []
        for delivery, guard in deliveries:
            try:
                taken |= self._hold_some([(delivery, guard)], now)
            except NotStorable as error:
                failures.append(error)
        if failures:
            raise failures[0]
        return taken

    def _hold_some(
        self, deliveries: Sequence[tuple[QuarantinedDelivery, Guard]], now: datetime
    ) -> dict[str, AlreadyTaken | None]:
        for delivery, _ in deliveries:
            for part in parts_of(delivery):
                part.save()
        try:
            with TransactWrite(connection=self._connection) as transaction:
                for delivery, guard in deliveries:
                    take_guard(transaction, guard, delivery.id, now)
                    transaction.save(QuarantineRow.of(delivery), condition=QuarantineRow.pk.does_not_exist())
        except TransactWriteError as error:
            taken = {
                delivery.id: earlier
                for (delivery, _), earlier in zip(deliveries, taken_each(error), strict=False)
                if earlier
            }
            if not taken:
                raise_unless_contention(error)
                names = ", ".join(delivery.id for delivery, _ in deliveries)
                raise Conflict(f"delivery {names}: too many writers at once") from error
            others = [(delivery, guard) for delivery, guard in deliveries if delivery.id not in taken]
            for delivery, _ in deliveries:
                if delivery.id in taken and taken[delivery.id].lead_id != delivery.id:
                    forget_parts(delivery, now)
            ours = {id_: None if earlier.lead_id == id_ else earlier for id_, earlier in taken.items()}
            return ours | (self._hold_some(others, now) if others else {})
        return dict.fromkeys(delivery.id for delivery, _ in deliveries)

    def find_held(self, held_id: str) -> QuarantinedDelivery | None:
        """Return one delivery with all its content.

        One call, and one for the parts of a large delivery.
        """
        row = row_reader.one(QuarantineRow, keys.held(held_id), keys.HELD_SK, in_parts)
        return whole(*row) if row else None

    def open_held(self, limit: int) -> Listing[QuarantinedDelivery]:
        """Return deliveries that wait for a person, from the index."""
        return _held(row_reader.on_index(keys.HELD_OPEN, page_size=limit), limit)

    def suspected_held(self, limit: int) -> Listing[QuarantinedDelivery]:
        """Return suspected spam, from the index."""
        return _held(row_reader.on_index(keys.HELD_SUSPECTED, page_size=limit, newest_first=True), limit)

    def waiting(self, until: datetime, limit: int) -> Listing[QuarantinedDelivery]:
        """Return deliveries whose next try is due, from the index."""
        due = TableRow.gsi1sk <= keys.due_by(until)
        return _held(row_reader.on_index(keys.HELD_WAITING, due, page_size=limit), limit)

    def settled_held(self, day: date) -> Listing[QuarantinedDelivery]:
        """Return a UTC day's settled deliveries, from the index."""
        return _held(row_reader.on_index(keys.held_day(day)))

    def settle(self, delivery: QuarantinedDelivery) -> None:
        """Store the next version of a delivery.

        One call, and a second when it is refused, to recognise our own write.
        """
        try:
            QuarantineRow.of(delivery).save(condition=QuarantineRow.version == delivery.version - 1)
            for part in parts_of(delivery) if delivery.settled_at else ():
                part.save()  # it now expires with its delivery
        except PutError as error:
            if not is_refused(error):
                raise
            if self.find_held(delivery.id) != delivery:
                raise Conflict(f"delivery {delivery.id} has moved on") from error


def in_parts(row: QuarantineRow) -> tuple[QuarantinedDelivery, int]:
    """Return a row's delivery and the characters in its parts."""
    return row.value(), int(row.characters or 0)


def whole(delivery: QuarantinedDelivery, characters: int) -> QuarantinedDelivery:
    """Return a delivery with all its content. Raises UnreadableRow.

    One call for a large delivery.
    """
    if not characters:
        return delivery
    wanted = {keys.held_part(delivery.id, number): length for number, length in enumerate(lengths(characters))}
    parts = row_reader.by_keys((partition, keys.PART_SK) for partition in wanted)
    pieces = {item["pk"]["S"]: row_reader.asked_for(QuarantinePartRow, item, lambda part: part.doc) for item in parts}
    for partition, length in wanted.items():
        if len(pieces.get(partition, "")) != length:
            raise UnreadableRow(Unreadable(kind="held_part", key=f"{partition} {keys.PART_SK}", error="PartMissing"))
    return replace(delivery, content="".join(pieces[partition] for partition in wanted))


def forget_parts(delivery: QuarantinedDelivery, now: datetime) -> None:
    """Empty the parts of a delivery that was already known.

    They expire, since no function may delete.
    """
    for part in parts_of(delivery):
        part.doc, part.expires_at = "", int(now.timestamp())
        part.save()


def drop_parts(held_id: str, characters: int) -> None:
    """Delete the parts of a delivery: one call for each."""
    for number, _ in enumerate(lengths(characters)):
        QuarantinePartRow(keys.held_part(held_id, number), keys.PART_SK).delete()


def _held(items: Iterable[row_reader.Raw], limit: int | None = None) -> Listing[QuarantinedDelivery]:
    return row_reader.listing(QuarantineRow, items, QuarantineRow.value, limit)
