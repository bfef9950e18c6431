"""Find our sent mails that inbound mail refers to."""

from collections.abc import Callable
from dataclasses import dataclass

from leadtight.app.ports.leads import LeadStore
from leadtight.app.ports.outbox import Outbox
from leadtight.domain.intake.inbound_email import Complaint, InboundEmail
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.message import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class SentMails:
    """Our sent mails, by reply address and Message-ID.

    `answered_lead` opens an address that takes answers for one lead; `sent_id` returns the id that our provider gave a
    mail of ours, from its Message-ID.
    """

    store: LeadStore
    outbox: Outbox
    answered_lead: Callable[[str], str | None]
    sent_id: Callable[[str], str | None]

    def thread(self, email: InboundEmail) -> Lead | None:
        """Return the lead that a mail answers.

        A recipient address names it, or a mail of ours in the references.
        """
        for address in email.recipients:
            lead_id = self.answered_lead(address)
            if lead := self.store.load(lead_id) if lead_id else None:
                return lead
        for provider_id in filter(None, map(self.sent_id, email.references)):
            message = self.outbox.find_by_provider_id(provider_id)
            if lead := self.store.load(message.lead_id) if message else None:
                return lead
        return None

    def is_reply_address(self, lead: Lead | None, email: InboundEmail) -> bool:
        """Return whether a recipient address takes answers for the lead."""
        return lead is not None and lead.id in map(self.answered_lead, email.recipients)

    def provider_id(self, message_id: str) -> str | None:
        """Return the provider's id of our mail with a Message-ID.

        Returns None when we did not send it.
        """
        provider_id = self.sent_id(message_id)
        return provider_id if provider_id and self.outbox.find_by_provider_id(provider_id) else None

    def complained_about(self, complaint: Complaint) -> Message | None:
        """Return our message that a complaint is about.

        It is found by its Message-ID, else by our mark in the returned mail.
        """
        provider_ids = filter(None, map(self.sent_id, complaint.message_ids))
        message = next((m for m in map(self.outbox.find_by_provider_id, provider_ids) if m), None)
        lead_id, _, message_id = complaint.mark.partition("/")
        return message or (self.outbox.find(lead_id, message_id) if lead_id and message_id else None)
