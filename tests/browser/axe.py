"""Rules for every page: axe-core is clean, nothing overflows."""

from pathlib import Path

from playwright.sync_api import Page

from tests.browser.visit import TOO_WIDE
from tests.browser.windows import SHOTS

AXE = Path(__file__).resolve().parents[2] / ".venv" / "cdk" / "node_modules" / "axe-core" / "axe.min.js"


WHOLE, COLOURS = "{resultTypes: ['violations']}", "{runOnly: ['color-contrast'], resultTypes: ['violations']}"
"""All checks of axe-core, and those that a dark page can fail where the light one passes."""


def hold(page: Page, name: str) -> None:
    """Check a page with everything unfolded, light and dark.

    Keeps pictures of both.
    """
    for each in page.locator("summary").all():
        each.click() if each.locator("xpath=..").get_attribute("open") is None else None
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    _check(page, f"{name}-light", WHOLE)
    page.emulate_media(color_scheme="dark")
    _check(page, f"{name}-dark", COLOURS)


def _check(page: Page, name: str, options: str) -> None:
    width = page.evaluate("window.innerWidth")
    page.screenshot(path=SHOTS / f"{name}-{width}.png", full_page=True)
    assert page.evaluate(TOO_WIDE) <= 0
    violations = page.evaluate(f"axe.run({options})")["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in violations] == []
