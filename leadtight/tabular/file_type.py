"""What a file of an export is, which shows in its bytes and not in its name."""

from pathlib import Path
from typing import Literal

from leadtight.tabular.errors import NoTableError

Kind = Literal["parquet", "workbook", "text"]
PARQUET, ZIP, OLD_WORKBOOK = b"PAR1", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


def kind_of(path: Path) -> Kind:
    """Return what a file is. Raises NoTableError when it is no table, and OSError."""
    with path.open("rb") as file:
        start = file.read(8)
    if not start:
        raise NoTableError("the file is empty")
    if start.startswith(PARQUET):
        return "parquet"
    if start.startswith(ZIP):
        return "workbook"
    if start.startswith(OLD_WORKBOOK):
        raise NoTableError("a workbook of Excel 97-2003; save it as xlsx or as CSV")
    if start.lstrip(b"\xef\xbb\xbf \r\n\t").startswith((b"<", b"{", b"[{")):
        raise NoTableError("holds HTML, XML or JSON; export it as xlsx or as CSV")
    return "text"
