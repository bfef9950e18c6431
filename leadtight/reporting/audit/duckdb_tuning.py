"""Database optimizers that are disabled for an audit."""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

LISTS, SIDES = "in_clause", "build_side_probe_side"
"""Names of the disabled optimizers.

The first turns an `in` list of blanks into a join, which every row pays for and which reads unused columns. The second
chooses the side of a join that is kept in memory, and takes a file for short.
"""


def lists_as_written(connection: duckdb.DuckDBPyConnection) -> None:
    """Disable the rewriting of `in` lists."""
    connection.execute(f"set disabled_optimizers = '{LISTS}'")


@contextmanager
def sides_as_written(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Keep the right side of joins in memory.

    Within a context; the left side is streamed.
    """
    connection.execute(f"set disabled_optimizers = '{LISTS},{SIDES}'")
    yield
    lists_as_written(connection)
