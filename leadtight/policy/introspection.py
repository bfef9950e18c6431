"""Every key that a policy may have, learnt by letting the reader read a table that listens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from leadtight.policy import loader as policies
from leadtight.policy import toml_table

T = TypeVar("T")
D = TypeVar("D")
ANY = "*"  # stands for a name that the policy's author chooses


@dataclass(frozen=True, slots=True)
class Key:
    """One key: where it stands, what reads it, and what holds when it is left out."""

    path: str
    read: Callable[[Any], Any]
    default: Any
    required: bool


class Listening(toml_table.Table):
    """A table in which everything is possible: it notes what the reader asks for."""

    def __init__(self, path: str = "", *, many: bool = False) -> None:
        """Start with nothing heard; `many` is an array of tables."""
        super().__init__({}, path, [])
        self.many = many
        self.keys: dict[str, Key] = {}
        self.inner: dict[str, Listening] = {}
        self.names: Callable[[str], Any] | None = None
        self._asked_for: set[str] = set()

    @property
    def required(self) -> bool:
        """Tell whether a policy without this table is refused."""
        return not self.many and (any(key.required for key in self.keys.values()) or bool(self.required_inner))

    @property
    def required_inner(self) -> list[str]:
        """Return the tables inside that must be there."""
        return [n for n, t in self.inner.items() if n != ANY and n not in self._asked_for and t.required]

    def get(self, key: str, read: Callable[[Any], T], default: D) -> T | D:
        """Note a key that may be left out."""
        self.keys.setdefault(key, Key(self._within(key), read, default, required=False))
        return default

    def need(self, key: str, read: Callable[[Any], T], default: D) -> T | D:
        """Note a key that must be given."""
        self.keys[key] = Key(self._within(key), read, default, required=True)
        return default

    def table(self, key: str) -> Listening:
        """Note a table."""
        return self.inner.setdefault(key, Listening(self._within(key)))

    def tables(self, key: str) -> list[toml_table.Table]:
        """Note an array of tables, as if it had one."""
        return [self.inner.setdefault(key, Listening(f"{self._within(key)}[]", many=True))]

    def items(self) -> Iterator[tuple[str, toml_table.Table]]:
        """Note that there are tables with names of the author's choice."""
        yield ANY, self.table(ANY)

    def named(self, key: str, read: Callable[[str], T], default: D) -> T | D:
        """Note what the author's names must look like."""
        self.names = read
        return default

    def given(self) -> tuple[str, ...]:
        """Act as if one key were given."""
        return (ANY,)

    def has(self, key: str) -> bool:
        """Note that a table may be left out."""
        self._asked_for.add(key)
        return True

    def all_keys(self) -> Iterator[Key]:
        """Yield every key, also of the tables inside."""
        yield from self.keys.values()
        for table in self.inner.values():
            yield from table.all_keys()

    def _within(self, key: str) -> str:
        return f"{self.path}.{key}".strip(".")


def known() -> Listening:
    """Return the whole policy as its reader asks for it."""
    root = Listening()
    policies.read(root, "")
    return root
