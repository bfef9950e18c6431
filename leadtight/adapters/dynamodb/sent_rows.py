"""Recent sends by address, and daily budgets.

Both expire when their time is over.
"""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import PutError, UpdateError

from leadtight.adapters.dynamodb import keys, row_reader
from leadtight.adapters.dynamodb.connection import is_refused
from leadtight.adapters.dynamodb.form_rows import CountRow
from leadtight.adapters.dynamodb.rows import TableRow, text, value_of
from leadtight.domain.compliance.send_limits import Budget, RecentSends
from leadtight.domain.model.errors import Conflict


class SentRow(TableRow, discriminator="sent"):
    """The sends to one address or number within a day."""

    turn = NumberAttribute()
    doc = UnicodeAttribute()
    expires_at = NumberAttribute(null=True)


def sent_lately(key: str) -> RecentSends:
    """Return the recent sends to an address: one call."""
    partition = keys.sent(key)
    stored = row_reader.one(SentRow, partition, keys.SENT_SK, lambda row: value_of(RecentSends, row.doc))
    return stored or RecentSends(key=key)


def keep_sent(lately: RecentSends) -> None:
    """Store the next record of sends to an address.

    One call, and a second when it is refused, to recognise our own write. A row that has expired meanwhile is written
    anew. Raises Conflict when the row has changed.
    """
    row = SentRow(keys.sent(lately.key), keys.SENT_SK, turn=lately.turn, doc=text(lately))
    if lately.expires_at:
        row.expires_at = int(lately.expires_at.timestamp()) + 1
    try:
        row.save(condition=SentRow.pk.does_not_exist() | (SentRow.turn == lately.turn - 1))
    except PutError as error:
        if not is_refused(error):
            raise
        if sent_lately(lately.key) != lately:
            raise Conflict("another message was sent there meanwhile") from error


def spend(budget: Budget) -> int | None:
    """Spend one of a budget; return the count spent.

    None when the budget is exhausted. One call.
    """
    ends = int(budget.expires_at.timestamp()) + 1
    row = CountRow(keys.count(budget.key, 0), keys.COUNT_SK)
    actions = [CountRow.hits.add(1), CountRow.expires_at.set(ends), CountRow.window.set(budget.key)]
    room = CountRow.hits.does_not_exist() | (CountRow.hits < budget.at_most)
    try:
        row.update([*actions, CountRow.kind.set(CountRow)], condition=room)
    except UpdateError as error:
        if not is_refused(error):
            raise
        return None
    return int(row.hits)


def spent(key: str) -> int:
    """Return how much of a budget is spent: one call."""
    return row_reader.one(CountRow, keys.count(key, 0), keys.COUNT_SK, lambda row: int(row.hits)) or 0
