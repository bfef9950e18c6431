"""Send limits per recipient, network, source and day (U3).

They are checked when a message is sent. A stranger's word alone makes no one a recipient: limits count the destination
and the cause of a message, never what its sender called themselves. An inquiry over a limit is still a lead; only the
automatic message waits or is not sent, and the history says why.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from leadtight.domain.model.identity import person_key
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.message import NETWORK, SOURCE, Channel, Message, Template
from leadtight.domain.policy.policy import Policy

DAY = timedelta(days=1)
BY_A_PERSON = frozenset({Template.BOOKING_LINK, Template.ASSET})
"""Messages that a team member sends by recording an outcome."""

SHARES: Mapping[str, float] = {"pressed": 1.0, "known": 0.95, "answer": 0.9, "other": 0.7, "late answer": 0.5}
"""Share of a day's budget up to which a message may be sent. What a person asked for is the last to wait.

Before it wait messages to leads that the team has dealt with, answers to new inquiries, and sequences to others. An
answer that waited since yesterday must not displace today's.
"""

ALARM_AT = 0.8
"""Share of a budget at which operators are alerted, before answers wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentMessage:
    """One automatic message: lead, name, time and kind.

    The kind is whether it was an acknowledgement.
    """

    message: str
    at: datetime
    acknowledges: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentSends:
    """Messages to one address or number within a day.

    `turn` counts its changes.
    """

    key: str
    turn: int = 0
    sent: tuple[SentMessage, ...] = ()

    @property
    def expires_at(self) -> datetime | None:
        """Return when the last of it expires."""
        return max((message.at + DAY for message in self.sent), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """An amount available until it expires.

    Its key includes the day.
    """

    key: str
    at_most: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class LimitExceeded:
    """Why a message must wait, and until when.

    Without `until` it is never sent.
    """

    reason: str
    until: datetime | None = None


def recipient_key(channel: Channel, address: str) -> str:
    """Return the key under which messages to an address count.

    All spellings of a mailbox have the same key.
    """
    return person_key(f"{channel}:{mailbox(address) if channel is Channel.EMAIL else address}")


def mailbox(address: str) -> str:
    """Return the canonical mailbox of an address.

    The part after a plus is dropped, and so are dots at Gmail.
    """
    local, _, domain = address.casefold().rpartition("@")
    local = local.partition("+")[0] or local
    if domain in ("gmail.com", "googlemail.com"):
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}@{domain}"


def exceeded_by_recipient(policy: Policy, message: Message, lately: RecentSends, now: datetime) -> LimitExceeded | None:
    """Return the recipient's exceeded limit, if any.

    An acknowledgement is not sent then; other messages wait. A retried message counts once, and messages that a team
    member asked for are not limited.
    """
    recent = _recent(lately, now)
    if any(sent.message == name_of(message) for sent in recent):
        return None
    limits = policy.messaging.limits
    at_most = limits.per_person(message.channel)
    if message.template is Template.ACKNOWLEDGE:
        acknowledged = [sent.message for sent in recent if sent.acknowledges]
        begins = any(map(_begins_a_conversation, (name_of(message), *acknowledged)))
        if len(acknowledged) >= limits.acknowledgements_per_person + begins or len(recent) >= at_most:
            return LimitExceeded("this address had an automatic reply within 24 hours")
    elif len(recent) >= at_most and message.template not in BY_A_PERSON:
        return LimitExceeded(
            "this address has reached its limit of automatic messages within 24 hours", recent[-at_most].at + DAY
        )
    return None


def with_sent(lately: RecentSends, message: Message, now: datetime) -> RecentSends:
    """Add a message to those sent, unless it is there."""
    recent = _recent(lately, now)
    if any(sent.message == name_of(message) for sent in recent):
        return lately
    sent = SentMessage(message=name_of(message), at=now, acknowledges=message.template is Template.ACKNOWLEDGE)
    return replace(lately, turn=lately.turn + 1, sent=(*recent, sent))


def _begins_a_conversation(name: str) -> bool:
    """Return whether a message answers its lead's first inquiry.

    One such message is sent besides the daily limit, whatever the number of leads.
    """
    return name.partition("/")[2].startswith(f"{Template.ACKNOWLEDGE}-1-")


def name_of(message: Message) -> str:
    """Return the unique name of a message."""
    return f"{message.lead_id}/{message.id}"


def network_budget(policy: Policy, message: Message, now: datetime) -> Budget | None:
    """Return today's budget of the network that caused a message.

    None when no network did.
    """
    network = str(message.data.get(NETWORK, ""))
    return _budget(f"network#{network}", policy.messaging.limits.per_network, now) if network else None


def source_budget(policy: Policy, message: Message, now: datetime) -> Budget:
    """Return today's budget of a message's source.

    Sources that the policy does not name share one.
    """
    source = str(message.data.get(SOURCE, ""))
    listed = source if source in policy.sources else ""
    return _budget(f"source#{listed}", policy.messaging.limits.per_source, now)


def is_repeated(message: Message, sent_by_network: int) -> bool:
    """Return whether a network has used its share.

    This applies once its source is over its limit. Households share an IPv4 /24.
    """
    return sent_by_network > (SHARE_OF_A_CARRIER if str(message.data.get(NETWORK, "")).startswith("4/") else 1)


SHARE_OF_A_CARRIER = 5


def day_budget(policy: Policy, message: Message, lead: Lead, now: datetime) -> Budget:
    """Return today's remaining budget for such a message."""
    share = SHARES[_urgency(message, lead, now)]
    whole = policy.messaging.budgets.of(message.channel)
    return _budget(day_key(message.channel), max(1, int(whole * share)), now)


def day_key(channel: Channel) -> str:
    """Return the key of a channel's day."""
    return f"day#{channel}"


def spent_key(channel: Channel, now: datetime) -> str:
    """Return the key of a channel's daily count, in UTC."""
    return _budget(day_key(channel), 1, now).key


def next_day(now: datetime) -> datetime:
    """Return the start of the next UTC day's budgets."""
    return datetime(now.astimezone(UTC).year, now.astimezone(UTC).month, now.astimezone(UTC).day, tzinfo=UTC) + DAY


def _urgency(message: Message, lead: Lead, now: datetime) -> str:
    if message.template in BY_A_PERSON:
        return "pressed"
    if lead.first_contact_at is not None:
        return "known"
    if message.template is Template.SEQUENCE_STEP:
        return "other"
    return "answer" if message.created_at >= next_day(now) - DAY else "late answer"


def _recent(lately: RecentSends, now: datetime) -> tuple[SentMessage, ...]:
    return tuple(sent for sent in lately.sent if sent.at > now - DAY)


def _budget(name: str, at_most: int, now: datetime) -> Budget:
    return Budget(key=f"sent#{now.astimezone(UTC):%Y-%m-%d}#{name}", at_most=at_most, expires_at=next_day(now) + DAY)
