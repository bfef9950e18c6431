"""The rows that only some form posts write: imported with the first of them, for a cold start pays for each."""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.transactions import TransactWrite

from leadtight.adapters import keys
from leadtight.adapters.rows import Row, text, value_of
from leadtight.domain.consent_record import ConsentRecord
from leadtight.domain.suspicion import Count


class CountRow(Row, discriminator="count"):
    """How many came within a window; the table forgets it when the window is over."""

    hits = NumberAttribute()
    expires_at = NumberAttribute()
    window = UnicodeAttribute()


class ConsentRow(Row, discriminator="consent"):
    """What a person was asked to agree to, once: written and never changed."""

    doc = UnicodeAttribute()

    @classmethod
    def of(cls, record: ConsentRecord) -> "ConsentRow":
        """Return the row of a record."""
        return cls(keys.person(record.person_key), keys.consent(record.at, record.id), doc=text(record))

    def value(self) -> ConsentRecord:
        """Return the record."""
        return value_of(ConsentRecord, self.doc)


def count(transaction: TransactWrite, one: Count) -> None:
    """Let a transaction be one more of a window; refused, it says which had no room: `full` reads it."""
    ends = int(one.expires_at.timestamp()) + 1
    actions = [CountRow.hits.add(1), CountRow.expires_at.set(ends), CountRow.window.set(one.key)]
    room = CountRow.hits.does_not_exist() | (CountRow.hits < one.at_most)
    row = CountRow(keys.count(one.key), keys.COUNT_SK)
    transaction.update(row, [*actions, CountRow.kind.set(CountRow)], condition=room, return_values="ALL_OLD")


def keep(transaction: TransactWrite, record: ConsentRecord) -> None:
    """Write a record with a transaction, where none is."""
    transaction.save(ConsentRow.of(record), condition=ConsentRow.pk.does_not_exist())
