"""What a text file is: which encoding, which delimiter, and the names in its header."""

import codecs
import csv
import itertools
from dataclasses import dataclass
from pathlib import Path

from leadtight.reporting.audit.errors import UnusableError

USUAL = ",;\t|"
RARE = "^~\x1f\x01"
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
CHUNK = 1 << 20
SAMPLE_LINES = 200
LONGEST_CELL = 1 << 22


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a file of text is to be read. `header_row` counts from 1; `has_blank_lines` shifts what counts lines."""

    encoding: str
    delimiter: str
    columns: tuple[str, ...]
    header_row: int
    has_blank_lines: bool


def dialect(path: Path) -> Dialect:
    """Return how to read a file. Raises UnusableError when it has no header."""
    csv.field_size_limit(LONGEST_CELL)
    encoding, blank_lines = _encoding(path)
    lines = _sample(path, encoding)
    told = _told_delimiter(lines)
    header_row = 2 if told else 1
    lines = lines[header_row - 1 :]
    delimiter = told or _delimiter(lines)
    header = next(csv.reader(lines, delimiter=delimiter), [])
    if not any(name.strip() for name in header):
        raise UnusableError(f"{path.name}: row {header_row}: there is no header")
    return Dialect(encoding, delimiter, unique(header), header_row, blank_lines)


def unique(names: list[str]) -> tuple[str, ...]:
    """Return the header's names, trimmed; the second column of a name is `name (2)`, one without any `column 3`."""
    found: dict[str, int] = {}
    result = []
    for position, given in enumerate(names, 1):
        name = " ".join(given.replace("\ufeff", "").split()) or f"column {position}"
        found[name] = found.get(name, 0) + 1
        result.append(name if found[name] == 1 else f"{name} ({found[name]})")
    return tuple(result)


def _encoding(path: Path) -> tuple[str, bool]:
    """Return the encoding, and whether a line is blank somewhere before the end."""
    with path.open("rb") as file:
        start = file.read(CHUNK)
    for mark, name in MARKS:
        if start.startswith(mark) and name != "utf-8-sig":
            return name, True
    if start[:200].count(b"\0") > len(start[:200]) // 4:
        return ("utf-16-le" if start[1:2] == b"\0" else "utf-16-be"), True
    readable, blank_lines = _reads_as_utf8(path)
    if readable:
        return "utf-8-sig", blank_lines
    return ("cp1252" if _is_cp1252(path) else "latin-1"), blank_lines


def _reads_as_utf8(path: Path) -> tuple[bool, bool]:
    decoder = codecs.getincrementaldecoder("utf-8")()
    readable, blank, tail = True, False, b""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            blank = blank or _has_blank_line(tail + chunk)
            tail = chunk[-3:]
            if readable:
                readable = _decodes(decoder, chunk)
    return readable and _decodes(decoder, b"", final=True), blank


def _has_blank_line(text: bytes) -> bool:
    return b"\n\n" in text or b"\n\r\n" in text or b"\r\r" in text


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _is_cp1252(path: Path) -> bool:
    with path.open("rb") as file:
        return not any(set(chunk) & set(b"\x81\x8d\x8f\x90\x9d") for chunk in iter(lambda: file.read(CHUNK), b""))


def _sample(path: Path, encoding: str) -> list[str]:
    try:
        with path.open(encoding=encoding, newline="") as file:
            return list(itertools.islice(file, SAMPLE_LINES))
    except UnicodeError as error:
        raise UnusableError(f"{path.name}: {error}") from error


def _told_delimiter(lines: list[str]) -> str | None:
    """Return what a first line such as `sep=;` says; spreadsheets write and read it."""
    first = lines[0].strip("\ufeff\r\n") if lines else ""
    return first[4:] if first.lower().startswith("sep=") and len(first) == 5 else None


def _delimiter(lines: list[str]) -> str:
    best = max(USUAL, key=lambda delimiter: _fit(lines, delimiter))
    if _fit(lines, best)[0]:
        return best
    rare = max(RARE, key=lambda delimiter: _fit(lines, delimiter))
    return rare if _fit(lines, rare)[0] else best


def _fit(lines: list[str], delimiter: str) -> tuple[bool, bool, int]:
    widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if row]
    width = widths[0] if widths else 0
    alike = sum(1 for w in widths if w == width)
    return width > 1, alike * 10 >= len(widths) * 9, width
