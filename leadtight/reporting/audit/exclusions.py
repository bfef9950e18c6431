"""Rows that an audit leaves out by rule."""

from leadtight.reporting.audit.errors import UnusableError
from leadtight.reporting.audit.options import ExclusionFilter
from leadtight.reporting.audit.source_file import SourceFile
from leadtight.reporting.facts.table import quoted
from leadtight.tabular.vocabulary.names import column_key


def excluded_sql(sheet: SourceFile, exclusions: tuple[ExclusionFilter, ...]) -> str:
    """Return SQL for the rule that excludes a row.

    It is null if there is none.
    """
    arms = "".join(
        f" when lower({sheet.cell(exclusion_column(sheet, each))}) = {quoted(each.value.strip().lower())}"
        f" then {quoted(each.rule)}"
        for each in exclusions
    )
    return f"case{arms} end" if arms else "null::varchar"


def exclusion_column(sheet: SourceFile, exclusion: ExclusionFilter) -> str:
    """Return the column that an exclusion names.

    Raises UnusableError when the file has none of that name.
    """
    if exclusion.column in sheet.columns:
        return exclusion.column
    wanted = column_key(exclusion.column)
    match = next((name for name in sheet.columns if column_key(name) == wanted), None)
    if match is None:
        raise UnusableError(f"{sheet.name}: row {sheet.header_row}: --exclude: there is no column {exclusion.column!r}")
    return match
