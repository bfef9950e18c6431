"""Brevo's inbound parsing: mails as JSON. It signs nothing: it sends user name and password, or a token."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from email.utils import formataddr
from typing import Any

from leadtight.adapters.email.parser import letter_of
from leadtight.adapters.inbound.signatures import WebhookSecrets, require_basic_or_bearer
from leadtight.adapters.inbound.webhooks.email.posted_mail import attested, pairs_of, sent_to
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
    """Mails of a receiving domain. A signing secret is `user:password`, or a token."""

    def check(self, request: Request, keys: WebhookSecrets, now: datetime) -> None:
        """Check user name and password, or the token."""
        require_basic_or_bearer(request.headers.get("authorization", ""), keys)

    def mails(self, body: bytes) -> Sequence[bytes]:
        """Return what is one mail each; all of it when that cannot be told."""
        try:
            content = json_body(body)
        except UnreadableDelivery:
            return [body]
        items = content.get("items") if isinstance(content, dict) else None
        if not isinstance(items, list):
            return [body]
        return [json.dumps(item, ensure_ascii=False).encode("utf-8", "replace") for item in items]

    def letter(self, content: bytes, content_type: str) -> InboundEmail:
        """Return the mail. Raises Unreadable, InvalidInquiry."""
        given = json_object(content)
        headers = pairs_of(given.get("Headers"))
        known = {name.lower() for name, _ in headers}
        named = [(name, value) for name, value in _named(given) if value and name.lower() not in known]
        found = [one for one in given.get("Attachments") or [] if isinstance(one, dict)]
        letter = letter_of(
            [*headers, *named],
            str(given.get("RawTextBody") or ""),
            str(given.get("RawHtmlBody") or ""),
            attachments=tuple(attachment(one) for one in found),
        )
        to = given.get("Recipients")
        return attested(sent_to(letter, [str(one) for one in to] if isinstance(to, list) else []))


def _named(given: Any) -> Iterator[tuple[str, str]]:
    for theirs, ours in (("From", "From"), ("To", "To"), ("Cc", "Cc"), ("ReplyTo", "Reply-To")):
        yield ours, ", ".join(_addresses(given.get(theirs)))
    for theirs, ours in (("MessageId", "Message-ID"), ("InReplyTo", "In-Reply-To"), ("Subject", "Subject")):
        yield ours, str(given.get(theirs) or "")
    yield "Date", str(given.get("SentAtDate") or "")


def _addresses(given: Any) -> Iterator[str]:
    for one in given if isinstance(given, list) else [given]:
        if isinstance(one, dict) and one.get("Address"):
            yield formataddr((str(one.get("Name") or ""), str(one["Address"])))
