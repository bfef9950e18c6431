"""The style sheet and security headers of every page.

The headers allow one inline style sheet and nothing else.
"""

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_SHEET = Path(__file__).parents[1] / "presentation" / "templates" / "pages" / "sheet.css"


@cache
def style() -> str:
    """Return the exact content of the page's `<style>`."""
    return _SHEET.read_text(encoding="utf-8")


@cache
def headers(script: str = "") -> Mapping[str, str]:
    """Return the security headers of an HTML page.

    They forbid frames, content from elsewhere and caching. Only the given `script` may run; it may fetch from the
    origin of its page.
    """
    allowed = f"script-src {_digest(script)}; connect-src 'self'; " if script else ""
    return {
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": (
            f"default-src 'none'; style-src {_digest(style())}; {allowed}form-action 'self'; "
            "frame-ancestors 'none'; base-uri 'none'"
        ),
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cache-control": "no-store",
        "x-robots-tag": "noindex, nofollow",
    }


def _digest(content: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"
