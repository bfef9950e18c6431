"""User actions on the local stage, and page rules."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Request, expect

from leadtight.devstage.info import DevInfo

LOOPBACK = {"127.0.0.1", "localhost"}
# Two cores run cloud, functions, browser and tests; a function's first start takes seconds.
SOON_MS = 60_000
UNNAMED_FIELDS = """
() => [...document.querySelectorAll("input:not([type=hidden]), select, textarea")]
    .filter((field) => !(field.labels && field.labels.length) && !field.getAttribute("aria-label"))
    .map((field) => field.outerHTML)
"""
TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


class Watch:
    """Collects forbidden events in any window of a context."""

    def __init__(self, context: BrowserContext) -> None:
        self.complaints: list[str] = []
        context.on("request", self._requested)
        context.on("console", self._log_message)
        context.on("weberror", lambda error: self.complaints.append(f"error {error.error}"))

    def _requested(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("http", "https", "ws", "wss") and address.hostname not in LOOPBACK:
            self.complaints.append(f"went out to {request.url}")

    def _log_message(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.type} {message.text}")


class Console:
    """The console in one window."""

    def __init__(self, info: DevInfo, page: Page, shots: Path) -> None:
        self.info = info
        self.page = page
        self._shots = shots

    def open(self, path: str = "/") -> Page:
        """Open one of its pages and check it."""
        self.page.goto(f"{self.info.console_url}{path}")
        return self.checked(urlsplit(path).path.strip("/") or "home")

    def checked(self, name: str, page: Page | None = None) -> Page:
        """Return a page after checking it; keep a picture.

        It has title, language, labels, one heading, and nothing overflows.
        """
        page = page or self.page
        page.wait_for_load_state()
        page.screenshot(path=self._shots / f"{name}.png", full_page=True)
        assert page.title().strip(), page.url
        assert page.locator("html").get_attribute("lang") == "en"
        assert page.locator("h1").count() == 1, page.url
        assert page.evaluate(UNNAMED_FIELDS) == []
        assert page.evaluate(TOO_WIDE) <= 0, f"{page.url} scrolls sideways"
        return page

    def send(self, sample: str = "warm") -> tuple[str, Page]:
        """Send a sample inquiry; return its name and page."""
        page = self.open(f"/?sample={sample}")
        name = page.get_by_label("Name").input_value()
        with page.expect_popup() as popup:
            page.get_by_role("button", name="Send").click()
        return name, self.checked("thanks", popup.value)

    def open_new_lead(self) -> str:
        """Send a sample inquiry, open its lead, return its name."""
        name, thanks = self.send()
        thanks.close()
        self.open_lead(name)
        return name

    def lead_of(self, name: str) -> Locator:
        """Return a lead's entry in the self-updating list."""
        entry = self.page.locator("#leads li").filter(has=self.page.get_by_role("link", name=name, exact=True)).first
        expect(entry).to_be_visible(timeout=SOON_MS)
        return entry

    def open_lead(self, name: str) -> Page:
        """Open a lead, once its alert is sent."""
        entry = self.lead_of(name)
        expect(entry).not_to_contain_text("being chosen", timeout=SOON_MS)
        entry.get_by_role("link", name=name).click()
        expect(self.story).to_contain_text("Alert sent to", timeout=SOON_MS)
        return self.page

    @property
    def story(self) -> Locator:
        """Return the open lead's history."""
        return self.page.locator(".story")

    def open_outcome_page(self) -> Page:
        """Follow the link that the lead's owner got by mail."""
        link = self.page.get_by_role("link", name=re.compile("Open the outcome page as"))
        expect(link).to_be_visible(timeout=SOON_MS)
        with self.page.expect_popup() as popup:
            link.click()
        return self.checked("outcome", popup.value)


def tab_to(page: Page, selector: str, *, at_most: int = 40) -> None:
    """Press Tab until the focused element matches."""
    for _ in range(at_most):
        page.keyboard.press("Tab")
        if page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
            return
    raise AssertionError(f"{selector} is not reached by Tab within {at_most} presses on {page.url}")
