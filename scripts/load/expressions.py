"""DynamoDB expressions as pynamodb writes them.

Conditions and updates are parsed once and then evaluated.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

Item = Mapping[str, Any]
Bindings = tuple[Mapping[str, str], Mapping[str, Any]]
"""Names and values by their placeholders."""

Condition = Callable[[Item, Bindings], bool]
Operand = Callable[[Item, Bindings], Any]
_TOKEN = re.compile(r"[#:]\w+|\w+|<>|<=|>=|[=<>(),+-]")
_ABSENT = object()


def plain(attribute: Any) -> Any:
    """Return an attribute value as a comparable Python value."""
    ((kind, value),) = attribute.items()
    if kind == "N":
        return float(value) if "." in value or "E" in value or "e" in value else int(value)
    return frozenset(value) if kind in ("SS", "NS") else value


@cache
def condition(text: str) -> Condition:
    """Parse a condition, filter or key condition."""
    return _Parser(text).condition()


def hash_value(text: str, bindings: Bindings, key: str) -> str:
    """Return the partition key that a key condition requires."""
    names, values = bindings
    for name, value in re.findall(r"(#\w+) = (:\w+)", text):
        if names[name] == key:
            return str(values[value]["S"])
    raise ValueError(f"no {key} in {text}")


@cache
def update(text: str) -> Callable[[Item, Bindings], dict[str, Any]]:
    """Parse an update expression."""
    actions = list(_Parser(text).actions())

    def applied(item: Item, bindings: Bindings) -> dict[str, Any]:
        changed = dict(item)
        for action in actions:
            action(item, changed, bindings)
        return changed

    return applied


class _Parser:
    """Parser of one expression."""

    def __init__(self, text: str) -> None:
        self._tokens = _TOKEN.findall(text)
        self._next = 0

    def condition(self) -> Condition:
        left = self._both()
        while self._is("OR"):
            left = _either(left, self._both())
        return left

    def _both(self) -> Condition:
        left = self._negated()
        while self._is("AND"):
            left = _both(left, self._negated())
        return left

    def _negated(self) -> Condition:
        if self._is("NOT"):
            inner = self._negated()
            return lambda item, bindings: not inner(item, bindings)
        if self._is("("):
            grouped = self.condition()
            self._take(")")
            return grouped
        return self._test()

    def _test(self) -> Condition:
        if self._peek() in _FUNCTIONS:
            name = self._take()
            return _FUNCTIONS[name](*self._arguments())
        left, operator = self._operand(), self._take()
        if operator == "IN":
            among = self._arguments()
            return lambda item, bindings: any(left(item, bindings) == each(item, bindings) for each in among)
        if operator == "BETWEEN":
            least = self._operand()
            self._take("AND")
            return _between(left, least, self._operand())
        return _compared(operator, left, self._operand())

    def _arguments(self) -> list[Operand]:
        self._take("(")
        arguments = [self._operand()]
        while self._is(","):
            arguments.append(self._operand())
        self._take(")")
        return arguments

    def _operand(self) -> Operand:
        token = self._take()
        if token.startswith(":"):
            return lambda item, bindings: plain(bindings[1][token])
        if token.startswith("#"):
            return lambda item, bindings: plain(item[bindings[0][token]]) if bindings[0][token] in item else _ABSENT
        raise ValueError(f"not an operand: {token}")

    # updates

    def actions(self) -> Any:
        """Yield each update action.

        It reads the previous item and changes the new one.
        """
        while self._peek():
            clause = _CLAUSES[self._take()]
            yield clause(self)
            while self._is(","):
                yield clause(self)

    def set_action(self) -> Any:
        target = self._take()
        self._take("=")
        value = self._attribute()
        if self._peek() in ("+", "-"):
            sign = 1 if self._take() == "+" else -1
            value = _sum(value, self._attribute(), sign)
        return lambda item, changed, bindings: changed.__setitem__(bindings[0][target], value(item, bindings))

    def _attribute(self) -> Operand:
        """Return an operand as an attribute value with its kind."""
        token = self._take()
        if token == "if_not_exists":
            self._take("(")
            path = self._take()
            self._take(",")
            otherwise = self._attribute()
            self._take(")")
            return lambda item, bindings: item.get(bindings[0][path]) or otherwise(item, bindings)
        if token.startswith(":"):
            return lambda item, bindings: bindings[1][token]
        return lambda item, bindings: item[bindings[0][token]]

    def remove_action(self) -> Any:
        target = self._take()
        return lambda item, changed, bindings: changed.pop(bindings[0][target], None)

    def add_action(self) -> Any:
        target, value = self._take(), self._take()
        return lambda item, changed, bindings: _add(changed, bindings[0][target], bindings[1][value])

    def _peek(self) -> str:
        return self._tokens[self._next] if self._next < len(self._tokens) else ""

    def _is(self, token: str) -> bool:
        if self._peek() != token:
            return False
        self._next += 1
        return True

    def _take(self, wanted: str = "") -> str:
        token = self._peek()
        if not token or (wanted and token != wanted):
            raise ValueError(f"{wanted or 'more'} expected at {self._next} of {self._tokens}")
        self._next += 1
        return str(token)


def _either(left: Condition, right: Condition) -> Condition:
    return lambda item, bindings: left(item, bindings) or right(item, bindings)


def _both(left: Condition, right: Condition) -> Condition:
    return lambda item, bindings: left(item, bindings) and right(item, bindings)


def _between(value: Operand, least: Operand, most: Operand) -> Condition:
    at_least, at_most = _compared(">=", value, least), _compared("<=", value, most)
    return _both(at_least, at_most)


def _compared(operator: str, left: Operand, right: Operand) -> Condition:
    compare = _COMPARISONS[operator]

    def test(item: Item, bindings: Bindings) -> bool:
        value, other = left(item, bindings), right(item, bindings)
        if value is _ABSENT or other is _ABSENT:
            return operator == "<>"
        is_same_kind = isinstance(value, str) == isinstance(other, str)
        return bool(compare(value, other)) if is_same_kind else operator == "<>"

    return test


def _sum(left: Operand, right: Operand, sign: int) -> Operand:
    return lambda item, bindings: {"N": str(plain(left(item, bindings)) + sign * plain(right(item, bindings)))}


def _add(changed: dict[str, Any], name: str, value: Any) -> None:
    if "N" in value:
        current = plain(changed[name]) if name in changed else 0
        changed[name] = {"N": str(current + plain(value))}
    else:
        ((kind, members),) = value.items()
        changed[name] = {kind: sorted({*changed.get(name, {kind: ()})[kind], *members})}


_COMPARISONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
_FUNCTIONS: Mapping[str, Callable[..., Condition]] = {
    "attribute_exists": lambda path: lambda item, bindings: path(item, bindings) is not _ABSENT,
    "attribute_not_exists": lambda path: lambda item, bindings: path(item, bindings) is _ABSENT,
    "begins_with": lambda path, prefix: (
        lambda item, bindings: _text(path(item, bindings)).startswith(prefix(item, bindings))
    ),
    "contains": lambda path, part: lambda item, bindings: part(item, bindings) in _text(path(item, bindings)),
}


def _text(value: Any) -> Any:
    return "" if value is _ABSENT else value


_CLAUSES: Mapping[str, Callable[[_Parser], Any]] = {
    "SET": _Parser.set_action,
    "REMOVE": _Parser.remove_action,
    "ADD": _Parser.add_action,
}
