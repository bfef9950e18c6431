"""Limit automatic messages to leads per person, cause and day.

Each message is counted once, before it is sent.
"""

from collections.abc import Mapping
from datetime import datetime

from leadtight.app.commit import first_read, retry_on_conflict
from leadtight.app.ports.outbox import Outbox
from leadtight.domain.compliance.send_limits import (
    DAY,
    RecentSends,
    day_budget,
    exceeded_by_recipient,
    is_repeated,
    name_of,
    network_budget,
    next_day,
    recipient_key,
    source_budget,
    spent_key,
    with_sent,
)
from leadtight.domain.compliance.send_permission import Permission, Refusal, Wait
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.message import TO_LEADS, Channel, Message, Template
from leadtight.domain.policy.policy import Policy

LATEST = {Channel.EMAIL: DAY, Channel.SMS: 4 * DAY, Channel.VOICE: DAY}
"""Age at which a delayed acknowledgement would only surprise.

Texts wait for permitted hours, over a long weekend and a holiday.
"""


class SendLimits:
    """Counts messages to leads by person, cause and day."""

    def __init__(self, policy: Policy, outbox: Outbox) -> None:
        """Take the policy and where it is counted."""
        self._policy = policy
        self._outbox = outbox

    def within(
        self, permission: Permission, message: Message, lead: Lead, now: datetime
    ) -> Permission | Refusal | Wait:
        """Count a message and return its permission, or the obstacle.

        The reader's count is checked first and stored last: a message refused for their sake uses up nothing of the
        day's budgets. A crash in between may count a message twice. Raises Conflict when others wrote to the same
        person for too long.
        """
        lately = self._outbox.sent_lately(recipient_key(permission.channel, permission.address))
        if over := exceeded_by_recipient(self._policy, message, lately, now):
            return _refuse_or_wait(over.reason, over.until, permission)
        if not any(sent.message == name_of(message) for sent in lately.sent) and (
            kept := self._spend_budgets(message, lead, permission, now)
        ):
            return kept
        return self._count_for_person(lately, permission, message, now)

    def used(self, now: datetime) -> Mapping[Channel, float]:
        """Return the used share of today's budget by channel."""
        budgets = self._policy.messaging.budgets
        return {channel: self._outbox.spent(spent_key(channel, now)) / budgets.of(channel) for channel in TO_LEADS}

    def _count_for_person(
        self, lately: RecentSends, permission: Permission, message: Message, now: datetime
    ) -> Permission | Refusal | Wait:
        read = first_read(lately, lambda: self._outbox.sent_lately(lately.key))

        def attempt() -> Permission | Refusal | Wait:
            current = read()
            if over := exceeded_by_recipient(self._policy, message, current, now):
                return _refuse_or_wait(over.reason, over.until, permission)
            if (counted := with_sent(current, message, now)) != current:
                self._outbox.keep_sent(counted)
            return permission

        return retry_on_conflict(attempt, "the messages to one person")

    def _spend_budgets(
        self, message: Message, lead: Lead, permission: Permission, now: datetime
    ) -> Refusal | Wait | None:
        if message.template is Template.ACKNOWLEDGE and now - message.created_at >= LATEST[message.channel]:
            return Refusal("it would come too late", permission.zones)
        if (network := network_budget(self._policy, message, now)) is not None:
            sent = self._outbox.spend(network)
            if sent is None:
                return Refusal("its network has caused the maximum of automatic answers for today", permission.zones)
            full = self._outbox.spend(source_budget(self._policy, message, now)) is None
            if full and is_repeated(message, sent):
                return Refusal("its source and network have caused too many automatic answers today", permission.zones)
        if self._outbox.spend(day_budget(self._policy, message, lead, now)) is not None:
            return None
        return Wait(next_day(now), f"today's budget of {permission.channel} is used up", permission.zones)


def _refuse_or_wait(reason: str, until: datetime | None, permission: Permission) -> Refusal | Wait:
    return Wait(until, reason, permission.zones) if until else Refusal(reason, permission.zones)
