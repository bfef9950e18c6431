"""Mails as they are stored in a simulated bucket."""

CALL_ME, STOP = "Please call me today", "STOP"
FORGED_STOP = "Unsubscribe"
"""What a forger writes in the name of a sender: another word than theirs, so that it can be told apart."""

FORGED = {"Authentication-Results": "amazonses.com; spf=fail; dkim=none; dmarc=fail header.from=example.com"}
"""What our server finds of such a mail."""

REGION = "eu-central-1"
"""Where the provider of our mails gives them their Message-IDs."""

_REPORT = """\
Content-Type: multipart/report; report-type="delivery-status"; boundary="b"
From: MAILER-DAEMON@mx.example
Message-ID: <returned-{0}@mx.example>
Auto-Submitted: auto-replied

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; {1}
Action: failed
Status: 5.1.1

--b
Content-Type: message/rfc822

Message-ID: <{0}@{2}.amazonses.com>
To: {1}

Hello
--b--
"""


def letter(headers: dict[str, str], text: str = CALL_ME) -> bytes:
    """Return a plain mail with these headers."""
    fields = {"Content-Type": "text/plain; charset=utf-8", "Subject": "A roof"} | headers
    return "".join(f"{name}: {value}\r\n" for name, value in fields.items()).encode() + f"\r\n{text}\r\n".encode()


def returned(provider_id: str, address: str) -> bytes:
    """Return the report (RFC 3464) that a mail of ours reached nobody at an address."""
    return _REPORT.format(provider_id, address, REGION).replace("\n", "\r\n").encode()
