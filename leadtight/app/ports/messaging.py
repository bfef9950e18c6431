"""Ports that render messages and carry them to people."""

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
    """The metadata of a message.

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
        """Send a mail; return the provider's id.

        Raises SendRefused (permanent), SendFailed (temporary), SendUnsure (unknown result).
        """


class Texter(Protocol):
    """Sends text messages."""

    @property
    def confirms(self) -> bool:
        """Whether the provider reports the delivery."""

    def send_text(self, permission: Permission, text: str, envelope: Envelope) -> str:
        """Send a text; return the provider's id.

        Raises SendRefused (permanent), SendFailed (temporary).
        """


class CallPlacer(Protocol):
    """Places automatic calls.

    The provider's contact flow holds the spoken words.
    """

    def place_call(self, permission: Permission, envelope: Envelope) -> str:
        """Place a call; return the provider's id.

        A lead is called once for the same message: a repetition returns the same id. Raises SendRefused (permanent),
        SendFailed (temporary), SendUnsure (unknown result).
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A chat notice in plain text, with labelled links."""

    title: str
    words: str
    facts: tuple[tuple[str, str], ...]
    links: tuple[tuple[str, str], ...]


class Chat(Protocol):
    """Posts to the chats of people of the team."""

    def post_card(self, permission: Permission, card: Card, envelope: Envelope) -> str:
        """Post a card; return an id of our own.

        Chats give none. Raises SendRefused (permanent), SendFailed (temporary).
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Providers:
    """The providers of all channels."""

    mailer: Mailer
    texter: Texter
    caller: CallPlacer
    chat: Chat


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestEntry:
    """One notice of a digest: message, lead and outcome link."""

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
        """Return one mail with several notices, in their order.

        Of each lead the first notice is shown.
        """


Secrets: TypeAlias = "Callable[[], Keyring]"
"""Returns the link-signing keys, from a short-lived cache."""
