"""Rows of quarantined deliveries, several for a large one."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, timedelta

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from leadtight.adapters.dynamodb import keys
from leadtight.adapters.dynamodb.rows import TableRow, text, value_of
from leadtight.domain.intake.quarantine import QuarantinedDelivery

SETTLED_KEPT = timedelta(days=90)
LARGEST_WHOLE = 200 * 1024
"""Most bytes of a delivery in a single row.

A row has at most 400 KB.
"""

LONGEST_PART = 64 * 1024
"""Most characters of a part, at most 256 KB."""

SHOWN = 4_000
"""Characters kept in the row of a delivery in parts.

Lists show them.
"""


class QuarantineRow(TableRow, discriminator="held"):
    """A quarantined delivery, which expires after it is settled.

    While it is open, the index has it by its arrival or its next try, then by its day.
    """

    version = NumberAttribute()
    doc = UnicodeAttribute()
    expires_at = NumberAttribute(null=True)
    characters = NumberAttribute(null=True)

    @classmethod
    def of(cls, delivery: QuarantinedDelivery) -> "QuarantineRow":
        """Return the row of a delivery.

        A large delivery is shortened there, and complete in its parts.
        """
        row = cls(keys.held(delivery.id), keys.HELD_SK, version=delivery.version, doc=text(delivery))
        if len(row.doc.encode("utf-8", "replace")) > LARGEST_WHOLE:
            row.characters = len(delivery.content)
            row.doc = text(replace(delivery, content=delivery.content[:SHOWN]))
        row.gsi1pk = keys.HELD_SUSPECTED if delivery.is_suspected else keys.HELD_OPEN
        row.gsi1sk = keys.due(delivery.received_at, delivery.id)
        if delivery.next_try_at is not None:
            row.gsi1pk, row.gsi1sk = keys.HELD_WAITING, keys.due(delivery.next_try_at, delivery.id)
        if delivery.settled_at is not None:
            row.gsi1pk = keys.held_day(delivery.received_at.astimezone(UTC).date())
            row.expires_at = int((delivery.settled_at + SETTLED_KEPT).timestamp())
        return row

    def value(self) -> QuarantinedDelivery:
        """Return the delivery, shortened if it is in parts."""
        return value_of(QuarantinedDelivery, self.doc)


class QuarantinePartRow(TableRow, discriminator="held_part"):
    """A part of a large delivery, which expires with it."""

    doc = UnicodeAttribute()
    expires_at = NumberAttribute(null=True)


def parts_of(delivery: QuarantinedDelivery) -> Iterator[QuarantinePartRow]:
    """Yield the rows of a large delivery's parts.

    A delivery in one row has none.
    """
    row = QuarantineRow.of(delivery)
    for number, length in enumerate(lengths(int(row.characters or 0))):
        piece = delivery.content[number * LONGEST_PART :][:length]
        yield QuarantinePartRow(keys.held_part(delivery.id, number), keys.PART_SK, doc=piece, expires_at=row.expires_at)


def lengths(characters: int) -> list[int]:
    """Split a number of characters into lengths of parts."""
    whole, rest = divmod(characters, LONGEST_PART)
    return [LONGEST_PART] * whole + ([rest] if rest else [])
