"""The rows of held deliveries: one, and more where what came in is too large for one."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, timedelta

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from leadtight.adapters.dynamodb import keys
from leadtight.adapters.dynamodb.rows import TableRow, text, value_of
from leadtight.domain.intake.quarantine import QuarantinedDelivery

SETTLED_KEPT = timedelta(days=90)
LARGEST_WHOLE = 200 * 1024
"""Bytes of a delivery that is one row, which has at most 400 KB."""

LONGEST_PART = 64 * 1024
"""Characters of a part: at most 256 KB."""

SHOWN = 4_000
"""Characters of a delivery in parts that stand in its row, too: what lists show."""


class QuarantineRow(TableRow, discriminator="held"):
    """A held delivery: in the index by when it is due or came in while it is open, then by its day; kept for a time."""

    version = NumberAttribute()
    doc = UnicodeAttribute()
    expires_at = NumberAttribute(null=True)
    characters = NumberAttribute(null=True)

    @classmethod
    def of(cls, held: QuarantinedDelivery) -> "QuarantineRow":
        """Return the row of a held delivery; a large one stands in it shortened, and whole in its parts."""
        row = cls(keys.held(held.id), keys.HELD_SK, version=held.version, doc=text(held))
        if len(row.doc.encode("utf-8", "replace")) > LARGEST_WHOLE:
            row.characters = len(held.content)
            row.doc = text(replace(held, content=held.content[:SHOWN]))
        row.gsi1pk = keys.HELD_SUSPECTED if held.is_suspected else keys.HELD_OPEN
        row.gsi1sk = keys.due(held.received_at, held.id)
        if held.next_try_at is not None:
            row.gsi1pk, row.gsi1sk = keys.HELD_WAITING, keys.due(held.next_try_at, held.id)
        if held.settled_at is not None:
            row.gsi1pk = keys.held_day(held.received_at.astimezone(UTC).date())
            row.expires_at = int((held.settled_at + SETTLED_KEPT).timestamp())
        return row

    def value(self) -> QuarantinedDelivery:
        """Return the held delivery; of one in parts the beginning."""
        return value_of(QuarantinedDelivery, self.doc)


class QuarantinePartRow(TableRow, discriminator="held_part"):
    """A piece of what a large delivery said; it goes with its delivery."""

    doc = UnicodeAttribute()
    expires_at = NumberAttribute(null=True)


def parts_of(held: QuarantinedDelivery) -> Iterator[QuarantinePartRow]:
    """Yield the rows of a delivery's pieces; none where it is one row."""
    row = QuarantineRow.of(held)
    for number, length in enumerate(lengths(int(row.characters or 0))):
        piece = held.content[number * LONGEST_PART :][:length]
        yield QuarantinePartRow(keys.held_part(held.id, number), keys.PART_SK, doc=piece, expires_at=row.expires_at)


def lengths(characters: int) -> list[int]:
    """Return how many characters each part of so many has."""
    whole, rest = divmod(characters, LONGEST_PART)
    return [LONGEST_PART] * whole + ([rest] if rest else [])
