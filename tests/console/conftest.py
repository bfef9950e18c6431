"""The console of the local stage in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page

from leadtight.devstage.info import DevInfo
from leadtight.devstage.local_stage import LocalStage
from tests.browser.visit import Console
from tests.browser.windows import SHOTS


@pytest.fixture
def console(browser: Browser, local_stage: LocalStage, page: Page, request: pytest.FixtureRequest) -> Console:
    """Return the console in this window.

    The browser comes first: without one, no cloud is started.
    """
    shots = SHOTS / re.sub(r"\W+", "-", request.node.name.removeprefix("test_")).strip("-")
    shots.mkdir(parents=True, exist_ok=True)
    return Console(DevInfo.read(local_stage.info_file), page, shots)
