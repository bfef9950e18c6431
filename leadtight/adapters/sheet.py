"""What every page carries: one inline style sheet, and headers that allow nothing else."""

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_SHEET = Path(__file__).with_name("templates") / "pages" / "sheet.css"


@cache
def style() -> str:
    """Return the style sheet that stands between `<style>` and `</style>`, to the byte."""
    return _SHEET.read_text(encoding="utf-8")


@cache
def headers() -> Mapping[str, str]:
    """Return the headers of an HTML page: no script, no frame, nothing from elsewhere, kept nowhere."""
    digest = base64.b64encode(hashlib.sha256(style().encode()).digest()).decode()
    return {
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": (
            f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; "
            "frame-ancestors 'none'; base-uri 'none'"
        ),
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cache-control": "no-store",
        "x-robots-tag": "noindex, nofollow",
    }
