"""The reports, made by their buttons and opened from S3."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.sync_api import expect

from tests.browser.visit import Console

# The report function starts with DuckDB in it.
MADE_MS = 120_000


def test_the_weekly_review_opens_from_s3_and_renders(console: Console) -> None:
    page = console.open("/report")
    page.get_by_role("button", name="Make the weekly review now").click(timeout=MADE_MS)
    expect(page.get_by_role("status")).to_contain_text("This week's review", timeout=MADE_MS)
    with page.expect_popup() as popup:
        page.get_by_role("link", name="Open the weekly review").click()
    review = console.checked("review", popup.value)

    assert urlsplit(review.url).path.endswith("/index.html")
    assert console.info.reports_bucket in review.url
    expect(review.get_by_role("heading", level=1)).to_be_visible()
    expect(review.get_by_text("Who has not been contacted?").first).to_be_visible()


def test_the_nightly_metrics_are_made_and_shown(console: Console) -> None:
    page = console.open("/report")
    page.get_by_role("button", name="Run the nightly metrics now").click(timeout=MADE_MS)
    expect(page.get_by_role("status")).to_contain_text("nightly metrics", timeout=MADE_MS)
    expect(page.get_by_role("heading", name="Metrics of")).to_be_visible()
    expect(page.locator(".files")).to_contain_text("metrics.json")
    console.checked("metrics")


def test_a_person_is_switched_away_and_back(console: Console) -> None:
    page = console.open("/people")
    page.get_by_role("button", name="Away for an hour Eli Novak").click()
    expect(page.get_by_role("status")).to_contain_text("Away for an hour")
    expect(page.locator("li").filter(has_text="eli@")).to_contain_text("Away until")
    console.checked("away")
    page.get_by_role("button", name="Bring back Eli Novak").click()
    expect(page.get_by_role("status")).to_contain_text("Switched back")


def test_the_button_runs_the_sweep(console: Console) -> None:
    page = console.open("/health")
    page.get_by_role("button", name="Run the sweep now").click(timeout=MADE_MS)
    expect(page.get_by_role("status")).to_contain_text("The sweep ran", timeout=MADE_MS)
    expect(page.locator("#parts li").filter(has_text="Sweep")).to_contain_text("ago")
