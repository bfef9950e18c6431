"""The weekly review as a page, at any width, printed.

It works by keyboard and screen reader, and requests nothing from other machines.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from leadtight.domain.policy.reporting import Money
from tests.browser import axe
from tests.browser.test_audit import NASTY
from tests.browser.visit import TOO_WIDE
from tests.browser.windows import SHOTS
from tests.unit.reporting.history import History, utc

OUTCOMES = ("connected", "no_answer", "won", "proposal_sent", "lost", "voicemail", "interested")
REASONS = ("too dear", "Too dear", "went with somebody else", NASTY)


@pytest.fixture(scope="module")
def review(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three weeks of a company that fill every list.

    Some names and reasons try to be markup.
    """
    h = History()
    spend = {"web_form": Decimal(4000), "referral": Decimal(350)}
    money = Money(monthly_spend=spend, deal_value=Decimal(8000), conversion_rate=Decimal("0.08"))
    h.policy = replace(h.policy, money=money)
    for n in range(150):
        at = utc("2026-03-02 06:10") + timedelta(hours=3.3 * n, minutes=n % 50)
        lead = f"l{n:03d}"
        fields = {"source": "referral" if n % 4 == 0 else "web_form", "message": "call me today" if n % 3 else ""}
        if n % 29 == 17:
            h.receive(lead, f"{at + timedelta(hours=7):%Y-%m-%d %H:%M}", came_at=f"{at:%Y-%m-%d %H:%M}")
            continue
        h.arrive(lead, f"{at:%Y-%m-%d %H:%M}", **fields)
        if n % 5:
            later = at + timedelta(seconds=(40, 250, 290, 1500, 9000, 100_000)[n % 6])
            h.outcome(lead, f"{later:%Y-%m-%d %H:%M:%S}", OUTCOMES[n % 7], reason=REASONS[n % 4])
    h.table._leads["l145"] = replace(h.lead("l145"), inquiry=replace(h.lead("l145").inquiry, name=NASTY))
    h.reports().weekly(date(2026, 3, 22), utc("2026-03-23 00:30"))
    page = tmp_path_factory.mktemp("weekly") / "index.html"
    page.write_bytes(h.files.files["weekly/2026-W12/index.html"])
    return page


def test_the_page_passes_axe_and_does_not_overflow(review: Path, page: Page, context: BrowserContext) -> None:
    requests: list[str] = []
    context.on("request", lambda request: requests.append(request.url))
    page.goto(review.as_uri())
    axe.hold(page, "weekly")
    assert requests == [review.as_uri()]


def test_every_part_is_present_and_typed_text_is_escaped(review: Path, page: Page) -> None:
    page.goto(review.as_uri())
    expect(page.get_by_role("heading", level=1)).to_have_text("Weekly review")
    headings = page.get_by_role("heading", level=2).all_inner_texts()
    assert headings[:4] == ["At a glance", "Six questions", "What to fix first", "How fast we answered"]
    links = page.get_by_role("navigation", name="Contents").get_by_role("link").all()
    assert links
    for link in links:
        assert page.locator(f"h2{link.get_attribute('href')}").count() == 1
    assert page.locator("article").count() == 6
    assert page.locator("script").count() == 0
    assert page.locator("svg.heat rect:not(.few)").count() == 168
    expect(page.get_by_role("rowheader", name=NASTY)).to_be_visible()
    expect(page.get_by_role("rowheader", name="Too dear")).to_be_visible()


def test_a_ledger_row_opens_to_its_events(review: Path, page: Page) -> None:
    page.goto(review.as_uri())
    page.get_by_text("The latest 20 of").click()
    row = page.locator("ul.leaks > li").first
    expect(row.locator("ol.history")).to_be_hidden()
    row.locator("summary").click()
    expect(row.get_by_text("Assigned to")).to_be_visible()


def test_it_prints_on_a_few_pages(review: Path, page: Page) -> None:
    page.goto(review.as_uri())
    SHOTS.mkdir(parents=True, exist_ok=True)
    pdf = page.pdf(path=SHOTS / "weekly.pdf", format="A4", print_background=True)
    assert 2 <= len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 12
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 700, "height": 1000})  # A4 less its margins
    page.screenshot(path=SHOTS / "weekly-print.png", full_page=True)
    assert page.evaluate(TOO_WIDE) <= 0
    expect(page.locator(".skip")).to_be_hidden()
    expect(page.locator(".act").first).to_be_hidden()
