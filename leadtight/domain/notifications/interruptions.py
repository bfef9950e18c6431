"""Interruption budgets of team members, with digests (J8, Q11).

Notices form one ranked queue. Alerts of a broken promise exceed the hourly budget, up to a limit of their own that only
a flood reaches, and count against the budget. The others are sent while their rank has some left: the last of it is
reserved for new leads, then for what is about to be late.
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
"""Share of the budget up to which a notice of this rank may interrupt, counting all ranks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interruption:
    """One interruption: its notice and time."""

    notice: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerts:
    """A person's interruptions of the last hour, and next digest.

    `turn` counts its changes.
    """

    person_id: str
    turn: int = 0
    sent: tuple[Interruption, ...] = ()
    digest_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertDecision:
    """Whether a message interrupts now, or waits until `until`.

    It waits for the digest; `alerts` is the state to store.
    """

    alerts: Alerts
    until: datetime | None = None


def decide_interruption(policy: Policy, message: Message, alerts: Alerts, now: datetime) -> AlertDecision:
    """Decide whether a message interrupts its reader at `now`.

    The same notice on several channels, or tried again, is one interruption. A message over the budget waits for the
    digest: the one being collected already, else one `digest_every` from now, in the person's working hours. Where the
    policy lets people rest, messages outside their working hours wait too, except for a broken promise.
    """
    recent = tuple(alert for alert in alerts.sent if alert.at > now - HOUR)
    if any(alert.notice == notice_of(message) for alert in recent):
        return AlertDecision(alerts=alerts)
    rests = _is_resting(policy, message, now)
    if not rests and _may_interrupt(policy, message, len(recent)):
        sent = (*recent, Interruption(notice=notice_of(message), at=now))
        return AlertDecision(alerts=replace(alerts, turn=alerts.turn + 1, sent=sent))
    if alerts.digest_at and alerts.digest_at > now:
        return AlertDecision(alerts=alerts, until=alerts.digest_at)
    gathered = timedelta() if rests else policy.alerts.digest_every
    until = policy.calendar_of(message.recipient).next_open(now + gathered)
    return AlertDecision(alerts=replace(alerts, turn=alerts.turn + 1, sent=recent, digest_at=until), until=until)


def notice_of(message: Message) -> str:
    """Return the identity of a notice, on any channel."""
    return f"{message.lead_id}/{message.notice or message.id}"


def _is_resting(policy: Policy, message: Message, now: datetime) -> bool:
    if not policy.alerts.rest_outside_hours or rank(message) is NoticeRank.BREACH:
        return False
    return policy.calendar_of(message.recipient).next_open(now) > now


def _may_interrupt(policy: Policy, message: Message, interrupted: int) -> bool:
    its_rank = rank(message)
    budget = policy.people[message.recipient].alerts_per_hour or policy.alerts.per_hour
    if its_rank is NoticeRank.BREACH:
        return interrupted < max(budget, policy.alerts.breaches_per_hour)
    return interrupted < ceil(SHARES[its_rank] * budget)
