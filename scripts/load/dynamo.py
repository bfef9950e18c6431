"""DynamoDB with its limits, replacing pynamodb's client.

`DynamoTable` over it is the unchanged adapter. It throttles by partition of the table and of the index, and by table
and index as a whole. It rejects large items and transactions, and transactions that touch one item at once. Stored data
and charges come from the requests themselves.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from types import SimpleNamespace
from typing import Any, cast

from botocore.exceptions import ClientError, ConnectTimeoutError

from leadtight.adapters.dynamodb.rows import TableRow
from leadtight.adapters.dynamodb.table import DynamoTable
from scripts.load.capacity import TokenBucket, Warm, read_units, size, write_units
from scripts.load.clock import VirtualClock
from scripts.load.expressions import Bindings, condition, hash_value, update
from scripts.load.index import Index, Item, partition_of
from scripts.load.meter import Meter
from scripts.load.quotas import TIMES, Quotas

Key = tuple[str, str]
_THROTTLED = "ThrottlingError"
_REFUSED = "ConditionalCheckFailed"
_CONFLICT = "TransactionConflict"
_PAGE_BYTES = 1024 * 1024
_RETRIED = frozenset({"ProvisionedThroughputExceededException", "ThrottlingException"})
UNANSWERED = 1.0
"""Seconds until a connection without an answer is given up.

