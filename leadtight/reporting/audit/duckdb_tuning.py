"""Optimizers of the database that are switched off for an audit."""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

LISTS, SIDES = "in_clause", "build_side_probe_side"
"""What makes a join of a list of blanks after `in`, which every row pays for and no unused column is spared; and what
chooses the side of a join that is kept in memory: it takes a file for short."""


def lists_as_written(connection: duckdb.DuckDBPyConnection) -> None:
    """Leave lists after `in` as they are written, for good."""
    connection.execute(f"set disabled_optimizers = '{LISTS}'")


@contextmanager
def sides_as_written(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Keep the right side of a join in memory, and go through the left one, for as long as this holds."""
    connection.execute(f"set disabled_optimizers = '{LISTS},{SIDES}'")
    yield
    lists_as_written(connection)
