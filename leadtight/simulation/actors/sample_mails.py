"""Mails as they are stored in a simulated bucket."""

CALL_ME, STOP = "Please call me today", "STOP"
FORGED_STOP = "Unsubscribe"
"""The words of a forger in a sender's name.

They differ from the sender's, to be told apart.
"""

FORGED = {"Authentication-Results": "amazonses.com; spf=fail; dkim=none; dmarc=fail header.from=example.com"}
"""The mail server's verdict on such a mail."""

REGION = "eu-central-1"
"""Region of the mail provider in Message-IDs."""

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
    """Return the bounce report (RFC 3464) of a sent mail."""
    return _REPORT.format(provider_id, address, REGION).replace("\n", "\r\n").encode()
