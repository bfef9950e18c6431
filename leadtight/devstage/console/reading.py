"""Leads and messages as the console shows them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from leadtight.adapters.dynamodb import keys
from leadtight.adapters.dynamodb.rows import LeadRow, MessageRow
from leadtight.adapters.dynamodb.table import DynamoTable
from leadtight.devstage.console.sent import DevText, SentMessages, links
from leadtight.devstage.console.standing import (
    PromiseStatus,
    RunningTimer,
    UpcomingStep,
    next_step,
    promise_status,
    running_timers,
)
from leadtight.devstage.console.story import StoryLine, story_lines
from leadtight.devstage.console.wording import recipient, template_label
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.message import LEAD, Channel, Message, Status
from leadtight.domain.policy.policy import Policy

MOST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadListItem:
    """One lead of the list."""

    lead: Lead
    owner: str | None
    promise_status: PromiseStatus
    next_step: UpcomingStep | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageLine:
    """One message of a lead, with label and recipient."""

    message: Message
    label: str
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadDetail:
    """Everything about one lead."""

    line: LeadListItem
    story: tuple[StoryLine, ...]
    clocks: tuple[RunningTimer, ...]
    messages: tuple[MessageLine, ...]
    outcome_link: str | None

    @property
    def sent_ids(self) -> dict[str, str | None]:
        """Return the provider's id of each message."""
        return {m.message.id: m.message.provider_id for m in self.messages}


class LeadReader:
    """Reader of leads for the pages."""

    def __init__(self, policy: Policy, table: DynamoTable, sent: SentMessages, outcome_address: str) -> None:
        """Take the table and the sent messages.

        Creating the table bound the rows to it. `outcome_address` is the start of an outcome page's address.
        """
        self._policy = policy
        self._table = table
        self._sent = sent
        self._outcome_address = outcome_address

    def leads(self, now: datetime) -> tuple[LeadListItem, ...]:
        """Return the leads, newest first.

        A scan is right for a newcomer's few leads, and wrong for a deployed table, which the console never reads.
        """
        rows = LeadRow.scan(LeadRow.sk == keys.LEAD_SK)
        leads = sorted((row.value() for row in rows), key=lambda lead: (lead.received_at, lead.id))
        return tuple(self._line(lead, now) for lead in reversed(leads[-MOST:]))

    def lead(self, lead_id: str, now: datetime) -> LeadDetail | None:
        """Return one lead; None when it does not exist."""
        lead = self._table.load(lead_id)
        if lead is None:
            return None
        messages = self._table.messages(lead_id)
        return LeadDetail(
            line=self._line(lead, now),
            story=tuple(story_lines(self._policy, lead, self._table.history(lead_id), now)),
            clocks=running_timers(self._policy, lead, now),
            messages=tuple(self._message_line(lead, message) for message in messages),
            outcome_link=self._outcome_link(lead, messages),
        )

    def message_of(self, provider_id: str) -> Message | None:
        """Return the stored message behind a sent mail or text."""
        return self._table.find_by_provider_id(provider_id)

    def texts(self) -> tuple[tuple[DevText, Message | None], ...]:
        """Return the sent texts with their stored messages.

        Only these have the time of creation.
        """
        return tuple((text, self.message_of(text.id)) for text in self._sent.texts())

    def waiting_texts(self) -> tuple[Message, ...]:
        """Return delayed and refused texts to leads, latest first.

        `detail` states the reason.
        """
        messages = (row.value() for row in MessageRow.scan())
        texts = (m for m in messages if m.channel is Channel.SMS and m.recipient == LEAD and m.detail)
        shown = (m for m in texts if m.status in (Status.PENDING, Status.REFUSED))
        return tuple(sorted(shown, key=lambda m: (m.created_at, m.id), reverse=True)[:MOST])

    def _line(self, lead: Lead, now: datetime) -> LeadListItem:
        owner = self._policy.person_name(lead.owner_id) if lead.owner_id else None
        return LeadListItem(
            lead=lead, owner=owner, promise_status=promise_status(lead, now), next_step=next_step(self._policy, lead)
        )

    def _message_line(self, lead: Lead, message: Message) -> MessageLine:
        to = recipient(self._policy, lead, message.recipient)
        return MessageLine(message=message, label=template_label(message.template), to=to)

    def _outcome_link(self, lead: Lead, messages: tuple[Message, ...]) -> str | None:
        """Return the outcome link of the owner's latest mail.

        The console creates none: the owner has no other either.
        """
        theirs = {m.provider_id for m in messages if m.recipient == lead.owner_id and m.provider_id}
        return next(self._links_to(theirs), None)

    def _links_to(self, provider_ids: set[str]) -> Iterator[str]:
        for mail in self._sent.mails() if provider_ids else ():
            if mail.id in provider_ids:
                yield from links(mail.text, self._outcome_address)
