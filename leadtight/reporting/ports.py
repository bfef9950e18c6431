"""Ports of the reports."""

from datetime import date, datetime
from typing import Protocol

from leadtight.domain.model.event import Event


class EventHistory(Protocol):
    """The history of all leads by day."""

    def events_on(self, day: date) -> tuple[Event, ...]:
        """Return a UTC day's events, by time and id."""

    def history(self, lead_id: str) -> tuple[Event, ...]:
        """Return all events of one lead, oldest first."""


class ReportFiles(Protocol):
    """Where reports are kept, by key."""

    def put(self, key: str, body: bytes, content_type: str) -> None:
        """Store a file, replacing what was there."""

    def get(self, key: str) -> bytes | None:
        """Return a file, or None."""

    def list(self, prefix: str) -> tuple[str, ...]:
        """Return the keys that start with `prefix`, sorted."""


class LeadNames(Protocol):
    """Name of the person behind a lead.

    Facts hold no names, so a page looks them up when it is written.
    """

    def __call__(self, lead_id: str) -> str | None:
        """Return the name to show, None without the lead."""


class LostReasons(Protocol):
    """Why a lead was lost, as recorded at closing.

    Facts hold no text, so a page looks it up as it does names.
    """

    def __call__(self, lead_id: str) -> str | None:
        """Return the reason, None without one or without the lead."""


class Sentences(Protocol):
    """Describes events in words."""

    def __call__(self, event: Event) -> str:
        """Return a sentence about an event.

        Empty for mere bookkeeping, and for erased content.
        """


class OutcomeLinks(Protocol):
    """Signed addresses for recording outcomes."""

    def __call__(self, lead_id: str, generation: int, person_id: str, now: datetime) -> str:
        """Return one person's address to record an outcome.

        The same arguments give the same address.
        """
