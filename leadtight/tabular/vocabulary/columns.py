"""Names of columns and words of cells, as data: a file for each kind of export."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from leadtight.tabular.vocabulary.names import column_key


@dataclass(frozen=True, slots=True)
class ColumnNames:
    """What a column of one meaning is called: `rank` by plain name, and the lists of `parts` such a name has."""

    rank: Mapping[str, int]
    parts: tuple[tuple[str, ...], ...]


@cache
def columns(export: str) -> Mapping[str, ColumnNames]:
    """Return the names of the columns of an export (`leads`, `activities`, `spend`, `keys`) by their meaning."""
    return {meaning: _names(languages) for meaning, languages in _read(export).items()}


@cache
def words(export: str, meaning: str) -> Mapping[str, frozenset[str]]:
    """Return words that cells of one meaning hold, plain, by what each of them says."""
    return {value: frozenset(map(_phrase, texts)) for value, texts in _read(export)[meaning].items()}


def _names(languages: Mapping[str, list[str]]) -> ColumnNames:
    rank: dict[str, int] = {}
    for language, names in languages.items():
        for name in names if language != "parts" else ():
            rank.setdefault(column_key(name), len(rank))
    parts = languages.get("parts", [])
    return ColumnNames(rank, tuple(tuple(map(_part, each)) for each in parts))


def _phrase(text: str) -> str:
    """Return words as `column_key` writes them; the last one of those that end in `*` has any ending."""
    return column_key(text) + "*" * text.endswith("*")


def _part(text: str) -> str:
    """Return a part as `column_key` writes it; one that ends in `_` is a whole word's beginning."""
    return column_key(text) + "_" * text.endswith("_")


@cache
def _read(export: str) -> Mapping[str, Mapping[str, list[str]]]:
    return tomllib.loads(files(__package__).joinpath(f"{export}.toml").read_text(encoding="utf-8"))
