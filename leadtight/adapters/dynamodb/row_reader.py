"""Readers of rows, which report unreadable rows and go on.

Rows of a newer version are there after every rollback (decision 0053), and garbage after every mistake by hand. A row
that is read by its own key raises instead: its caller cannot go on without it.
"""

from __future__ import annotations

import logging
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import islice
from typing import Any, TypeVar

from pynamodb.expressions.condition import Condition
from pynamodb.pagination import ResultIterator

from leadtight.adapters.dynamodb.rows import DueIndex, TableRow
from leadtight.domain.model.errors import UnreadableRow
from leadtight.domain.model.listing import Listing, Unreadable

R = TypeVar("R", bound=TableRow)
T = TypeVar("T")
Raw = dict[str, Any]
"""A raw DynamoDB item: every attribute under its type."""

MOST_NAMED = 20
"""Most unreadable rows of one read that the log names.

The rest is counted.
"""

AT_ONCE = 100
"""Most items of one BatchGetItem."""

logger = logging.getLogger(__name__)


def one(kind: type[R], partition: str, sort: str, read: Callable[[R], T]) -> T | None:
    """Return the value of one row, or None: one call.

    The read is consistent. Raises UnreadableRow.
    """
    item = _connection().get_item(partition, range_key=sort, consistent_read=True).get("Item")
    return asked_for(kind, item, read) if item else None


def asked_for(kind: type[R], item: Raw, read: Callable[[R], T]) -> T:
    """Return the value of an item that its caller needs.

    Raises UnreadableRow, and reports it.
    """
    try:
        return value(kind, item, read)
    except UnreadableRow as error:
        report([error.row])
        raise


def value(kind: type[R], item: Raw, read: Callable[[R], T]) -> T:
    """Return the value of an item. Raises UnreadableRow."""
    try:
        row = kind.from_raw_data(item)
        if any(getattr(row, name) is None for name in _required(kind)):
            raise LookupError  # noqa: TRY301 - pynamodb takes an attribute that is missing for None
        return read(row)
    except Exception as error:  # noqa: BLE001 - nothing is asked of the outside: whatever this raises, it is the row
        name = type(error).__name__
    raise UnreadableRow(Unreadable(kind=_name_of(kind), key=_key_of(item), error=name))


def listing(kind: type[R], items: Iterable[Raw], read: Callable[[R], T], limit: int | None = None) -> Listing[T]:
    """Return the first `limit` readable values; report the others."""
    unreadable: list[Unreadable] = []
    values = tuple(islice(readable(kind, items, read, unreadable), limit))
    report(unreadable)
    return Listing(values, unreadable)


def readable(kind: type[R], items: Iterable[Raw], read: Callable[[R], T], unreadable: list[Unreadable]) -> Iterator[T]:
    """Yield readable values; collect the other rows in `unreadable`.

    The caller reports those.
    """
    for item in items:
        try:
            read_value = value(kind, item, read)
        except UnreadableRow as error:
            unreadable.append(error.row)
        else:
            yield read_value


def in_partition(
    partition: str,
    prefix: str,
    *,
    newest_first: bool = False,
    older_than: str | None = None,
    page_size: int | None = None,
) -> Iterator[Raw]:
    """Yield a partition's items whose sort keys begin with `prefix`.

    Reads are consistent. `older_than` is the rest of such a key; the item there is not included.
    """
    end = f"{prefix}{older_than}"
    where = TableRow.sk.startswith(prefix) if older_than is None else TableRow.sk.between(prefix, end)
    items = _query(partition, where, consistent_read=True, scan_index_forward=not newest_first, limit=page_size)
    return (item for item in items if older_than is None or item["sk"]["S"] != end)


def on_index(
    partition: str, where: Condition | None = None, *, page_size: int | None = None, newest_first: bool = False
) -> Iterator[Raw]:
    """Yield an index partition's items, `page_size` with each call."""
    index = DueIndex.Meta.index_name
    return _query(partition, where, index_name=index, limit=page_size, scan_index_forward=not newest_first)


def by_keys(wanted: Iterable[tuple[str, str]]) -> Iterator[Raw]:
    """Yield the items under keys, consistently read.

    One call for every hundred.
    """
    pending: Sequence[Raw] = [{"pk": pk, "sk": sk} for pk, sk in dict.fromkeys(wanted)]
    while pending:
        items, unprocessed = TableRow._batch_get_page(  # type: ignore[no-untyped-call]  # noqa: SLF001 - raw items
            pending[:AT_ONCE], consistent_read=True, attributes_to_get=None
        )
        yield from items
        pending = [*(unprocessed or ()), *pending[AT_ONCE:]]


def everywhere(where: Condition) -> Iterator[Raw]:
    """Yield all items of the table that meet a condition.

    Reads are consistent.
    """
    kwargs = {"filter_condition": where, "consistent_read": True}
    items: ResultIterator[Raw] = ResultIterator(_connection().scan, (), kwargs)
    return items


def report(unreadable: Sequence[Unreadable]) -> None:
    """Log unreadable rows, and count them in `UnreadableRows`.

    The metric counts by kind and in total.
    """
    for row in unreadable[:MOST_NAMED]:
        logger.error("row_unreadable kind=%s key=%s error=%s", row.kind, row.key, row.error)
    if len(unreadable) > MOST_NAMED:
        logger.error("rows_unreadable more=%d", len(unreadable) - MOST_NAMED)
    if unreadable and os.environ.get("POWERTOOLS_METRICS_NAMESPACE"):
        _measure(Counter(row.kind for row in unreadable))


def _measure(by_kind: Counter[str]) -> None:
    from aws_lambda_powertools.metrics import MetricUnit, single_metric  # imported here: rarely needed

    name, unit = "UnreadableRows", MetricUnit.Count
    with single_metric(name=name, unit=unit, value=by_kind.total(), default_dimensions={"service": "all"}):
        pass
    for kind, number in sorted(by_kind.items()):
        with single_metric(name=name, unit=unit, value=number) as metric:
            metric.add_dimension(name="kind", value=kind)


@cache
def _required(kind: type[TableRow]) -> tuple[str, ...]:
    return tuple(name for name, attribute in kind.get_attributes().items() if not attribute.null)


def _name_of(kind: type[TableRow]) -> str:
    return str(kind.kind.get_discriminator(kind))


def _key_of(item: Raw) -> str:
    return " ".join(str(item.get(part, {}).get("S", "?")) for part in ("pk", "sk"))


def _query(partition: str, where: Condition | None, **options: Any) -> Iterator[Raw]:
    """Query without pynamodb's filter by kind.

    That filter hides rows of kinds that only a newer version knows.
    """
    kwargs = {"range_key_condition": where, "filter_condition": None, **options}
    items: ResultIterator[Raw] = ResultIterator(_connection().query, (partition,), kwargs)
    return items


def _connection() -> Any:
    return TableRow._get_connection()  # noqa: SLF001 - pynamodb has no public way to raw items
