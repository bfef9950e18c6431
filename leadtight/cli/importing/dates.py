"""Dates of a column: one format for all of it, or the import says that it cannot be decided."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

ISO = "iso"
FORMATS = (
    *("%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y", "%d.%m.%y"),
    *("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%Y"),
    *("%m/%d/%Y %I:%M %p", "%d/%m/%Y %I:%M %p", "%Y/%m/%d %H:%M", "%Y/%m/%d", "%d %b %Y", "%b %d, %Y"),
)


class DateFormats:
    """Learns from one value after another which formats are still possible for a column."""

    def __init__(self) -> None:
        self._left: tuple[str, ...] = (ISO, *FORMATS)

    def see(self, text: str) -> None:
        """Drop what cannot be, unless nothing would be left: then this one value is odd."""
        left = tuple(f for f in self._left if read(text, f) is not None)
        self._left = left or self._left

    def decided(self) -> str | None:
        """Return the one format, or None when several that differ are still possible."""
        day_first = {f.find("%d") < f.find("%m") for f in self._left if "/" in f and not f.startswith("%Y")}
        return None if len(day_first) > 1 and ISO not in self._left else self._left[0]


def chosen(texts: Iterable[str]) -> str | None:
    """Return the format of all these values, or None when it cannot be decided."""
    formats = DateFormats()
    for text in texts:
        formats.see(text)
    return formats.decided()


def read(text: str, form: str) -> datetime | None:
    """Return the moment that a text names, without a zone where it has none; None when it is not written so."""
    try:
        return datetime.fromisoformat(text) if form == ISO else datetime.strptime(text, form)  # noqa: DTZ007 - the stack knows the zone
    except ValueError:
        return None
