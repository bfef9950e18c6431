"""The file of a do-not-call list: a number a line, or a column of a CSV file."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import typer

from leadtight.adapters.contact_points.normalization import PhoneEmailNormalizer
from leadtight.domain.model.identity import number_without_extension, person_key

SHOWN = 20


class DncFileError(Exception):
    """The file is no list that can be read."""


@dataclass
class DncListFile:
    """Reads a list line by line, in bounded memory; says on stderr which rows are no numbers."""

    file: Path
    column: str | None
    country: str
    is_assumed: bool = False
    rejected: int = 0

    def keys(self) -> Iterator[str]:
        """Yield the key of each number. Raises UnreadableError when the file is no such list."""
        contacts = PhoneEmailNormalizer()
        for row, text in self._texts():
            number = contacts.phone(text, self.country, is_assumed=self.is_assumed)
            if number is not None:
                yield person_key(number_without_extension(number))
                continue
            self.rejected += 1
            if self.rejected <= SHOWN:
                typer.echo(f"{self.file}: row {row}: no telephone number of {self.country or 'any country'}", err=True)

    def _texts(self) -> Iterator[tuple[int, str]]:
        """Yield row number and text of each number; a first row without digits is a heading."""
        try:
            with self.file.open(encoding="utf-8-sig", newline="") as lines:
                rows = csv.reader(lines)
                place = self._place(next(rows, [])) if self.column else None
                for number, cells in enumerate(rows, start=2 if self.column else 1):
                    text = _joined(cells) if place is None else "".join(cells[place : place + 1])
                    if text.strip() and (number > 1 or any(c.isdigit() for c in text)):
                        yield number, text.strip()
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise DncFileError(f"{self.file}: {error}") from error

    def _place(self, heading: list[str]) -> int:
        if self.column not in heading:
            raise DncFileError(f"{self.file}: row 1: no column is called {self.column!r}")
        return heading.index(self.column)


def _joined(cells: list[str]) -> str:
    """Return the number that a comma parts: area code and rest, or digits and the fraction of a float."""
    fraction = cells[-1].strip("0 ") if len(cells) > 1 else "-"
    return ",".join(cells) if not fraction or "E" in cells[-1].upper() else "".join(cells)
