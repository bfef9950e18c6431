"""Mails and texts as the local cloud keeps them: what AWS would have sent."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.request import ProxyHandler, build_opener

# Never through a proxy of the shell: this address is this machine.
_opener = build_opener(ProxyHandler({}))
WAIT_SECONDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class DevMail:
    """A mail. Of its headers the local cloud keeps these; `id` is what SES answered."""

    id: str
    sender: str
    to: str
    subject: str
    text: str
    html: str
    at: datetime

    @property
    def framed(self) -> str:
        """Return the HTML for a frame: its links open outside of it."""
        return self.html.replace("<head>", '<head><base target="_blank">', 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class DevText:
    """A text message. The local cloud does not keep when it was sent."""

    id: str
    to: str
    text: str


class SentMessages:
    """Reads what was sent from the local cloud's own inspection pages."""

    def __init__(self, aws_endpoint: str) -> None:
        """Take where the local cloud is."""
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
    """Return what a page of the local cloud says. Raises OSError when it does not answer."""
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
