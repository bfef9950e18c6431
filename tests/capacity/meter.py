"""Costs of calls by DynamoDB's own rules, counted as made.

Source of the rules: Amazon DynamoDB Developer Guide, "DynamoDB read and write operations" and "Using global secondary
indexes" (read 30 November 2026): a write is a unit for each KB of the larger of the item before and after, twice in a
transaction; an index is written when what it holds changes, and twice when its key does; a read is a unit for each 4
KB, half of one when it may be a moment behind.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3

WRITE_BYTES, READ_BYTES = 1024, 4096
Item = dict[str, Any]


class Meter:
    """Counts one step's calls by service, and units by key."""

    def __init__(self, events: Any, sdk: Any, region: str, table: str) -> None:
        """Listen to the table's client (`events`) and all others (`sdk`)."""
        self._client = boto3.client("dynamodb", region_name=region)
        self._table = table
        self._before: dict[tuple[str, str], Item] = {}
        self.calls: Counter[str] = Counter()
        self.writes: Counter[str] = Counter()
        self.index: Counter[str] = Counter()
        self.reads: defaultdict[str, float] = defaultdict(float)
        self.bytes: Counter[str] = Counter()
        self._hooks = (
            (sdk, "before-call", self._call),
            (events, "before-call", self._call),
            (events, "provide-client-params.dynamodb", self._count_request),
            (events, "after-call.dynamodb", self._answered),
        )
        for emitter, event, hook in self._hooks:
            emitter.register(event, hook)

    def close(self) -> None:
        """Stop listening: other tests of this process use the client."""
        for emitter, event, hook in self._hooks:
            emitter.unregister(event, hook)

    @contextmanager
    def step(self) -> Iterator[Meter]:
        """Count anew."""
        for counter in (self.calls, self.writes, self.index, self.reads, self.bytes):
            counter.clear()
        yield self

    def _call(self, model: Any, **_: Any) -> None:
        self.calls[f"{model.service_model.service_name}:{model.name}"] += 1

    def _count_request(self, params: Item, model: Any, **_: Any) -> None:
        self._before = {key: self._stored(key) for key, _ in _written(model.name, params)}
        self._params = params

    def _answered(self, model: Any, parsed: Item, **_: Any) -> None:
        if parsed["ResponseMetadata"]["HTTPStatusCode"] != 200:
            return
        for key, factor in _written(model.name, self._params):
            self._wrote(self._before[key], self._stored(key), factor)
        for read, units, size in _read(model.name, self._params, parsed):
            self.reads[read] += units
            self.bytes[read] += size

    def _wrote(self, old: Item, after: Item, factor: int) -> None:
        self.writes[kind_of(after)] += factor * _units(max(old, after, key=size_of))
        self.bytes[kind_of(after)] += size_of(after)
        left, entered = old.get("gsi1pk"), after.get("gsi1pk")
        if (left, old.get("gsi1sk")) == (entered, after.get("gsi1sk")):
            if entered and old != after:
                self.index[shared(entered)] += _units(max(old, after, key=size_of))
            return
        if left:
            self.index[shared(left)] += _units(old)
        if entered:
            self.index[shared(entered)] += _units(after)

    def _stored(self, key: tuple[str, str]) -> Item:
        item: Item = self._client.get_item(TableName=self._table, Key={"pk": {"S": key[0]}, "sk": {"S": key[1]}}).get(
            "Item", {}
        )
        return item


def size_of(item: Item) -> int:
    """Return an item's size as DynamoDB counts it.

    Names and values, in UTF-8.
    """
    return sum(len(name.encode()) + _value_size(value) for name, value in item.items())


def _value_size(value: Item) -> int:
    [(kind, content)] = value.items()
    if kind == "N":
        return math.ceil(len(str(content).strip("-.")) / 2) + 1
    return sum(len(each.encode()) for each in content) if kind == "SS" else len(str(content).encode())


def _units(item: Item) -> int:
    return max(1, math.ceil(size_of(item) / WRITE_BYTES))


def kind_of(item: Item) -> str:
    """Return the kind of an item's key.

    Counts of a day's budgets are one item for everybody.
    """
    is_budget = item.get("window", {}).get("S", "").startswith("sent#")
    return "COUNT#sent…/COUNT" if is_budget else _kind(item["pk"]["S"], item["sk"]["S"])


def _kind(pk: str, sk: str) -> str:
    partition = pk.partition("#")[0]
    return f"{partition}#…/{sk.partition('#')[0]}"


def shared(value: Item) -> str:
    """Return an index key with shards and people merged."""
    name = str(value["S"])
    if name == "OWNER#-":
        return name
    first, hash_, _ = name.partition("#")
    return {"OWNER": "OWNER#…", "DAY": "DAY#…", "OUTBOX": "OUTBOX#…", "BOARD": "BOARD#…"}.get(first, first + hash_)


def _written(operation: str, params: Item) -> list[tuple[tuple[str, str], int]]:
    if operation == "TransactWriteItems":
        acts = [act for item in params["TransactItems"] for act in item.items()]
        return [(_key(act.get("Item") or act["Key"]), 2) for _, act in acts]
    if operation in ("PutItem", "UpdateItem"):
        return [(_key(params.get("Item") or params["Key"]), 1)]
    return []


def _key(item: Item) -> tuple[str, str]:
    return item["pk"]["S"], item["sk"]["S"]


def _read(operation: str, params: Item, parsed: Item) -> Iterator[tuple[str, float, int]]:
    if operation == "GetItem":
        key = _kind(*_key(params["Key"]))
        size = size_of(parsed.get("Item", {}))
        yield key, _read_units(size, params.get("ConsistentRead")), size
    if operation == "BatchGetItem":
        [(table, requested)] = params["RequestItems"].items()
        items = {_key(item): item for item in parsed["Responses"][table]}
        for wanted in map(_key, requested["Keys"]):
            size = size_of(items.get(wanted, {}))
            yield _kind(*wanted), _read_units(size, requested.get("ConsistentRead")), size
    if operation == "Query":
        size = sum(map(size_of, parsed["Items"]))
        values = [
            value for value in params["ExpressionAttributeValues"].values() if "#" in value["S"] or value["S"].isupper()
        ]
        name = shared(values[0]) if params.get("IndexName") else _kind(values[0]["S"], "*")
        yield name, _read_units(size, params.get("ConsistentRead")), size


def _read_units(size: int, is_consistent: bool | None) -> float:
    return max(1, math.ceil(size / READ_BYTES)) * (1 if is_consistent else 0.5)
