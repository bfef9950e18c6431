"""Rank and channels of notices to team members (J8)."""

from collections.abc import Mapping
from enum import IntEnum

from leadtight.domain.model.message import Channel, Message, Template
from leadtight.domain.policy.policy import Policy


class NoticeRank(IntEnum):
    """Ranks of notices, the most important first.

    `NEW` is about leads that became, or are no longer, the reader's.
    """

    BREACH = 0
    NEW = 1
    SOON = 2
    LATER = 3


RANKS: Mapping[Template, NoticeRank] = {
    Template.DEADLINE_MISSED: NoticeRank.BREACH,
    Template.ESCALATE: NoticeRank.BREACH,
    Template.NOT_REACHED: NoticeRank.BREACH,
    Template.NOT_CONTACTED: NoticeRank.BREACH,
    Template.ALERT_OWNER: NoticeRank.NEW,
    Template.NEEDS_PERSON: NoticeRank.NEW,
    Template.LEAD_MOVED: NoticeRank.NEW,
    Template.WROTE_AGAIN: NoticeRank.SOON,
    Template.WARN_OWNER: NoticeRank.SOON,
    Template.TASK: NoticeRank.SOON,
    Template.REMIND: NoticeRank.LATER,
}


def rank(message: Message) -> NoticeRank:
    """Return the rank of a message to a team member."""
    return RANKS.get(message.template, NoticeRank.LATER)


def alert_channels(
    policy: Policy, template: Template, person_id: str
) -> tuple[tuple[Channel, tuple[Channel, ...]], ...]:
    """Return the channels of a notice, each with its fallbacks.

    A broken promise uses all that the person chose, another notice the first. E-mail is the last fallback.
    """
    person = policy.people.get(person_id)
    chosen = person.alert_by if person else (Channel.EMAIL,)
    rest = (*chosen[1:], *(() if Channel.EMAIL in chosen else (Channel.EMAIL,)))
    if RANKS.get(template) is NoticeRank.BREACH:
        taken = [(chosen[0], rest[len(chosen) - 1 :]), *((channel, ()) for channel in chosen[1:])]
    else:
        taken = [(chosen[0], rest)]
    if person and person.sms_alerts and person.phone and Channel.SMS not in dict(taken):
        taken.append((Channel.SMS, ()))
    return tuple(taken)
