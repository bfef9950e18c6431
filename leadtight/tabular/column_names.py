"""Column names for the audit and the import."""

from collections.abc import Iterable


def unique(names: Iterable[str]) -> tuple[str, ...]:
    """Return the header's names, trimmed and unique.

    The second column of a name is `name (2)`, one without a name `column 3`.
    """
    result: dict[str, None] = {}
    last: dict[str, int] = {}
    for position, written in enumerate(names, 1):
        name = " ".join(written.replace("\ufeff", "").split()) or f"column {position}"
        unused = name
        while unused in result:
            last[name] = last.get(name, 1) + 1
            unused = f"{name} ({last[name]})"
        result[unused] = None
    return tuple(result)
