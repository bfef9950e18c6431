"""Index of ordered rules by their criteria.

A lead is checked only against rules that can hold: there may be hundreds.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from os.path import commonprefix
from typing import Any

from leadtight.domain.model.inquiry import Inquiry
from leadtight.domain.policy.matchers import ONE_OF_EACH, Postcodes

Key = tuple[str, str]
"""A field and a text that a matching value equals or begins with."""
Criteria = Sequence[tuple[str, Any]]


@dataclass(frozen=True, slots=True)
class RuleIndex:
    """Positions of rules by one key of each.

    `always` has those without a key. `indexed` are the fields of keys, `lengths` the lengths of keys that are prefixes.
    """

    by_key: Mapping[Key, Sequence[int]]
    always: Sequence[int]
    indexed: Collection[str]
    lengths: Mapping[str, Collection[int]]

    @classmethod
    def of(cls, rules: Iterable[Criteria]) -> "RuleIndex":
        """Index rules by the most selective criterion of each."""
        by_key: dict[Key, list[int]] = defaultdict(list)
        always: list[int] = []
        for number, criteria in enumerate(rules):
            keys = _most_telling(dict(criteria))
            for key in keys or ():
                by_key[key].append(number)
            if keys is None:
                always.append(number)
        indexed = {name for name, _ in by_key}
        return cls(
            by_key, always, indexed, {name: {len(text) for at, text in by_key if at == name} for name in _BEGINNINGS}
        )

    def possible(self, normalized: Mapping[str, str], inquiry: Inquiry) -> Sequence[int]:
        """Return the positions of rules that may hold.

        They are in order. All others do not hold. `normalized` are the texts of an `Arrival`.
        """
        if not self.indexed:
            return self.always
        met = {number for key in self._keys_of(normalized, inquiry) for number in self.by_key.get(key, ())}
        return sorted(met.union(self.always))

    def _keys_of(self, normalized: Mapping[str, str], inquiry: Inquiry) -> Iterator[Key]:
        yield from ((name, normalized[name]) for name in ONE_OF_EACH if name in self.indexed)
        if "email" in self.indexed or "account" in self.indexed:
            address = (inquiry.email or "").casefold()
            domain = address.rpartition("@")[2]
            yield from (("email", address), ("email", f"@{domain}"))
            yield from (("account", inquiry.company.casefold()), ("account", domain))
        yield from (("field_is", name) for name in inquiry.fields)
        yield from ((_field(name), value.casefold()) for name, value in inquiry.fields.items())
        for name, text in (("phone_prefix", inquiry.phone or ""), ("postcode", normalized["postcode"])):
            yield from ((name, text[:length]) for length in self.lengths[name])


def _most_telling(criteria: Mapping[str, Any]) -> Collection[Key] | None:
    """Return the keys of the most selective criterion.

    A lead that meets the criteria has one of them; None when there is no such criterion.
    """
    return next((keys(criteria[name]) for name, keys in _KEYS.items() if name in criteria), None)


def _as_named(name: str) -> Callable[[Iterable[str]], Collection[Key]]:
    return lambda criterion: {(name, text) for text in criterion}


def _fields(criterion: Mapping[str, Collection[str]]) -> Collection[Key]:
    name, values = max(criterion.items(), key=lambda item: bool(item[1]))  # a criterion for any value selects less
    return {(_field(name), value) for value in values} or {("field_is", name)}


def _field(name: str) -> str:
    return f"field_is.{name}"


def _postcodes(criterion: Postcodes) -> Collection[Key]:
    ranges = (pair for firsts, reached in criterion.ranges.values() for pair in zip(firsts, reached, strict=True))
    return {("postcode", text) for text in (*criterion.exact, *criterion.prefixes, *map(commonprefix, ranges))}


_BEGINNINGS = ("phone_prefix", "postcode")
_KEYS: Mapping[str, Callable[[Any], Collection[Key]]] = {
    "email": _as_named("email"),
    "account": _as_named("account"),
    "postcode": _postcodes,
    "phone_prefix": _as_named("phone_prefix"),
    "field_is": _fields,
    **{name: _as_named(name) for name in ("form", "product", "region", "country", "language", "source")},
}
"""Keys of a criterion, the most selective first; amounts, words and hours have none."""
