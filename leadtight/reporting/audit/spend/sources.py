"""Sources of leads, independent of their spelling.

The most frequent spelling is the source's name.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import duckdb

from leadtight.reporting.audit.spend.total_rows import plain_source
from leadtight.reporting.facts.table import quoted

MOST_SOURCES = 5000
"""Most distinct values of a column of sources.

A column with more is ignored.
"""


@dataclass(frozen=True, slots=True)
class SourceNames:
    """Names and spellings of sources, by their plain form."""

    names: Mapping[str, str]
    spellings: Mapping[str, tuple[str, ...]]
    _others: dict[str, str] = field(default_factory=dict, compare=False)

    @property
    def known(self) -> Collection[str]:
        """Return the plain forms of the leads' sources."""
        return self.names.keys()

    def main(self, source: str | None) -> str | None:
        """Return the name of a source.

        For a source without leads, its first requested spelling.
        """
        if source is None:
            return None
        plain = plain_source(source)
        return self.names.get(plain) or self._others.setdefault(plain, source)

    def sql(self, column: str) -> str:
        """Return SQL for the source names of a column."""
        arms = "".join(
            f" when {quoted(spelling)} then {quoted(name)}"
            for name, spellings in self.spellings.items()
            for spelling in spellings
            if spelling != name
        )
        return f"case {column}{arms} else {column} end" if arms else column


def sources_of(connection: duckdb.DuckDBPyConnection) -> SourceNames:
    """Return the sources of `leads_stored`."""
    rows = connection.execute(
        f"select source, count(*) from leads_stored where source is not null group by 1 limit {MOST_SOURCES + 1}"
    ).fetchall()
    if len(rows) > MOST_SOURCES:
        return SourceNames({}, {})
    groups: dict[str, Counter[str]] = {}
    for source, count in rows:
        groups.setdefault(plain_source(source), Counter())[source] = count
    names = {
        plain: min(counts, key=lambda each: (-counts[each], each.isupper() or each.islower(), each))
        for plain, counts in groups.items()
    }
    return SourceNames(names, {names[plain]: tuple(sorted(counts)) for plain, counts in groups.items()})
