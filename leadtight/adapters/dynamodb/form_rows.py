"""The rows that only some form posts write: imported with the first of them, for a cold start pays for each."""

from collections.abc import Container, Iterator

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.transactions import TransactWrite

from leadtight.adapters.dynamodb import keys
from leadtight.adapters.dynamodb.rows import TableRow, text, value_of
from leadtight.domain.intake.spam import RateLimitCounter
from leadtight.domain.model.consent_record import ConsentRecord

MOST_SHARDS = 16
LEAST_SHARE = 25
Place = tuple[str, int]
"""The partition of an item that counts, and its share of the limit."""


class CountRow(TableRow, discriminator="count"):
    """How many came within a window, or a share of them; the table forgets it when the window is over."""

    hits = NumberAttribute()
    expires_at = NumberAttribute()
    window = UnicodeAttribute()


class ConsentRow(TableRow, discriminator="consent"):
    """What a person was asked to agree to, once: written and never changed."""

    doc = UnicodeAttribute()

    @classmethod
    def of(cls, record: ConsentRecord) -> "ConsentRow":
        """Return the row of a record."""
        return cls(keys.person(record.person_key), keys.consent(record.at, record.id), doc=text(record))

    def value(self) -> ConsentRecord:
        """Return the record."""
        return value_of(ConsentRecord, self.doc)


def shards(at_most: int) -> int:
    """Return over how many items a count is spread: what few may do is one, for many must not wait for one item."""
    return max(1, min(MOST_SHARDS, at_most // LEAST_SHARE))


def places(one: RateLimitCounter, item_id: str) -> Iterator[Place]:
    """Yield the items that may count one more.

    The shares sum to the limit. So all of them are full exactly when as many as the limit were counted.
    """
    over = shards(one.at_most) if one.is_spread else 1
    for shard in keys.spread(item_id, over):
        yield keys.count(one.key, shard), one.at_most // over + (shard < one.at_most % over)


def count(transaction: TransactWrite, one: RateLimitCounter, item_id: str, full: Container[Place]) -> None:
    """Let a transaction be one more of a window, where none is known to be `full` if there is such a place.

    Refused, it says which had no room.
    """
    every = tuple(places(one, item_id))
    partition, at_most = next((place for place in every if place not in full), every[0])
    ends = int(one.expires_at.timestamp()) + 1
    actions = [CountRow.hits.add(1), CountRow.expires_at.set(ends), CountRow.window.set(one.key)]
    room = CountRow.hits.does_not_exist() | (CountRow.hits < at_most)
    row = CountRow(partition, keys.COUNT_SK)
    transaction.update(row, [*actions, CountRow.kind.set(CountRow)], condition=room, return_values="ALL_OLD")


def keep(transaction: TransactWrite, record: ConsentRecord) -> None:
    """Write a record with a transaction, where none is."""
    transaction.save(ConsentRow.of(record), condition=ConsentRow.pk.does_not_exist())
