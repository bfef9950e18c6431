"""Write tables as a workbook.

Typed cells or texts, one sheet or several.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.metamorphic.plan import Plan
from tests.metamorphic.table import Column, Table

LONGEST_NUMBER = 10**15  # a spreadsheet keeps only these digits


def write_workbook(rng: Random, table: Table, path: Path, plan: Plan) -> str:
    """Write the file, and return its format."""
    book = Workbook()
    first = book.active
    assert isinstance(first, Worksheet)
    arrangement = rng.choice(("alone", "alone", "alone", "after", "before", "hidden"))
    words = plan.locale["values"]
    if arrangement in ("after", "hidden"):
        add_summary(first, str(rng.choice(words["other_sheet"])), table)
        if arrangement == "hidden":
            first.sheet_state = "hidden"
        sheet = book.create_sheet(table.name)
        book.active = 1
    else:
        sheet = first
        sheet.title = table.name
    typed = rng.random() < 0.7
    fill(sheet, table, typed, 1 if rng.random() < 0.08 else 0)
    if arrangement == "before":
        add_summary(book.create_sheet(), str(rng.choice(words["other_sheet"])), table)
    book.save(path)
    return f"xlsx {'typed' if typed else 'texts'} sheets={arrangement}"


def add_summary(sheet: Worksheet, title: str, table: Table) -> None:
    """Add a sheet that explains the columns of another."""
    sheet.title = title
    sheet.append(["Column", "Type", "Remark"])
    for column in table.columns:
        sheet.append([column.header, "text", "as exported"])


def fill(sheet: Worksheet, table: Table, typed: bool, margin: int) -> None:
    """Write rows into a sheet, with a margin.

    Empty columns on the left and empty rows above.
    """
    above: list[list[str]] = [[] for _ in range(margin)]
    for row in above + table.title:
        sheet.append(indent(row, margin))
    if not table.headerless:
        sheet.append(indent(table.headers, margin))
    header_row = margin + len(table.title) + (not table.headerless)
    for number, column in enumerate(table.columns, 1 + margin):
        for place, text in enumerate(column.texts):
            cell = sheet.cell(header_row + 1 + place, number)
            value: Any = spreadsheet_value(column, place) if typed and column.values else text or None
            cell.value = value
            if isinstance(value, str) and value.startswith("="):
                cell.data_type = "s"  # a text that looks like a formula, not a formula without its value
            if isinstance(value, float | date | timedelta) and column.number_format:
                cell.number_format = column.number_format
    for row in table.footer:
        sheet.append(indent(row, margin))


def indent(row: list[str], margin: int) -> list[str | None]:
    """Leave cells empty on the left.

    An empty text is None.
    """
    return [None] * margin + [text or None for text in row]


def spreadsheet_value(column: Column, place: int) -> object:
    """Return a cell's value without offsets and long numbers."""
    value = column.values[place]
    if isinstance(value, datetime) and value.tzinfo:
        return column.texts[place]
    if isinstance(value, int) and value >= LONGEST_NUMBER:
        return column.texts[place]
    return float(value) if isinstance(value, Decimal) else value
