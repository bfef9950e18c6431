"""Qualified leads of an export, by column or stage (J1)."""

from leadtight.reporting.audit.mapping import LeadColumns
from leadtight.reporting.audit.source_file import SourceFile
from leadtight.reporting.facts.table import quoted
from leadtight.reporting.formatting import listed


def qualified_sql(sheet: SourceFile, columns: LeadColumns) -> str:
    """Return SQL for whether a lead is qualified.

    Null where nothing shows it.
    """
    column, words = _choice(columns)
    values = ", ".join(quoted(word.strip().lower()) for word in words)
    parts = ["qualified_us is not null"] if columns.qualified_at else []
    parts += [f"coalesce(lower({sheet.cell(column)}) in ({values}), false)"] if column else []
    return f"({' or '.join(parts)})" if parts else "null::boolean"


def means_qualified(columns: LeadColumns) -> str:
    """Return in words what makes a lead qualified, or ""."""
    column, words = _choice(columns)
    parts = [f"leads with a time in {columns.qualified_at!r}"] if columns.qualified_at else []
    parts += [f"leads whose present {column!r} is {listed((f'“{word}”' for word in words), 'or')}"] if column else []
    return " and ".join(parts)


def _choice(columns: LeadColumns) -> tuple[str | None, tuple[str, ...]]:
    """Return the column of values, and those that mean qualified.

    By its stage, a won lead is, too.
    """
    if not columns.qualified:
        return None, ()
    if columns.qualification:
        return columns.qualification, columns.qualified
    return columns.stage, tuple(dict.fromkeys((*columns.qualified, *columns.won)))
