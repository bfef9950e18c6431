"""Record a lead's answer to the contact check.

The lead says whether anyone has been in touch. Looking changes nothing.
"""

from datetime import datetime

from leadtight.app.commit import change_lead
from leadtight.app.messaging.links import Links
from leadtight.app.ports.alarms import Alarms
from leadtight.app.ports.leads import LeadStore
from leadtight.domain.access.signed_links import LinkPurpose
from leadtight.domain.enforcement.contact_check import ContactAnswer, answer
from leadtight.domain.model.errors import InvalidInquiry, NotFound, Problem
from leadtight.domain.model.lead import Lead
from leadtight.domain.policy.policy import Policy


class ContactCheck:
    """The actions behind a contact check link."""

    def __init__(self, policy: Policy, store: LeadStore, alarms: Alarms, links: Links) -> None:
        """Take the policy and the ports."""
        self._policy = policy
        self._store = store
        self._alarms = alarms
        self._links = links

    def look(self, token: str, now: datetime) -> Lead:
        """Return the lead of a contact check link.

        Raises InvalidLink, LinkExpired, NotFound.
        """
        lead = self._store.load(self._links.open(token, LinkPurpose.ASK, now).subject)
        if lead is None:
            raise NotFound("This lead no longer exists.")
        return lead

    def say(self, token: str, reply: str, now: datetime, words: str = "") -> Lead:
        """Record a lead's answer and words; idempotent.

        Returns the lead afterwards. Raises InvalidInquiry when neither yes nor no was chosen, besides what `look`
        raises.
        """
        if reply not in list(ContactAnswer):
            raise InvalidInquiry([Problem("said", "choose one of the two answers")])
        lead = self.look(token, now)
        return change_lead(
            self._store,
            self._alarms,
            lead,
            lambda current: answer(self._policy, current, ContactAnswer(reply), now, words),
            now,
        )
