"""Accidents of a table on its way.

Headers in another case, rows twice, rows without a time, guards of cells.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from tests.metamorphic.plan import Plan
from tests.metamorphic.table import Column, Table

BLANKS = ("-", "N/A", "null", "?", "#N/A")  # placeholders of systems and spreadsheets
CASES: tuple[Callable[[str], str], ...] = (str.upper, str.lower, lambda h: re.sub(r"\W+", "_", h.lower()).strip("_"))


def disturb(rng: Random, plan: Plan, table: Table, role: str) -> None:
    """Disturb a table without changing its truth.

    It is about to be written.
    """
    if rng.random() < 0.1 and plan.words.language != "tr":
        rename(table, rng.choice(CASES))
    if role == "leads" and plan.layout != "rows" and rng.random() < 0.1:
        twice = plan.manner["ids"] != "none" and rng.random() < 0.5
        table.unfinished = not twice
        add_row(rng, table, twice)
    if rng.random() < 0.05:
        table.columns.append(Column("", [""] * len(table.columns[0].texts)))
    if rng.random() < 0.04:
        guard(table)
    if rng.random() < 0.06:
        fill_blanks(table, rng.choice(BLANKS))
    if rng.random() < 0.03:
        add_sections(rng, table)
    table.headerless = role == "leads" and rng.random() < 0.015


def rename(table: Table, case: Callable[[str], str]) -> None:
    """Write headers in another case, if they stay distinct."""
    renamed = [case(c.header) for c in table.columns]
    if len(set(renamed)) == len(renamed) and all(renamed):
        for column, header in zip(table.columns, renamed, strict=True):
            column.header = header


def add_row(rng: Random, table: Table, twice: bool) -> None:
    """Repeat a row, or add one without id and creation.

    Neither adds a lead.
    """
    source = rng.randrange(len(table.columns[0].texts))
    for column in table.columns:
        blank = not twice and column.concept in (
            "created",
            "created_clock",
            "lead_id",
            "first_contact",
            "response_time",
        )
        column.texts.append("" if blank else column.texts[source])
        if column.values:
            column.values.append(None if blank else column.values[source])


def fill_blanks(table: Table, word: str) -> None:
    """Write a placeholder word into blank cells."""
    for column in table.columns:
        if column.concept in ("first_contact", "owner", "value"):
            column.texts = [t or word for t in column.texts]
            column.values = [word if v is None else v for v in column.values]


def add_sections(rng: Random, table: Table) -> None:
    """Put a row of group titles above the header."""
    width = len(table.columns)
    sections = ["Lead", *(rng.choice(("", "", "Contact", "Follow-up", "Marketing")) for _ in range(width - 1))]
    table.title = [*table.title, sections]


def guard(table: Table) -> None:
    """Write numbers as text formulas.

    Some programs do so that a spreadsheet keeps their zeros.
    """
    for column in table.columns:
        if column.concept in ("lead_id", "key", "phone"):
            column.texts = [f'="{t}"' if t else t for t in column.texts]
            column.values = []
