"""The rows of held deliveries."""

from datetime import UTC, timedelta

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from leadtight.adapters import keys
from leadtight.adapters.rows import Row, text, value_of
from leadtight.domain.held import Held

SETTLED_KEPT = timedelta(days=90)


class HeldRow(Row, discriminator="held"):
    """A held delivery: in the index by when it is due or came in while it is open, then by its day; kept for a time."""

    version = NumberAttribute()
    doc = UnicodeAttribute()
    expires_at = NumberAttribute(null=True)

    @classmethod
    def of(cls, held: Held) -> "HeldRow":
        """Return the row of a held delivery."""
        row = cls(keys.held(held.id), keys.HELD_SK, version=held.version, doc=text(held))
        row.gsi1pk = keys.HELD_SUSPECTED if held.is_suspected else keys.HELD_OPEN
        row.gsi1sk = keys.due(held.received_at, held.id)
        if held.next_try_at is not None:
            row.gsi1pk, row.gsi1sk = keys.HELD_WAITING, keys.due(held.next_try_at, held.id)
        if held.settled_at is not None:
            row.gsi1pk = keys.held_day(held.received_at.astimezone(UTC).date())
            row.expires_at = int((held.settled_at + SETTLED_KEPT).timestamp())
        return row

    def value(self) -> Held:
        """Return the held delivery."""
        return value_of(Held, self.doc)
