"""Refusal of unsafe workbooks before unpacking.

By what the archive states about itself.
"""

import zipfile
from collections.abc import Sequence

from leadtight.tabular.errors import NoTableError

MOST_UNPACKED, MOST_TEXTS, MOST_OF_PART = 4 << 30, 1 << 28, 1 << 25
"""Most unpacked bytes: in total, of shared texts, of parts.

Other parts are each in memory as a whole.
"""

MOST_ENTRIES = 10_000
SMALL = 1 << 25
"""Unpacked bytes of a part with any compression ratio."""

MOST_PACKED = 200
"""Best compression ratio of a workbook's part.

Sheets of equal rows reach a hundred, zeroes a thousand.
"""

PROLOG = 1 << 16
"""Bytes at the start in which a part declares entities."""

_READ = (".xml", ".rels", ".vml")
_STREAMED = "xl/worksheets/"


def refuse_bomb(archive: zipfile.ZipFile) -> None:
    """Raise NoTableError for a disproportionately expensive workbook.

    One that would take more memory or time than its size suggests. An archive that lies about a part's size is safe: no
    more than that is unpacked, and then its checksum is wrong.
    """
    parts = [entry for entry in archive.infolist() if entry.filename.lower().endswith(_READ)]
    if len(archive.infolist()) > MOST_ENTRIES:
        raise NoTableError(f"a workbook of over {MOST_ENTRIES} parts; save the sheet as CSV")
    _refuse_size(parts)
    for part in parts:
        _refuse_declarations(archive, part)


def _refuse_size(parts: Sequence[zipfile.ZipInfo]) -> None:
    unpacked = sum(part.file_size for part in parts)
    texts = [part.file_size for part in parts if part.filename.endswith("sharedStrings.xml")]
    whole = [p.file_size for p in parts if not p.filename.endswith("sharedStrings.xml") and _STREAMED not in p.filename]
    is_bomb = any(p.file_size > max(SMALL, MOST_PACKED * p.compress_size) for p in parts)
    if unpacked > MOST_UNPACKED or sum(texts) > MOST_TEXTS or max(whole, default=0) > MOST_OF_PART or is_bomb:
        raise NoTableError(f"a workbook that unpacks to {unpacked / (1 << 30):.1f} GB; save the sheet as CSV")


def _refuse_declarations(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Raise NoTableError for a part that declares entities.

    No workbook does, and a few bytes of them can expand to billions.
    """
    with archive.open(part) as content:
        begins = content.read(PROLOG).replace(b"\0", b"").upper()
    if b"<!DOCTYPE" in begins or b"<!ENTITY" in begins:
        raise NoTableError(f"a workbook must not declare entities, but {part.filename} does")