As in `TableRow.Meta.connect_timeout_seconds`.
"""

_TRIES = 3
"""`TableRow.Meta.max_retry_attempts` plus the first try."""


@dataclass
class Write:
    """One item of a write, with its previous state."""

    key: Key
    previous: Item | None
    after: Item | None
    is_refused: bool
    returns_old: bool

    def __post_init__(self) -> None:
        """Measure the item before and after, in bytes.

        0 where there is none.
        """
        self.bytes_before = size(self.previous) if self.previous else 0
        self.bytes_after = size(self.after) if self.after else 0
        self.units = write_units(max(self.bytes_before, self.bytes_after))
        self.index_units = tuple(self._index_units())

    def _index_units(self) -> Iterator[tuple[str, int]]:
        """Yield the write's units in each partition of the index.

        Leaving one partition and entering another are two writes.
        """
        left, entered = partition_of(self.previous), partition_of(self.after)
        if left == entered and (left is None or self.previous["gsi1sk"] == self.after["gsi1sk"]):  # type: ignore[index]
            if entered and self.previous != self.after:
                yield entered, self.units
            return
        if left:
            yield left, write_units(self.bytes_before)
        if entered:
            yield entered, write_units(self.bytes_after)


@dataclass
class Client:
    """A replacement for `_make_api_call` of botocore's client."""

    clock: VirtualClock
    quotas: Quotas
    meter: Meter
    chance: Random
    inserted: Callable[[Item], None] = lambda _: None
    """Receives every new item, as the stream does."""

    is_down: Callable[[str], bool] = lambda _: False
    """Returns whether a service is down."""

    items: dict[str, dict[str, Item]] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        """Start empty, on a new table unless the quotas differ."""
        self.index = Index(self.quotas.index_lag)
        self._busy: set[Key] = set()
        self._buckets: dict[str, TokenBucket] = {}
        self._whole = {
            name: Warm(TokenBucket.full(rate), self.quotas.doubles_after)
            for name, rate in (
                ("table writes", self.quotas.table_writes),
                ("table reads", self.quotas.table_reads),
                ("index writes", self.quotas.index_writes),
                ("index reads", self.quotas.index_reads),
            )
        }
        self._request_signer = SimpleNamespace(_credentials=True)  # pynamodb looks at it before it believes a client

    @contextmanager
    def serving(self) -> Iterator[DynamoTable]:
        """Connect the adapter's rows to this client, and restore afterwards."""
        connection, TableRow._connection = TableRow._connection, None  # noqa: SLF001 - pynamodb keeps one connection for all rows
        try:
            table = DynamoTable("leadtight", "eu-central-1", pause=self.clock.sleep)
            table.connection._client = cast(Any, self)  # noqa: SLF001 - pynamodb takes no client
            yield table
        finally:
            TableRow._connection = connection  # noqa: SLF001

    def _make_api_call(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """Answer a call; retry a throttled one.

        botocore's standard mode does the same.
        """
        for attempt in range(_TRIES):
            try:
                return self._answer(operation, request)
            except ClientError as error:
                if error.response["Error"]["Code"] not in _RETRIED or attempt == _TRIES - 1:
                    raise
                self.clock.sleep(self.chance.random() * min(2**attempt, 20))
        raise AssertionError("the last try returns or raises")

    def _answer(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        self.calls[operation] += 1
        if self.is_down("dynamodb"):
            self.clock.sleep(_TRIES * UNANSWERED)
            raise ConnectTimeoutError(endpoint_url="dynamodb")
        takes = _TAKES[operation]
        self.clock.sleep(takes / 2)
        answer = _ANSWERS[operation](self, request)
        self.clock.sleep(takes / 2)
        return answer

    # reads

    def _get(self, request: Mapping[str, Any]) -> dict[str, Any]:
        item = self._item(_key(request["Key"]))
        is_consistent = bool(request.get("ConsistentRead"))
        self._read("table", request["Key"]["pk"]["S"], size(item) if item else 0, is_consistent)
        return {"Item": item} if item else {}

    def _batch_get(self, request: Mapping[str, Any]) -> dict[str, Any]:
        ((name, wanted),) = request["RequestItems"].items()
        items, left = [], []
        for each in wanted["Keys"]:
            item = self._item(_key(each))
            try:
                self._read("table", each["pk"]["S"], size(item) if item else 0, bool(wanted.get("ConsistentRead")))
            except ClientError:
                left.append(each)
                continue
            if item:
                items.append(item)
        if len(left) == len(wanted["Keys"]):
            raise _error("ProvisionedThroughputExceededException", "BatchGetItem")
        unprocessed = {name: {**wanted, "Keys": left}} if left else {}
        return {"Responses": {name: items}, "UnprocessedKeys": unprocessed}

    def _query(self, request: Mapping[str, Any]) -> dict[str, Any]:
        bindings = _bindings(request)
        is_index = "IndexName" in request
        partition = hash_value(request["KeyConditionExpression"], bindings, "gsi1pk" if is_index else "pk")
        read, last = self._page(request, bindings, partition, is_index=is_index)
        self._read(
            "index" if is_index else "table", partition, sum(map(size, read)), bool(request.get("ConsistentRead"))
        )
        passes = condition(request["FilterExpression"]) if request.get("FilterExpression") else None
        shown = [item for item in read if passes is None or passes(item, bindings)]
        answer: dict[str, Any] = {"Count": len(shown), "ScannedCount": len(read)}
        if request.get("Select") != "COUNT":
            answer["Items"] = shown
        if last:
            names = ("pk", "sk", "gsi1pk", "gsi1sk") if is_index else ("pk", "sk")
            answer["LastEvaluatedKey"] = {name: last[name] for name in names}
        return answer

    def _page(
        self, request: Mapping[str, Any], bindings: Bindings, partition: str, *, is_index: bool
    ) -> tuple[list[Item], Item | None]:
        """Return one page's items, and the last if more follow."""
        is_wanted = condition(request["KeyConditionExpression"])
        start = request.get("ExclusiveStartKey")
        is_before = start is not None
        forward, limit = request.get("ScanIndexForward", True), request.get("Limit") or 10**9
        read: list[Item] = []
        bytes_ = 0
        for item in self._in_order(partition, is_index=is_index, forward=forward):
            if is_before:
                is_before = start is not None and (item["pk"], item["sk"]) != (start["pk"], start["sk"])
                continue
            if not is_wanted(item, bindings):
                continue
            read.append(item)
            bytes_ += size(item)
            if len(read) >= limit or bytes_ >= _PAGE_BYTES:
                return read, item
        return read, None

    def _in_order(self, partition: str, *, is_index: bool, forward: bool) -> Iterator[Item]:
        if is_index:
            yield from self.index.read(partition, self.clock.now, forward=forward)
            return
        there = self.items.get(partition, {})
        for key in sorted(there, reverse=not forward):
            yield there[key]

    def _scan(self, request: Mapping[str, Any]) -> dict[str, Any]:
        bindings = _bindings(request)
        passes = condition(request["FilterExpression"]) if request.get("FilterExpression") else None
        every = [item for there in self.items.values() for item in there.values()]
        shown = [item for item in every if passes is None or passes(item, bindings)]
        return {"Items": shown, "Count": len(shown), "ScannedCount": len(every)}

    def _read(self, where: str, partition: str, bytes_: int, consistent: bool) -> None:
        units = read_units(bytes_, consistent=consistent)
        if not self._has_room(where, "reads", partition):
            raise _error("ProvisionedThroughputExceededException", "Query")
        self._take(where, "reads", partition, units)

    # writes

    def _put(self, request: Mapping[str, Any]) -> dict[str, Any]:
        return self._write_one(request, "PutItem", lambda _: request["Item"], request["Item"])

    def _update(self, request: Mapping[str, Any]) -> dict[str, Any]:
        return self._write_one(request, "UpdateItem", lambda previous: _updated(request, previous), request["Key"])

    def _delete(self, request: Mapping[str, Any]) -> dict[str, Any]:
        return self._write_one(request, "DeleteItem", lambda _: None, request["Key"])

    def _write_one(
        self, request: Mapping[str, Any], operation: str, change: Callable[[Item | None], Item | None], key: Item
    ) -> dict[str, Any]:
        if _key(key) in self._busy:
            self.meter.refuse("conflict")
            raise _error("TransactionConflictException", operation)
        write = self._write_of(request, change, _key(key))
        if write.is_refused:
            self._take("table", "writes", write.key[0], write.units)
            raise _error("ConditionalCheckFailedException", operation)
        if write.bytes_after > self.quotas.largest_item:
            raise _error("ValidationException", operation, "Item size has exceeded the maximum allowed size")
        if not self._takes(write):
            raise _error("ProvisionedThroughputExceededException", operation)
        self._apply(write, times=1)
        returned = {"ALL_NEW": write.after, "ALL_OLD": write.previous}.get(request.get("ReturnValues", ""))
        return {"Attributes": returned} if returned else {}

    def _transact(self, request: Mapping[str, Any]) -> dict[str, Any]:
        actions = [next(iter(each.items())) for each in request["TransactItems"]]
        keys = [_key(action["Item"] if kind == "Put" else action["Key"]) for kind, action in actions]
        self._check_transaction(keys, request)
        if self._busy.intersection(keys):
            self.meter.refuse("conflict")
            raise _cancelled([(_CONFLICT if key in self._busy else "None", None) for key in keys])
        self._busy.update(keys)
        try:
            self.clock.sleep(TIMES.transaction / 2)
            writes = [
                self._write_of(action, _change_of(kind, action), key)
                for (kind, action), key in zip(actions, keys, strict=True)
            ]
            self._decide(writes)
            for write in writes:
                self._apply(write, times=2)
        finally:
            self._busy.difference_update(keys)
        return {}

    def _check_transaction(self, keys: list[Key], request: Mapping[str, Any]) -> None:
        if len(keys) > self.quotas.transaction_items or len(set(keys)) < len(keys):
            raise _error(
                "ValidationException", "TransactWriteItems", f"{len(keys)} items, {len(set(keys))} of them once"
            )
        if len(json.dumps(request["TransactItems"])) > self.quotas.largest_transaction:
            raise _error("ValidationException", "TransactWriteItems", "more than 4 MB in a transaction")

    def _decide(self, writes: list[Write]) -> None:
        """Raise the cancellation of a transaction, with each item's reason."""
        refused = [
            (_REFUSED, write.previous if write.returns_old else None) if write.is_refused else None for write in writes
        ]
        if any(refused):
            for write in writes:
                self._take("table", "writes", write.key[0], 2 * write.units)
            raise _cancelled([reason or ("None", None) for reason in refused])
        large = [write.bytes_after > self.quotas.largest_item for write in writes]
        if any(large):
            raise _cancelled([("ValidationError" if is_large else "None", None) for is_large in large])
        takes = [self._takes(write) for write in writes]
        if not all(takes):
            raise _cancelled([("None" if fits else _THROTTLED, None) for fits in takes])

    def _write_of(self, request: Mapping[str, Any], change: Callable[[Item | None], Item | None], key: Key) -> Write:
        """Return a request's effect on an item.

        There is none where its condition does not hold.
        """
        previous, wanted = self._item(key), request.get("ConditionExpression")
        is_refused = bool(wanted) and not condition(wanted)(previous or {}, _bindings(request))
        return Write(
            key=key,
            previous=previous,
            after=previous if is_refused else change(previous),
            is_refused=is_refused,
            returns_old=request.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD",
        )

    def _takes(self, write: Write) -> bool:
        """Return whether table and index have capacity for a write.

        An index without capacity throttles it (back-pressure).
        """
        has_room = self._has_room("table", "writes", write.key[0])
        return all([has_room, *(self._has_room("index", "writes", name) for name, _ in write.index_units)])

    def _apply(self, write: Write, times: int) -> None:
        self._take("table", "writes", write.key[0], times * write.units)
        for partition, units in write.index_units:
            self._take("index", "writes", partition, units)
        there = self.items.setdefault(write.key[0], {})
        if write.after is None:
            there.pop(write.key[1], None)
        else:
            there[write.key[1]] = write.after
        if partition_of(write.previous) or partition_of(write.after):
            self.index.change(write.key, write.after, self.clock.now)
        if write.previous is None and write.after:
            self.inserted(write.after)

    # what is there, and who may have how much

    def _item(self, key: Key) -> Item | None:
        return self.items.get(key[0], {}).get(key[1])

    def _has_room(self, where: str, kind: str, partition: str) -> bool:
        now = self.clock.now
        if not self._whole[f"{where} {kind}"].has_any(now):
            self.meter.refuse(f"{where} {kind}")
            return False
        if not self._bucket(where, kind, partition).has_any(now):
            self.meter.refuse(f"{where} {kind} {_shown(partition)}")
            return False
        return True

    def _take(self, where: str, kind: str, partition: str, units: float) -> None:
        self._whole[f"{where} {kind}"].take(units, self.clock.now)
        self._bucket(where, kind, partition).take(units)
        self.meter.use(kind, units)
        self.meter.partition(f"{where} {kind} {_shown(partition)}", partition, units, self.clock.now)

    def _bucket(self, where: str, kind: str, partition: str) -> TokenBucket:
        name = f"{where} {kind} {partition}"
        if name not in self._buckets:
            rate = self.quotas.partition_writes if kind == "writes" else self.quotas.partition_reads
            self._buckets[name] = TokenBucket(rate=rate, kept=rate, filled_at=self.clock.now)
        return self._buckets[name]


def _key(item: Item) -> Key:
    return item["pk"]["S"], item["sk"]["S"]


def _change_of(kind: str, request: Mapping[str, Any]) -> Callable[[Item | None], Item | None]:
    if kind == "Put":
        return lambda _: request["Item"]
    if kind == "Update":
        return lambda previous: _updated(request, previous)
    return (lambda _: None) if kind == "Delete" else lambda previous: previous


def _updated(request: Mapping[str, Any], previous: Item | None) -> Item:
    return update(request["UpdateExpression"])(previous or request["Key"], _bindings(request))


def _bindings(request: Mapping[str, Any]) -> Bindings:
    return request.get("ExpressionAttributeNames", {}), request.get("ExpressionAttributeValues", {})


_SINGLE = ("LEAD#", "SEEN#", "PERSON#", "MAIL#", "COUNT#")


def _shown(partition: str) -> str:
    """Return a partition's name for a report.

    Partitions of single leads are named by their kind only.
    """
    return next((kind for kind in _SINGLE if partition.startswith(kind)), partition)


def _error(code: str, operation: str, message: str = "") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message or code}}, operation)


