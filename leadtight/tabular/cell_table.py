"""A table of a file that is no sheet and no lines of text: small enough to be in memory, every cell as text."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from leadtight.tabular.date_and_time import Pair
from leadtight.tabular.encoding import detect
from leadtight.tabular.errors import NoTableError

MOST_BYTES = 256 << 20


@dataclass(frozen=True, slots=True)
class CellTable:
    """What a file holds: in words how it is written, its header, and the rows below it, each with its number.

    `encoding` is how it was decoded, `errors` what became of bytes that do not fit. `usually_filled` is how many cells
    most rows fill, 0 where nothing stands below the table; `pairs` has columns that are a date and its time.
    """

    described: str
    encoding: str
    errors: str
    header_row: int
    header: tuple[str, ...]
    rows: tuple[tuple[int, list[str]], ...]
    usually_filled: int = 0
    pairs: tuple[Pair, ...] = ()


def numbered(rows: Iterable[Sequence[str]], first: int) -> tuple[tuple[int, list[str]], ...]:
    """Return the rows that hold anything, each with its number; the first is counted as `first`."""
    return tuple((number, list(row)) for number, row in enumerate(rows, first) if any(cell.strip() for cell in row))


def detect_markup(path: Path, declared: bytes | None, fallback: str | None) -> tuple[str, str]:
    """Return the encoding of a file of markup and how its stray bytes are read, as `encoding.detected` does.

    `declared` is what the file says itself: it is believed of what is not UTF-8, unless `fallback` says otherwise.
    Raises NoTableError for a file that is too large, and OSError.
    """
    import webencodings  # few files are of this kind

    if path.stat().st_size > MOST_BYTES:
        raise NoTableError(f"the file is over {MOST_BYTES >> 20} MB; save it as xlsx or as CSV")
    label = webencodings.lookup(declared.decode("ascii", "replace")) if declared else None
    declared_codec = label.codec_info.name if label and label.name != "utf-8" else None
    return detect(path, fallback or declared_codec)
