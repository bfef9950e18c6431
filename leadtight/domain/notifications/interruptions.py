"""How often somebody of the team is interrupted: a budget for each hour, and a digest for the rest (J8, Q11).

One ranked queue of notices: what tells of a broken promise goes beyond the budget, up to a limit of its own that only a
flood reaches, and counts against the budget. The others go while their rank has some left: the last of it is kept for
new leads, then for what is about to be late.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil

from leadtight.domain.model.message import Message
from leadtight.domain.policy.policy import Policy
from leadtight.domain.roster.alert_channels import NoticeRank, rank

HOUR = timedelta(hours=1)


SHARES: Mapping[NoticeRank, float] = {NoticeRank.NEW: 1, NoticeRank.SOON: 2 / 3, NoticeRank.LATER: 1 / 3}
"""How much of the budget may be used up, by all ranks, for one of this rank still to interrupt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interruption:
    """One interruption: of which notice, and when."""

    notice: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerts:
    """What is known of a person's interruptions: those of the last hour, and when the next digest goes.

    `turn` counts its changes.
    """

    person_id: str
    turn: int = 0
    sent: tuple[Interruption, ...] = ()
    digest_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertDecision:
    """Whether a message interrupts its reader now, or is kept for the digest at `until`; `alerts` is kept of it."""

    alerts: Alerts
    until: datetime | None = None


def decide_interruption(policy: Policy, message: Message, alerts: Alerts, now: datetime) -> AlertDecision:
    """Return whether a message to a person of the policy interrupts them at `now`.

    The same notice on several channels, or tried again, is one interruption. What is over the budget waits for the
    digest: the one that is gathered already, else one `digest_every` from now, in the person's working hours. Where the
    policy lets people rest, so does what comes while they do not work, but for a broken promise.
    """
    recent = tuple(one for one in alerts.sent if one.at > now - HOUR)
    if any(one.notice == notice_of(message) for one in recent):
        return AlertDecision(alerts=alerts)
    rests = _rests(policy, message, now)
    if not rests and _may_interrupt(policy, message, len(recent)):
        sent = (*recent, Interruption(notice=notice_of(message), at=now))
        return AlertDecision(alerts=replace(alerts, turn=alerts.turn + 1, sent=sent))
    if alerts.digest_at and alerts.digest_at > now:
        return AlertDecision(alerts=alerts, until=alerts.digest_at)
    gathered = timedelta() if rests else policy.alerts.digest_every
    until = policy.calendar_of(message.recipient).next_open(now + gathered)
    return AlertDecision(alerts=replace(alerts, turn=alerts.turn + 1, sent=recent, digest_at=until), until=until)


def notice_of(message: Message) -> str:
    """Return what is told by a message, whatever its channel."""
    return f"{message.lead_id}/{message.notice or message.id}"


def _rests(policy: Policy, message: Message, now: datetime) -> bool:
    if not policy.alerts.rest_outside_hours or rank(message) is NoticeRank.BREACH:
        return False
    return policy.calendar_of(message.recipient).next_open(now) > now


def _may_interrupt(policy: Policy, message: Message, interrupted: int) -> bool:
    its_rank = rank(message)
    budget = policy.people[message.recipient].alerts_per_hour or policy.alerts.per_hour
    if its_rank is NoticeRank.BREACH:
        return interrupted < max(budget, policy.alerts.breaches_per_hour)
    return interrupted < ceil(SHARES[its_rank] * budget)
