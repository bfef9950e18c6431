"""Which encoding a file of text has, and what its lines are: found by reading it in pieces."""

import codecs
from pathlib import Path

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
CHUNK = 1 << 20


def marked(path: Path) -> str | None:
    """Return the encoding that the mark at a file's start names, if it has one. Raises OSError."""
    with path.open("rb") as file:
        start = file.read(4)
    return next((name for mark, name in MARKS if start.startswith(mark)), None)


def detected(path: Path) -> str:
    """Return the encoding. Raises OSError.

    What is no UTF-8 is nearly always a Western spreadsheet's; what is not even that reads as Latin-1, as anything does.
    """
    mark = marked(path)
    wide = mark if mark == "utf-16" else _unmarked_utf16(path)
    if wide:
        return wide
    if _reads_as_utf8(path):
        return mark or "utf-8"
    return "cp1252" if _is_cp1252(path) else "latin-1"


def of_beginning(path: Path) -> str | None:
    """Return the encoding of a file whose beginning reads as UTF-8, None of another. Raises OSError."""
    with path.open("rb") as file:
        start = file.read(CHUNK)
    if b"\0" in start[:200] or not _decodes(codecs.getincrementaldecoder("utf-8")(), start):
        return None
    return marked(path) or "utf-8"


def _unmarked_utf16(path: Path) -> str | None:
    with path.open("rb") as file:
        start = file.read(200)
    if start.count(b"\0") <= len(start) // 4:
        return None
    return "utf-16-le" if start[1:2] == b"\0" else "utf-16-be"


def _reads_as_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            # Most exports are plain ASCII, which is told ten times sooner.
            if (not chunk.isascii() or decoder.getstate()[0]) and not _decodes(decoder, chunk):
                return False
    return _decodes(decoder, b"", final=True)


def has_lines(path: Path, least: int) -> bool:
    """Tell whether there are so many lines, without reading more than those. Raises OSError."""
    found = 0
    with path.open("rb") as file:
        while found < least and (chunk := file.read(CHUNK)):
            found += chunk.count(b"\n")
    return found >= least


def are_lines(path: Path, rows: int) -> bool:
    """Tell whether so many rows, which is all of them, are numbered as the lines are: none of those is blank.

    A cell may have lines of its own: the row counts as one. Raises OSError.
    """
    return rows == _lines(path) or not _has_blank_line(path)


def _lines(path: Path) -> int:
    found, last = 0, b"\n"
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            found += chunk.count(b"\n")
            last = chunk[-1:]
    return found + (last != b"\n")


def _has_blank_line(path: Path) -> bool:
    tail = b""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            text = tail + chunk
            if b"\n\n" in text or b"\n\r\n" in text or b"\r\r" in text:
                return True
            tail = chunk[-3:]
    return False


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _is_cp1252(path: Path) -> bool:
    with path.open("rb") as file:
        return not any(set(chunk) & set(b"\x81\x8d\x8f\x90\x9d") for chunk in iter(lambda: file.read(CHUNK), b""))
