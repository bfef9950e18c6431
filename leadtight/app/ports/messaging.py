"""What carries messages to people, and writes their words, as Protocols."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from leadtight.domain.access.signed_links import Keyring
    from leadtight.domain.compliance.send_permission import Permission
    from leadtight.domain.model.lead import Lead
    from leadtight.domain.model.message import Message
    from leadtight.domain.policy.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A rendered e-mail."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What travels with a message besides its words.

    `unsubscribe` is the address that ends such mails at once, `reply_to` the one that takes answers for this lead.
    """

    lead_id: str
    message_id: str
    automatic: bool = True
    unsubscribe: str | None = None
    reply_to: str | None = None


class Mailer(Protocol):
    """Sends e-mail."""

    def send_mail(self, permission: Permission, mail: Mail, envelope: Envelope) -> str:
        """Return the provider's id. Raises SendRefused for good, SendFailed for now, SendUnsure when nobody knows."""


class Texter(Protocol):
    """Sends text messages."""

    def send_text(self, permission: Permission, text: str, envelope: Envelope) -> str:
        """Return the provider's id. Raises SendRefused for good, SendFailed for now."""


class CallPlacer(Protocol):
    """Places automatic calls; what is said on them is the provider's contact flow."""

    def place_call(self, permission: Permission, envelope: Envelope) -> str:
        """Return the provider's id: the same for the same lead and message, which are called once.

        Raises SendRefused for good, SendFailed for now, SendUnsure when nobody knows.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A notice for a chat: plain text throughout, but for the addresses of `links`, by their label."""

    title: str
    words: str
    facts: tuple[tuple[str, str], ...]
    links: tuple[tuple[str, str], ...]


class Chat(Protocol):
    """Posts to the chats of people of the team."""

    def post_card(self, permission: Permission, card: Card, envelope: Envelope) -> str:
        """Return an id of our own: chats give none. Raises SendRefused for good, SendFailed for now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Providers:
    """The providers of all channels."""

    mailer: Mailer
    texter: Texter
    caller: CallPlacer
    chat: Chat


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestEntry:
    """One notice of a digest: the message that waited for it, its lead, and where to record what happened."""

    message: Message
    lead: Lead
    link: str


class Renderer(Protocol):
    """Writes the words of a message."""

    def mail(self, policy: Policy, message: Message, lead: Lead, links: Mapping[str, str], now: datetime) -> Mail:
        """Return the e-mail of a message."""

    def text(self, policy: Policy, message: Message, lead: Lead, links: Mapping[str, str], now: datetime) -> str:
        """Return the text message of a message."""

    def review(self, policy: Policy, message: Message, links: Mapping[str, str]) -> Mail:
        """Return the e-mail with the weekly review."""

    def card(self, policy: Policy, message: Message, lead: Lead, links: Mapping[str, str], now: datetime) -> Card:
        """Return the chat card of a message."""

    def digest(self, policy: Policy, person_id: str, notices: Iterable[DigestEntry], queue: str, now: datetime) -> Mail:
        """Return one e-mail with several notices, the first of each lead, in the order given."""


Secrets: TypeAlias = "Callable[[], Keyring]"
"""Returns the link-signing keys, from a short-lived cache."""
