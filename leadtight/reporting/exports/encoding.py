"""Which encoding a file of text has, and whether it has blank lines: found by reading all of it once, in pieces."""

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


def detected(path: Path) -> tuple[str, bool]:
    """Return the encoding, and whether a line is blank somewhere before the end. Raises OSError.

    What is no UTF-8 is nearly always a Western spreadsheet's; what is not even that reads as Latin-1, as anything does.
    """
    mark = marked(path)
    wide = mark if mark == "utf-16" else _unmarked_utf16(path)
    if wide:
        return wide, True
    readable, blank_lines = _reads_as_utf8(path)
    if readable:
        return mark or "utf-8", blank_lines
    return ("cp1252" if _is_cp1252(path) else "latin-1"), blank_lines


def _unmarked_utf16(path: Path) -> str | None:
    with path.open("rb") as file:
        start = file.read(200)
    if start.count(b"\0") <= len(start) // 4:
        return None
    return "utf-16-le" if start[1:2] == b"\0" else "utf-16-be"


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
