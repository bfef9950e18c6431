"""Addresses of web pages: which may stand behind a link, and how one is shown that must not be followed."""

import re
from urllib.parse import urlsplit

_LINK = re.compile(
    r"(?:[a-z][a-z0-9+-]{0,20}:)?//\S+"
    r"|\b(?:mailto|tel|sms|javascript|data):\S+"
    r"|\bwww\.\S+"
    r"|\b[a-z0-9][a-z0-9-]{0,62}(?:\.[a-z0-9-]{1,63}){1,10}/\S*",
    re.IGNORECASE,
)
"""What a mail program or a chat makes a link of by itself; each repetition is bounded, so that it stays linear."""


def is_web_address(text: str) -> bool:
    """Tell whether a text is the address of a web page: nothing else may stand behind a link."""
    try:
        address = urlsplit(text)
    except ValueError:
        return False
    return address.scheme in ("http", "https") and bool(address.hostname) and not set(text) & set(" \"'<>\\")


def defanged(text: str) -> str:
    """Return a text in which no program finds a link: `hxxps[:]//social[.]example/m` for one of these."""
    return _LINK.sub(_defanged, text)


def _defanged(match: re.Match[str]) -> str:
    link = match[0].replace(".", "[.]").replace(":", "[:]", 1)
    return f"hxx{link[3:]}" if link[:4].casefold() == "http" else link
