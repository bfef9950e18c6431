"""Settings of messages and of alerts to users."""

from dataclasses import dataclass, field
from datetime import time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from leadtight.domain.model.message import Channel
from leadtight.domain.policy.formats import (
    AnyCaseCountryCode,
    ConnectId,
    CountryCode,
    FileKey,
    LanguageCode,
    PhoneNumber,
    PositiveDuration,
    PositiveInt,
    WebAddress,
)
from leadtight.domain.policy.sequences import LegalBasis


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """The company that speaks in every message."""

    name: str
    """The name in messages and pages."""
    zone: Annotated[ZoneInfo, FileKey("timezone")]
    """The zone of reports, and of the hours in which a lead may be texted."""
    country: CountryCode
    """How phone numbers without a country's prefix are read."""
    language: LanguageCode = "en"
    """The language for leads that name none, or one without templates. Templates ship in English and German (`de`)."""
    postal_address: str = ""
    """Printed at the foot of mails, as many laws ask."""
    reply_to: str | None = None
    """A mailbox that people read; without it mails do not invite replies."""
    reply_domain: str | None = None
    """A domain whose mail comes here (docs/guides/channels.md): answers to mails to a lead go to an address of that
    lead, and stay with it. Comes before `reply_to` in these."""
    booking_url: WebAddress | None = None
    """The page for booking a call with a person who has none of their own."""

    @property
    def takes_replies(self) -> bool:
        """Return whether replies to our mails are read."""
        return bool(self.reply_to or self.reply_domain)


@dataclass(frozen=True, slots=True, kw_only=True)
class DailySendLimits:
    """How many automatic messages go out within a day."""

    acknowledgements_per_person: PositiveInt = 1
    """The most automatic answers to one address or number within 24 hours, on all its leads, beside one that begins a
    conversation. What follows a `+` in an address does not count."""
    mails_per_person: PositiveInt = 6
    """The most automatic mails to one address within 24 hours; the next waits, an answer is not sent."""
    texts_per_person: PositiveInt = 3
    """The most automatic texts to one number within 24 hours."""
    calls_per_person: PositiveInt = 2
    """The most automatic calls to one number within 24 hours."""
    per_network: PositiveInt = 60
    """The most automatic answers that posts from one network (IPv4 /24, IPv6 /48) cause in a UTC day."""
    per_source: PositiveInt = 1_000
    """Beyond so many automatic answers to posts of one source in a UTC day, each network gets one more, and each IPv4
    /24 five."""

    def per_person(self, channel: Channel) -> int:
        """Return the daily limit of one person on a channel."""
        return {Channel.SMS: self.texts_per_person, Channel.VOICE: self.calls_per_person}.get(
            channel, self.mails_per_person
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Budgets:
    """Daily budgets of messages to leads, for the whole stage.

    Days are in UTC.
    """

    mails: PositiveInt = 20_000
    """Mails."""
    texts: PositiveInt = 200
    """Texts."""
    calls: PositiveInt = 100
    """Automatic calls."""

    def of(self, channel: Channel) -> int:
        """Return the budget of a channel."""
        return {Channel.SMS: self.texts, Channel.VOICE: self.calls}.get(channel, self.mails)


@dataclass(frozen=True, slots=True, kw_only=True)
class Messaging:
    """How messages are sent: hours, retries, limits."""

    sms_from: time = time(8)
    """From when a lead may be texted, by the lead's own clock. Law narrows it further: docs/guides/compliance.md."""
    sms_until: time = time(21)
    """Until when a lead may be texted, by the lead's own clock."""
    lease: PositiveDuration = timedelta(minutes=2)
    """How long a send that got no answer keeps its claim before it is tried again."""
    give_up_after: PositiveDuration = timedelta(hours=24)
    """After how long a message that the provider refuses for now is given up."""
    sequence_mail_basis: LegalBasis = LegalBasis.CONSENT
    """What allows the mails of a sequence: `consent` to such mails, or the `inquiry` itself, where the law is content
    with a way out in every mail. Texts always need consent."""
    do_not_call_lists: tuple[str, ...] = ()
    """Do-not-call lists that must have been imported (`leadtight dnc import`); until they are, no texts are sent.
    A list that was imported counts whether it is named here or not."""
    countries: tuple[AnyCaseCountryCode, ...] | None = None
    """Whose numbers are texted and called automatically (ISO codes). Without it, those of the company and of its teams'
    calendars. Numbers that cost more (premium, shared cost, personal, satellite) never are."""
    number_proof: bool = True
    """Whether texts and automatic calls go only to a number that is proved to be the sender's: it called or wrote to
    us, a program with a key says `phone_verified`, or a person of the team has dealt with the lead. Without proof
    only the mail goes."""
    limits: DailySendLimits = field(default_factory=DailySendLimits)
    """How many automatic messages go within a day. Who is over one is a lead all the same; its history says why nothing
    was sent."""
    budgets: Budgets = field(default_factory=Budgets)
    """How much goes to leads in a UTC day, of the whole stage: keep it below what the account may send. Answers wait
    from nine tenths on, sequences to leads that the team has not talked to from seven tenths on; what the team asked
    for stops last. Operators hear at eight tenths. Alerts to the team have limits of their own."""
    mails_per_second: PositiveInt = 14
    """How many mails SES takes in a second: the account's own quota (docs/guides/deploy.md). What is over it waits for
    the next second, the most urgent first."""
    texts_per_second: PositiveInt = 20
    """How many texts SNS takes in a second."""
    calls_per_second: PositiveInt = 2
    """How many calls Amazon Connect takes in a second."""

    def per_second(self, channel: Channel) -> int | None:
        """Return the provider's messages per second on a channel.

        None where none is counted, as in chats.
        """
        return {
            Channel.EMAIL: self.mails_per_second,
            Channel.SMS: self.texts_per_second,
            Channel.VOICE: self.calls_per_second,
        }.get(channel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """Automatic calls by Amazon Connect."""

    instance: ConnectId
    """The id of the instance of Amazon Connect."""
    contact_flow: ConnectId
    """The id of its contact flow: what is said on the call, and how a person takes over."""
    source_number: PhoneNumber = ""
    """The number that calls come from; this or `queue`, or both."""
    queue: ConnectId = ""
    """The id of the queue that calls come from."""
    outcome_within: PositiveDuration = timedelta(minutes=30)
    """How long after its step a call is placed at the latest and its outcome waited for; then it is a task of the
    lead's owner, and is not placed any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRules:
    """How often users are interrupted within any hour (J8)."""

    per_hour: PositiveInt = 6
    """The most alerts for one person within any hour. What tells of a missed promise goes beyond it, and counts. Of the
    others, warnings may use two thirds of it, reminders a third."""
    breaches_per_hour: PositiveInt = 60
    """The most alerts for one person within any hour when promises are missed: what is more, as in a flood, comes in
    the next digest."""
    digest_every: PositiveDuration = timedelta(minutes=30)
    """How long what is over the budget is gathered for one mail, which waits for the person's working hours."""
    rest_outside_hours: bool = False
    """Whether alerts wait for the reader's working hours, in one mail at their next opening. What tells of a missed
    promise does not wait: only promises that count at that hour are missed then."""
