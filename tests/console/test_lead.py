"""From form to owner, as visitor and console see it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.visit import SOON_MS, Console


def test_the_visitor_is_thanked_and_the_lead_appears_with_its_owner(console: Console) -> None:
    name, thanks = console.send("hot")
    expect(thanks.get_by_role("heading", level=1)).to_have_text("Thank you")
    thanks.close()

    entry = console.lead_of(name)
    expect(entry).not_to_contain_text("being chosen", timeout=SOON_MS)
    expect(entry).to_contain_text(f"Call {name}")
    expect(entry.locator(".tag").first).to_have_text("Hot")
    console.checked("appeared")


def test_the_timeline_shows_reason_actor_and_messages(console: Console) -> None:
    name = console.open_new_lead()

    expect(console.story).to_contain_text("Received: Web form. It is warm")
    expect(console.story).to_contain_text("because it is their turn in the pool “inbound”")
    expect(console.story).to_contain_text(f"Acknowledgement sent to {name} by e-mail", timeout=SOON_MS)
    console.page.locator(".story summary").first.click()
    expect(console.page.locator(".story details").first).to_contain_text("Ana Costa: ")
    console.checked("told")


def test_an_opened_receipt_stays_open_while_the_page_refreshes(console: Console) -> None:
    console.open_new_lead()
    page = console.page
    page.locator(".story summary").first.click()
    left = page.locator(".standing")
    text = left.inner_text()
    expect(left).not_to_have_text(text)
    expect(page.locator(".story details").first).to_have_attribute("open", "")
    assert page.evaluate("document.activeElement.matches('summary')")


def test_the_mail_is_shown_as_its_reader_sees_it_and_its_link_works(console: Console) -> None:
    name = console.open_new_lead()
    page = console.page
    page.locator(".story li").filter(has_text="Alert sent to").get_by_role("link").first.click()
    console.checked("mail")

    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    expect(page.locator("pre")).to_contain_text(f"{console.info.api_url}/o/")
    mail = page.frame_locator("iframe.mail")
    with page.expect_popup() as popup:
        mail.get_by_role("link", name="Record what happened").click()
    outcome = console.checked("from-mail", popup.value)
    expect(outcome.get_by_role("button", name="Record")).to_be_enabled()


def test_visitor_input_is_shown_as_text(console: Console) -> None:
    nasty = "<img src=x onerror=alert(1)> \u202eevil\u202c " + "long" * 40
    fields: dict[str, str | float | bool] = {
        "your-name": nasty,
        "your-email": "<b>@",
        "your-message": "</p><script>alert(2)</script>\n" + "wide" * 400,
    }
    answer = console.page.request.post(f"{console.info.api_url}/forms/contact", form=fields)
    assert answer.ok
    console.open()
    entry = console.page.locator("#leads li").filter(has_text="<img src=x onerror=alert(1)>").first
    entry.get_by_role("link").first.click()
    expect(console.page.locator("blockquote").first).to_contain_text("</p><script>alert(2)</script>")
    console.checked("nasty")


@pytest.mark.parametrize("path", ["/", "/outbox", "/people", "/report", "/health"])
def test_every_page_is_valid(console: Console, path: str) -> None:
    console.open(path)


@pytest.mark.parametrize("path", ["/nowhere", "/leads/none", "/outbox/none", "/report/files/none"])
def test_missing_data_is_reported_as_missing(console: Console, path: str) -> None:
    # Requested without a window: Chromium logs its own error for every such answer.
    answer = console.page.request.get(f"{console.info.console_url}{path}")
    assert answer.status == 404
    assert "<h1>There is no such" in answer.text()


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Host": "elsewhere.example"}],
    ids=["origin", "fetch", "host"],
)
def test_another_site_cannot_press_the_buttons(console: Console, headers: dict[str, str]) -> None:
    answer = console.page.request.post(f"{console.info.console_url}/people/eli/away", headers=headers)
    assert answer.status == 403


def test_the_console_works_without_scripts(console: Console, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{console.info.console_url}/?sample=warm")
    name = page.get_by_label("Name").input_value()
    with page.expect_popup() as popup:
        page.get_by_role("button", name="Send").click()
    expect(popup.value.get_by_role("heading", level=1)).to_have_text("Thank you")
    popup.value.close()
    page.get_by_role("link", name="Refresh").click()
    expect(page.get_by_role("link", name=name, exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Pause updates")).to_be_hidden()
    context.close()
