"""Write a table as Parquet, with a warehouse's column types."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb

from tests.metamorphic.table import Column, Table


def write_parquet(table: Table, path: Path) -> str:
    """Write the file, without titles and footers.

    They have no place in it.
    """
    with_header = [c for c in table.columns if c.header]
    with duckdb.connect() as connection:
        columns = [(f'"{c.header.replace(chr(34), chr(34) * 2)}"', sql_type(c)) for c in with_header]
        connection.execute(f"create table t ({', '.join(f'{name} {kind}' for name, kind in columns)})")
        rows = list(zip(*(cells(c) for c in with_header), strict=True))
        marks = ", ".join("?" for _ in columns)
        connection.executemany(f"insert into t values ({marks})", rows)
        connection.execute("copy t to $path (format parquet)", {"path": str(path)})
    return "parquet"


def cells(column: Column) -> list[object]:
    """Return typed values where possible, else texts."""
    return list(column.values) if sql_type(column) != "varchar" else [t or None for t in column.texts]


def sql_type(column: Column) -> str:
    """Choose the type of a column by its values."""
    sample = next((v for v in column.values if v is not None), None)
    if isinstance(sample, timedelta) or any(isinstance(v, str) for v in column.values):
        return "varchar"
    if isinstance(sample, datetime):
        return "timestamptz" if sample.tzinfo else "timestamp"
    kinds = {date: "date", int: "bigint", float: "double", Decimal: "decimal(18,2)"}
    return kinds.get(type(sample), "varchar")
