"""Unsubscribe a person: end the channel and their sequences."""

from dataclasses import dataclass
from datetime import datetime

from leadtight.app.compliance.opt_out import OptOut
from leadtight.app.messaging.links import Links
from leadtight.app.ports.alarms import Alarms
from leadtight.app.ports.leads import LeadStore
from leadtight.domain.access.signed_links import LinkPurpose
from leadtight.domain.model.errors import InvalidLink, NotFound
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.message import TO_LEADS, Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsubscribeLink:
    """An unsubscribe link: its lead, channel and state."""

    lead: Lead
    channel: Channel

    @property
    def is_done(self) -> bool:
        """Return whether this lead has unsubscribed before."""
        return self.channel in self.lead.opted_out


class Unsubscribe:
    """The unsubscribe link in every message of a sequence.

    Looking changes nothing; a post acts at once (RFC 8058).
    """

    def __init__(self, store: LeadStore, alarms: Alarms, links: Links) -> None:
        """Take the ports."""
        self._store = store
        self._everywhere = OptOut(store, alarms)
        self._links = links

    def look(self, token: str, now: datetime) -> UnsubscribeLink:
        """Return the lead and channel of a link.

        Raises InvalidLink when we did not sign it, NotFound when the lead is gone.
        """
        claims = self._links.open(token, LinkPurpose.UNSUBSCRIBE, now)
        channel, _, lead_id = claims.subject.partition(":")
        if channel not in TO_LEADS:
            raise InvalidLink("this is not one of our links")
        lead = self._store.load(lead_id)
        if lead is None:
            raise NotFound("This lead no longer exists.")
        return UnsubscribeLink(lead=lead, channel=Channel(channel))

    def leave(self, token: str, now: datetime) -> UnsubscribeLink:
        """End the channel and all the person's sequences; idempotent.

        Raises what `look` raises.
        """
        leaving = self.look(token, now)
        lead = self._everywhere.on(leaving.lead, (leaving.channel,), now)
        self._everywhere.elsewhere(lead, (leaving.channel,), now)
        return UnsubscribeLink(lead=lead, channel=leaving.channel)
