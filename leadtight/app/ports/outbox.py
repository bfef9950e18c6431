"""Ports of the outbox and the pace of sending."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from leadtight.app.ports.clock_and_ids import NewId
    from leadtight.app.ports.leads import LeadStore
    from leadtight.domain.compliance.send_limits import Budget, RecentSends
    from leadtight.domain.compliance.send_permission import Suppression
    from leadtight.domain.model.event import Event
    from leadtight.domain.model.message import Channel, Message
    from leadtight.domain.notifications.interruptions import Alerts


class Outbox(Protocol):
    """Messages that are owed."""

    def owe(self, message: Message) -> bool:
        """Add a message that belongs to no lead's change.

        Returns False when one with its id exists.
        """

    def claim(self, lead_id: str, message_id: str, holder: str, now: datetime, lease_until: datetime) -> Message | None:
        """Claim a message for sending; None when not due.

        It is not due either while another process holds it. `holder` names this attempt, so that an attempt whose
        answer got lost recognises its own claim.
        """

    def finish(self, message: Message, event: Event | None) -> None:
        """Store the result of a claimed message with its event.

        A confirmation that came first is kept.
        """

    def confirm(self, message: Message, event: Event) -> bool:
        """Store a provider's report; return False when it was known."""

    def find(self, lead_id: str, message_id: str) -> Message | None:
        """Return one message."""

    def find_by_provider_id(self, provider_id: str) -> Message | None:
        """Return the message that the provider knows by this id."""

    def due(self, before: datetime, limit: int) -> tuple[Message, ...]:
        """Return owed messages due at or before `before`, earliest first.

        None of them waits for a digest. Of each lane it returns the `limit` earliest and the `limit` latest, so that no
        lane hides another, and old messages do not hide new ones.
        """

    def queued(self, before: datetime, limit: int) -> tuple[Message, ...]:
        """Return messages whose digest is due at or before `before`.

        They are limited as in `due`.
        """

    def unconfirmed(self, since: datetime, until: datetime, limit: int) -> tuple[Message, ...]:
        """Return messages sent in a period and not confirmed.

        At most `limit` events of each part of the history are looked at, the earliest.
        """

    def suppression(self, person_keys: Iterable[str]) -> Suppression:
        """Return the opt-outs of the person behind these keys."""

    def suppress(self, person_key: str, channel: Channel) -> None:
        """Suppress a channel for a person."""

    def messages(self, lead_id: str) -> tuple[Message, ...]:
        """Return all messages of a lead, oldest first."""

    def alerts(self, person_id: str) -> Alerts:
        """Return the recorded interruptions of a team member."""

    def keep_alerts(self, alerts: Alerts) -> None:
        """Store the next state of a person's interruptions.

        Raises Conflict when they have moved on. Storing the very same state twice succeeds.
        """

    def sent_lately(self, key: str) -> RecentSends:
        """Return the messages of the last day to an address.

        The address may be a number.
        """

    def keep_sent(self, lately: RecentSends) -> None:
        """Store the next state of messages to an address; idempotent.

        Raises Conflict when it has moved on.
        """

    def spend(self, budget: Budget) -> int | None:
        """Count one more of a budget; return the count.

        Returns None, and counts nothing, when the budget is used up.
        """

    def spent(self, key: str) -> int:
        """Return how many of a budget were counted."""


class SendPace(Protocol):
    """Limits the rate of sends across all processes."""

    def take(self, channel: Channel, most: int, now: datetime) -> bool:
        """Take one of the `most` sends in this second.

        Returns False when all are taken.
        """

    def rest(self, channel: Channel, until: datetime) -> None:
        """Stop this process from sending by a channel before `until`.

        Its provider takes no more, or does not answer.
        """


class Retries(Protocol):
    """Has the outbox worked again soon.

    It is a hint: the sweep finds messages that no retry reached.
    """

    def at(self, when: datetime, now: datetime) -> None:
        """Have the outbox worked at `when`.

        `when` is not before `now`; does nothing when it is further away than `NEAR`.
        """


CountMessage: TypeAlias = "Callable[[Message], None]"
"""Counts a message in its new status."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingPorts:
    """The ports that senders of owed messages share."""

    store: LeadStore
    outbox: Outbox
    pace: SendPace
    retries: Retries
    new_id: NewId
    count: CountMessage
