"""What only the former table holds."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from leadtight.domain.compliance.erasure import Erasure
from leadtight.domain.model.codec import from_document

Item = Mapping[str, Any]
"""A raw DynamoDB item: every attribute under its type."""

Key = tuple[str, str]
DO_NOT_CALL = ("listed", "call_list")
"""Kinds of rows of do-not-call lists."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LostLead:
    """A lead that was accepted after the restored moment."""

    lead_id: str
    received_at: str
    source: str


@dataclass(slots=True, kw_only=True)
class Comparison:
    """Rows by kind that differ between the two tables.

    `opt_outs` are channels that a person key closed since; `do_not_call` the rows of lists since.
    """

    lost: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    deleted: Counter[str] = field(default_factory=Counter)
    leads: list[LostLead] = field(default_factory=list)
    erasures: list[Erasure] = field(default_factory=list)
    opt_outs: dict[str, frozenset[str]] = field(default_factory=dict)
    do_not_call: list[Item] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Row:
    kind: str
    digest: bytes
    closed: frozenset[str]


def compare(former: Iterable[Item], restored: Iterable[Item]) -> Comparison:
    """Compare two tables' items, each read once.

    It holds a digest of every restored row in memory, some 200 bytes.
    """
    rows = {key_of(item): _row(item) for item in restored}
    result = Comparison()
    for item in former:
        row, kind = rows.pop(key_of(item), None), kind_of(item)
        if row is None:
            result.lost[kind] += 1
        elif row.digest != _digest(item):
            result.changed[kind] += 1
        else:
            continue
        _note(result, item, kind, row)
    result.deleted.update(row.kind for row in rows.values())
    return result


def _note(result: Comparison, item: Item, kind: str, row: _Row | None) -> None:
    """Note what must stay of a differing row."""
    if kind == "lead" and row is None and item["sk"]["S"] == "LEAD":
        result.leads.append(_lost_lead(item))
    elif kind == "erasure":
        result.erasures.append(from_document(Erasure, json.loads(item["doc"]["S"])))
    elif kind == "person":
        missing = _closed(item) - (row.closed if row else frozenset())
        if missing:
            result.opt_outs[item["pk"]["S"]] = missing
    elif kind in DO_NOT_CALL:
        result.do_not_call.append(item)


def counts(items: Iterable[Item]) -> Counter[str]:
    """Return the number of rows of each kind."""
    return Counter(kind_of(item) for item in items)


def kind_of(item: Item) -> str:
    """Return a row's kind, else its key's first part."""
    kind = item.get("kind", {}).get("S")
    return str(kind or item["pk"]["S"].partition("#")[0].lower())


def key_of(item: Item) -> Key:
    """Return an item's key."""
    return item["pk"]["S"], item["sk"]["S"]


def _row(item: Item) -> _Row:
    return _Row(kind_of(item), _digest(item), _closed(item))


def _closed(item: Item) -> frozenset[str]:
    return frozenset(item.get("suppressed", {}).get("SS", ()))


def _digest(item: Item) -> bytes:
    text = json.dumps(dict(_sorted(item)), sort_keys=True, default=str)
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def _sorted(item: Item) -> Iterator[tuple[str, Any]]:
    """Yield attributes with their sets in order: DynamoDB has none."""
    for name, value in item.items():
        is_set = next(iter(value)) in ("SS", "NS", "BS")
        yield name, {kind: sorted(members, key=str) for kind, members in value.items()} if is_set else value


def _lost_lead(item: Item) -> LostLead:
    """Return a lead's identity; of an unreadable one, its id."""
    lead_id = item["pk"]["S"].partition("#")[2]
    try:
        document = json.loads(item["doc"]["S"])
        return LostLead(
            lead_id=lead_id, received_at=str(document["received_at"]), source=str(document.get("source", ""))
        )
    except (KeyError, ValueError):
        return LostLead(lead_id=lead_id, received_at="", source="")
