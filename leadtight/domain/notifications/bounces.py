"""Effects of messages that were not delivered.

A lead that mail does not reach is phoned, an owner who was not reached is escalated.
"""

from dataclasses import replace
from datetime import datetime

from leadtight.domain.change import Change, ChangeBuilder
from leadtight.domain.compliance.send_permission import FOR_THE_OWNER
from leadtight.domain.model.event import EventKind
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.message import LEAD, Channel, Message, Template
from leadtight.domain.policy.policy import Policy
from leadtight.domain.promises.next_action import action_after_bounce
from leadtight.domain.roster.stand_ins import notification_recipient

ACTOR = "system:respond"


def record_undelivered(policy: Policy, lead: Lead, message: Message, now: datetime) -> Change | None:
    """Return the effects of an undelivered message; None without any.

    Its recipient may be the lead or a team member.
    """
    if not lead.is_open:
        return None
    if message.recipient == LEAD:
        return _lead_not_reached(lead, message.channel, now)
    return _person_not_reached(policy, lead, message, now)


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
    is_past = message.template in FOR_THE_OWNER and person != lead.owner_id
    if is_past or message.template is Template.LEAD_MOVED or person in lead.not_reached:
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
