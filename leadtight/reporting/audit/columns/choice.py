"""The mapping of an audit, supplied or recognised."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import duckdb

from leadtight.reporting.audit.columns import detection, match
from leadtight.reporting.audit.columns.contact_rules import ContactRules, SignalRow, contact_rules, signals
from leadtight.reporting.audit.errors import UnrepresentativeSampleError, UnusableError
from leadtight.reporting.audit.joins import KeyKind, loose_sql, parts_sql
from leadtight.reporting.audit.mapping import (
    SETTINGS,
    ActivityColumns,
    Answers,
    Columns,
    LeadColumns,
    SpendColumns,
    named,
)
from leadtight.reporting.audit.source_file import MOST_SPELLINGS, SourceFile, cleaned_values
from leadtight.tabular.vocabulary.stages import is_no, is_yes

C = TypeVar("C", LeadColumns, ActivityColumns, SpendColumns)
MOST_VALUES = 500
MOST_COMPARED = 100_000
RARE = 20
TIMES = ("created_at", "first_assigned_at", "stage_since", "qualified_at", "at")
"""Keys of moments, possibly split into date and time columns."""


def chosen(recognised: C, user_table: dict[str, Any], sheet: SourceFile) -> C:
    """Return the mapping to use for a file.

    A user table that names a column is the whole mapping; otherwise its settings are added to the recognised one.
    Raises UnusableError for a column that the file lacks.
    """
    kind = type(recognised)
    whole: dict[str, Any] = {key: sheet.moment_of(name) for key, name in named(recognised) if key in TIMES}
    recognised = replace(recognised, **whole)
    columns = kind(**user_table) if set(user_table) - set(SETTINGS) else replace(recognised, **user_table)
    for key, column in named(columns):
        if column not in sheet.columns:
            raise UnusableError(
                f"{sheet.name}: row {sheet.header_row}: column {column!r} is missing; the mapping names it as {key}"
            )
    return columns


def with_stages(
    connection: duckdb.DuckDBPyConnection, table: str, columns: LeadColumns, sheet: SourceFile
) -> LeadColumns:
    """Return the mapping with won and lost.

    Of several stage columns, the one with values known to mean won is used, else one with values known to mean lost.
    """
    lost: LeadColumns | None = None
    for name in dict.fromkeys((columns.stage, *match.named(sheet.columns, "leads", "stage"))):
        if name is None:
            continue
        with_ends = detection.stages(replace(columns, stage=name), values(connection, table, sheet, name))
        if with_ends.won:
            return with_ends
        lost = lost or (with_ends if with_ends.lost else None)
    return lost or columns


def with_qualification(
    connection: duckdb.DuckDBPyConnection, table: str, columns: LeadColumns, sheet: SourceFile
) -> LeadColumns:
    """Return the mapping with the values that mean qualified.

    Without the column when it has other values than yes and no.
    """
    if columns.qualification is None or columns.qualified:
        return columns
    different = values(connection, table, sheet, columns.qualification)
    yes = tuple(value for value in different if is_yes(value))
    is_understood = bool(different) and all(is_yes(value) or is_no(value) for value in different)
    return replace(columns, qualified=yes) if is_understood and yes else replace(columns, qualification=None)


def with_contact(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    columns: ActivityColumns,
    sheet: SourceFile,
    choices: Iterable[str],
    answers: Answers,
) -> tuple[ActivityColumns, ContactRules]:
    """Return the mapping with contact rules, and the rules.

    `choices` are the columns whose values may indicate a contact.
    """
    candidates = signals({name: values(connection, table, sheet, name) for name in choices})
    rows = _combined(connection, table, sheet, [each.column for each in candidates])
    rules = contact_rules(candidates, rows, answers)
    return replace(columns, is_contact=rules.rules), rules


def _combined(
    connection: duckdb.DuckDBPyConnection, table: str, sheet: SourceFile, names: Sequence[str]
) -> tuple[SignalRow, ...]:
    """Count the rows of each combination of values."""
    if not names:
        return ()
    cells = ", ".join(sheet.cell(name) for name in names)
    rows = connection.execute(f"select {cells}, count(*) from {table} where trouble is null group by all order by all")
    return tuple(SignalRow(dict(zip(names, row[:-1], strict=True)), row[-1]) for row in rows.fetchall())


def with_keys(
    connection: duckdb.DuckDBPyConnection,
    leads: tuple[LeadColumns, SourceFile, tuple[str, ...]],
    activities: tuple[ActivityColumns, SourceFile, tuple[str, ...]],
) -> tuple[LeadColumns, ActivityColumns]:
    """Return both mappings with the columns that join them.

    The pair with the most values in common. Numbers of different things look alike, so a pair of columns that name the
    same thing comes first if it has at least a twentieth as many values in common; the activities' own id comes last.
    When fewer than half of the activities' values equal a lead's, other spellings of them count, too.
    """
    pairs = _pairs(connection, leads, activities, is_loose=False)
    in_common, of = max(pairs.values(), default=(0, 0))
    few = in_common * 2 <= of
    # The sample of a large file has few leads of the activities; if it has none, the whole file is examined.
    if few and not (leads[1].is_sampled or activities[1].is_sampled):
        pairs = _pairs(connection, leads, activities, is_loose=True)
    shared = {pair: n for pair, (n, _) in pairs.items()}
    foreign = {pair: n for pair, n in shared.items() if not detection.is_own_id(pair[1])}
    shared = foreign if any(foreign.values()) else shared
    most = max(shared.values(), default=0)
    if not most and (leads[1].is_sampled or activities[1].is_sampled):
        raise UnrepresentativeSampleError(f"{activities[1].name}: no key in common")
    likely = {pair: n for pair, n in shared.items() if n * RARE >= most and detection.same_meaning(*pair)}
    best = max(likely or shared, key=shared.__getitem__, default=(None, None))
    return replace(leads[0], person_key=best[0]), replace(activities[0], person_key=best[1])


def _pairs(
    connection: duckdb.DuckDBPyConnection,
    leads: tuple[LeadColumns, SourceFile, tuple[str, ...]],
    activities: tuple[ActivityColumns, SourceFile, tuple[str, ...]],
    *,
    is_loose: bool,
) -> dict[tuple[str, str], tuple[int, int]]:
    """Return the common values of each pair of columns.

    As a count, with the number of values in the activities' column.
    """
    pairs = {}
    for theirs in activities[2]:
        for ours in leads[2]:
            kind = detection.key_kind(ours, theirs) if is_loose else None
            _keys(connection, "leads", leads[1].cell(ours), kind)
            _keys(connection, "activities", activities[1].cell(theirs), kind, f"row <= {MOST_COMPARED}")
            pairs[ours, theirs] = _shared(connection, leads[1].cell(ours), activities[1].cell(theirs), kind)
    return pairs


def values(connection: duckdb.DuckDBPyConnection, table: str, sheet: SourceFile, name: str) -> list[str]:
    """Return the distinct values of a column of choices.

    Empty when there are too many.
    """
    spelled = sheet.spellings(connection, table, sheet.cell(name))
    if len(spelled) == MOST_SPELLINGS:
        return []
    different = {value for value in cleaned_values(connection, spelled).values() if value is not None}
    return sorted(different) if len(different) < MOST_VALUES else []


def _keys(
    connection: duckdb.DuckDBPyConnection, side: str, cell: str, kind: KeyKind | None, where: str = "true"
) -> None:
    """Create the table of a column's distinct keys.

    As they are, or normalized for a kind of key.
    """
    text = f"select distinct lower({cell}) as k from {side}_text where {cell} is not null and {where}"
    if kind:
        parts = f"select unnest({parts_sql('k', kind)}) as part from ({text})"
        text = f"select k from (select distinct {loose_sql('part', kind)} as k from ({parts})) where k <> ''"
    connection.execute(f"create temp table if not exists {side}_{cell}_{kind or 'plain'} as {text}")


def _shared(connection: duckdb.DuckDBPyConnection, ours: str, theirs: str, kind: KeyKind | None) -> tuple[int, int]:
    """Count the values that two columns have in common.

    Also returns how many the second one has.
    """
    table = f"activities_{theirs}_{kind or 'plain'}"
    common = f"select count(*) from {table} semi join leads_{ours}_{kind or 'plain'} using (k)"
    row = connection.execute(f"select ({common}), (select count(*) from {table})").fetchall()[0]
    return int(row[0]), int(row[1])


def required(columns: Columns, key: str, sheet: SourceFile) -> str:
    """Return the column of a required key.

    Raises UnusableError when there is none.
    """
    column = getattr(columns, key)
    if column is None:
        raise UnusableError(
            f"{sheet.name}: row {sheet.header_row}: no column is recognised as {key}; name one with --mapping"
        )
    return str(column)
