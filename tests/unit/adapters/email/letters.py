"""Raw mails as they arrive, with fictional people and companies."""

from typing import Any

ADA = "Ada Obi <ada@example.com>"
SALES = "sales@firm.example"


def mail(text: str = "Please call me.", *, headers: dict[str, str] | None = None, **extra: str) -> bytes:
    """Return a plain mail; names are headers, `message_id` is Message-ID."""
    fields = {"From": ADA, "To": SALES, "Subject": "Solar roof", "Message-ID": "<m1@example.com>"}
    fields |= {name.replace("_", "-").title(): value for name, value in extra.items()} | (headers or {})
    fields = {"Content-Type": "text/plain; charset=utf-8", "MIME-Version": "1.0"} | fields
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value)
    return head.encode() + b"\r\n" + text.replace("\n", "\r\n").encode()


def part(content: str | bytes, kind: str = "text/plain; charset=utf-8", **headers: str) -> bytes:
    """Return one part of a multipart mail."""
    fields = {"Content-Type": kind} | {n.replace("_", "-").title(): v for n, v in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    body = content.encode() if isinstance(content, str) else content
    return head.encode() + b"\r\n" + body


def multi(subtype: str, *parts: bytes, boundary: str = "b0", **options: Any) -> bytes:
    """Return a multipart mail.

    Without a sender, it is a part of another multipart mail.
    """
    kind = f'multipart/{subtype}; boundary="{boundary}"'
    inner = b"".join(b"--" + boundary.encode() + b"\r\n" + part_ + b"\r\n" for part_ in parts)
    body = inner + b"--" + boundary.encode() + b"--\r\n"
    if options.pop("inner", False):
        return part(body, kind)
    headers = {**(options.pop("headers", None) or {}), "Content-Type": kind}
    head, _, _ = mail("", headers=headers, **options).partition(b"\r\n\r\n")
    return head + b"\r\n\r\n" + body


def bounce(
    message_id: str = "0102-1@eu-central-1.amazonses.com", action: str = "failed", status: str = "5.1.1"
) -> bytes:
    """Return a delivery report (RFC 3464) about our mail."""
    text = (
        "Reporting-MTA: dns; mx.example.com\r\n\r\n"
        "Final-Recipient: rfc822; ada@example.com\r\n"
        f"Action: {action}\r\nStatus: {status}\r\nDiagnostic-Code: smtp; 550 5.1.1 no such mailbox\r\n"
    )
    returned = f"From: hello@leadtight.example\r\nMessage-ID: <{message_id}>\r\nSubject: Thank you\r\n\r\nHello"
    return multi(
        'report; report-type="delivery-status"',
        part("Your mail could not be delivered."),
        part(text, "message/delivery-status"),
        part(returned, "message/rfc822"),
        headers={"From": "MAILER-DAEMON@mx.example.com", "Auto-Submitted": "auto-replied", "Return-Path": "<>"},
    )
