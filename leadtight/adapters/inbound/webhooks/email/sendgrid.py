"""SendGrid Inbound Parse, which posts mails as forms.

They are parsed or, with `send_raw`, raw. With a security policy that has `signature` on, SendGrid signs time and body
by ECDSA (P-256, SHA-256); a signing secret here is that policy's public key, base64 as SendGrid shows it. Its other
way, OAuth, needs a server of ours.
"""

import json
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from leadtight.adapters.email.parser import parsed_mail, read_mail
from leadtight.adapters.inbound.signatures import (
    WebhookSecrets,
    WebhookVerificationError,
    base64_decoded,
    require_recent,
)
from leadtight.adapters.inbound.webhooks.email.posted_mail import (
    PostedForm,
    parse_form,
    with_authentication,
    with_recipients,
)
from leadtight.adapters.inbound.webhooks.provider import NoHandshake, Request
from leadtight.domain.intake.inbound_email import InboundEmail

LONGEST_VERDICTS = 10_000
_SIGNED = re.compile(r"@([a-z0-9.-]{1,255}) : pass\b", re.IGNORECASE)
SIGNATURE, TIME = "x-twilio-email-event-webhook-signature", "x-twilio-email-event-webhook-timestamp"


class SendGrid(NoHandshake):
    """Mails of an Inbound Parse setting."""

    def check(self, request: Request, keys: WebhookSecrets, now: datetime) -> None:
        """Check the signature of time and body by live keys."""
        stamp, encoded = request.headers.get(TIME, ""), request.headers.get(SIGNATURE, "")
        require_recent(stamp, now)
        signature, signed = base64_decoded(encoded), stamp.encode("utf-8", "replace") + request.body
        if not any(_signed_by(key, signature, signed) for key in keys.signing):
            raise WebhookVerificationError("the signature does not match" if signature else "the signature is missing")

    def mails(self, body: bytes) -> Sequence[bytes]:
        """Split a body into mails."""
        return [body]

    def parse_mail(self, content: bytes, content_type: str) -> InboundEmail:
        """Return the mail. Raises Unreadable, InvalidInquiry."""
        form = parse_form(content, content_type)
        raw = form.fields.get("email")
        envelope = _json(form, "envelope")
        to = envelope.get("to")
        email = with_recipients(read_mail(raw) if raw else _parsed(form), map(str, to) if isinstance(to, list) else [])
        signed = _SIGNED.findall(form.text("dkim")[:LONGEST_VERDICTS])
        return with_authentication(email, spf=form.text("SPF"), envelope=str(envelope.get("from")), dkim_domains=signed)


def _signed_by(key: str, signature: bytes, signed: bytes) -> bool:
    """Check whether a public key's owner signed this.

    An invalid key signed nothing.
    """
    from cryptography.exceptions import (
        InvalidSignature,
        UnsupportedAlgorithm,
    )  # imported here: no other provider needs it
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    try:
        public = load_der_public_key(base64_decoded(key))
        if not isinstance(public, EllipticCurvePublicKey):
            return False
        public.verify(signature, signed, ECDSA(SHA256()))
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, WebhookVerificationError):
        return False
    return True


def _parsed(form: PostedForm) -> InboundEmail:
    charsets = _json(form, "charsets")

    def said(name: str) -> str:
        return form.text(name, str(charsets.get(name, "utf-8")))

    lines = said("headers").replace("\r\n", "\n").replace("\n ", " ").replace("\n\t", " ").split("\n")
    headers = [(name.strip(), value.strip()) for name, colon, value in (line.partition(":") for line in lines) if colon]
    present = {name.lower() for name, _ in headers}
    missing = [(name, said(name)) for name in ("from", "to", "subject") if name not in present]
    return parsed_mail([*headers, *missing], said("text"), said("html"), attachments=tuple(form.files))


def _json(form: PostedForm, name: str) -> dict[str, Any]:
    try:
        content = json.loads(form.text(name) or "{}")
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}
