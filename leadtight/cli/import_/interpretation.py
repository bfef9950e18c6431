"""Formats, stages and contacts across all rows of a file."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace

from leadtight.cli.import_.columns import has_word_for_stage
from leadtight.cli.import_.mapping import CONTACTS, NAMES, ImportMapping, MappingError
from leadtight.cli.import_.stages import is_over, is_unknown
from leadtight.cli.import_.table import ExportFile, Record
from leadtight.tabular.amounts.column import AmbiguousAmountsError, AmountColumn
from leadtight.tabular.blanks import is_blank
from leadtight.tabular.cell_kinds import kind_of_cell
from leadtight.tabular.dates.column import DateColumn, DateReading
from leadtight.tabular.dates.formats import UnknownFormatError
from leadtight.tabular.dates.orders import AmbiguousDatesError

DATES = ("received_at", "closed_at")
MOSTLY = 8
"""Tenths of a column's cells that decide what it holds."""

MIXED_NAMED = 3
MOST_STAGES = 30
"""Most distinct values of a stage column."""

_PHONE = re.compile(r"\+\d[\d\s().-]{6,18}|\(?0\d[\d().-]*[\s()./-][\d\s().-]{4,16}")
_DIGITS = re.compile(r"[\d\s.,-]+")
_ID = re.compile(r"[\d\s.,-]+|(?=(?:\D*\d){4})[\w-]+")
"""Digits, or one word with four or more digits."""


@dataclass(slots=True)
class _ColumnFill:
    """Counts of a column's filled cells, by kind."""

    filled: int = 0
    emails: int = 0
    phones: int = 0
    digits: int = 0
    ids: int = 0
    values: Counter[str] = field(default_factory=Counter)

    def add(self, text: str) -> None:
        self.filled += 1
        if text in self.values or len(self.values) <= MOST_STAGES:
            self.values[text] += 1
        self.emails += kind_of_cell(text) == "email"
        self.phones += bool(_PHONE.fullmatch(text))
        self.digits += bool(_DIGITS.fullmatch(text))
        self.ids += bool(_ID.fullmatch(text))

    def is_mostly(self, count: int) -> bool:
        return self.filled > 0 and count * 10 >= self.filled * MOSTLY


@dataclass(slots=True)
class ImportPreview:
    """Statistics of the rows read so far."""

    table: ExportFile
    mapping: ImportMapping
    rows: int = 0
    cells: dict[str, _ColumnFill] = field(default_factory=dict)
    dates: dict[str, DateColumn] = field(default_factory=dict)
    amounts: AmountColumn = field(default_factory=AmountColumn)
    stages: Counter[str] = field(default_factory=Counter)

    def add(self, record: Record) -> None:
        """Add a row."""
        self.rows += 1
        if record.problem:
            return
        for column, text in record.cells.items():
            if not is_blank(text):
                self.cells.setdefault(column, _ColumnFill()).add(text)
        for name in DATES:
            if text := self._filled(record, name):
                self.dates.setdefault(name, DateColumn()).add(text, record.number)
        if text := self._filled(record, "value"):
            currency = record.cells.get(self.mapping.currency or "", "")
            self.amounts.add(text, record.number, currency="" if is_blank(currency) else currency)
        if text := self._filled(record, "stage"):
            self.stages[text] += 1

    def decide(self) -> ImportMapping:
        """Return the mapping with the formats of its columns.

        Raises MappingError naming the column.
        """
        fields = {
            column: field_name
            for column, field_name in self.mapping.fields.items()
            if not self._is_something_else(column, field_name)
        }
        mapping = replace(self.mapping, fields=fields | self._other_stages())
        self._refuse_unknown_contacts(mapping)
        orders = {order for values in self.dates.values() if (order := values.order())}
        other = orders.pop() if len(orders) == 1 else None
        dates = {name: self._reading(name, values, other) for name, values in self.dates.items()}
        try:
            amounts = self.amounts.decide(mapping.decimal)
        except AmbiguousAmountsError as error:
            raise self._error(
                "value", f"row {error.row}: {error.value!r}: the column {error.reason}; set decimal"
            ) from error
        if amounts.mixed:
            shown = ", ".join(f"row {row} {value!r}" for row, value in amounts.mixed[:MIXED_NAMED])
            raise self._error("value", f"several currencies ({shown}); leave the column out of [fields]")
        return replace(mapping, dates=dates, amounts=amounts)

    def _other_stages(self) -> dict[str, str]:
        """Return further columns that mark some leads as closed.

        An example is `Status` beside `Stage`. Every value of such a column is a known stage; where no other column has
        stages, half of them are. A mapping file names its stage columns itself.
        """
        if self.mapping.is_from_file:
            return {}
        return {
            column: "stage"
            for column, cells in self.cells.items()
            if column not in self.mapping.fields and has_word_for_stage(column) and self._holds_stages(cells.values)
        }

    def _holds_stages(self, values: Counter[str]) -> bool:
        unknown = sum(is_unknown(text, self.mapping) for text in values)
        most_unknown = 0 if self.mapping.column("stage") else len(values) // 2
        if len(values) > MOST_STAGES or unknown > most_unknown:
            return False
        return any(is_over(text, self.mapping) for text in values)

    def unknown_stages(self) -> dict[str, int]:
        """Return the stages of unknown meaning, with their row counts."""
        stages = sum((self.cells[column].values for column in self._other_stages()), self.stages)
        return {text: count for text, count in stages.most_common() if is_unknown(text, self.mapping)}

    def _filled(self, record: Record, name: str) -> str:
        column = self.mapping.column(name)
        text = record.cells.get(column, "") if column else ""
        return "" if is_blank(text) else text

    def _reading(self, name: str, values: DateColumn, other: str | None) -> DateReading:
        """Return how to read a column of dates.

        `other` is the order of day and month in the file's other columns.
        """
        try:
            return values.decide(date_format=self.mapping.date_format, order=other)
        except AmbiguousDatesError as error:
            where = f"row {error.row}: {error.value!r}"
            raise self._error(name, f"{where}: the column {error.reason}; {error.remedy}") from error
        except UnknownFormatError as error:
            raise self._error(name, f"date_format: {error}") from error

    def _error(self, name: str, reason: str) -> MappingError:
        column = self.mapping.column(name)
        return MappingError(f"{self.table.path}: column {column!r}: {reason} under [leads] in a --mapping")

    def _is_something_else(self, column: str, field_name: str) -> bool:
        """Return whether a column's content contradicts its name.

        Ids are not names, and `yes` is not an address.
        """
        cells = self.cells.get(column)
        if cells is None:
            return False
        if field_name in NAMES:
            return cells.is_mostly(cells.ids)
        return field_name == "email" and not cells.emails and not cells.is_mostly(cells.digits) and cells.filled > 1

    def _refuse_unknown_contacts(self, mapping: ImportMapping) -> None:
        """Raise MappingError for an unmapped column of contacts.

        It is full of addresses or numbers, and no lead could be reached without it.
        """
        if any(column in self.cells for name in CONTACTS for column in mapping.columns(name)):
            return
        for column, cells in self.cells.items():
            for count, name in ((cells.emails, "email"), (cells.phones, "phone")):
                if column not in mapping.fields and cells.is_mostly(count):
                    raise MappingError(
                        f"{self.table.path}: column {column!r} looks like the {name} of the leads, and no"
                        f' contact column was recognised: if it is, write "{column}" = "{name}" under [fields]'
                        " in a --mapping"
                    )
