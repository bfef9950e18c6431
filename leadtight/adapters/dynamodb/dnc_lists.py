"""Do-not-call lists in DynamoDB.

A number is stored as the hash by which people are known, never as itself: the lists name strangers, and they only need
to answer whether one number is on them. Anyone who has the table can still try numbers one by one (decision 0037).
"""

from collections.abc import Iterable
from datetime import timedelta
from itertools import islice

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import DeleteError, PutError

from leadtight.adapters.dynamodb import keys, row_reader
from leadtight.adapters.dynamodb.connection import is_refused
from leadtight.adapters.dynamodb.rows import TableRow, text, value_of
from leadtight.adapters.dynamodb.table import DynamoTable
from leadtight.domain.compliance.do_not_call import INTERNAL_LIST, MAX_AGE, DncList, DncStatus
from leadtight.domain.model.errors import Conflict
from leadtight.domain.model.listing import Listing, Unreadable

KEPT = MAX_AGE + timedelta(days=31)
"""How long an entry is kept.

By then its list has been stale for a month, which bars every number by itself.
"""

AT_ONCE = 25
"""Most items of one BatchWriteItem."""


class DncListRow(TableRow, discriminator="call_list"):
    """A list, by its last complete import."""

    generation = UnicodeAttribute()
    doc = UnicodeAttribute()


class ListedRow(TableRow, discriminator="listed"):
    """A number's entry on a list, as imported."""

    generation = UnicodeAttribute()
    expires_at = NumberAttribute(null=True)


class DynamoDncLists:
    """DncLists over the one table."""

    def __init__(self, _table: DynamoTable) -> None:
        """Require the table, which binds the rows to its connection."""

    def lists(self) -> Listing[DncList]:
        """Return every list, by name: one call."""
        items = row_reader.in_partition(keys.CALL_LISTS, keys.LIST_PREFIX)
        return row_reader.listing(DncListRow, items, lambda row: value_of(DncList, row.doc))

    def standing(self, number_key: str) -> DncStatus:
        """Return a number's status on all lists: two calls."""
        lists = self.lists()
        items = row_reader.in_partition(keys.listed(number_key), keys.LIST_PREFIX)
        entries = row_reader.listing(ListedRow, items, lambda row: (row.sk, row.generation))
        by_list = dict(entries)
        on = (imported.name for imported in lists if imported.counts(by_list.get(keys.call_list(imported.name))))
        return DncStatus(
            lists=tuple(lists),
            on=frozenset(on),
            unreadable=tuple(_list_of(row) for row in (*lists.unreadable, *entries.unreadable)),
        )

    def add(self, to: DncList, number_keys: Iterable[str]) -> int:
        """Write entries of an unpublished import; return their number.

        One call for every 25.
        """
        every, count = iter(number_keys), 0
        while batch := dict.fromkeys(islice(every, AT_ONCE)):
            with ListedRow.batch_write() as writer:
                for key in batch:
                    writer.save(_entry(to, key))
            count += len(batch)
        return count

    def publish(self, imported: DncList) -> None:
        """Replace a list with a complete import.

        Raises Conflict when the list is of a later day.
        """
        row = DncListRow(
            keys.CALL_LISTS, keys.call_list(imported.name), generation=imported.generation, doc=text(imported)
        )
        later = DncListRow.pk.does_not_exist() | (DncListRow.generation <= imported.generation)
        try:
            row.save(condition=later)
        except PutError as error:
            if not is_refused(error):
                raise
            raise Conflict(f"the list {imported.name} was already imported for a later day") from error

    def drop(self, name: str) -> bool:
        """Delete a list; return False when there is none.

        Its entries no longer count and expire by themselves.
        """
        try:
            DncListRow(keys.CALL_LISTS, keys.call_list(name)).delete(condition=DncListRow.pk.exists())
        except DeleteError as error:
            if not is_refused(error):
                raise
            return False
        return True


def _entry(to: DncList, number_key: str) -> ListedRow:
    row = ListedRow(keys.listed(number_key), keys.call_list(to.name), generation=to.generation)
    if to.name != INTERNAL_LIST:
        row.expires_at = int((to.imported_at + KEPT).timestamp())
    return row


def _list_of(row: Unreadable) -> str:
    return row.key.partition(keys.LIST_PREFIX)[2]
