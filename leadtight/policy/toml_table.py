"""TOML tables that collect all problems by path."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from leadtight.domain.model.errors import Problem

T = TypeVar("T")
D = TypeVar("D")


class Table:
    """One table of a file, with typed reads.

    It collects problems under its path, and reports unknown keys.
    """

    def __init__(self, value: Any, path: str, problems: list[Problem]) -> None:
        self.path = path
        self._problems = problems
        self._value: Mapping[str, Any] = value if isinstance(value, Mapping) else {}
        self._read: set[str] = set()
        if not isinstance(value, Mapping):
            self.problem("", "must be a table")

    def __iter__(self) -> Iterator[str]:
        """Iterate over the keys."""
        return iter(self._value)

    def problem(self, key: str, detail: str) -> None:
        """Collect a problem of a key.

        An empty key means the table itself.
        """
        self._problems.append(Problem(f"{self.path}.{key}".strip("."), detail))

    def get(self, key: str, read: Callable[[Any], T], default: D) -> T | D:
        """Return a value, or `default` when missing or invalid."""
        self._read.add(key)
        if key not in self._value:
            return default
        try:
            return read(self._value[key])
        except (ValueError, TypeError) as error:
            self.problem(key, str(error))
            return default

    def table(self, key: str) -> "Table":
        """Return an inner table; a missing one is empty."""
        self._read.add(key)
        return Table(self._value.get(key, {}), f"{self.path}.{key}".strip("."), self._problems)

    def tables(self, key: str) -> list["Table"]:
        """Return an array of tables."""
        self._read.add(key)
        value = self._value.get(key, [])
        if not isinstance(value, list):
            self.problem(key, "must be an array of tables")
            return []
        return [Table(v, f"{self.path}.{key}[{i}]".strip("."), self._problems) for i, v in enumerate(value)]

    def named(self, key: str, read: Callable[[str], T], default: D) -> T | D:
        """Read the key itself, where it carries meaning."""
        try:
            return read(key)
        except ValueError as error:
            self.problem(key, str(error))
            return default

    def has(self, *path: str) -> bool:
        """Return whether a key is present; further ones are nested."""
        value: Any = self._value
        for key in path:
            if not isinstance(value, Mapping) or key not in value:
                return False
            value = value[key]
        return True

    @contextmanager
    def closed(self) -> Iterator["Table"]:
        """Report all unread keys."""
        yield self
        for key in self._value.keys() - self._read:
            self.unknown(key, self._read)

    def unknown(self, key: str, candidates: Iterable[str]) -> None:
        """Report an unknown key.

        A misspelt one must not be ignored silently.
        """
        from leadtight.domain.text.suggestions import did_you_mean  # mistakes are rare, cold starts are not

        self.problem(key, f"unknown key{did_you_mean(key, candidates)}")
