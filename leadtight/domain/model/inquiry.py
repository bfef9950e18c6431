"""Inquiries and consent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from leadtight.domain.model.message import Channel
from leadtight.domain.model.stored_file import StoredFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """Consent given in an inquiry, with its wording and page.

    `sms` is for texts about this inquiry; `marketing` names the channels of messages that go beyond it, as those of
    sequences do.
    """

    sms: bool = False
    marketing: tuple[Channel, ...] = ()
    text: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """A person's inquiry, normalized.

    What could not be parsed is kept in `fields` and named in `flags`. `phone` is in E.164, and `extension` is dialled
    once it answers (RFC 3966). `phone_proof` says what shows that the number is the sender's: `verified` (a code),
    `provider` (it called or wrote), `team`; empty when nothing does. `handle` names the user of a chat by its
    provider's id, as `whatsapp:USERID`: not an address, yet a key. `files` are its kept attachments. `permalink` leads
    to a conversation elsewhere; only a trusted caller may give it.
    """

    name: str = ""
    email: str | None = None
    phone: str | None = None
    extension: str = ""
    phone_proof: str = ""
    handle: str = ""
    company: str = ""
    message: str = ""
    language: str = ""
    country: str = ""
    region: str = ""
    postcode: str = ""
    product: str = ""
    company_size: int | None = None
    value: Decimal | None = None
    consent: Consent = field(default_factory=Consent)
    fields: Mapping[str, str] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    files: tuple[StoredFile, ...] = ()
    permalink: str = ""

    @property
    def display_name(self) -> str:
        """Return the name, else the address, else the number."""
        return self.name or self.email or self.phone_text or "Unknown"

    @property
    def phone_text(self) -> str:
        """Return the number with its extension, for people.

        Empty when there is none.
        """
        return f"{self.phone} ext. {self.extension}" if self.phone and self.extension else self.phone or ""

    @property
    def phone_uri(self) -> str:
        """Return the number with its extension, for dialling (RFC 3966).

        Empty when there is none.
        """
        return f"{self.phone};ext={self.extension}" if self.phone and self.extension else self.phone or ""

    @property
    def is_reachable(self) -> bool:
        """Return whether the sender can be answered.

        Mail, phone, chat or a link to their message will do.
        """
        return bool(self.email or self.phone or self.handle or self.permalink or self.fields.get("permalink"))
