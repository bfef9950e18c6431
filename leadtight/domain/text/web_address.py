"""Addresses of web pages: which may stand behind a link."""

from urllib.parse import urlsplit


def is_web_address(text: str) -> bool:
    """Tell whether a text is the address of a web page: nothing else may stand behind a link."""
    try:
        address = urlsplit(text)
    except ValueError:
        return False
    return address.scheme in ("http", "https") and bool(address.hostname) and not set(text) & set(" \"'<>\\")
