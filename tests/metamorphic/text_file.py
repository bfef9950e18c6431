"""Write a table as text, as various programs do.

Delimiter, quotes, encoding and line ends.
"""

from __future__ import annotations

import codecs
import csv
import io
from pathlib import Path
from random import Random
from typing import Literal

from tests.metamorphic.table import Table

DELIMITERS = (",", ",", ",", ";", ";", "\t", "|")
QUOTING: tuple[Literal[0, 1, 2], ...] = (csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC)
LINE_ENDS = ("\r\n", "\n", "\r\n", "\n", "\r")
UNICODE = ("utf-8", "utf-8", "utf-8-sig", "utf-16")


def choose_encoding(rng: Random, text: str, local: list[str]) -> str:
    """Choose an encoding that holds all of a text.

    Unicode mostly, else the first of the country's.
    """
    regional = [e for e in local if fits(text, e)]
    if not regional or rng.random() < 0.7:
        return rng.choice(UNICODE)
    return regional[0] if rng.random() < 0.75 else rng.choice(regional)


def fits(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def write_text(rng: Random, table: Table, path: Path, local: list[str]) -> str:
    """Write the file, and return its format."""
    delimiter, quoting, end = rng.choice(DELIMITERS), rng.choice(QUOTING), rng.choice(LINE_ENDS)
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=delimiter, quoting=quoting, lineterminator=end)
    if rng.random() < 0.05 and not table.title:
        buffer.write(f"sep={delimiter}{end}")
    width = len(table.columns)
    pad = rng.random() < 0.5
    for row in table.title:
        writer.writerow(row + [""] * (width - len(row)) if pad else row)
    if not table.headerless:
        writer.writerow(table.headers)
    writer.writerows([text.replace("\n", end) for text in row] for row in table.texts())
    for row in table.footer:
        writer.writerow(row + [""] * (width - len(row)) if pad else row)
    if rng.random() < 0.1:
        buffer.write(end)
    text = buffer.getvalue()
    encoding = choose_encoding(rng, text, local)
    data = codecs.BOM_UTF16_LE + text.encode("utf-16-le") if encoding == "utf-16" else text.encode(encoding)
    path.write_bytes(data)
    return f"csv {encoding} {delimiter!r} quoting={quoting} end={end!r}"
