"""What reports need of the outside, as Protocols."""

from datetime import date, datetime
from typing import Protocol

from leadtight.domain.model.event import Event


class EventHistory(Protocol):
    """The history of all leads by day."""

    def events_on(self, day: date) -> tuple[Event, ...]:
        """Return the events of one UTC day in order of time and id."""

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
    """Says what to call the person behind a lead. Facts hold no names, so a page asks when it is written."""

    def __call__(self, lead_id: str) -> str | None:
        """Return a name to show, or None when the lead is gone."""


class LostReasons(Protocol):
    """Says why a lead was lost, in the words of whoever closed it. Facts hold no words, so a page asks as for names."""

    def __call__(self, lead_id: str) -> str | None:
        """Return the reason, or None when there is none or the lead is gone."""


class Sentences(Protocol):
    """Says what happened in an event."""

    def __call__(self, event: Event) -> str:
        """Return a sentence for people; empty for what is only bookkeeping, or has been erased."""


class OutcomeLinks(Protocol):
    """Signs the addresses at which an outcome is recorded."""

    def __call__(self, lead_id: str, generation: int, person_id: str, now: datetime) -> str:
        """Return the address for one person; the same arguments give the same address."""
