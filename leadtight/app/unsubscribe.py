"""Somebody wants to hear no more: the channel ends for the person, and with it every sequence of their leads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from leadtight.app.links import Links
from leadtight.app.ports import Alarms, LeadStore
from leadtight.domain.errors import Conflict, InvalidLink, NotFound
from leadtight.domain.lead import Lead
from leadtight.domain.links import Purpose
from leadtight.domain.message import LEAD, Channel
from leadtight.domain.opt_out import leave
from leadtight.domain.person import person_keys

TRIES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """What an unsubscribe link is about, and whether that has happened already."""

    lead: Lead
    channel: Channel

    @property
    def is_done(self) -> bool:
        """Tell whether this lead has said so before."""
        return self.channel in self.lead.opted_out


class Unsubscribe:
    """What the link in every message of a sequence does. Looking changes nothing; a post acts at once (RFC 8058)."""

    def __init__(self, store: LeadStore, alarms: Alarms, links: Links) -> None:
        """Take the ports."""
        self._store = store
        self._everywhere = OptOut(store, alarms)
        self._links = links

    def look(self, token: str, now: datetime) -> Leaving:
        """Return what a link is about. Raises InvalidLink when it is not ours, NotFound when the lead is gone."""
        claims = self._links.open(token, Purpose.UNSUBSCRIBE, now)
        channel, _, lead_id = claims.subject.partition(":")
        if channel not in list(Channel):
            raise InvalidLink("this is not one of our links")
        lead = self._store.load(lead_id)
        if lead is None:
            raise NotFound("This lead does not exist any more.")
        return Leaving(lead=lead, channel=Channel(channel))

    def leave(self, token: str, now: datetime) -> Leaving:
        """End the channel for the person and the sequences of all their leads; doing it twice is harmless.

        Raises what `look` raises.
        """
        leaving = self.look(token, now)
        lead = self._everywhere.on(leaving.lead, (leaving.channel,), now)
        self._everywhere.elsewhere(lead, (leaving.channel,), now)
        return Leaving(lead=lead, channel=leaving.channel)


class OptOut:
    """Ends channels lead by lead; the person's own record goes with the first of these transactions."""

    def __init__(self, store: LeadStore, alarms: Alarms) -> None:
        """Take the ports."""
        self._store = store
        self._alarms = alarms

    def on(self, lead: Lead, channels: Sequence[Channel], now: datetime) -> Lead:
        """Return the lead after it has left the channels, its sequence stopped in the same transaction."""
        for _ in range(TRIES):
            change = leave(lead, tuple(channels), LEAD, now)
            if change is None:
                return lead
            try:
                self._store.commit(change)
            except Conflict:
                lead = self._store.load(lead.id) or lead
                continue
            self._alarms.arm(change.after, now)
            return change.after
        raise Conflict(f"lead {lead.id} kept changing while it left {', '.join(channels)}")

    def elsewhere(self, lead: Lead, channels: Sequence[Channel], now: datetime) -> None:
        """Stop the sequences of the person's other leads, each in a transaction of its own."""
        for lead_id in self._store.leads_of(person_keys(lead.inquiry)):
            other = self._store.load(lead_id) if lead_id != lead.id else None
            if other is not None and other.enrolment is not None:
                self.on(other, channels, now)
