"""Postmark's inbound webhook: a mail as JSON. It signs nothing: it sends the user name and password of its address."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from leadtight.adapters.email.parser import letter_of, read_mail
from leadtight.adapters.inbound.signatures import WebhookSecrets, require_basic
from leadtight.adapters.inbound.webhooks.email.posted_mail import attested, pairs_of, sent_to, suspected
from leadtight.adapters.inbound.webhooks.provider import NoHandshake, Request, json_object
from leadtight.domain.intake.inbound_email import Attachment, InboundEmail

_OF_AUTHOR = "DKIM_VALID_AU"
"""SpamAssassin's test for a good signature of the domain in From."""


class Postmark(NoHandshake):
    """Mails of an inbound stream. A signing secret is written `user:password`."""

    def check(self, request: Request, keys: WebhookSecrets, now: datetime) -> None:
        """Check user name and password."""
        require_basic(request.headers.get("authorization", ""), keys)

    def mails(self, body: bytes) -> Sequence[bytes]:
        """Return what is one mail each."""
        return [body]

    def letter(self, content: bytes, content_type: str) -> InboundEmail:
        """Return the mail. Raises Unreadable, InvalidInquiry."""
        given = json_object(content)
        raw = given.get("RawEmail")
        letter = read_mail(str(raw).encode("utf-8", "replace")) if raw else _parsed(given)
        headers = pairs_of(given.get("Headers"))
        verdicts = [value for name, value in headers if name.lower() == "x-spam-status"]
        letter = suspected(sent_to(letter, [str(given.get("OriginalRecipient") or "")]), *verdicts)
        tests = [value for name, value in headers if name.lower() == "x-spam-tests"]
        author = letter.authentication.from_address.rpartition("@")[2]
        is_signed = len(tests) == 1 and _OF_AUTHOR in tests[0].replace(" ", "").split(",")
        return attested(letter, dkim_domains=[author] if is_signed else [])


def _parsed(given: Any) -> InboundEmail:
    headers = pairs_of(given.get("Headers"))
    known = {name.lower() for name, _ in headers}
    names = {"From": "From", "To": "To", "Cc": "Cc", "ReplyTo": "Reply-To", "Subject": "Subject", "Date": "Date"}
    named = [
        (ours, str(given[theirs])) for theirs, ours in names.items() if given.get(theirs) and ours.lower() not in known
    ]
    found = [one for one in given.get("Attachments") or [] if isinstance(one, dict)]
    attached = tuple(attachment(one) for one in found)
    text, html = str(given.get("TextBody") or ""), str(given.get("HtmlBody") or "")
    return letter_of([*headers, *named], text, html, attachments=attached)


def attachment(one: dict[str, Any]) -> Attachment:
    """Return what JSON says of an attachment, as Postmark and Brevo write it."""
    size = one.get("ContentLength")
    return Attachment(
        name=str(one.get("Name") or "")[:200],
        kind=str(one.get("ContentType") or "")[:100],
        size=size if isinstance(size, int) else 0,
    )
