"""The headline of an audit: contacts, speed and reliability."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from leadtight.reporting.formatting import amount, counted, duration, share


def headline(report: dict[str, Any]) -> tuple[str, ...]:
    """Return the headline in sentences.

    Many unread rows are mentioned first.
    """
    return tuple(_sentences(report))


def is_doubtful(report: dict[str, Any]) -> bool:
    """Return whether a caveat is grave."""
    return any(each["grave"] for each in report["caveats"])


def _sentences(report: dict[str, Any]) -> Iterator[str]:
    yield f"{_rows(report)}{_contacts(report)}"
    if report["contacted"] is not None and is_doubtful(report):
        yield "The notes above may change this."
    if waste := report["money"]["monthly_waste"]:
        yield f"{amount(Decimal(waste))} a month was spent on leads without a contact."


def _rows(report: dict[str, Any]) -> str:
    """Return how many rows were read if many were not."""
    rejected = next((c for c in report["caveats"] if c["what"] == "rejected_leads" and c["grave"]), None)
    if rejected is None:
        return ""
    return f"{rejected['of'] - rejected['count']:,} of {rejected['of']:,} rows of leads could be read. "


def _contacts(report: dict[str, Any]) -> str:
    leads, contacted, kept = report["leads"], report["contacted"], report["contacted_in_window"]
    if contacted is None:
        return f"{counted(leads, 'lead')}. It is not known who was contacted."
    if kept is None:
        return (
            f"{contacted:,} of {counted(leads, 'lead')} were contacted ({share(report['contact_rate'])}); how fast is"
            " not known."
        )
    window = duration(report["definition"]["window_seconds"])
    in_window = f"Of {counted(leads, 'lead')}, {kept:,} were contacted within {window} ({share(kept / leads)})"
    never = report["never_contacted"]
    if not never:
        return f"{in_window}; all have a contact in these files."
    without = f"{never:,} {'has' if never == 1 else 'have'} no contact in these files"
    return f"{in_window} and {without} ({share(never / leads)})."
