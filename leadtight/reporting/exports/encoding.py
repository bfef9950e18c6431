"""Which encoding a file of text has, and how many lines: found by reading all of it once, in pieces."""

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


def detected(path: Path) -> tuple[str, int | None]:
    """Return the encoding, and how many lines there are; None where nobody counted. Raises OSError.

    What is no UTF-8 is nearly always a Western spreadsheet's; what is not even that reads as Latin-1, as anything does.
    """
    mark = marked(path)
    wide = mark if mark == "utf-16" else _unmarked_utf16(path)
    if wide:
        return wide, None
    readable, lines = _reads_as_utf8(path)
    if readable:
        return mark or "utf-8", lines
    return ("cp1252" if _is_cp1252(path) else "latin-1"), None


def _unmarked_utf16(path: Path) -> str | None:
    with path.open("rb") as file:
        start = file.read(200)
    if start.count(b"\0") <= len(start) // 4:
        return None
    return "utf-16-le" if start[1:2] == b"\0" else "utf-16-be"


def _reads_as_utf8(path: Path) -> tuple[bool, int]:
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines, last = 0, b"\n"
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            # Most exports are plain ASCII, which is told ten times sooner.
            if (not chunk.isascii() or decoder.getstate()[0]) and not _decodes(decoder, chunk):
                return False, 0
            lines += chunk.count(b"\n")
            last = chunk[-1:]
    return _decodes(decoder, b"", final=True), lines + (last != b"\n")


def has_blank_line(path: Path) -> bool:
    """Tell whether a line is blank somewhere before the end. Raises OSError."""
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
