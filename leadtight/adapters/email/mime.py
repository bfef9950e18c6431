"""Rendered mails as raw bytes for SES."""

from datetime import UTC, datetime
from email.errors import MessageError
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from typing import Any

from leadtight.app.ports.messaging import Envelope, Mail
from leadtight.domain.model.errors import SendRefused
from leadtight.domain.text.sanitizing import sanitize

CORRELATION = "X-Leadtight-Message"
UNSUBSCRIBE = "List-Unsubscribe"
SHORT = 60  # fits on its header's line
# Headers that tell other machines not to answer: RFC 3834, Exchange, and older programs.
_AUTOMATIC = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All", "Precedence": "bulk"}


class _Policy(EmailPolicy):
    """Writes a long or foreign subject as encoded words.

    They are one run: the standard way leaves its first line empty, and would encode a long address, too, which then
    cannot be opened.
    """

    def fold_binary(self, name: str, value: Any) -> bytes:
        """Return the header as sent."""
        if name == UNSUBSCRIBE:  # a long address must not be folded
            return f"{name}: {value}{self.linesep}".encode("ascii")
        if name != "Subject" or (len(value) <= SHORT and value.isascii()):
            return super().fold_binary(name, value)
        return (
            f"Subject: {Header(value, 'utf-8', header_name=name).encode(linesep=self.linesep)}{self.linesep}".encode()
        )


# Seven-bit bodies: SES may rewrite anything else on its way.
_POLICY = _Policy(linesep="\r\n", cte_type="7bit")


def build(
    mail: Mail,
    envelope: Envelope,
    *,
    to: str,
    sender: str,
    sender_name: str,
    now: datetime,
    reply_to: str | None = None,
) -> bytes:
    """Return the raw message; SES adds the Message-ID.

    `now` is its date. Raises SendRefused for an address that a header cannot hold.
    """
    message = EmailMessage(policy=_POLICY)
    message["From"] = _address(sender, sender_name)
    message["To"] = _address(to)
    if reply_to:
        message["Reply-To"] = _address(reply_to, sender_name)
    message["Subject"] = _header_text(mail.subject)
    message["Date"] = format_datetime(now.astimezone(UTC))
    message[CORRELATION] = sanitize(f"{envelope.lead_id}/{envelope.message_id}")
    for name, value in _AUTOMATIC.items() if envelope.automatic else ():
        message[name] = value
    if envelope.unsubscribe:  # RFC 2369 and RFC 8058: one click in the mail program, without a page
        message[UNSUBSCRIBE] = f"<{envelope.unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    return message.as_bytes()


def _header_text(text: str) -> str:
    """Return text for a header without encoded words (RFC 2047).

    The library would decode those that a sender typed, and line breaks inside them begin a header of their own
    (CVE-2024-6923; Python 3.13 refuses the mail instead).
    """
    return sanitize(text).replace("=?", "= ?")


def ascii_address(text: str) -> str:
    """Return an address with its domain in A-labels (IDNA 2008).

    Raises SendRefused for one whose local part is not ASCII: SES does not support SMTPUTF8 (RFC 6531).
    """
    local, _, domain = text.rpartition("@")
    if not local.isascii():
        raise SendRefused("the mail service does not accept non-ASCII letters before the @")
    try:
        return f"{local}@{_a_labels(domain)}"
    except UnicodeError as error:
        raise SendRefused("the domain of the address is invalid") from error


def _a_labels(domain: str) -> str:
    if domain.isascii():
        return domain.encode("idna").decode()  # unchanged, after a check of label lengths
    import idna  # rarely needed; IDNA 2003 of the standard library turns ß into ss, another domain

    return idna.encode(domain).decode()


def _address(text: str, name: str = "") -> Address:
    ascii_text = ascii_address(text)
    try:
        return Address(display_name=_header_text(name), addr_spec=ascii_text)
    except (ValueError, IndexError, MessageError) as error:
        raise SendRefused("the address cannot be written in a mail header") from error
