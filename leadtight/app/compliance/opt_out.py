"""Carry an opt-out to every lead of the person."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from leadtight.app.commit import change_lead
from leadtight.app.ports.alarms import Alarms
from leadtight.app.ports.leads import LeadStore
from leadtight.app.views.history import newest_first
from leadtight.domain.compliance.opt_out import opt_out_lead
from leadtight.domain.intake.identity_match import is_same_person
from leadtight.domain.model.event import Event
from leadtight.domain.model.identity import lookup_keys
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.message import LEAD, Channel
from leadtight.domain.policy.policy import Policy


class OptOut:
    """Ends channels for a person, lead by lead.

    The person's own record is written in the first of these transactions.
    """

    def __init__(self, store: LeadStore, alarms: Alarms) -> None:
        """Take the ports."""
        self._store = store
        self._alarms = alarms

    def on(self, lead: Lead, channels: Sequence[Channel], now: datetime) -> Lead:
        """End channels and the sequence of one lead."""
        return change_lead(
            self._store, self._alarms, lead, lambda current: opt_out_lead(current, tuple(channels), LEAD, now), now
        )

    def elsewhere(
        self, lead: Lead, channels: Sequence[Channel], now: datetime, said_at: datetime | None = None
    ) -> None:
        """Stop the sequences of the person's other leads.

        Each is a transaction of its own. Other people who share the number go on: the number itself is suppressed for
        what must not be sent there. An opt-out of `said_at` that is repeated later does not end sequences that began
        since.
        """
        for other in self._in_sequences(lead):
            if not self.has_begun_since(other, said_at):
                self.on(other, channels, now)

    def pause_elsewhere(self, policy: Policy, lead: Lead, words: str, now: datetime) -> None:
        """Pause the person's other sequences after an unproved opt-out.

        They stay paused until a user has looked at it.
        """
        from leadtight.domain.intake.human_handoff import pause  # lazy: rarely needed

        for other in self._in_sequences(lead):
            change_lead(self._store, self._alarms, other, lambda current: pause(current, policy, words, now), now)

    def _in_sequences(self, lead: Lead) -> Iterator[Lead]:
        """Yield the person's other leads that are in a sequence."""
        others = [lead_id for lead_id in self._store.leads_of(lookup_keys(lead.inquiry)) if lead_id != lead.id]
        for other in self._store.load_all(others) if others else ():
            if other.enrolment is not None and is_same_person(lead.inquiry, other.inquiry):
                yield other

    def has_begun_since(self, lead: Lead, said_at: datetime | None) -> bool:
        """Return whether a lead's sequence began after an instant.

        Such a sequence is not ended by an earlier opt-out. Reads the lead's history.
        """
        if said_at is None or lead.enrolment is None:
            return False
        enrolled = (event.at for event in newest_first(self._store, lead.id) if _begins(event, lead.enrolment.id))
        return next(enrolled, said_at) > said_at


def _begins(event: Event, enrolment_id: str) -> bool:
    """Return whether an event begins this enrolment."""
    old, new = ((side or {}).get("id") for side in event.changes.get("enrolment") or (None, None))
    return old != enrolment_id and new == enrolment_id
