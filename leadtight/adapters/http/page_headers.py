"""What every page carries: one inline style sheet, and headers that allow nothing else."""

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_SHEET = Path(__file__).parents[1] / "presentation" / "templates" / "pages" / "sheet.css"


@cache
def style() -> str:
    """Return the style sheet that stands between `<style>` and `</style>`, to the byte."""
    return _SHEET.read_text(encoding="utf-8")


@cache
def headers(script: str = "") -> Mapping[str, str]:
    """Return the headers of an HTML page: no frame, nothing from elsewhere, kept nowhere.

    Nor does a script run, unless it is the very `script` given: that one may fetch from where its page is.
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
