"""Do-not-call files: one number per line, or a CSV column."""

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
    """The file cannot be read as a list."""


@dataclass
class DncListFile:
    """Reader of a list, line by line in bounded memory.

    Rows that are not numbers are reported on stderr.
    """

    file: Path
    column: str | None
    country: str
    is_assumed: bool = False
    rejected: int = 0

    def keys(self) -> Iterator[str]:
        """Yield the key of each number.

        Raises DncFileError when the file is not such a list.
        """
        contacts = PhoneEmailNormalizer()
        for row, text in self._texts():
            number = contacts.phone(text, self.country, is_assumed=self.is_assumed)
            if number is not None:
                yield person_key(number_without_extension(number))
                continue
            self.rejected += 1
            if self.rejected <= SHOWN:
                typer.echo(
                    f"{self.file}: row {row}: not a telephone number of {self.country or 'any country'}", err=True
                )

    def _texts(self) -> Iterator[tuple[int, str]]:
        """Yield the row number and text of each number.

        A first row without digits is a heading.
        """
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
            raise DncFileError(f"{self.file}: row 1: there is no column named {self.column!r}")
        return heading.index(self.column)


def _joined(cells: list[str]) -> str:
    """Return the number that a comma splits.

    A comma may split area code and rest, or digits and the fraction of a float.
    """
    fraction = cells[-1].strip("0 ") if len(cells) > 1 else "-"
    return ",".join(cells) if not fraction or "E" in cells[-1].upper() else "".join(cells)
