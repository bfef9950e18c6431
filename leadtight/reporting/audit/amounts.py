"""Columns of amounts in SQL.

`leadtight.tabular.amounts` defines what an amount is; the database parses plain ones.
"""

import duckdb

from leadtight.reporting.audit.errors import UnusableError
from leadtight.reporting.audit.source_file import raw
from leadtight.tabular.amounts.column import AmbiguousAmountsError, AmountColumn, AmountReading

NAMED = 3
"""How many currencies are named, each with a row."""


def amount_sql(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    cell: str,
    decimal: str | None,
    where: str,
    currency: str | None = None,
) -> str:
    """Return SQL for a column's amounts as DECIMAL(18,2).

    Null where a value is not an amount. `where` names file and column; `currency` is the cell of the currency column.
    In a column of several currencies no value is an amount. Raises UnusableError when the column can be read in two
    ways.
    """
    reset_currencies(connection, table)
    beside = _beside(connection, table, cell, currency) if currency else []
    if len(beside) < 2 and are_plain(connection, table, cell, decimal):
        return plain_sql(cell)
    column = AmountColumn()
    rows = connection.execute(f"select {cell}, min(row), count(*) from {table} where {cell} is not null group by 1")
    for text, row, count in rows.fetchall():
        column.add(text, row, count)
    for text, row, name in beside:
        column.add(text, row, 0, name)
    try:
        reading = column.decide(decimal)
    except AmbiguousAmountsError as error:
        reason = f'row {error.row}: {error.value!r}: the column {error.reason}; set decimal, such as decimal = ","'
        raise UnusableError(f"{where}: {reason}") from error
    if reading.mixed:
        several = ", ".join(f"row {row} {value!r}" for row, value in reading.mixed[:NAMED])
        connection.execute(f"insert into {table}_currencies values ($several)", {"several": several})
    return _looked_up(connection, f"{table}_{cell}_amounts", cell, column, reading)


def reset_currencies(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    """Create the empty table of a column's mixed currencies."""
    connection.execute(f"create or replace temp table {table}_currencies (several varchar)")


def amount_problem_sql(table: str) -> str:
    """Return SQL for why a text is not an amount."""
    several = f"(select max(several) from {table}_currencies)"
    return f"coalesce('is in one of several currencies, so it is not an amount: ' || {several}, 'is not an amount')"


def _beside(connection: duckdb.DuckDBPyConnection, table: str, cell: str, currency: str) -> list[tuple[str, int, str]]:
    """Return each currency beside an amount, with its first row.

    Also returns the amount in that row.
    """
    rows = connection.execute(
        f"select arg_min({cell}, row), min(row), {currency} from {table}"
        f" where {cell} is not null and {currency} is not null group by 3 order by 2"
    )
    return rows.fetchall()


def _looked_up(
    connection: duckdb.DuckDBPyConnection, lookup: str, cell: str, column: AmountColumn, reading: AmountReading
) -> str:
    """Return SQL that looks amounts up by their text.

    Each distinct value is parsed once.
    """
    amounts = {text: format(amount, "f") for text in column.values if (amount := reading.read(text)) is not None}
    connection.execute(
        f"create or replace temp table {lookup} as select text, try_cast(amount as decimal(18, 2)) as amount"
        " from (select unnest($texts::varchar[]) as text, unnest($amounts::varchar[]) as amount)",
        {"texts": list(amounts), "amounts": list(amounts.values())},
    )
    return f"(select max(m.amount) from {lookup} m where m.text = {cell})"


def plain_sql(cell: str) -> str:
    """Return SQL for amounts that are plain, raw or cleaned."""
    return f"coalesce(try_cast({raw(cell)} as decimal(18, 2)), try_cast({cell} as decimal(18, 2)))"


def are_plain(connection: duckdb.DuckDBPyConnection, table: str, cell: str, decimal: str | None) -> bool:
    """Check whether all amounts of a column are plain."""
    sql = f"select 1 from {table} where not {is_plain(raw(cell), decimal)} and not {is_plain(cell, decimal)} limit 1"
    return not connection.execute(sql).fetchall()


def is_plain(cell: str, decimal: str | None) -> str:
    """Return SQL for whether a cell is a plain amount.

    Plain: digits with at most two decimals after a dot, which can be read in one way only.
    """
    cents = "" if decimal == "," else "([.][0-9]{1,2})?"
    return f"regexp_full_match({cell}, '[0-9]{{1,15}}{cents}')"
