"""Held deliveries in DynamoDB, and their twin in memory. They share the table, and its guards, with the leads."""

from __future__ import annotations

from datetime import date, datetime

from pynamodb.exceptions import DoesNotExist, PutError, TransactWriteError
from pynamodb.transactions import TransactWrite

from leadtight.adapters import keys
from leadtight.adapters.dynamo import DynamoTable, raise_unless_contention, take_guard, taken
from leadtight.adapters.rows import Row
from leadtight.adapters.rows_of_held import HeldRow
from leadtight.app.ports import Guard, Taken
from leadtight.domain.errors import Conflict
from leadtight.domain.held import Held


class DynamoHeld:
    """HeldStore over the one table."""

    def __init__(self, table: DynamoTable) -> None:
        """Share the connection of the table."""
        self._connection = table.connection

    def hold(self, held: Held, guard: Guard, now: datetime) -> Taken | None:
        """Keep a delivery under its guard: one call."""
        try:
            with TransactWrite(connection=self._connection) as transaction:
                take_guard(transaction, guard, held.id, now)
                transaction.save(HeldRow.of(held), condition=HeldRow.pk.does_not_exist())
        except TransactWriteError as error:
            if found := taken(error):
                return None if found.lead_id == held.id else found
            raise_unless_contention(error)
            raise Conflict(f"delivery {held.id}: too many writers at once") from error
        return None

    def find_held(self, held_id: str) -> Held | None:
        """Return one held delivery: one call."""
        try:
            return HeldRow.get(keys.held(held_id), keys.HELD_SK, consistent_read=True).value()
        except DoesNotExist:
            return None

    def open_held(self, limit: int) -> tuple[Held, ...]:
        """Return deliveries that wait for a person, from the index."""
        rows = Row.due.query(keys.HELD_OPEN, limit=limit)
        return tuple(row.value() for row in rows if isinstance(row, HeldRow))

    def suspected_held(self, limit: int) -> tuple[Held, ...]:
        """Return suspected spam, from the index."""
        rows = Row.due.query(keys.HELD_SUSPECTED, limit=limit, scan_index_forward=False)
        return tuple(row.value() for row in rows if isinstance(row, HeldRow))

    def waiting(self, before: datetime, limit: int) -> tuple[Held, ...]:
        """Return deliveries whose next try is due, from the index."""
        rows = Row.due.query(keys.HELD_WAITING, Row.gsi1sk <= keys.due_by(before), limit=limit)
        return tuple(row.value() for row in rows if isinstance(row, HeldRow))

    def settled_held(self, day: date) -> tuple[Held, ...]:
        """Return the settled deliveries of a UTC day, from the index."""
        rows = Row.due.query(keys.held_day(day))
        return tuple(row.value() for row in rows if isinstance(row, HeldRow))

    def settle(self, held: Held) -> None:
        """Store the next version: one call, and a second to tell our own work when it is refused."""
        try:
            HeldRow.of(held).save(condition=HeldRow.version == held.version - 1)
        except PutError as error:
            if error.cause_response_code != "ConditionalCheckFailedException":
                raise
            if self.find_held(held.id) != held:
                raise Conflict(f"delivery {held.id} has moved on") from error
