"""The mapping of an audit: told in a file, or recognised from the files themselves."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, TypeVar

import duckdb

from leadtight.reporting.audit import recognition
from leadtight.reporting.audit.errors import UnlikeItsBeginningError, UnusableError
from leadtight.reporting.audit.files import MOST_SPELLINGS, Sheet, written
from leadtight.reporting.audit.mapping import (
    SETTINGS,
    ActivityColumns,
    Columns,
    LeadColumns,
    SpendColumns,
    named,
)

C = TypeVar("C", LeadColumns, ActivityColumns, SpendColumns)
MOST_VALUES = 500
MOST_COMPARED = 100_000
RARE = 20


def chosen(recognised: C, told: dict[str, Any], sheet: Sheet) -> C:
    """Return the mapping to use: a told table that names a column is all of it, else its settings are added.

    Raises UnusableError for a column that the file does not have.
    """
    kind = type(recognised)
    columns = kind(**told) if set(told) - set(SETTINGS) else replace(recognised, **told)
    for key, column in named(columns):
        if column not in sheet.columns:
            raise UnusableError(
                f"{sheet.name}: row {sheet.header_row}: column {column!r} is missing; the mapping names it as {key}"
            )
    return columns


def candidates(sheet: Sheet, names: Iterable[str]) -> tuple[str, ...]:
    """Return the columns whose values may have to be looked at to recognise them."""
    return recognition.every(sheet.columns, names)


def with_stages(connection: duckdb.DuckDBPyConnection, table: str, columns: LeadColumns, sheet: Sheet) -> LeadColumns:
    """Return the mapping with won and lost.

    Of several columns of stages it is that with values known to mean won, else that with some known to mean lost.
    """
    lost: LeadColumns | None = None
    for name in (columns.stage, *candidates(sheet, recognition.LEADS["stage"].split())):
        if name is None:
            continue
        found = recognition.stages(replace(columns, stage=name), values(connection, table, sheet, name))
        if found.won:
            return found
        lost = lost or (found if found.lost else None)
    return lost or columns


def with_contact(
    connection: duckdb.DuckDBPyConnection, table: str, columns: ActivityColumns, sheet: Sheet
) -> ActivityColumns:
    """Return the mapping with what counts as contact: what is done, outbound and reached, where a column tells."""
    counts: dict[str, tuple[str, ...]] = {}
    for names, choose in recognition.COUNTS:
        for name in candidates(sheet, names):
            if found := choose(values(connection, table, sheet, name)):
                counts[name] = found
                break
    return replace(columns, is_contact=counts)


def with_keys(
    connection: duckdb.DuckDBPyConnection,
    leads: tuple[LeadColumns, Sheet, tuple[str, ...]],
    activities: tuple[ActivityColumns, Sheet, tuple[str, ...]],
) -> tuple[LeadColumns, ActivityColumns]:
    """Return both mappings with the columns that join them: the pair that has the most values in common.

    Numbers of different things look alike, so a pair of columns that name the same thing comes first, if it has at
    least a twentieth as many values in common; an id of the activities themselves comes last.
    """
    for ours in leads[2]:
        _keys(connection, "leads", leads[1].cell(ours))
    for theirs in activities[2]:
        _keys(connection, "activities", activities[1].cell(theirs), f"row <= {MOST_COMPARED}")
    pairs = {
        (ours, theirs): _shared(connection, leads[1].cell(ours), activities[1].cell(theirs))
        for ours in leads[2]
        for theirs in activities[2]
    }
    foreign = {pair: n for pair, n in pairs.items() if not recognition.is_own_id(pair[1])}
    pairs = foreign if any(foreign.values()) else pairs
    most = max(pairs.values(), default=0)
    if not most and (leads[1].begun or activities[1].begun):
        raise UnlikeItsBeginningError(f"{activities[1].name}: no key in common")
    likely = {pair: n for pair, n in pairs.items() if n * RARE >= most and recognition.name_the_same(*pair)}
    best = max(likely or pairs, key=pairs.__getitem__, default=(None, None))
    return replace(leads[0], person_key=best[0]), replace(activities[0], person_key=best[1])


def values(connection: duckdb.DuckDBPyConnection, table: str, sheet: Sheet, name: str) -> list[str]:
    """Return the values of a column, if they are few enough to be a list of choices."""
    spelled = sheet.spellings(connection, table, sheet.cell(name))
    if len(spelled) == MOST_SPELLINGS:
        return []
    found = {value for value in written(connection, spelled).values() if value is not None}
    return sorted(found) if len(found) < MOST_VALUES else []


def _keys(connection: duckdb.DuckDBPyConnection, what: str, cell: str, where: str = "true") -> None:
    """Create the table of a column's different values."""
    connection.execute(
        f"create or replace temp table {what}_{cell} as"
        f" select distinct lower({cell}) as k from {what}_text where {cell} is not null and {where}"
    )


def _shared(connection: duckdb.DuckDBPyConnection, ours: str, theirs: str) -> int:
    """Return how many values two columns have in common."""
    sql = f"select count(*) from activities_{theirs} semi join leads_{ours} using (k)"
    return int(connection.execute(sql).fetchall()[0][0])


def required(columns: Columns, key: str, sheet: Sheet) -> str:
    """Return the column of a key that nothing can be read without. Raises UnusableError when there is none."""
    column = getattr(columns, key)
    if column is None:
        raise UnusableError(
            f"{sheet.name}: row {sheet.header_row}: no column is recognised as {key}; name one with --mapping"
        )
    return str(column)
