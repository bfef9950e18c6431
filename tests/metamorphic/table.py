"""A table as columns with text and optional typed values.

Files with types hold the values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

Value = str | int | float | bool | Decimal | datetime | date | timedelta | None


@dataclass(slots=True)
class Column:
    """One column.

    `values` is what a file with types holds; without any, it holds the text.
    """

    header: str
    texts: list[str]
    values: list[Value] = field(default_factory=list)
    concept: str = ""
    number_format: str = ""
    words: dict[str, str] = field(default_factory=dict)  # values for call, out, connected …

    def typed(self) -> Sequence[Value]:
        return self.values or [text or None for text in self.texts]


@dataclass(slots=True)
class Table:
    """A table with its lines above and below."""

    columns: list[Column]
    name: str
    title: list[list[str]] = field(default_factory=list)
    footer: list[list[str]] = field(default_factory=list)
    headerless: bool = False
    mixed_currencies: bool = False
    unfinished: bool = False  # with a row without a creation, which is not a lead

    @property
    def headers(self) -> list[str]:
        return [c.header for c in self.columns]

    def texts(self) -> list[list[str]]:
        return [list(row) for row in zip(*(c.texts for c in self.columns), strict=True)]

    def typed(self) -> list[list[Value]]:
        return [list(row) for row in zip(*(c.typed() for c in self.columns), strict=True)]
