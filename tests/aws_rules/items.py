"""DynamoDB's rules about items, keys and expressions."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

Params = Mapping[str, Any]
OPERATIONS = (
    *("GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "Scan"),
    *("BatchGetItem", "BatchWriteItem", "TransactWriteItems", "TransactGetItems"),
)
KEYS = {"pk": 2048, "sk": 1024, "gsi1pk": 2048, "gsi1sk": 1024}
"""The keys of the table and its index, and the most bytes of each."""

EXPRESSIONS = (
    *("KeyConditionExpression", "FilterExpression", "ConditionExpression"),
    *("UpdateExpression", "ProjectionExpression"),
)


def requests(params: Params) -> Iterator[Params]:
    """Yield the parts that name an item or condition."""
    yield params
    for action in params.get("TransactItems", ()):
        yield from action.values()
    for request in params.get("RequestItems", {}).values():
        if isinstance(request, Mapping):
            yield request
            yield from ({"Key": key} for key in request["Keys"])
        else:
            yield from (write for entry in request for write in entry.values())


def size_of(value: Params) -> int:
    """Return the bytes of an attribute's value."""
    [(kind, content)] = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "N":
            return len(content) // 2 + 2
        case "B":
            return len(content)
        case "SS" | "NS" | "BS":
            return sum(len(element) for element in content)
        case "L":
            return 3 + sum(1 + size_of(element) for element in content)
        case "M":
            return 3 + sum(1 + len(name.encode()) + size_of(element) for name, element in content.items())
    return 1


def _size(item: Params) -> int:
    return sum(len(name.encode()) + size_of(value) for name, value in item.items())


_last: tuple[Params, str] = ({}, "")


def _written(params: Params) -> str:
    """Return a call as text, made once for all rules.

    What is small and simple as text needs no closer look, which would cost more than the emulator's answer.
    """
    global _last
    if _last[0] is not params:
        _last = (params, repr(params))
    return _last[1]


def _large(params: Params) -> Iterator[int]:
    if len(_written(params)) > 100 * 1024:  # a character has at most four bytes
        sizes = [_size(request["Item"]) for request in requests(params) if "Item" in request]
        yield from (size for size in sizes if size > 400 * 1024)


def _bad_keys(params: Params) -> Iterator[object]:
    for request in requests(params):
        item = request.get("Item") or request.get("Key") or {}
        for name, most in KEYS.items():
            if name in item and not 0 < len(item[name].get("S", "").encode()) <= most:
                yield name, str(item[name])[:90]


def _many(params: Params) -> Iterator[int]:
    if len(params.get("TransactItems", ())) > 100:
        yield len(params["TransactItems"])
    for request in params.get("RequestItems", {}).values():
        count, most = (len(request["Keys"]), 100) if isinstance(request, Mapping) else (len(request), 25)
        if not 1 <= count <= most:
            yield count


def _twice(params: Params) -> Iterator[object]:
    if "TransactItems" in params or "RequestItems" in params:
        named = (request.get("Key") or request.get("Item") for request in requests(params))
        keys = Counter(json.dumps([item.get("pk"), item.get("sk")]) for item in named if item)
        yield from (key for key, times in keys.items() if times > 1)


def _transaction_size(params: Params) -> Iterator[int]:
    if "TransactItems" in params and len(_written(params)) > 1024 * 1024:
        sizes = [_size(request["Item"]) for request in requests(params) if "Item" in request]
        yield from [sum(sizes)] if sum(sizes) > 4 * 1024 * 1024 else []


def _expressions(request: Params) -> str:
    return " ".join(str(request[name]) for name in EXPRESSIONS if name in request)


def _placeholders(params: Params) -> Iterator[object]:
    for request in requests(params):
        used = set(re.findall(r"[#:]\w+", _expressions(request)))
        defined = {*request.get("ExpressionAttributeNames", ()), *request.get("ExpressionAttributeValues", ())}
        if used != defined:
            yield sorted(used ^ defined)


def _long_expressions(params: Params) -> Iterator[object]:
    for request in requests(params):
        yield from (name for name in EXPRESSIONS if len(str(request.get(name, "")).encode()) > 4096)
        for operands in re.findall(r" IN \(([^)]*)\)", _expressions(request)):
            if operands.count(",") >= 100:
                yield f"{operands.count(',') + 1} operands"


def _inconsistent_index(params: Params) -> Iterator[str]:
    if params.get("IndexName") and params.get("ConsistentRead"):
        yield str(params["IndexName"])


LONG_NUMBER = re.compile(r"'N': '[^']{39}")


def _is_unusual(text: str) -> bool:
    """Return whether a call has sets, long numbers, many documents."""
    if any(kind in text for kind in ("'SS': ", "'NS': ", "'BS': ")) or LONG_NUMBER.search(text):
        return True
    return text.count("'M': ") + text.count("'L': ") > 30


def _bad_values(params: Params) -> Iterator[object]:
    if not _is_unusual(_written(params)):
        return
    for request in requests(params):
        given = (*request.get("Item", {}).values(), *request.get("ExpressionAttributeValues", {}).values())
        for value in given:
            yield from _bad(value, 1)


def _bad(value: Params, depth: int) -> Iterator[object]:
    [(kind, content)] = value.items()
    if depth > 32 or (kind in ("SS", "NS", "BS") and (not content or len(set(content)) < len(content))):
        yield kind, str(content)[:90]
    if kind == "N" and len(re.sub(r"[eE].*|[^0-9]", "", content).strip("0")) > 38:
        yield kind, content
    for element in content.values() if kind == "M" else content if kind == "L" else ():
        yield from _bad(element, depth + 1)


RULES: dict[str, tuple[str, str, Callable[[Params], Iterable[object]]]] = {
    "item-size": ("an item has at most 400 KB", "developerguide/Constraints.html", _large),
    "keys": ("a key is a text of 1 to 2,048 bytes, a sort key of 1,024", "developerguide/Constraints.html", _bad_keys),
    "counts": (
        "a transaction has at most 100 items, a batch 100 to read and 25 to write",
        "APIReference/API_TransactWriteItems.html",
        _many,
    ),
    "distinct": ("a call names an item once", "APIReference/API_TransactWriteItems.html", _twice),
    "transaction-size": ("a transaction has at most 4 MB", "developerguide/transaction-apis.html", _transaction_size),
    "placeholders": (
        "every placeholder is used and defined",
        "developerguide/Expressions.ExpressionAttributeNames.html",
        _placeholders,
    ),
    "expressions": (
        "an expression has at most 4 KB and IN at most 100 operands",
        "developerguide/Constraints.html",
        _long_expressions,
    ),
    "index-reads": (
        "an index cannot be read consistently",
        "developerguide/HowItWorks.ReadConsistency.html",
        _inconsistent_index,
    ),
    "values": (
        "sets have distinct elements and are not empty, numbers 38 digits, and documents 32 levels",
        "developerguide/Constraints.html",
        _bad_values,
    ),
}
"""What DynamoDB refuses, the page that says so, and who breaks it."""
