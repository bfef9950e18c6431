"""What every page is held to, whoever writes it: axe-core finds nothing, and nothing sticks out of the window."""

from pathlib import Path

from playwright.sync_api import Page

from tests.browser.visit import TOO_WIDE
from tests.browser.windows import SHOTS

AXE = Path(__file__).resolve().parents[2] / ".venv" / "cdk" / "node_modules" / "axe-core" / "axe.min.js"


def hold(page: Page, name: str) -> None:
    """Open whatever is folded on a page, keep a picture of it, and look for what is wrong with it."""
    for each in page.locator("summary").all():
        each.click() if each.locator("xpath=..").get_attribute("open") is None else None
    SHOTS.mkdir(parents=True, exist_ok=True)
    width = page.evaluate("window.innerWidth")
    page.screenshot(path=SHOTS / f"{name}-{width}.png", full_page=True)
    assert page.evaluate(TOO_WIDE) <= 0
    page.evaluate(AXE.read_text(encoding="utf-8"))
    violations = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in violations] == []
