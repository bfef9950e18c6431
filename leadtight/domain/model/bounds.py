"""Size limits of the parts of a lead.

The rest stays whole in the event that brought it. A row of the table has at most 400 KB. A lead's first inquiry has its
message and these fields beside it.
"""

from __future__ import annotations

from collections.abc import Mapping

MOST_FIELDS = 200
MOST_FIELD_BYTES = 64 * 1024
"""Most bytes of all fields together, names and values in UTF-8."""

LONGEST_ADDED = 16 * 1024
"""Most bytes of an added field, name and value in UTF-8: one alone must not take all the room."""

MOST_SOURCES = 50
"""Most further sources of a lead."""

MOST_LEADS = 5_000
"""Most leads of one person: the set of their ids, 31 bytes each, is a row of its own."""


def fields_within(present: Mapping[str, str], new: Mapping[str, str]) -> dict[str, str]:
    """Return the present fields and the new ones that fit.

    A present field keeps its value.
    """
    fields = dict(present)
    room = MOST_FIELD_BYTES - sum(_size(name, value) for name, value in present.items())
    for name, value in new.items():
        size = _size(name, value)
        if name not in fields and size <= min(room, LONGEST_ADDED) and len(fields) < MOST_FIELDS:
            fields[name] = value
            room -= size
    return fields


def sources_within(present: tuple[str, ...], source: str) -> tuple[str, ...]:
    """Add a source, while there is room."""
    return tuple(dict.fromkeys((*present, source)))[:MOST_SOURCES]


def _size(name: str, value: str) -> int:
    return len(name.encode("utf-8", "replace")) + len(value.encode("utf-8", "replace"))
