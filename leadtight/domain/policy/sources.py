"""Sources of leads: webhooks, mailboxes and identity."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from leadtight.domain.policy.formats import PositiveDuration, PositiveInt, Provider

PROVIDERS = frozenset(
    {"booking", "calendly", "facebook", "google_ads", "hubspot", "linkedin", "pipedrive"}
    | {"standard", "twilio", "typeform", "voice", "webflow", "whatsapp"}
)
WEBHOOK_CHANNEL = "webhook:"
CALLS = "voice"
"""The provider that delivers outcomes of calls, and no leads."""
CALL_WORDS = ("call_id", "lead_id", "message_id", "outcome", "at", "duration", "by")
"""What such a delivery tells of a call."""
BOOKINGS = "booking"
"""The provider that delivers bookings of any booking tool."""
BOOKING_WORDS = ("booked_for", "booking_id", "event", "reason")
"""What such a delivery tells of a booking, beside the person."""


class BookingEvent(StrEnum):
    """What happened to a booking."""

    BOOKED = "booked"
    MOVED = "moved"
    CANCELED = "canceled"
    IGNORED = "ignored"


LISTERS = frozenset({"calendly", "facebook", "hubspot", "linkedin", "pipedrive", "twilio", "typeform", "webflow"})
"""Providers that can be asked what they have had."""
MAIL_PROVIDERS = frozenset({"brevo", "mailgun", "postmark", "sendgrid"})
UNLISTED: Mapping[str, str] = {
    "booking": "the sender may be any booking tool, and each has a list of its own",
    "brevo": "Brevo lists the events of received mails, and not the mails",
    "google_ads": "Google lists the leads of its forms only to programs with a developer token for its Ads API",
    "mailgun": "Mailgun lists what it received for some days, depending on the plan, and that list is not read yet",
    "postmark": "Postmark lists what it received, and that list is not read yet",
    "sendgrid": "SendGrid keeps no mails that it has posted",
    "standard": "the sender may be any system, and Standard Webhooks have no list",
    "voice": "it reports outcomes of calls, and delivers no leads",
    "whatsapp": "Meta has no list of the messages that a WhatsApp number received",
}
"""Why the other providers cannot be asked."""
ANY_ADDRESS = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """A source that delivers by itself, at `/webhooks/{id}`."""

    id: str
    provider: Provider = "standard"
    """Who delivers, and so how it signs and what it sends. Without it, the name if that is a provider, else `standard`:
    any JSON, signed as the Standard Webhooks specification says."""
    source: str = "standard"
    """The source of its leads; without it, the provider."""
    fields: Mapping[str, str] = field(default_factory=dict)
    """Which of its words mean what: its name for a question, or with `standard`, `booking` and `voice` a JMESPath into
    the body (`person.email`), and ours (`name`, `email`, ...; of calls and bookings those in docs/guides/channels.md).
    Others are kept as they are."""
    items: str = ""
    """With `standard`, the JMESPath of the leads in a body that holds several, such as `entries[]`."""
    outcomes: Mapping[str, str] = field(default_factory=dict)
    """With `voice`, what its words for the outcome of a call are in the policy, such as `completed = "connected"`.
    Other words are names of outcomes as they stand; `busy` is `no_answer`, and `failed` is no attempt."""
    events: Mapping[str, str] = field(default_factory=dict)
    """With `booking`, what its words for what happened are: `booked`, `moved`, `canceled`, or `ignored` for what is
    about no booking. Those of cal.com and SavvyCal are known; a word that is not is held for a person."""
    reconcile: bool = False
    """Whether its provider is asked four times a day what it has had, so that what never arrived is taken: `calendly`,
    `facebook`, `hubspot`, `linkedin`, `pipedrive`, `twilio`, `typeform` and `webflow` can be asked.
    docs/guides/channels.md says what the secret needs for it, and why the others cannot be asked."""

    @property
    def channel(self) -> str:
        """Return the channel name of its deliveries."""
        return f"{WEBHOOK_CHANNEL}{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailLimits:
    """Limits of an address within a window, which end loops.

    RFC 3834 section 2.
    """

    answers_per_address: PositiveInt = 2
    """The most automatic answers to one address within the window; a lead beyond it is taken, and gets none."""
    answers: PositiveInt = 100
    """The most automatic answers to mails of this entry within the window; a lead beyond it is taken, and gets none."""
    alike: PositiveInt = 8
    """The most leads of mails with the same words from one place (addresses that differ by a number), within the
    window; what is more is held for a person."""
    within: PositiveDuration = timedelta(hours=1)
    """How long a window is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """An address that takes mail, or `*` for all others."""

    id: str
    source: str = "email"
    """The source of its leads."""
    lists: tuple[str, ...] = ()
    """List-Ids of our own mailing lists that forward to it. What other lists send is no inquiry."""
    limits: MailLimits = field(default_factory=MailLimits)
    """Where a loop with an answering machine ends."""


class AnswersToLost(StrEnum):
    """Effect of an answer to a lost lead.

    It makes a new lead, or reopens the lost one.
    """

    NEW = "new"
    REOPEN = "reopen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """When inquiries are one person's, and answers to lost leads."""

    merge_within: timedelta = timedelta(days=90)
    """An inquiry joins the open lead of its person when that person wrote within this time; `0m` never joins. Whatever
    it is, a new lead remembers those before it."""
    answers_to_lost: AnswersToLost = AnswersToLost.NEW
    """What an answer to a lost lead does, by mail, chat, text, form or call: `new` makes a new lead, which goes by the
    rules of routing; `reopen` opens the lost one again with its owner, if it had been reached and was heard of within
    `merge_within`. An answer to a won lead always makes a new one. A word of opt-out opens nothing, nor does an
    automatic mail."""
