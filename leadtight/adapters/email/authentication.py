"""Authentication results of a mail, by the receiving server.

Only its own headers count, never those that a sender wrote. SES puts its headers above everything that came:
Return-Path, Received, its verdicts, Received-SPF and Authentication-Results of `amazonses.com`
(docs.aws.amazon.com/ses/latest/dg/receiving-email-notifications-contents). So the topmost of these counts, and only
above the second Received, which another server wrote.
"""

import re
from collections.abc import Iterator
from email.message import Message

from leadtight.adapters.email.headers import LONGEST_HEADER
from leadtight.domain.intake.sender_authentication import PASS, Authentication

OUR_SERVER = "amazonses.com"
_OF_SERVERS = frozenset({"authentication-results", "received-spf", "x-ses-spam-verdict", "x-ses-virus-verdict"})
_OURS_RECEIVED = re.compile(r"\bby inbound-smtp\.[a-z0-9-]{1,30}\.amazonaws\.com\b", re.IGNORECASE)
_COMMENT = re.compile(r"\([^()]*\)")
_RESULT = re.compile(r"(spf|dkim|dmarc)\s*=\s*([a-z]+)", re.IGNORECASE)
_ENVELOPE = re.compile(r"\b(?:envelope-from|smtp\.mailfrom)\s*=\s*\"?([^\s;\"]+)", re.IGNORECASE)
_SIGNED_BY = re.compile(r"\bheader\.[id]\s*=\s*\"?@?([^\s;\"]+)", re.IGNORECASE)


def authentication(message: Message, from_addresses: list[str]) -> Authentication:
    """Return our server's authentication results.

    With several addresses in From, or none, no sender is verified.
    """
    author = from_addresses[0] if len(from_addresses) == 1 else ""
    block = list(_receiving_block(message))
    for name, value in block:
        server, _, results = value.partition(";")
        if name == "authentication-results" and server.strip().casefold() == OUR_SERVER:
            return _read(results, author)
    names = {name.lower() for name in message.keys()}  # noqa: SIM118 - a message is no mapping
    is_checked = bool(names & _OF_SERVERS) or any(
        name == "received" and _OURS_RECEIVED.search(value) for name, value in block
    )
    return Authentication(is_checked=is_checked, from_address=author)


def _receiving_block(message: Message) -> Iterator[tuple[str, str]]:
    """Yield the last server's headers, up to the second Received."""
    received = 0
    for name, value in message.raw_items():
        received += name.lower() == "received"
        if received > 1:
            return
        yield name.lower(), " ".join(str(value)[:LONGEST_HEADER].split())


def _read(results: str, author: str) -> Authentication:
    spf, dkim, dmarc = "", "", ""
    spf_domain, signed = "", list[str]()
    plain = _COMMENT.sub(" ", results)
    if match := _ENVELOPE.search(plain):
        spf_domain = match[1].rpartition("@")[2]
    for part in plain.split(";"):
        verdict = _RESULT.match(part.strip())
        if not verdict:
            continue
        method, result = verdict[1].lower(), verdict[2].lower()
        if method == "dkim":
            dkim = PASS if PASS in (dkim, result) else result
            signed += [by.rpartition("@")[2] for by in _SIGNED_BY.findall(part) if result == PASS]
        elif method == "spf":
            spf = spf or result
        else:
            dmarc = dmarc or result
    return Authentication(
        is_checked=True,
        from_address=author,
        spf=spf,
        spf_domain=spf_domain,
        dkim=dkim,
        dkim_domains=tuple(signed),
        dmarc=dmarc,
    )
