"""A table in memory, with every cell as text.

For small files that are neither sheets nor lines of text.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from leadtight.tabular.date_and_time import Pair
from leadtight.tabular.encoding import detect
from leadtight.tabular.errors import NoTableError

MOST_BYTES = 256 << 20


@dataclass(frozen=True, slots=True)
class CellTable:
    """The table in a file.

    `described` says what kind of file it is, `encoding` how it was decoded, `errors` how stray bytes were handled.
    `rows` are those below the header, each with its number. `usually_filled` is how many cells most rows fill, 0 if
    nothing is below the table; `pairs` has the columns that are a date and its time.
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
    """Return the rows with content, each with its number.

    The first row is number `first`.
    """
    return tuple((number, list(row)) for number, row in enumerate(rows, first) if any(cell.strip() for cell in row))


def detect_markup(path: Path, declared: bytes | None, fallback: str | None) -> tuple[str, str]:
    """Return the encoding of a markup file, and error handling.

    As `encoding.detect` does. `declared` is the encoding that the file itself names; it applies when the file is not
    UTF-8, unless `fallback` overrides it. Raises NoTableError for a file that is too large, and OSError.
    """
    import webencodings  # few files need it

    if path.stat().st_size > MOST_BYTES:
        raise NoTableError(f"the file is over {MOST_BYTES >> 20} MB; save it as xlsx or as CSV")
    label = webencodings.lookup(declared.decode("ascii", "replace")) if declared else None
    declared_codec = label.codec_info.name if label and label.name != "utf-8" else None
    return detect(path, fallback or declared_codec)
