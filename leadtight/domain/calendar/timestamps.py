"""Timestamps as sortable text, and the start of local days.

The text is always UTC and always of the same width.
"""

from datetime import UTC, date, datetime, time, tzinfo


def midnight(day: date, zone: tzinfo) -> datetime:
    """Return the start of a local day, in UTC.

    Days of 23 and 25 hours are handled.
    """
    return datetime.combine(day, time(), zone).astimezone(UTC)


def format_timestamp(at: datetime) -> str:
    """Return `at` as `2026-11-22T02:15:52.123456Z`.

    It has 27 characters and sorts chronologically. Raises ValueError for a naive datetime: an instant without a zone is
    a guess.
    """
    if at.tzinfo is None:
        raise ValueError(f"naive datetime is not an instant: {at!r}")
    return at.astimezone(UTC).isoformat(timespec="microseconds")[: -len("+00:00")] + "Z"


def parse_timestamp(text: str) -> datetime:
    """Parse an ISO 8601 timestamp with a zone, as UTC.

    Raises ValueError for any other text.
    """
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"no time zone in {text!r}")
    try:
        return at.astimezone(UTC)
    except OverflowError as error:  # the first or last hours of the calendar, on the far side of UTC
        raise ValueError(f"date value out of range in UTC: {text!r}") from error
