"""A real browser at two sizes.

It tolerates no error and no request to another machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.chromium import ARGUMENTS, installed
from tests.browser.visit import Watch

SHOTS = Path(__file__).resolve().parents[2] / "build" / "browser"
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = installed()
    if chromium is None:
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def context(request: pytest.FixtureRequest, browser: Browser) -> Iterator[BrowserContext]:
    """Open a window of one size.

    It fails the test when anything in it went wrong, or sent a request to another machine.
    """
    context = browser.new_context(viewport=request.param, reduced_motion="reduce")
    watch = Watch(context)
    yield context
    for page in context.pages:
        page.unroute_all(behavior="ignoreErrors")  # a page that polls while closing would wait for ever
    context.close()
    assert watch.complaints == []


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()
