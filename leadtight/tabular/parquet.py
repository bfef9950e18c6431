"""A Parquet file as a table of text."""

from collections.abc import Iterator
from pathlib import Path

from leadtight.tabular.errors import NoTableError

AT_ONCE = 1000
FEW_ROWS, MOST_ROWS_OF_A_BYTE = 1_000_000, 20
"""Limits on rows: in any file, and per byte.

Each lead has something of its own, so a real list does not compress better.
"""


def header(path: Path) -> tuple[int, list[str]]:
    """Return row number 1 and the column names.

    The number that a header row would have. Raises NoTableError.
    """
    import duckdb  # costs 140 ms, and few files are Parquet

    try:
        with duckdb.connect(":memory:") as connection:
            count = "select sum(num_rows) from parquet_file_metadata($file)"
            _refuse_bomb(path, connection.execute(count, {"file": str(path)}).fetchall()[0][0])
            described = connection.execute("describe select * from read_parquet($file)", {"file": str(path)}).fetchall()
    except duckdb.Error as error:
        raise NoTableError(str(error).splitlines()[0]) from error
    return 1, [row[0] for row in described]


def _refuse_bomb(path: Path, rows_said: int) -> None:
    if rows_said > max(FEW_ROWS, MOST_ROWS_OF_A_BYTE * path.stat().st_size):
        raise NoTableError(f"{rows_said} rows in {path.stat().st_size} bytes: no list of leads compresses that well")


def rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows, numbered as if below a header.

    Raises NoTableError.
    """
    import duckdb

    number = 1
    try:
        with duckdb.connect(":memory:") as connection:
            cursor = connection.execute("select columns(*)::varchar from read_parquet($file)", {"file": str(path)})
            while some := cursor.fetchmany(AT_ONCE):
                for cells in some:
                    number += 1
                    yield number, ["" if cell is None else cell for cell in cells]
    except duckdb.Error as error:
        raise NoTableError(str(error).splitlines()[0]) from error