def _cancelled(reasons: list[tuple[str, Item | None]]) -> ClientError:
    documents = [{"Code": code, "Message": code, **({"Item": item} if item else {})} for code, item in reasons]
    error = _error("TransactionCanceledException", "TransactWriteItems")
    cast(Any, error.response)["CancellationReasons"] = documents
    return error


_ANSWERS: Mapping[str, Callable[[Client, Mapping[str, Any]], dict[str, Any]]] = {
    "GetItem": Client._get,  # noqa: SLF001 - of the class above
    "BatchGetItem": Client._batch_get,  # noqa: SLF001
    "Query": Client._query,  # noqa: SLF001
    "Scan": Client._scan,  # noqa: SLF001
    "PutItem": Client._put,  # noqa: SLF001
    "UpdateItem": Client._update,  # noqa: SLF001
    "DeleteItem": Client._delete,  # noqa: SLF001
    "TransactWriteItems": Client._transact,  # noqa: SLF001
}
_TAKES: Mapping[str, float] = {
    "GetItem": TIMES.read,
    "BatchGetItem": TIMES.read,
    "Query": TIMES.query,
    "Scan": TIMES.query,
    "PutItem": TIMES.write,
    "UpdateItem": TIMES.write,
    "DeleteItem": TIMES.write,
    "TransactWriteItems": TIMES.transaction / 2,
}
