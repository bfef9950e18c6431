"""Web addresses that are safe to link."""

from urllib.parse import urlsplit


def is_web_address(text: str) -> bool:
    """Return whether a text is a web address.

    Only such a text may be linked.
    """
    try:
        address = urlsplit(text)
    except ValueError:
        return False
    return address.scheme in ("http", "https") and bool(address.hostname) and not set(text) & set(" \"'<>\\")
