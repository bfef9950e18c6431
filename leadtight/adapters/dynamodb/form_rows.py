"""Rows that only some form posts write.

They are imported with the first such post, since every cold start would pay for them.
"""

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
"""A counting item's partition, and its share of the limit."""


class CountRow(TableRow, discriminator="count"):
    """A rate limit's count within a window.

    Large counts are spread over several rows. A row expires when the window is over.
    """

    hits = NumberAttribute()
    expires_at = NumberAttribute()
    window = UnicodeAttribute()


class ConsentRow(TableRow, discriminator="consent"):
    """A consent prompt and its answer: written once, never changed."""

    doc = UnicodeAttribute()

    @classmethod
    def of(cls, record: ConsentRecord) -> "ConsentRow":
        """Return the row of a record."""
        return cls(keys.person(record.person_key), keys.consent(record.at, record.id), doc=text(record))

    def value(self) -> ConsentRecord:
        """Return the record."""
        return value_of(ConsentRecord, self.doc)


def shards(at_most: int) -> int:
    """Return over how many items a count is spread.

    A low limit has one item; a high one must not wait for a single item.
    """
    return max(1, min(MOST_SHARDS, at_most // LEAST_SHARE))


def places(counter: RateLimitCounter, item_id: str) -> Iterator[Place]:
    """Yield the items that may count one more.

    The shares sum to the limit: all of them are full exactly when the limit is reached.
    """
    over = shards(counter.at_most) if counter.is_spread else 1
    for shard in keys.spread(item_id, over):
        yield keys.count(counter.key, shard), counter.at_most // over + (shard < counter.at_most % over)


def count(transaction: TransactWrite, counter: RateLimitCounter, item_id: str, full: Container[Place]) -> None:
    """Add one to a counter in the transaction.

    The place is one not known to be `full`, if there is one. A refused transaction says which place had no room.
    """
    every = tuple(places(counter, item_id))
    partition, at_most = next((place for place in every if place not in full), every[0])
    ends = int(counter.expires_at.timestamp()) + 1
    actions = [CountRow.hits.add(1), CountRow.expires_at.set(ends), CountRow.window.set(counter.key)]
    room = CountRow.hits.does_not_exist() | (CountRow.hits < at_most)
    row = CountRow(partition, keys.COUNT_SK)
    transaction.update(row, [*actions, CountRow.kind.set(CountRow)], condition=room, return_values="ALL_OLD")


def keep(transaction: TransactWrite, record: ConsentRecord) -> None:
    """Write a record in a transaction, unless there is one."""
    transaction.save(ConsentRow.of(record), condition=ConsentRow.pk.does_not_exist())
