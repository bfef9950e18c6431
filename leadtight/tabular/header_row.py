"""Where the table begins: reports are saved with their title, their filters and blank rows above the header."""

from collections.abc import Sequence

MOST = 20
"""So many rows may stand above a header."""

WIDEST = 3
"""So many cells a title or a filter may fill."""


def above_the_header(rows: Sequence[Sequence[str]]) -> int:
    """Return how many of these first rows of a file stand above its header.

    They are those at the start that fill few cells, and less than half as many as the fullest quarter of the rows. A
    header has a letter in it.
    """
    filled = [sum(bool(cell.strip()) for cell in row) for row in rows]
    some = sorted(n for n in filled if n) or [0]
    usual = some[len(some) * 3 // 4]
    full = (n for n, cells in enumerate(filled[: MOST + 1]) if cells > WIDEST or cells * 2 >= max(usual, 1))
    begins = next(full, 0)
    return begins if any(letter.isalpha() for cell in rows[begins : begins + 1] for letter in "".join(cell)) else 0
