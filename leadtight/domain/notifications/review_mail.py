"""Mails with the weekly review (N3).

Each reader gets one a week, on Monday morning in their own zone.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from leadtight.domain.calendar.timestamps import format_timestamp
from leadtight.domain.calendar.week import Week
from leadtight.domain.model.message import Channel, Message, Template
from leadtight.domain.policy.outcomes import OWNER
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.targets import MANAGER
from leadtight.domain.roster.stand_ins import notification_recipient

AT = time(8)
LOST_FROM = timedelta(hours=2)
"""A review that is still not sent so long after its due time raises an alarm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedReview:
    """A finished review: week, page and content.

    The page is in the reports bucket.
    """

    week: Week
    path: str
    headline: tuple[str, ...]


def readers(policy: Policy) -> tuple[str, ...]:
    """Return the readers of the review.

    They are those that the policy marks, else everyone who answers for other people's leads: the managers of teams, the
    catch-all person, and those named by escalations and stages; inactive people are not.
    """
    marked = policy.reports.readers
    people = [level.notify for target in policy.targets.values() for level in target.escalate]
    people += [rule.owner for rule in policy.stages.values()]
    managers = [team.manager for team in policy.teams.values()]
    answer = [*managers, policy.routing.catch_all, *(name for name in people if name not in (MANAGER, OWNER))]
    return tuple(p for p in dict.fromkeys(marked or answer) if policy.people[p].active)


def review_messages(policy: Policy, review: PublishedReview, now: datetime) -> tuple[Message, ...]:
    """Return one mail for each reader.

    Their ids are always the same. Late ones are due at once. Stand-ins of a reader on leave get it, too.
    """
    marked = readers(policy)
    reading = dict.fromkeys([*marked, *(notification_recipient(policy, person, {}, now) for person in marked)])
    return tuple(_mail(policy, person, review, now) for person in reading)


def _mail(policy: Policy, person: str, review: PublishedReview, now: datetime) -> Message:
    zone = policy.calendar_of(person).zone
    due = max(datetime.combine(review.week.after.monday, AT, zone).astimezone(now.tzinfo), now)
    return Message(
        id=f"{Template.WEEKLY_REVIEW}-{person}",
        lead_id=outbox_key(review.week),
        template=Template.WEEKLY_REVIEW,
        channel=Channel.EMAIL,
        recipient=person,
        created_at=due,  # giving up counts from the due time, not from writing
        next_try_at=due,
        detail=f"waits for Monday morning in {zone.key}" if due > now else "",
        data={
            "week": str(review.week),
            "path": review.path,
            "headline": list(review.headline),
            "due_at": format_timestamp(due),
        },
    )


def outbox_key(week: Week) -> str:
    """Return the outbox key of a week's review.

    It stands in place of the lead's id.
    """
    return f"WEEK-{week}"


def is_lost(message: Message, now: datetime) -> bool:
    """Return whether a mail failed, bounced, or is long overdue."""
    given_up = message.status in ("dead", "refused", "bounced")
    return given_up or (message.is_owed and now >= message.created_at + LOST_FROM)
