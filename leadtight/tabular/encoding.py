"""Encoding and lines of a text file.

Detected by reading it in pieces.
"""

import codecs
import re
from pathlib import Path

from leadtight.tabular.alphabets import best_latin

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
CHUNK = 1 << 20
SAMPLE = 1 << 18
SPARED = 4
"""Letters per stray byte that still show UTF-8."""

WIDER = {"shift_jis": "cp932", "euc_kr": "cp949", "gb2312": "gb18030", "gbk": "gb18030", "iso8859_8": "cp1255"}
"""Supersets that programs mean by a smaller encoding (WHATWG Encoding)."""

OTHER_SCRIPTS = frozenset(
    {"cp1251", "koi8_r", "koi8_u", "iso8859_5", "cp866", "mac_cyrillic", "cp1253", "iso8859_7", "mac_greek", "cp1255"}
    | {"cp1256", "iso8859_6", "cp874", "tis_620", "cp932", "euc_jp", "iso2022_jp", "gb18030", "big5", "cp950", "cp949"}
)
"""Encodings that letter frequencies identify.

Those of Latin letters are distinguished by their letters.
"""


def bom_encoding(path: Path) -> str | None:
    """Return the encoding of a file's byte order mark.

    None without one. Raises OSError.
    """
    with path.open("rb") as file:
        start = file.read(4)
    return next((name for mark, name in MARKS if start.startswith(mark)), None)


def detect(path: Path, fallback: str | None = None) -> tuple[str, str]:
    """Return the encoding, and how to handle stray bytes.

    `strict` or `replace`. `fallback` applies to files that are not UTF-8. A few stray bytes leave a file UTF-8; each is
    then read as U+FFFD. Raises OSError.
    """
    mark = bom_encoding(path)
    wide = mark if mark == "utf-16" else _unmarked_utf16(path)
    if wide:
        return wide, "strict"
    if _reads_as_utf8(path) and not (fallback and not _sample(path)):
        return mark or "utf-8", "strict"
    if fallback:
        return fallback, "strict"
    sample = _sample(path)
    if mark or _is_mostly_utf8(sample):
        return mark or "utf-8", "replace"
    return _guessed(path, sample), "strict"


def _sample(path: Path) -> bytes:
    """Return non-ASCII lines from the whole file."""
    lines, size = [], 0
    with path.open("rb") as file:
        for line in file:
            if not line.isascii():
                lines.append(line)
                size += len(line)
                if size > SAMPLE:
                    break
    return b"".join(lines)


def _is_mostly_utf8(sample: bytes) -> bool:
    """Return whether UTF-8 letters far outnumber stray bytes."""
    text = sample.decode("utf-8", "replace")
    stray = text.count("\ufffd")
    return len([c for c in text if not c.isascii()]) - stray >= stray * SPARED


def _guessed(path: Path, sample: bytes) -> str:
    import chardet  # costs 60 ms, and few files are not UTF-8

    likely = chardet.detect(sample)["encoding"]
    name = _codec(likely) if likely else "latin-1"
    if name in OTHER_SCRIPTS and not _mixes_scripts(sample.decode(name, "replace")) and _decodes_all(path, name):
        return name
    return best_latin(sample, name)


def _mixes_scripts(text: str) -> bool:
    """Return whether most non-ASCII words contain ASCII letters.

    As in `Niccolς`: then the text is in Latin letters.
    """
    words = [word for word in _WORD.findall(text) if not word.isascii()]
    return sum(bool(_ASCII_LETTER.search(word)) for word in words) * 2 > len(words)


_WORD = re.compile(r"[^\W\d_]+")
_ASCII_LETTER = re.compile("[A-Za-z]")


def _codec(label: str) -> str:
    try:
        name = codecs.lookup(label).name.replace("-", "_")
    except LookupError:
        return "latin-1"
    return WIDER.get(name, name)


def _decodes_all(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        return all(_decodes(decoder, chunk) for chunk in iter(lambda: file.read(CHUNK), b""))


def encoding_of_start(path: Path) -> str | None:
    """Return the encoding if a file starts as UTF-8.

    None otherwise. Raises OSError.
    """
    with path.open("rb") as file:
        start = file.read(CHUNK)
    if b"\0" in start[:200] or not _decodes(codecs.getincrementaldecoder("utf-8")(), start):
        return None
    return bom_encoding(path) or "utf-8"


def _unmarked_utf16(path: Path) -> str | None:
    """Return the variant of UTF-16 without a mark.

    Every other byte of its delimiters and digits is zero, unlike in any other text.
    """
    with path.open("rb") as file:
        start = file.read(4096)
    even, odd = start[::2].count(b"\0"), start[1::2].count(b"\0")
    if even + odd == 0 or min(even, odd) * 10 > max(even, odd):
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _reads_as_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            # Most exports are plain ASCII, which is checked ten times faster.
            if (not chunk.isascii() or decoder.getstate()[0]) and not _decodes(decoder, chunk):
                return False
    return _decodes(decoder, b"", final=True)


def has_lines(path: Path, least: int) -> bool:
    """Return whether a file has at least so many lines.

    Reads no more than these. Raises OSError.
    """
    count = 0
    with path.open("rb") as file:
        while count < least and (chunk := file.read(CHUNK)):
            count += chunk.count(b"\n")
    return count >= least


def rows_match_lines(path: Path, rows: int) -> bool:
    """Return whether row numbers equal line numbers.

    `rows` is the number of all rows; they match when no line is blank. A cell may contain lines of its own: the row
    counts as one. Raises OSError.
    """
    return rows == _lines(path) or not _has_blank_line(path)


def _lines(path: Path) -> int:
    count, last = 0, b"\n"
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            count += chunk.count(b"\n")
            last = chunk[-1:]
    return count + (last != b"\n")


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
