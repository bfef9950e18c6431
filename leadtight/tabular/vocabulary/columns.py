"""Column names and cell words as data.

A file for each kind of export.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from leadtight.tabular.vocabulary.names import column_key


@dataclass(frozen=True, slots=True)
class ColumnNames:
    """Names of columns with one meaning.

    `rank` is by plain name; `parts` are lists of words, of each of which such a name contains one.
    """

    rank: Mapping[str, int]
    parts: tuple[tuple[str, ...], ...]


@cache
def columns(export: str) -> Mapping[str, ColumnNames]:
    """Return the column names of an export, by meaning.

    The exports are `leads`, `activities`, `spend` and `keys`.
    """
    return {meaning: _names(languages) for meaning, languages in _read(export).items()}


@cache
def words(export: str, meaning: str) -> Mapping[str, frozenset[str]]:
    """Return the plain cell words of a meaning, by value."""
    return {value: frozenset(map(_phrase, texts)) for value, texts in _read(export)[meaning].items()}


def _names(languages: Mapping[str, list[str]]) -> ColumnNames:
    rank: dict[str, int] = {}
    for language, names in languages.items():
        for name in names if language != "parts" else ():
            rank.setdefault(column_key(name), len(rank))
    parts = languages.get("parts", [])
    return ColumnNames(rank, tuple(tuple(map(_part, each)) for each in parts))


def _phrase(text: str) -> str:
    """Return words as `column_key` writes them.

    A final `*` stays: the last word then has any ending.
    """
    return column_key(text) + "*" * text.endswith("*")


def _part(text: str) -> str:
    """Return a part as `column_key` writes it.

    A final `_` stays: it marks a whole word.
    """
    return column_key(text) + "_" * text.endswith("_")


@cache
def _read(export: str) -> Mapping[str, Mapping[str, list[str]]]:
    return tomllib.loads(files(__package__).joinpath(f"{export}.toml").read_text(encoding="utf-8"))
