"""Brevo's inbound parsing: mails as JSON.

It does not sign: it sends user name and password, or a token.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from email.utils import formataddr
from typing import Any

from leadtight.adapters.email.parser import parsed_mail
from leadtight.adapters.inbound.signatures import WebhookSecrets, require_basic_or_bearer
from leadtight.adapters.inbound.webhooks.email.posted_mail import pairs_of, with_authentication, with_recipients
from leadtight.adapters.inbound.webhooks.email.postmark import attachment
from leadtight.adapters.inbound.webhooks.provider import (
    NoHandshake,
    Request,
    UnreadableDelivery,
    json_body,
    json_object,
)
from leadtight.domain.intake.inbound_email import InboundEmail


class Brevo(NoHandshake):
    """Mails of a receiving domain.

    A signing secret is `user:password`, or a token.
    """

    def check(self, request: Request, keys: WebhookSecrets, now: datetime) -> None:
        """Check user name and password, or the token."""
        require_basic_or_bearer(request.headers.get("authorization", ""), keys)

    def mails(self, body: bytes) -> Sequence[bytes]:
        """Split a body into mails; unknown content stays whole."""
        try:
            content = json_body(body)
        except UnreadableDelivery:
            return [body]
        items = content.get("items") if isinstance(content, dict) else None
        if not isinstance(items, list):
            return [body]
        return [json.dumps(item, ensure_ascii=False).encode("utf-8", "replace") for item in items]

    def parse_mail(self, content: bytes, content_type: str) -> InboundEmail:
        """Return the mail. Raises Unreadable, InvalidInquiry."""
        payload = json_object(content)
        headers = pairs_of(payload.get("Headers"))
        present = {name.lower() for name, _ in headers}
        missing = [(name, value) for name, value in _named(payload) if value and name.lower() not in present]
        files = [entry for entry in payload.get("Attachments") or [] if isinstance(entry, dict)]
        email = parsed_mail(
            [*headers, *missing],
            str(payload.get("RawTextBody") or ""),
            str(payload.get("RawHtmlBody") or ""),
            attachments=tuple(attachment(entry) for entry in files),
        )
        to = payload.get("Recipients")
        return with_authentication(with_recipients(email, [str(entry) for entry in to] if isinstance(to, list) else []))


def _named(payload: Any) -> Iterator[tuple[str, str]]:
    for theirs, ours in (("From", "From"), ("To", "To"), ("Cc", "Cc"), ("ReplyTo", "Reply-To")):
        yield ours, ", ".join(_addresses(payload.get(theirs)))
    for theirs, ours in (("MessageId", "Message-ID"), ("InReplyTo", "In-Reply-To"), ("Subject", "Subject")):
        yield ours, str(payload.get(theirs) or "")
    yield "Date", str(payload.get("SentAtDate") or "")


def _addresses(value: Any) -> Iterator[str]:
    for entry in value if isinstance(value, list) else [value]:
        if isinstance(entry, dict) and entry.get("Address"):
            yield formataddr((str(entry.get("Name") or ""), str(entry["Address"])))
