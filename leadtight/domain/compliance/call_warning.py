"""Warnings to answer before calling a lead (H2, H3)."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from leadtight.domain.change import Change, ChangeBuilder
from leadtight.domain.compliance.contact_hours import ContactWindow, first_permitted
from leadtight.domain.compliance.do_not_call import DncStatus
from leadtight.domain.model.errors import InvalidInquiry, Problem
from leadtight.domain.model.event import Event, EventKind
from leadtight.domain.model.lead import Lead

ANSWER_HOLDS = timedelta(minutes=30)
"""How long the number is shown after an answer."""


class CallReason(StrEnum):
    """Why a person calls despite the warning."""

    ASKED = "asked"
    AGREED = "agreed"
    OTHER_NUMBER = "other_number"


def call_warning(
    status: DncStatus,
    required: Collection[str],
    windows: Sequence[ContactWindow],
    zone: ZoneInfo,
    now: datetime,
) -> str:
    """Return why not to call the lead now, else empty.

    The number is on a do-not-call list, a list is too old to tell, the hour is not permitted in every place where they
    may be (`windows`), or no place is known. Times are in the company's `zone`.
    """
    if listed := status.forbids(required, now):
        return listed
    if not windows:
        return "it is not known where they are, and so at which hours they may be called"
    permitted = first_permitted(windows, now)
    if permitted == now:
        return ""
    begins = f", until {permitted.astimezone(zone):%a %d %b, %H:%M} our time" if permitted else ""
    return f"outside the hours in which they may be called{begins}"


def answer_call_warning(lead: Lead, warning: str, reason: str, *, by: str, now: datetime) -> Change | None:
    """Record a person's answer to the warning; None without one.

    Raises InvalidInquiry when no reason was chosen.
    """
    if reason not in list(CallReason):
        raise InvalidInquiry([Problem("call_reason", "choose why you call all the same")])
    if not warning:
        return None
    builder = ChangeBuilder(lead, lead, now)
    builder.event(EventKind.CALL_WARNING_ANSWERED, f"person:{by}", warning=warning, reason=CallReason(reason))
    return builder.build()


def is_answered(history: Iterable[Event], warning: str, person: str, now: datetime) -> bool:
    """Return whether the person has just answered this warning."""
    return any(
        event.kind is EventKind.CALL_WARNING_ANSWERED
        and event.actor == f"person:{person}"
        and event.data.get("warning") == warning
        and now - event.at <= ANSWER_HOLDS
        for event in history
    )
