"""Which browser the suite runs in, and how."""

from __future__ import annotations

import shutil

# Nothing but the page under test: no sandbox as root in a container, and no talk of the browser's own.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def installed() -> str | None:
    """Return where Chromium is, as `scripts/chromium` looks for it."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), None)
