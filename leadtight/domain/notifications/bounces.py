"""Effects of messages that were not delivered.

A lead that mail does not reach is phoned, an owner who was not reached is escalated.
"""

from dataclasses import replace
from datetime import datetime

from leadtight.domain.change import Change, ChangeBuilder
from leadtight.domain.compliance.send_permission import FOR_THE_OWNER
from leadtight.domain.model.event import EventKind
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.message import LEAD, Channel, Message, Status, Template
from leadtight.domain.policy.policy import Policy
from leadtight.domain.promises.next_action import action_after_bounce
from leadtight.domain.roster.stand_ins import notification_recipient

ACTOR = "system:respond"
SUPPRESSED = "mail is suppressed by SES"
"""Start of the detail of mails to addresses on SES's own list."""


def record_undelivered(policy: Policy, lead: Lead, message: Message, now: datetime) -> Change | None:
    """Return the effects of an undelivered message; None without any.

    Its recipient may be the lead or a team member.
    """
    if not lead.is_open:
        return None
    if message.recipient == LEAD:
        return _lead_not_reached(lead, message.channel, now)
    return _person_not_reached(policy, lead, message, now)


def fallback(lead: Lead, message: Message, reason: str, now: datetime) -> Message | None:
    """Return a bounced team notice for its next channel.

    None without one, and when nothing is to be done about the lead any more. The id is the same each time.
    """
    if not message.fallbacks or not lead.is_open or _is_past(lead, message):
        return None
    channel, *others = message.fallbacks
    return replace(
        message,
        id=f"{message.id}-{channel}",
        channel=channel,
        fallbacks=tuple(others),
        created_at=now,
        next_try_at=now,
        status=Status.PENDING,
        attempts=0,
        provider_id=None,
        detail="",
        queued=False,
        data={**message.data, "instead_of": f"{message.channel}: {reason}"},
    )


def _is_past(lead: Lead, message: Message) -> bool:
    """Return whether a notice was for a former owner."""
    return message.template in FOR_THE_OWNER and message.recipient != lead.owner_id


def _lead_not_reached(lead: Lead, channel: Channel, now: datetime) -> Change | None:
    """Record that a channel does not reach the lead.

    The owner's next action names another way, with the same deadline.
    """
    if channel in lead.unreachable:
        return None
    builder = ChangeBuilder(lead, replace(lead, unreachable=(*lead.unreachable, channel)), now)
    if channel is Channel.EMAIL and lead.next_action:
        builder.set(next_action=replace(lead.next_action, what=action_after_bounce(lead)))
    builder.event(EventKind.LEAD_NOT_REACHED, ACTOR, channel=channel)
    return builder.build()


def _person_not_reached(policy: Policy, lead: Lead, message: Message, now: datetime) -> Change | None:
    """Alert another person once per person and lead.

    When there is no one else, it is only recorded.
    """
    person = message.recipient
    if _is_past(lead, message) or message.template is Template.LEAD_MOVED or person in lead.not_reached:
        return None
    manager = notification_recipient(policy, policy.manager_of(person), {}, now, besides=person)
    others = [p for p in (manager, policy.routing.catch_all) if p != person and p not in lead.not_reached]
    builder = ChangeBuilder(lead, replace(lead, not_reached=(*lead.not_reached, person)), now)
    to = next(iter(others), None)
    builder.event(EventKind.ALERT_NOT_DELIVERED, ACTOR, person=person, template=message.template, to=to)
    if to:
        due = lead.next_action.due_at if lead.next_action else lead.team_promise.deadline
        builder.message_person(policy, Template.NOT_REACHED, to, owner=person, due_at=due)
    return builder.build()
