"""Check at send time whether a message may go."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from leadtight.app.messaging.send_limits import SendLimits
from leadtight.app.ports.compliance import DncLists
from leadtight.app.ports.outbox import Outbox
from leadtight.domain.compliance.call_warning import call_warning
from leadtight.domain.compliance.send_permission import (
    BY_PHONE,
    Decision,
    Permission,
    Suppression,
    Windows,
    authorize_send,
    lead_address,
)
from leadtight.domain.model.identity import person_key, person_keys
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.message import LEAD, Message
from leadtight.domain.policy.policy import Policy

WhyBarred = Callable[[Policy, str], str]
"""Returns why a number gets no automatic texts and calls.

The text is empty when it may get them.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendAuthorization:
    """Decides whether a message about a lead may go now."""

    policy: Policy
    outbox: Outbox
    call_lists: DncLists
    windows: Windows
    why_barred: WhyBarred
    limits: SendLimits

    def decide(self, message: Message, lead: Lead, now: datetime) -> Decision:
        """Decide whether a message may go now.

        A permission to write to a lead is counted.
        """
        decision = authorize_send(self.policy, message, lead, self._suppression(message, lead), self.windows, now)
        if message.recipient != LEAD or not isinstance(decision, Permission):
            return decision
        return self.limits.within(decision, message, lead, now)

    def add_call_warning(self, message: Message, lead: Lead, now: datetime) -> Message:
        """Add a call warning to a team message (H2, H3)."""
        if message.recipient == LEAD or not lead.inquiry.phone:
            return message
        standing = self.call_lists.standing(person_key(lead.inquiry.phone))
        windows, required = self.windows(lead.inquiry.phone, lead.inquiry), self.policy.messaging.do_not_call_lists
        reason = call_warning(standing, required, windows, self.policy.company.zone, now)
        return replace(message, data={**message.data, "do_not_call": reason}) if reason else message

    def _suppression(self, message: Message, lead: Lead) -> Suppression:
        """Return the recipient's opt-outs and list entries.

        There are none for team members.
        """
        if message.recipient != LEAD:
            return Suppression()
        suppression = self.outbox.suppression(recipient_keys(message, lead))
        address = lead_address(message, lead)
        if message.channel not in BY_PHONE or not address:
            return suppression
        calls, barred = self.call_lists.standing(person_key(address)), self.why_barred(self.policy, address)
        return replace(suppression, calls=calls, barred=barred)


def recipient_keys(message: Message, lead: Lead) -> tuple[str, ...]:
    """Return the keys of the person a message reaches.

    Its address may be another than the lead's own.
    """
    address = lead_address(message, lead)
    return tuple(dict.fromkeys((*person_keys(lead.inquiry), *((person_key(address),) if address else ()))))
