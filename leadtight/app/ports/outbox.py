"""Messages that are owed, and how fast they go, as Protocols."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from leadtight.app.ports.clock_and_ids import NewId
    from leadtight.app.ports.leads import LeadStore
    from leadtight.domain.compliance.send_limits import Budget, SentLately
    from leadtight.domain.compliance.send_permission import Suppression
    from leadtight.domain.model.event import Event
    from leadtight.domain.model.message import Channel, Message
    from leadtight.domain.notifications.interruptions import Alerts


class Outbox(Protocol):
    """Messages that are owed."""

    def owe(self, message: Message) -> bool:
        """Put a message into the outbox that no lead's change brings; False when one of its id is there already."""

    def claim(self, lead_id: str, message_id: str, holder: str, now: datetime, lease_until: datetime) -> Message | None:
        """Take a message to send it; None when it is not owed or not due at `now` (another process holds it).

        `holder` names this attempt, so that an attempt whose answer got lost knows its own claim again.
        """

    def finish(self, message: Message, event: Event | None) -> None:
        """Store what became of a claimed message, with its event, unless a confirmation came first."""

    def confirm(self, message: Message, event: Event) -> bool:
        """Store what the provider reported of a message; False when it was known already."""

    def find(self, lead_id: str, message_id: str) -> Message | None:
        """Return one message."""

    def find_by_provider_id(self, provider_id: str) -> Message | None:
        """Return the message that the provider knows by this id."""

    def due(self, before: datetime, limit: int) -> tuple[Message, ...]:
        """Return owed messages whose next try is at or before `before`, earliest first; none that waits for a digest.

        Of each lane the `limit` earliest and the `limit` latest, so that no lane hides another, nor old ones new ones.
        """

    def queued(self, before: datetime, limit: int) -> tuple[Message, ...]:
        """Return messages that wait for a digest that is due at or before `before`, as `due` does."""

    def suppression(self, person_keys: Iterable[str]) -> Suppression:
        """Return what the person behind these keys has opted out of."""

    def suppress(self, person_key: str, channel: Channel) -> None:
        """Record that a channel must not be used for a person any more."""

    def messages(self, lead_id: str) -> tuple[Message, ...]:
        """Return all messages of a lead, oldest first."""

    def alerts(self, person_id: str) -> Alerts:
        """Return what is known of the interruptions of a person of the team."""

    def keep_alerts(self, alerts: Alerts) -> None:
        """Store the next state of a person's interruptions. Raises Conflict when they have moved on.

        Storing the very same state twice succeeds.
        """

    def sent_lately(self, key: str) -> SentLately:
        """Return what went to an address or number within a day."""

    def keep_sent(self, lately: SentLately) -> None:
        """Store the next state of what went to an address. Raises Conflict when it has moved on; twice is once."""

    def spend(self, budget: Budget) -> int | None:
        """Count one more of a budget and return how many there are; None, and nothing counted, when it is used up."""

    def spent(self, key: str) -> int:
        """Return how many of a budget were counted."""


class SendPace(Protocol):
    """How fast providers are asked: all processes together take no more of a second than the policy says."""

    def take(self, channel: Channel, most: int, now: datetime) -> bool:
        """Take one of the `most` sends by a channel in the second of `now`; False when they are taken."""

    def rest(self, channel: Channel, until: datetime) -> None:
        """Let this process begin no sends by a channel before `until`: its provider takes no more, or is silent."""


class Retries(Protocol):
    """Has the outbox worked again soon. A hint: the sweep finds what no retry reached."""

    def at(self, when: datetime, now: datetime) -> None:
        """Have it worked at `when`, which is not before `now`; does nothing when that is further away than `NEAR`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingPorts:
    """The ports that senders of owed messages share."""

    store: LeadStore
    outbox: Outbox
    pace: SendPace
    retries: Retries
    new_id: NewId
