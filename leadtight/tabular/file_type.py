"""The type of an exported file.

It shows in the bytes, not in the name.
"""

import re
import zipfile
from collections.abc import Collection
from pathlib import Path
from typing import Literal

from leadtight.tabular import unpacking
from leadtight.tabular.errors import NoTableError

Kind = Literal["parquet", "workbook", "page", "vcard", "text"]
PARQUET, ZIP, OLE = b"PAR1", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
REFUSED = {
    OLE: "a workbook of Excel 97-2003, or one with a password; save it as xlsx without one, or as CSV",
    b"\x1f\x8b": "compressed (gzip); unpack it first",
    b"PK\x05\x06": "an empty ZIP archive",
    b"Rar!": "a RAR archive; unpack it first",
    b"7z\xbc\xaf": "a 7z archive; unpack it first",
    b"BZh": "compressed (bzip2); unpack it first",
    b"\xfd7zXZ": "compressed (xz); unpack it first",
    b"BEGIN:VC": "a calendar; export the list as xlsx or as CSV",
    b"MIME-Ver": "a saved web page (MHTML); save it as xlsx or as CSV",
    b"%PDF": "a PDF; export the list as xlsx or as CSV",
    b"{\\rtf": "a text document (RTF); export the list as xlsx or as CSV",
    b"SQLite f": "a database; export the table as CSV",
    b"\x89PNG": "a picture; export the list as xlsx or as CSV",
    b"\xff\xd8\xff": "a picture; export the list as xlsx or as CSV",
}
LOOKED_AT = 1 << 14
"""Bytes that show whether a file is a web page.

It may begin with an XML declaration.
"""

MARKS = b"\xef\xbb\xbf\xff\xfe \r\n\t"
_PAGE = re.compile(rb"<(?:!doctype\s+html|html|body|meta|table|style|t[dr])\b|<\w*:?workbook\b", re.IGNORECASE)


def kind_of(path: Path) -> Kind:
    """Return the type of a file.

    Raises NoTableError when it is not a table, and OSError.
    """
    with path.open("rb") as file:
        begins = file.read(LOOKED_AT)
    start, text = begins[:8], begins.lstrip(MARKS).replace(b"\0", b"").lstrip()
    if not start:
        raise NoTableError("the file is empty")
    if start.startswith(PARQUET):
        return "parquet"
    if start.startswith(ZIP):
        _refuse_other_archives(path)
        return "workbook"
    if text[:11].upper() == b"BEGIN:VCARD":
        return "vcard"
    if text.startswith(b"<") and _PAGE.search(text):
        return "page"
    _refuse_others(start, text)
    return "text"


def _refuse_others(start: bytes, text: bytes) -> None:
    """Raise NoTableError for other file types.

    `text` is the start without a byte order mark.
    """
    for mark, reason in REFUSED.items():
        if start.startswith(mark):
            raise NoTableError(reason)
    if text.startswith((b"<", b"{", b"[{", b"[\n", b"[\r", b"[ ")):
        raise NoTableError("the file contains XML or JSON; export it as xlsx or as CSV")


def _refuse_other_archives(path: Path) -> None:
    """Raise NoTableError for other or unsafe ZIP archives.

    Those that are not a workbook (xlsx), or must not be unpacked.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _refuse_kind({entry.filename for entry in archive.infolist()})
            unpacking.refuse_bomb(archive)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise NoTableError(f"not a readable workbook: {error}") from error


def _refuse_kind(names: Collection[str]) -> None:
    if "xl/workbook.bin" in names:
        raise NoTableError("a binary workbook (xlsb); save it as xlsx or as CSV")
    if "content.xml" in names or any(name.startswith("Index/") for name in names):
        raise NoTableError("a workbook of OpenDocument or Numbers; save it as xlsx or as CSV")
    if not any(name.startswith("xl/") for name in names):
        tables = [name for name in names if name.lower().endswith((".csv", ".xlsx", ".tsv", ".txt"))]
        raise NoTableError(f"a ZIP archive; unpack it and use {tables[0] if len(tables) == 1 else 'a file in it'}")
