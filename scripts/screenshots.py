"""Take the screenshots of README and docs.

They show a lead's story and a weekly review on the stage of `make dev`. It sends made-up leads, lets one promise break,
records outcomes by the links of the alerts, and takes each page in light and dark. It takes about three minutes on a
stage that begins empty (`make dev DETACH=1 RESET=1`).
"""

from __future__ import annotations

import base64
import json
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from leadtight.devstage.info import DevInfo
from tests.browser.chromium import ARGUMENTS, installed

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
WIDTH, PATIENCE = 1120, 240
TO_WEBP = """async (address) => {
  const image = await createImageBitmap(await (await fetch(address)).blob());
  const canvas = Object.assign(document.createElement("canvas"), {width: image.width, height: image.height});
  canvas.getContext("2d").drawImage(image, 0, 0);
  return canvas.toDataURL("image/webp", 0.85);
}"""
LATE = {
    "name": "Ada Obi",
    "email": "ada.obi@example.com",
    "phone": "+49 30 23125001",
    "message": "Urgent: our boiler stopped this morning and we have guests tonight. Can somebody call me today?",
    "source": "web_form",
}
ANSWERED = (
    ("Bruno Sander", "web_form", "Could you have a look at our roof some time this month?", "connected"),
    ("Chiara Rossi", "google_ads", "I need a quote for two new windows today, please.", "proposal_sent"),
    ("Dilan Kaya", "facebook", "We are thinking about a heat pump for a house from 1978.", "interested"),
    ("Elif Winter", "google_ads", "Urgent: water is coming through the kitchen ceiling.", "won"),
    ("Femi Lund", "referral", "We would like to renovate our bathroom next spring.", "not_now"),
    ("Greta Silva", "web_form", "How soon could you replace a garage door?", "no_answer"),
)
UNANSWERED = (
    ("Hugo Brandt", "facebook", "Please call me today about solar panels."),
    ("Ines Moreau", "google_ads", "What does a new bathroom cost, roughly?"),
)


def send(info: DevInfo, lead: Mapping[str, Any]) -> str:
    """Post a lead as a program does; return its id."""
    headers = {"content-type": "application/json"}
    request = urllib.request.Request(f"{info.api_url}/leads", json.dumps(lead).encode(), headers)
    with urllib.request.urlopen(request, timeout=30) as response:
        return str(json.load(response)["lead_id"])


def inquiry(name: str, source: str, message: str) -> dict[str, str]:
    """Return a made-up person's inquiry."""
    address = f"{name.replace(' ', '.').lower()}@example.com"
    return {"name": name, "email": address, "message": message, "source": source}


def wait_for(page: Page, address: str, words: str) -> None:
    """Reload a page until it shows some words.

    Raises TimeoutError when it never does.
    """
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        page.goto(address)
        if words in page.inner_text("main"):
            return
        page.wait_for_timeout(2000)
    raise TimeoutError(f"{address} never showed: {words}")


def record(page: Page, lead: str, outcome: str) -> None:
    """Record an outcome by the link of the latest alert."""
    wait_for(page, lead, "Open the outcome page")
    page.goto(page.get_attribute("a.button[href*='/o/']", "href") or "")
    page.check(f"input[name=outcome][value={outcome}]")
    page.click("button:has-text('Record')")


def tell_the_story(page: Page, info: DevInfo) -> str:
    """Create the story's leads; return the late one's page.

    One promise breaks and is answered by the second owner; others are answered in time.
    """
    late = f"{info.console_url}/leads/{send(info, LATE)}"
    for name, source, message, outcome in ANSWERED:
        record(page, f"{info.console_url}/leads/{send(info, inquiry(name, source, message))}", outcome)
    for name, source, message in UNANSWERED:
        send(info, inquiry(name, source, message))
    wait_for(page, late, "Reassigned from")
    record(page, late, "connected")
    wait_for(page, late, "We spoke")
    return late


def take(browser: Browser, address: str, name: str, height: int) -> None:
    """Take a page in light and dark."""
    for scheme in ("light", "dark"):
        page = browser.new_page(viewport={"width": WIDTH, "height": height}, color_scheme=scheme, bypass_csp=True)
        page.goto(address)
        page.wait_for_timeout(500)
        picture = base64.b64encode(page.screenshot()).decode()
        smaller = page.evaluate(TO_WEBP, f"data:image/png;base64,{picture}")
        (IMAGES / f"{name}-{scheme}.webp").write_bytes(base64.b64decode(smaller.partition(",")[2]))
        page.close()


def main() -> None:
    """Send leads, record outcomes and take the screenshots."""
    info = DevInfo.read(ROOT / ".leadtight" / "dev.json")
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed(), args=list(ARGUMENTS))
        page = browser.new_page()
        late = tell_the_story(page, info)
        page.goto(f"{info.console_url}/report")
        page.click("button:has-text('Make the weekly review now')", timeout=120_000)
        page.wait_for_selector("a[href='/report/weekly/open']", timeout=120_000)
        take(browser, late, "story", 1330)
        take(browser, f"{info.console_url}/report/weekly/open", "review", 1080)
        browser.close()


if __name__ == "__main__":
    main()
