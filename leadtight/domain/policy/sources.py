"""Where leads come from: webhooks, mailboxes, and who is the same person."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

PROVIDERS = frozenset(
    {"calendly", "facebook", "google_ads", "hubspot", "linkedin", "pipedrive"}
    | {"standard", "twilio", "typeform", "voice", "webflow", "whatsapp"}
)
WEBHOOK_CHANNEL = "webhook:"
CALLS = "voice"
"""The provider that delivers what became of calls, and no leads."""
CALL_WORDS = ("call_id", "lead_id", "message_id", "outcome", "at", "duration", "by")
"""What such a delivery tells of a call."""
LISTERS = frozenset({"calendly", "facebook", "hubspot", "typeform"})
"""Providers that can be asked what they have had."""
MAIL_PROVIDERS = frozenset({"brevo", "mailgun", "postmark", "sendgrid"})
ANY_ADDRESS = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """A source that delivers by itself, at `/webhooks/{id}`: who speaks there, and which of its words mean what.

    `fields` maps the provider's names to ours: a question, or a JMESPath into the body where the provider is
    `standard` or `voice`. `items` is the path of the leads in a body that holds several. One that is to `reconcile` is
    asked what it has had. Of calls, `outcomes` maps the provider's words for what became of them to the policy's.
    """

    id: str
    provider: str
    source: str
    fields: Mapping[str, str] = field(default_factory=dict)
    items: str = ""
    outcomes: Mapping[str, str] = field(default_factory=dict)
    reconcile: bool = False

    @property
    def channel(self) -> str:
        """Return what its deliveries say they came by."""
        return f"{WEBHOOK_CHANNEL}{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailLimits:
    """How much an address takes in a window before a loop ends (RFC 3834).

    Automatic answers to one address and to everybody, beyond which a lead gets none; mails of one template from other
    people, beyond which they are held.
    """

    answers_per_address: int = 2
    answers: int = 100
    alike: int = 8
    within: timedelta = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """An address that takes mail, or `*` for all others: the source of its leads.

    `lists` are the List-Ids of our own mailing lists that forward to it: what others' lists send is no inquiry.
    """

    id: str
    source: str = "email"
    lists: tuple[str, ...] = ()
    limits: MailLimits = field(default_factory=MailLimits)


class AnswersToLost(StrEnum):
    """What an answer to a lost lead does: it makes a new lead, or opens the lost one again."""

    NEW = "new"
    REOPEN = "reopen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who is the same person: an inquiry joins the open lead of its address or number when that wrote so lately."""

    merge_within: timedelta = timedelta(days=90)
    answers_to_lost: AnswersToLost = AnswersToLost.NEW
