"""An audit's page at any width, by keyboard, printed.

It works with a screen reader and requests nothing from other machines.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import axe
from tests.browser.visit import TOO_WIDE
from tests.browser.windows import SHOTS
from tests.unit.reporting.audit.exports import run, write_csv

NASTY = "<script>alert(1)</script> \u202eevil"
START = datetime(2026, 1, 5, tzinfo=UTC)


@pytest.fixture(scope="module")
def audit_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight weeks of leads that fill every section.

    Some names try to be markup.
    """
    folder = tmp_path_factory.mktemp("audit")
    leads: list[tuple[object, ...]] = []
    calls: list[tuple[object, ...]] = []
    for n in range(800):
        at = START + timedelta(hours=1.68 * n, seconds=n)
        owner = ("", "Ada", "Bo", NASTY)[n % 4]
        since = at + timedelta(days=1)
        leads.append((n, f"p{n}", at, owner, ("Ads", "SEO", NASTY)[n % 3], ("Open", "Won", "Lost")[n % 3], since))
        calls += [(f"p{n}", at + timedelta(minutes=n % 90, days=k), "Outbound", "Bo") for k in range(n % 7)]
    header = ("id", "contact id", "created_at", "owner", "source", "stage", "stage_since")
    leads.append((-1, "px", "soon", "", "", "", ""))
    file = write_csv(folder / "leads & more.csv", header, leads)
    activities = write_csv(folder / "calls.csv", ("contact id", "at", "call type", "owner"), calls)
    out = folder / "audit.html"
    options = ("--cost-per-lead", "40", "--deal-value", "15000", "--conversion-rate", "0.08", "--people", "2")
    period = ("--since", "2026-02-02", "--until", "2026-03-01")
    code, _, errors = run(file, "--activities", activities, *options, *period, "--html", out)
    assert (code, errors) == (0, "")
    return out


def test_audit_pages_pass_axe_and_do_not_overflow(audit_page: Path, page: Page, context: BrowserContext) -> None:
    requests: list[str] = []
    context.on("request", lambda request: requests.append(request.url))
    page.goto(audit_page.as_uri())
    axe.hold(page, "audit")
    assert requests == [audit_page.as_uri()]


def test_every_section_is_filled_and_file_content_is_escaped(audit_page: Path, page: Page) -> None:
    page.goto(audit_page.as_uri())
    expect(page.get_by_role("heading", level=1)).to_have_text("Follow-up audit")
    headings = page.get_by_role("heading", level=2).all_inner_texts()
    assert headings[:3] == ["Before you read the figures", "At a glance", "Diagnosis"]
    assert headings[3:5] == ["How fast leads are answered", "When leads are missed"]
    links = page.get_by_role("navigation", name="Contents").get_by_role("link").all()
    assert links
    for link in links:
        assert page.locator(f"h2{link.get_attribute('href')}").count() == 1
    assert page.get_by_text("not known: ").count() == 0
    assert page.locator("script").count() == 0
    expect(page.get_by_role("rowheader", name=NASTY).first).to_be_visible()
    for chart in ("buckets", "heat"):
        assert page.locator(f"svg[role=img] #{chart}-title").count() == 1
    assert page.locator("svg.heat rect:not(.few)").count() == 168


def test_an_audit_prints_on_a_few_pages(audit_page: Path, page: Page) -> None:
    page.goto(audit_page.as_uri())
    SHOTS.mkdir(parents=True, exist_ok=True)
    pdf = page.pdf(path=SHOTS / "audit.pdf", format="A4", print_background=True)
    pages = len(re.findall(rb"/Type\s*/Page\b", pdf))
    assert pdf.startswith(b"%PDF")
    assert 2 <= pages <= 12
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 700, "height": 1000})  # A4 less its margins
    page.screenshot(path=SHOTS / "audit-print.png", full_page=True)
    assert page.evaluate(TOO_WIDE) <= 0
    expect(page.locator(".skip")).to_be_hidden()


def test_the_key_columns_of_a_table_are_visible_on_a_phone(audit_page: Path, page: Page) -> None:
    page.goto(audit_page.as_uri())
    width = page.evaluate("innerWidth")
    for table, column in (("people", "Without a contact"), ("sources", "Cost per lead"), ("leak", "Sunk cost")):
        header = page.locator(f"[role=group][aria-labelledby={table}]").first.get_by_role("columnheader", name=column)
        box = header.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= width
