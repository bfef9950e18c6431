"""The owner's page: recorded by keyboard alone, and taken back."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.visit import SOON_MS, Console, tab_to


def test_an_outcome_is_recorded_by_keyboard_alone_the_clock_stops_and_undo_starts_it_again(console: Console) -> None:
    console.open_new_lead()
    expect(console.page.get_by_role("heading", name="First answer")).to_be_visible()

    outcome = console.open_outcome_page()
    _record_by_keyboard(outcome, "We spoke")
    expect(outcome.get_by_role("status")).to_contain_text("Recorded: We spoke")
    console.checked("recorded", outcome)

    expect(console.story).to_contain_text("recorded “We spoke”", timeout=SOON_MS)
    expect(console.page.locator(".standing")).to_contain_text("Answered")
    expect(console.page.get_by_role("heading", name="First answer")).to_have_count(0)
    console.checked("answered")

    tab_to(outcome, "form button")
    assert outcome.evaluate("document.activeElement.textContent.trim()") == "Undo"
    outcome.keyboard.press("Enter")
    expect(outcome.get_by_role("status")).to_contain_text("Undone.")
    expect(console.story).to_contain_text("undid “We spoke”", timeout=SOON_MS)
    expect(console.page.get_by_role("heading", name="First answer")).to_be_visible()


def test_a_lost_lead_requires_a_reason_and_an_empty_choice_is_not_sent(console: Console) -> None:
    console.open_new_lead()
    outcome = console.open_outcome_page()

    outcome.get_by_role("button", name="Record").click()
    assert outcome.evaluate("document.querySelector('form:has([name=outcome])').checkValidity()") is False

    outcome.get_by_label("Lost", exact=True).check()
    outcome.get_by_label("Why?").fill("Chose another offer")
    outcome.get_by_role("button", name="Record").click()
    expect(outcome.get_by_role("status")).to_contain_text("Recorded: Lost")
    console.checked("lost", outcome)
    expect(console.story).to_contain_text("Chose another offer", timeout=SOON_MS)
    expect(console.page.get_by_text("Nothing more is due")).to_be_visible()


def _record_by_keyboard(page: Page, label: str) -> None:
    """Choose by Tab and arrows, and press Enter."""
    tab_to(page, "input[name=outcome]")
    page.keyboard.press("Space")
    while page.evaluate("document.activeElement.labels[0].textContent.trim()") != label:
        page.keyboard.press("ArrowDown")
    tab_to(page, "form:has([name=outcome]) button")
    page.keyboard.press("Enter")
