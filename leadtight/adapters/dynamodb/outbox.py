"""The outbox: owed messages, and records of sends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from pynamodb.exceptions import PutError, TransactWriteError, UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from leadtight.adapters.dynamodb import keys, row_reader
from leadtight.adapters.dynamodb.connection import TableAccess, is_refused
from leadtight.adapters.dynamodb.rows import EventRow, MailRow, MessageRow
from leadtight.adapters.dynamodb.transactions import is_canceled_by_a_condition
from leadtight.domain.calendar.timestamps import format_timestamp
from leadtight.domain.model.listing import Listing
from leadtight.domain.model.message import NOT_CHANGED_BY, OWED, Message, Status

if TYPE_CHECKING:
    from leadtight.domain.compliance.send_limits import Budget, RecentSends
    from leadtight.domain.model.event import Event


class OutboxAccess(TableAccess):
    """Messages: owed, claimed, finished and confirmed."""

    def owe(self, message: Message) -> bool:
        """Put a message without a change into the outbox.

        One call.
        """
        try:
            MessageRow.of(message).save(condition=MessageRow.pk.does_not_exist())
        except PutError as error:
            if not is_refused(error):
                raise
            return False
        return True

    def claim(self, lead_id: str, message_id: str, holder: str, now: datetime, lease_until: datetime) -> Message | None:
        """Claim an owed message that is due: one call."""
        row = MessageRow(keys.lead(lead_id), keys.message(message_id))
        at = keys.due(lease_until, f"{lead_id}#{message_id}")
        actions: list[Action] = [
            MessageRow.status.set(Status.CLAIMED.value),
            MessageRow.holder.set(holder),
            MessageRow.next_try_at.set(format_timestamp(lease_until)),
            MessageRow.gsi1sk.set(at),
            MessageRow.attempts.set(MessageRow.attempts + 1),
        ]
        due = MessageRow.status.is_in(*OWED) & (MessageRow.next_try_at <= format_timestamp(now))
        try:
            row.update(actions, condition=due)
        except UpdateError as error:
            if not is_refused(error):
                raise
            return self._claimed_by(lead_id, message_id, holder)
        return row.value()

    def _claimed_by(self, lead_id: str, message_id: str, holder: str) -> Message | None:
        return self._find(lead_id, message_id, lambda row: _if_claimed_by(row, holder))

    def finish(self, message: Message, event: Event | None) -> None:
        """Store the result of a claim: one call.

        A confirmation that came first stays.
        """
        ours = (MessageRow.status == Status.CLAIMED.value) & (MessageRow.attempts == message.attempts)
        self._store_message(message, event, ours)

    def confirm(self, message: Message, event: Event) -> bool:
        """Store a provider's report, once."""
        news = ~MessageRow.status.is_in(*sorted(NOT_CHANGED_BY[message.status]))
        return self._store_message(message, event, MessageRow.pk.exists() & news)

    def _store_message(self, message: Message, event: Event | None, condition: Condition) -> bool:
        try:
            with TransactWrite(connection=self.connection) as transaction:
                transaction.save(MessageRow.of(message), condition=condition)
                if event:
                    transaction.save(EventRow.of(event))
                if message.provider_id:
                    transaction.save(MailRow.of(message))
        except TransactWriteError as error:
            if not is_canceled_by_a_condition(error):
                raise
            return False
        return True

    def find(self, lead_id: str, message_id: str) -> Message | None:
        """Return one message."""
        return self._find(lead_id, message_id, MessageRow.value)

    def _find(self, lead_id: str, message_id: str, read: Callable[[MessageRow], Message | None]) -> Message | None:
        return row_reader.one(MessageRow, keys.lead(lead_id), keys.message(message_id), read)

    def find_by_provider_id(self, provider_id: str) -> Message | None:
        """Return the message with a provider's id."""
        ids = row_reader.one(MailRow, keys.mail(provider_id), keys.MAIL_SK, lambda row: (row.lead_id, row.message_id))
        return self.find(*ids) if ids else None

    def due(self, until: datetime, limit: int) -> Listing[Message]:
        """Return due messages that are sent alone, from the index."""
        from leadtight.adapters.dynamodb import (
            outbox_window,  # imported here: intake does not need it
        )

        return outbox_window.due(until, limit)

    def queued(self, until: datetime, limit: int) -> Listing[Message]:
        """Return messages whose digest is due, from the index."""
        from leadtight.adapters.dynamodb import outbox_window

        return outbox_window.queued(until, limit)

    def unconfirmed(self, since: datetime, until: datetime, limit: int) -> Listing[Message]:
        """Return messages sent in a period that are only sent."""
        from leadtight.adapters.dynamodb import outbox_window

        return outbox_window.unconfirmed(since, until, limit)

    def messages(self, lead_id: str) -> Listing[Message]:
        """Return all messages of a lead, oldest first."""
        items = row_reader.in_partition(keys.lead(lead_id), keys.MESSAGE_PREFIX)
        messages = row_reader.listing(MessageRow, items, MessageRow.value)
        return Listing(sorted(messages, key=lambda m: (m.created_at, m.id)), messages.unreadable)

    def sent_lately(self, key: str) -> RecentSends:
        """Return the recent sends to an address: one call."""
        from leadtight.adapters.dynamodb import sent_rows

        return sent_rows.sent_lately(key)

    def keep_sent(self, lately: RecentSends) -> None:
        """Store the next record of sends to an address.

        One call, and a second when it is refused, to recognise our own write.
        """
        from leadtight.adapters.dynamodb import sent_rows

        sent_rows.keep_sent(lately)

    def spend(self, budget: Budget) -> int | None:
        """Spend one of a budget: one call."""
        from leadtight.adapters.dynamodb import sent_rows

        return sent_rows.spend(budget)

    def spent(self, key: str) -> int:
        """Return how much of a budget is spent: one call."""
        from leadtight.adapters.dynamodb import sent_rows

        return sent_rows.spent(key)


def _if_claimed_by(row: MessageRow, holder: str) -> Message | None:
    return row.value() if row.status == Status.CLAIMED and row.holder == holder else None
