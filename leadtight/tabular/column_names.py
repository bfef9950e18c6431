"""The names of a header as both commands call its columns."""

from collections.abc import Iterable
from itertools import count


def unique(names: Iterable[str]) -> tuple[str, ...]:
    """Return the header's names, trimmed; the second column of a name is `name (2)`, one without any `column 3`."""
    result: list[str] = []
    for position, written in enumerate(names, 1):
        name = " ".join(written.replace("\ufeff", "").split()) or f"column {position}"
        numbered = (f"{name} ({n})" for n in count(2))
        result.append(name if name not in result else next(each for each in numbered if each not in result))
    return tuple(result)
