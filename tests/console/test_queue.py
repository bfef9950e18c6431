"""My queue: a lead added by keyboard alone is theirs."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.visit import SOON_MS, Console, tab_to


def test_a_lead_is_added_by_keyboard_alone_and_is_in_its_owners_queue(console: Console) -> None:
    queue = _open_queue(console)
    tab_to(queue, "details.card > summary")
    queue.keyboard.press("Enter")
    width = queue.evaluate("window.innerWidth")  # a different number in each window: a repeated one would be known
    name = f"Bo Lee {width}"
    for field, text in (
        ("name", name),
        ("phone", f"030 9018{width % 100}"),
        ("channel", "W"),
        ("permalink", ""),
        ("note", "A roof"),
    ):
        tab_to(queue, f"[name={field}]")
        queue.keyboard.type(text)
    tab_to(queue, "[name=owner]")
    queue.keyboard.press("ArrowUp")
    console.checked("typed", queue)
    tab_to(queue, "details.card form button")
    queue.keyboard.press("Enter")
    expect(queue.get_by_role("heading", level=1)).to_contain_text("Bo Lee")
    console.checked("added", queue)
    queue.get_by_role("link", name="Back to my queue").click()
    expect(queue.get_by_role("heading", level=1)).to_have_text("My queue")
    console.open()
    expect(console.lead_of(name)).to_contain_text("Call", timeout=SOON_MS)


def _open_queue(console: Console) -> Page:
    """Follow the link to the queue in a lead's alert."""
    console.open_new_lead()
    console.page.locator(".story li").filter(has_text="Alert sent to").get_by_role("link").first.click()
    mail = console.page.frame_locator("iframe.mail")
    with console.page.expect_popup() as popup:
        mail.get_by_role("link", name="All your leads").click()
    return console.checked("queue", popup.value)
