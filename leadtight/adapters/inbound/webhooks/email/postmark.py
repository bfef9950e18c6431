"""Postmark's inbound webhook: a mail as JSON.

It does not sign: it sends the user name and password of its address.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from leadtight.adapters.email.parser import parsed_mail, read_mail
from leadtight.adapters.inbound.signatures import WebhookSecrets, require_basic
from leadtight.adapters.inbound.webhooks.email.posted_mail import (
    mark_spam,
    pairs_of,
    with_authentication,
    with_recipients,
)
from leadtight.adapters.inbound.webhooks.provider import NoHandshake, Request, json_object
from leadtight.domain.intake.inbound_email import Attachment, InboundEmail

_OF_AUTHOR = "DKIM_VALID_AU"
"""SpamAssassin's test for a valid signature of the From domain."""


class Postmark(NoHandshake):
    """Mails of an inbound stream.

    A signing secret is written `user:password`.
    """

    def check(self, request: Request, keys: WebhookSecrets, now: datetime) -> None:
        """Check user name and password."""
        require_basic(request.headers.get("authorization", ""), keys)

    def mails(self, body: bytes) -> Sequence[bytes]:
        """Split a body into mails."""
        return [body]

    def parse_mail(self, content: bytes, content_type: str) -> InboundEmail:
        """Return the mail. Raises Unreadable, InvalidInquiry."""
        payload = json_object(content)
        raw = payload.get("RawEmail")
        email = read_mail(str(raw).encode("utf-8", "replace")) if raw else _parsed(payload)
        headers = pairs_of(payload.get("Headers"))
        verdicts = [value for name, value in headers if name.lower() == "x-spam-status"]
        email = mark_spam(with_recipients(email, [str(payload.get("OriginalRecipient") or "")]), *verdicts)
        tests = [value for name, value in headers if name.lower() == "x-spam-tests"]
        author = email.authentication.from_address.rpartition("@")[2]
        is_signed = len(tests) == 1 and _OF_AUTHOR in tests[0].replace(" ", "").split(",")
        return with_authentication(email, dkim_domains=[author] if is_signed else [])


def _parsed(payload: Any) -> InboundEmail:
    headers = pairs_of(payload.get("Headers"))
    present = {name.lower() for name, _ in headers}
    names = {"From": "From", "To": "To", "Cc": "Cc", "ReplyTo": "Reply-To", "Subject": "Subject", "Date": "Date"}
    missing = [
        (ours, str(payload[theirs]))
        for theirs, ours in names.items()
        if payload.get(theirs) and ours.lower() not in present
    ]
    files = [entry for entry in payload.get("Attachments") or [] if isinstance(entry, dict)]
    attached = tuple(attachment(entry) for entry in files)
    text, html = str(payload.get("TextBody") or ""), str(payload.get("HtmlBody") or "")
    return parsed_mail([*headers, *missing], text, html, attachments=attached)


def attachment(entry: dict[str, Any]) -> Attachment:
    """Return an attachment from JSON of Postmark or Brevo."""
    size = entry.get("ContentLength")
    return Attachment(
        name=str(entry.get("Name") or "")[:200],
        kind=str(entry.get("ContentType") or "")[:100],
        size=size if isinstance(size, int) else 0,
    )
