"""Defanging of links in untrusted text."""

import re

_LINK = re.compile(
    r"(?:[a-z][a-z0-9+-]{0,20}:)?//\S+"
    r"|\b(?:mailto|tel|sms|javascript|data):\S+"
    r"|\bwww\.\S+"
    r"|\b[a-z0-9][a-z0-9-]{0,62}(?:\.[a-z0-9-]{1,63}){1,10}/\S*",
    re.IGNORECASE,
)
"""Text that a mail program or a chat makes clickable; each repetition is bounded, so that it stays linear."""


def defang(text: str) -> str:
    """Return a text without clickable links.

    A link looks like `hxxps[:]//social[.]example/m`.
    """
    return _LINK.sub(_defanged, text)


def _defanged(match: re.Match[str]) -> str:
    link = match[0].replace(".", "[.]").replace(":", "[:]", 1)
    return f"hxx{link[3:]}" if link[:4].casefold() == "http" else link
