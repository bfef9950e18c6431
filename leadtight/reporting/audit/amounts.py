"""Money as exports write it: `€ 3.500,00` beside `3500` is one number.

Of two different marks the last is the decimal one; a mark that comes twice groups thousands. One mark alone with
exactly three digits after it groups thousands, too, unless the column shows elsewhere that it is the decimal mark.
"""

import duckdb

from leadtight.reporting.audit.files import raw

_KEPT = "[^0-9.,-]"
_CURRENCY = r"(?:[A-Za-z]{1,4}\.?|[^0-9A-Za-z(),.-]{1,4})?"
_DIGITS = r"[0-9][0-9.,''’\s\x{00a0}\x{202f}]*"
_AMOUNT = rf"^[(-]?\s*{_CURRENCY}\s*-?\s*{_DIGITS}(?:[A-Za-z]{{1,4}}|[^0-9A-Za-z]{{1,4}})?$"


def amount_sql(connection: duckdb.DuckDBPyConnection, table: str, cell: str, decimal: str | None) -> str:
    """Return SQL for a column's amounts as DECIMAL(18,2), null where a value is none."""
    if are_plain(connection, table, cell, decimal):
        return plain_sql(cell)
    marks = f"trim(regexp_replace({cell}, '{_KEPT}', '', 'g'), '.,')"
    mark = decimal or _shown(connection, table, cell, marks)
    both = f"({marks} like '%,%' and {marks} like '%.%')"
    comma_last = f"(length({marks}) - strpos(reverse({marks}), ',') > length({marks}) - strpos(reverse({marks}), '.'))"
    dot = f"replace({marks}, ',', '')"
    comma = f"replace(replace({marks}, '.', ''), ',', '.')"
    if decimal:
        number = comma if mark == "," else dot
    else:
        number = (
            f"case when {both} then case when {comma_last} then {comma} else {dot} end"
            f" when {_groups(marks, ',', mark)} then {dot}"
            f" when {_groups(marks, '.', mark)} then {comma}"
            f" when {marks} like '%,%' then {comma} else {dot} end"
        )
    negative = f"case when {cell} like '(%)' then -1 else 1 end"
    return f"case when regexp_matches({cell}, '{_AMOUNT}') then {negative} * try_cast({number} as decimal(18, 2)) end"


def plain_sql(cell: str) -> str:
    """Return SQL for the amounts of a column of which all are plain, as they stand or once cleaned."""
    return f"coalesce(try_cast({raw(cell)} as decimal(18, 2)), try_cast({cell} as decimal(18, 2)))"


def are_plain(connection: duckdb.DuckDBPyConnection, table: str, cell: str, decimal: str | None) -> bool:
    """Tell whether all amounts of a column are plain."""
    sql = f"select 1 from {table} where not {is_plain(raw(cell), decimal)} and not {is_plain(cell, decimal)} limit 1"
    return not connection.execute(sql).fetchall()


def is_plain(cell: str, decimal: str | None) -> str:
    """Return SQL for: digits with at most two after a dot, which can be read in one way only."""
    cents = "" if decimal == "," else "([.][0-9]{1,2})?"
    return f"regexp_full_match({cell}, '[0-9]{{1,15}}{cents}')"


def _groups(marks: str, mark: str, decimal: str | None) -> str:
    """Tell, in SQL, whether the only mark of a value groups thousands."""
    escaped = "[.]" if mark == "." else ","
    more = f"regexp_matches({marks}, '{escaped}.*{escaped}')"
    if decimal == mark:
        return more
    return f"({more} or regexp_matches({marks}, '^-?[1-9][0-9]{{0,2}}{escaped}[0-9]{{3}}$'))"


def _shown(connection: duckdb.DuckDBPyConnection, table: str, column: str, marks: str) -> str | None:
    """Return the decimal mark that a column shows without doubt in most cases, if it does."""
    row = connection.execute(
        "select count(*) filter (regexp_matches(m, '^[^,]*,([0-9]{1,2}|[0-9]{4,})$')) as commas,"
        " count(*) filter (regexp_matches(m, '^[^.]*[.]([0-9]{1,2}|[0-9]{4,})$')) as dots"
        f" from (select {marks} as m from {table} where contains({column}, ',') or contains({column}, '.'))"
    ).fetchall()[0]
    if row[0] == row[1]:
        return None
    return "," if row[0] > row[1] else "."
