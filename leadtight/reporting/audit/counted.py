"""What an audit counted, in words."""

from collections.abc import Iterator
from typing import Any

from leadtight.reporting.audit.contacts.definition import quoted
from leadtight.reporting.formatting import counted, duration, listed

_COLUMNS = {
    "lead_id": "id",
    "person_key": "key for joining activities",
    "created_at": "creation",
    "first_assigned_at": "first assignment",
    "first_contact_at": "first contact",
    "stage_since": "in its stage since",
    "lost_reason": "lost reason",
    "won": "won stages",
    "lost": "lost stages",
    "opportunity": "opportunity stages",
    "qualified_at": "qualified since",
    "qualified": "qualified values",
    "at": "time",
    "date_format": "date format",
    "decimal": "decimal mark",
    "response_time": "response time",
}
_ROWS = {"joined": "joined to a lead", "unjoined": "not joined to a lead", "blank_key": "with a blank key"}


def counted_terms(report: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield terms with their meaning, as the page lists them."""
    definition = report["definition"]
    for name, rows in report["rows"].items():
        if rows:
            yield f"Rows of {name}", listed(f"{count:,} {_ROWS.get(key, key)}" for key, count in rows.items())
    days = f"; {definition['since'] or 'the first day'} to {definition['until'] or 'the last day'}"
    is_limited = definition["since"] or definition["until"]
    yield (
        "Window, working hours, zone",
        f"{duration(definition['window_seconds'])}; {definition['hours']}; {definition['timezone']}"
        f"{days if is_limited else ''}",
    )
    rules = listed(f"{counted(rule['leads'], 'lead')} by {quoted(rule['rule'])}" for rule in definition["exclusions"])
    yield "Left out by rule", rules or "nothing"
    if definition["contact"]:
        yield "Counted as a contact", definition["contact"]
    for name, columns in definition["mapping"].items():
        yield f"Columns of {name}", "; ".join(f"{_name(key)}: {_words(value)}" for key, value in _shown(columns))


def _shown(columns: dict[str, Any]) -> list[tuple[str, Any]]:
    return [(key, value) for key, value in columns.items() if key != "is_contact"]


def _name(key: str) -> str:
    return _COLUMNS.get(key, key.replace("_", " "))


def _words(value: Any) -> str:
    return listed(quoted(each) for each in value) if isinstance(value, list) else quoted(str(value))
