"""Mailgun's `forward()`, which posts mails as forms.

They are parsed or, for an address that ends in `mime`, raw. `signature` is the HMAC-SHA256 of `timestamp` and `token`
under the HTTP webhook signing key. It does not cover the mail; only TLS does.
"""

import json
from collections.abc import Sequence
from datetime import datetime

from leadtight.adapters.email.parser import parsed_mail, read_mail
from leadtight.adapters.inbound.signatures import (
    WebhookSecrets,
    WebhookVerificationError,
    hex_hmac,
    require,
    require_recent,
)
from leadtight.adapters.inbound.webhooks.email.posted_mail import (
    PostedForm,
    mark_spam,
    pairs_of,
    parse_form,
    with_authentication,
    with_recipients,
)
from leadtight.adapters.inbound.webhooks.provider import NoHandshake, Request, UnreadableDelivery
from leadtight.domain.intake.inbound_email import InboundEmail


class Mailgun(NoHandshake):
    """Mails of a Mailgun route."""

    def check(self, request: Request, keys: WebhookSecrets, now: datetime) -> None:
        """Check the signature in the form, and its time."""
        try:
            form = parse_form(request.body, request.headers.get("content-type", ""))
        except UnreadableDelivery as error:
            raise WebhookVerificationError("the form with the signature is missing") from error
        stamp, token, signature = form.text("timestamp"), form.text("token"), form.text("signature")
        require_recent(stamp, now)
        signed = f"{stamp}{token}".encode("utf-8", "replace")
        require([signature] if signature and token else [], keys, lambda secret: hex_hmac(secret, signed))

    def mails(self, body: bytes) -> Sequence[bytes]:
        """Split a body into mails."""
        return [body]

    def parse_mail(self, content: bytes, content_type: str) -> InboundEmail:
        """Return the mail. Raises Unreadable, InvalidInquiry."""
        form = parse_form(content, content_type)
        raw = form.fields.get("body-mime")
        email = read_mail(raw) if raw else _parsed(form)
        verdicts = [value for name, value in _headers(form) if name.lower() == "x-mailgun-spf"]
        spf = verdicts[0] if len(verdicts) == 1 else ""  # of two, the sender wrote one
        return with_authentication(
            with_recipients(email, form.text("recipient").split(",")), spf=spf, envelope=form.text("sender")
        )


def _headers(form: PostedForm) -> list[tuple[str, str]]:
    try:
        return pairs_of(json.loads(form.text("message-headers") or "null"))
    except (ValueError, RecursionError) as error:
        raise UnreadableDelivery("message-headers is not JSON") from error


def _parsed(form: PostedForm) -> InboundEmail:
    headers = _headers(form)
    present = {name.lower() for name, _ in headers}
    missing = [(name, form.text(name)) for name in ("from", "subject") if name not in present]
    flags = [value for name, value in headers if name.lower() == "x-mailgun-sflag"]
    email = parsed_mail([*headers, *missing], form.text("body-plain"), form.text("body-html"), attachments=form.files)
    return mark_spam(email, *flags)
