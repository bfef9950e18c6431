"""One mail as each provider posts it, authenticated its way.

Names and keys are ours.
"""

import base64
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, derive_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from leadtight.adapters.inbound.webhooks.provider import Request
from tests.unit.adapters.email.letters import mail, part
from tests.unit.adapters.inbound.webhooks.deliveries import NOW, URL

SECRET = "a secret of the tests"
USER = "hook:password"
PRIVATE = derive_private_key(20261123, SECP256R1())
OTHER = derive_private_key(7, SECP256R1())
BOUNDARY = "xYzZY"
FORM = f"multipart/form-data; boundary={BOUNDARY}"


def public(key: Any = PRIVATE) -> str:
    """Return a public key as SendGrid shows it."""
    return base64.b64encode(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


@dataclass(frozen=True)
class Post:
    """A provider's post with its proof; `file` is the attachment."""

    provider: str
    body: Callable[[datetime], bytes]
    content_type: str
    headers: Callable[[bytes, datetime], dict[str, str]]
    secret: str
    signs_time: bool = True
    signs_body: bool = False
    attached: bool = True

    def request(self, at: datetime = NOW, body: bytes | None = None) -> Request:
        """Return the request as it comes in."""
        sent = self.body(at) if body is None else body
        headers = {"content-type": self.content_type, **self.headers(sent, at)}
        return Request(method="POST", url=f"{URL}inbox", headers=headers, query={}, body=sent)


def form(fields: dict[str, str | bytes], file: bool = True) -> bytes:
    """Return a multipart form."""
    parts = [part(value, "text/plain", content_disposition=f'form-data; name="{n}"') for n, value in fields.items()]
    if file:
        parts.append(
            part(b"%PDF plan", "application/pdf", content_disposition='form-data; name="a1"; filename="plan.pdf"')
        )
    inner = b"".join(b"--" + BOUNDARY.encode() + b"\r\n" + part_ + b"\r\n" for part_ in parts)
    return inner + b"--" + BOUNDARY.encode() + b"--\r\n"


def _seconds(at: datetime) -> str:
    return str(int(at.timestamp()))


def _nothing(body: bytes, at: datetime) -> dict[str, str]:
    return {}


def _basic(body: bytes, at: datetime) -> dict[str, str]:
    return {"authorization": f"Basic {base64.b64encode(USER.encode()).decode()}"}


def _bearer(body: bytes, at: datetime) -> dict[str, str]:
    return {"authorization": f"Bearer {SECRET}"}


def _sendgrid(body: bytes, at: datetime) -> dict[str, str]:
    signature = PRIVATE.sign(_seconds(at).encode() + body, ECDSA(SHA256()))
    return {
        "x-twilio-email-event-webhook-signature": base64.b64encode(signature).decode(),
        "x-twilio-email-event-webhook-timestamp": _seconds(at),
    }


def _mailgun_signature(at: datetime) -> dict[str, str]:
    signature = hmac.new(SECRET.encode(), f"{_seconds(at)}token".encode(), "sha256").hexdigest()
    return {"timestamp": _seconds(at), "token": "token", "signature": signature}


WORDS = "Grüße, please call me."
QUOTED = f"{WORDS}\r\n\r\nOn Monday, Firm <hello@firm.example> wrote:\r\n> Thank you"
HEADERS = [
    ["From", "Ada Obi <ada@example.com>"],
    ["To", "sales@firm.example"],
    ["Subject", "Re: Solar roof"],
    ["Message-ID", "<m1@example.com>"],
    ["In-Reply-To", "<0102-1@eu-central-1.amazonses.com>"],
    ["Content-Type", "multipart/mixed; boundary=theirs"],
]
BLOCK = "".join(f"{name}: {value}\r\n" for name, value in HEADERS)
RAW = mail(QUOTED, headers={name: value for name, value in HEADERS if name != "Content-Type"})
HIDDEN = "reply+x@inbox.firm.example"


def _mailgun(at: datetime, **more: str | bytes) -> dict[str, str | bytes]:
    return {**_mailgun_signature(at), "recipient": HIDDEN, "sender": "ada@example.com", **more}


def _mailgun_parsed(at: datetime) -> bytes:
    return form(_mailgun(at, **{"message-headers": json.dumps(HEADERS), "body-plain": QUOTED, "subject": "x"}))


def _mailgun_urlencoded(at: datetime) -> bytes:
    return urlencode(_mailgun(at, **{"message-headers": json.dumps(HEADERS), "body-plain": QUOTED})).encode()


def _sendgrid_parsed(at: datetime) -> bytes:
    charsets = json.dumps({"text": "iso-8859-1", "subject": "UTF-8", "html": "UTF-8"})
    envelope = json.dumps({"to": [HIDDEN], "from": "ada@example.com"})
    return form({"headers": BLOCK, "text": QUOTED.encode("latin-1"), "charsets": charsets, "envelope": envelope})


POSTMARK = {
    "FromFull": {"Email": "ada@example.com", "Name": "Ada Obi"},
    "From": '"Ada Obi" <ada@example.com>',
    "To": "sales@firm.example",
    "OriginalRecipient": HIDDEN,
    "Subject": "Re: Solar roof",
    "MessageID": "22c74902-a0c1-4511-804f2-341342852c90",
    "TextBody": QUOTED,
    "HtmlBody": "<p>not this</p>",
    "Headers": [{"Name": n, "Value": v} for n, v in HEADERS if n in ("Message-ID", "In-Reply-To")]
    + [{"Name": "X-Spam-Status", "Value": "No"}],
    "Attachments": [{"Name": "plan.pdf", "ContentType": "application/pdf", "ContentLength": 9, "Content": "JVBERg=="}],
}
BREVO = {
    "Uuid": ["u1"],
    "MessageId": "<m1@example.com>",
    "InReplyTo": "<0102-1@eu-central-1.amazonses.com>",
    "From": {"Name": "Ada Obi", "Address": "ada@example.com"},
    "To": [{"Name": None, "Address": "sales@firm.example"}],
    "Cc": [],
    "ReplyTo": None,
    "Recipients": [HIDDEN],
    "SentAtDate": "Mon, 23 Nov 2026 09:00:00 +0100",
    "Subject": "Re: Solar roof",
    "RawTextBody": QUOTED,
    "RawHtmlBody": "<p>not this</p>",
    "Headers": {"Received": ["by a", "by b"], "Message-ID": "<m1@example.com>"},
    "Attachments": [{"Name": "plan.pdf", "ContentType": "application/pdf", "ContentLength": 9, "DownloadToken": "t"}],
}


def _json(content: Any) -> Callable[[datetime], bytes]:
    return lambda at: json.dumps(content).encode()


POSTS = {
    "mailgun": Post("mailgun", _mailgun_parsed, FORM, _nothing, SECRET),
    "mailgun urlencoded": Post(
        "mailgun", _mailgun_urlencoded, "application/x-www-form-urlencoded", _nothing, SECRET, attached=False
    ),
    "mailgun raw": Post(
        "mailgun",
        lambda at: form(_mailgun(at, **{"body-mime": RAW}), file=False),
        FORM,
        _nothing,
        SECRET,
        attached=False,
    ),
    "sendgrid": Post("sendgrid", _sendgrid_parsed, FORM, _sendgrid, public(), signs_body=True),
    "sendgrid raw": Post(
        "sendgrid",
        lambda at: form({"email": RAW, "envelope": json.dumps({"to": [HIDDEN]})}, file=False),
        FORM,
        _sendgrid,
        public(),
        signs_body=True,
        attached=False,
    ),
    "postmark": Post("postmark", _json(POSTMARK), "application/json", _basic, USER, signs_time=False),
    "postmark raw": Post(
        "postmark",
        _json({"RawEmail": RAW.decode(), "OriginalRecipient": HIDDEN}),
        "application/json",
        _basic,
        USER,
        signs_time=False,
        attached=False,
    ),
    "brevo": Post("brevo", _json({"items": [BREVO]}), "application/json", _basic, USER, signs_time=False),
    "brevo with a token": Post(
        "brevo", _json({"items": [BREVO]}), "application/json", _bearer, SECRET, signs_time=False
    ),
}
