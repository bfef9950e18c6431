"""How messages are sent and how often users are interrupted."""

from dataclasses import dataclass, field
from datetime import time, timedelta
from zoneinfo import ZoneInfo

from leadtight.domain.model.message import Channel
from leadtight.domain.policy.sequences import Basis


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """Who is speaking: shown in every message."""

    name: str
    zone: ZoneInfo
    country: str
    language: str = "en"
    postal_address: str = ""
    reply_to: str | None = None
    reply_domain: str | None = None
    booking_url: str | None = None

    @property
    def takes_replies(self) -> bool:
        """Tell whether somebody reads what people answer to our mails."""
        return bool(self.reply_to or self.reply_domain)


@dataclass(frozen=True, slots=True, kw_only=True)
class SendLimits:
    """How many automatic messages go within a day to one address or number, and because of one network or source.

    A source beyond its limit causes one answer a network.
    """

    acknowledgements_per_person: int = 1
    mails_per_person: int = 6
    texts_per_person: int = 3
    calls_per_person: int = 2
    per_network: int = 60
    per_source: int = 1_000

    def per_person(self, channel: Channel) -> int:
        """Return how many go to one person by a channel."""
        return {Channel.SMS: self.texts_per_person, Channel.VOICE: self.calls_per_person}.get(
            channel, self.mails_per_person
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Budgets:
    """How many mails, texts and calls go to leads in a UTC day, of the whole stage."""

    mails: int = 20_000
    texts: int = 200
    calls: int = 100

    def of(self, channel: Channel) -> int:
        """Return the budget of a channel."""
        return {Channel.SMS: self.texts, Channel.VOICE: self.calls}.get(channel, self.mails)


@dataclass(frozen=True, slots=True, kw_only=True)
class Messaging:
    """How messages are sent: retries, leases and the hours in which a lead may be texted, by its clock.

    Texts and automatic calls go to numbers of `countries` alone (by default of the company and its teams), and to those
    that is proved to be the sender's, unless `number_proof` is off.
    """

    sms_from: time = time(8)
    sms_until: time = time(21)
    lease: timedelta = timedelta(minutes=2)
    give_up_after: timedelta = timedelta(hours=24)
    sequence_mail_basis: Basis = Basis.CONSENT
    do_not_call_lists: tuple[str, ...] = ()
    countries: tuple[str, ...] | None = None
    number_proof: bool = True
    limits: SendLimits = field(default_factory=SendLimits)
    budgets: Budgets = field(default_factory=Budgets)
    mails_per_second: int = 14
    texts_per_second: int = 20
    calls_per_second: int = 2

    def per_second(self, channel: Channel) -> int | None:
        """Return how many messages a provider takes in a second; None where none is counted, as in chats."""
        return {
            Channel.EMAIL: self.mails_per_second,
            Channel.SMS: self.texts_per_second,
            Channel.VOICE: self.calls_per_second,
        }.get(channel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """Automatic calls by Amazon Connect: the contact flow that speaks, and what it calls from.

    `source_number` or `queue`, or both, say which number is shown. A call without an outcome within `outcome_within`
    of its step becomes a task.
    """

    instance: str
    contact_flow: str
    source_number: str = ""
    queue: str = ""
    outcome_within: timedelta = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRules:
    """How often a user is interrupted at most within any hour; the rest comes in a digest (J8).

    Broken promises go beyond `per_hour`, and no further than `breaches_per_hour`: in a flood no user reads more.
    """

    per_hour: int = 6
    breaches_per_hour: int = 60
    digest_every: timedelta = timedelta(minutes=30)
    rest_outside_hours: bool = False
