"""Mails and texts that the local cloud kept.

AWS would have sent them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.request import ProxyHandler, build_opener

# Never through a proxy: the address is on this machine.
_opener = build_opener(ProxyHandler({}))
WAIT_SECONDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class DevMail:
    """A mail with the headers that the local cloud keeps.

    `id` is the one SES returned.
    """

    id: str
    sender: str
    to: str
    subject: str
    text: str
    html: str
    at: datetime

    @property
    def framed(self) -> str:
        """Return the HTML for a frame; links open outside it."""
        return self.html.replace("<head>", '<head><base target="_blank">', 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class DevText:
    """A text message; the local cloud keeps no time."""

    id: str
    to: str
    text: str


class SentMessages:
    """Reader of the local cloud's inspection pages of messages."""

    def __init__(self, aws_endpoint: str) -> None:
        """Take the local cloud's address."""
        self._endpoint = aws_endpoint

    def mails(self) -> tuple[DevMail, ...]:
        """Return the mails, newest first."""
        messages = fetch_json(f"{self._endpoint}/_ministack/ses/messages")["messages"]
        mails = [_mail(record) for account in messages.values() for record in account]
        return tuple(sorted(mails, key=lambda m: m.at, reverse=True))

    def texts(self) -> tuple[DevText, ...]:
        """Return the text messages, by number and then oldest first."""
        messages = fetch_json(f"{self._endpoint}/_ministack/sns/sms-messages")["sms_messages"]
        return tuple(_text(record) for number in messages.values() for record in number)


def links(text: str, address: str) -> Iterator[str]:
    """Yield the links in a text that start with `address`."""
    yield from re.findall(re.escape(address) + r"[^\s<>\"']+", text)


def fetch_json(address: str) -> Any:
    """Fetch a page of the local cloud.

    Raises OSError when it does not answer.
    """
    with _opener.open(address, timeout=WAIT_SECONDS) as answer:
        return json.load(answer)


def _mail(record: dict[str, Any]) -> DevMail:
    return DevMail(
        id=record["MessageId"],
        sender=record["Source"],
        to=", ".join(record["To"]),
        subject=record["Subject"],
        text=(record["BodyText"] or "").replace("\r\n", "\n"),
        html=record["BodyHtml"] or "",
        at=datetime.fromtimestamp(record["Timestamp"], UTC),
    )


def _text(record: dict[str, Any]) -> DevText:
    return DevText(id=record["MessageId"], to=record["PhoneNumber"], text=record["Message"])
