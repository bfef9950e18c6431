"""The desk's pages: content, escaping and accessibility."""

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser

import pytest

from leadtight.adapters.http import page_headers
from leadtight.adapters.presentation.lead_view import facts, time_left
from leadtight.adapters.presentation.pages import intake
from leadtight.adapters.presentation.pages.outcome import Pages
from leadtight.app.intake.quick_add import AddForm, QuickAddResult
from leadtight.app.outcomes.recording import LeadView, OutcomeForm
from leadtight.app.views.queue import MyQueue
from leadtight.domain.change import Change
from leadtight.domain.model.errors import InvalidInquiry, LinkExpired, Problem, StaleSubmission
from leadtight.domain.model.inquiry import Inquiry
from tests.unit.adapters.presentation.leads import (
    ADA,
    ALL,
    HOSTILE,
    MONDAY_NINE,
    POLICY,
    answered,
    assigned,
    received,
    rung,
)
from tests.unit.contrast import contrast

PAGES = Pages(POLICY)
NASTY = "<script>alert(9)</script>\"' onfocus=alert(9) "
TYPED = OutcomeForm(outcome="lost", submission=2, note=NASTY, reason=NASTY)
NO_REASON = InvalidInquiry([Problem("reason", "say why"), Problem("outcome", "choose what happened")])


class Page(HTMLParser):
    """Collects what a browser, keyboard and screen reader find."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, *tags: str) -> list[dict[str, str]]:
        return [attributes for tag, attributes in self.elements if tag in tags]

    @property
    def ids(self) -> set[str]:
        return {attributes["id"] for _, attributes in self.elements if "id" in attributes}


def view(*changes: Change, person: str = "ana") -> LeadView:
    return LeadView(lead=changes[-1].after, person=person, history=tuple(e for c in changes for e in c.events))


def pages_of(inquiry: Inquiry) -> Iterator[str]:
    new = view(received(inquiry), assigned(inquiry))
    late = view(received(inquiry), assigned(inquiry), rung(assigned(inquiry).after), person="mia")
    done = view(received(inquiry), assigned(inquiry), answered(inquiry))
    lost = view(received(inquiry), assigned(inquiry), answered(inquiry, "lost"))
    soon = MONDAY_NINE + timedelta(minutes=4)
    yield PAGES.outcome(new, soon)
    yield PAGES.outcome(late, soon + timedelta(hours=3))
    yield PAGES.outcome(done, soon)
    yield PAGES.outcome(done, soon + timedelta(days=5))
    yield PAGES.outcome(lost, soon)
    yield PAGES.outcome(new, soon, NO_REASON, TYPED)
    yield PAGES.outcome(done, soon, StaleSubmission("voicemail was recorded in the meantime"), TYPED)


def queues() -> Iterator[str]:
    queue = MyQueue(person="ana", rows=(), left_out=0)
    nasty = AddForm(submission=NASTY, name=NASTY, phone=NASTY, email=NASTY, channel=NASTY, permalink=NASTY, note=NASTY)
    wrong = InvalidInquiry([Problem(field, "wrong") for field in ("name", "phone", "email", "channel", "permalink")])
    yield PAGES.queue(queue, MONDAY_NINE, AddForm(submission="S1"))
    yield PAGES.queue(queue, MONDAY_NINE, nasty, wrong)
    yield PAGES.queue(queue, MONDAY_NINE, nasty, InvalidInquiry([Problem("Idempotency-Key", "used before")]))
    for status, owner in (
        ("created", None),
        ("merged", None),
        ("merged", "ben"),
        ("merged", "ana"),
        ("duplicate", None),
    ):
        yield PAGES.added(QuickAddResult(person="ana", name=NASTY, status=status, mine=True, owner_id=owner))


def notices() -> Iterator[str]:
    yield PAGES.over(LinkExpired("This link has expired."), NASTY)
    yield PAGES.forged()
    yield PAGES.missing()
    yield PAGES.malformed(NASTY)
    yield PAGES.busy(NASTY)
    yield intake.thanks(NASTY)
    yield intake.form_problems([Problem(NASTY, NASTY)])


def everything() -> Iterator[str]:
    for inquiry in ALL.values():
        yield from pages_of(inquiry)
    yield from notices()
    yield from queues()


def test_typed_text_is_never_markup() -> None:
    for html in everything():
        page = Page(html)
        assert not page.all("script", "img", "iframe", "svg", "b", "u", "i", "link", "object")
        names = {name for _, attributes in page.elements for name in attributes}
        assert "class" in names
        assert not [name for name in names if name.startswith("on")]


def test_no_page_loads_resources_or_posts_elsewhere() -> None:
    checked = 0
    for html in everything():
        for attributes in Page(html).all("a", "form", "input", "button"):
            checked += 1
            assert not {"src", "action", "formaction", "style"} & set(attributes)
            assert attributes.get("href", "#").startswith(("#", "tel:", "mailto:")) or attributes["href"] == ""
    assert checked > 50


@pytest.mark.proves("A7")
@pytest.mark.parametrize(
    "link", ["javascript:alert(9)", "data:text/html,x", "https:", "http://", "//evil", 'https://a/"x']
)
def test_a_permalink_is_a_link_only_to_a_web_page(link: str) -> None:
    html = PAGES.outcome(view(received(Inquiry(name="Ada", fields={"permalink": link}))), MONDAY_NINE)
    assert [a["href"] for a in Page(html).all("a")] == []
    assert "Permalink" in Page(html).text, "the sent text is still shown"


def test_a_permalink_opens_the_conversation_and_shows_its_target() -> None:
    link = "https://www.linkedin.com/messaging/thread/2-abc/?a=1&b=2"
    page = Page(PAGES.outcome(view(received(Inquiry(name="Ada", permalink=link))), MONDAY_NINE))
    assert [a["href"] for a in page.all("a")] == [link]
    assert "Conversation at www.linkedin.com" in page.text


def test_the_policy_allows_exactly_the_style_of_every_page() -> None:
    allowed = re.findall(r"'sha256-([^']+)'", page_headers.headers()["content-security-policy"])
    for html in everything():
        (style,) = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
        assert [base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()] == allowed


def test_every_page_stays_under_60_kb() -> None:
    worst = replace(
        HOSTILE, message='"' * 20_000, fields={str(i) + "&" * 200: "🌟" * 20_000 for i in range(50)}, name="&" * 200
    )
    typed = replace(TYPED, note='"' * 2_000)
    shown = view(received(worst), assigned(worst))
    noted = replace(shown, lead=replace(shown.lead, status_notes='"' * 20_000, lost_reason='"' * 20_000))
    biggest = PAGES.outcome(noted, MONDAY_NINE, NO_REASON, typed)
    assert max(len(html.encode()) for html in (biggest, *everything())) < 60_000


def test_every_page_has_its_language_title_and_one_heading() -> None:
    for html in everything():
        page = Page(html)
        assert page.all("html") == [{"lang": "en"}]
        assert len(page.all("h1")) == 1
        assert re.search(r"<title>[^<]+</title>", html)
        assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in page.all("meta")


def test_every_field_has_a_label_and_every_reference_a_target() -> None:
    for html in everything():
        page = Page(html)
        labelled = {attributes.get("for") for attributes in page.all("label")}
        assert page.elements
        fields = page.all("input", "textarea")
        assert fields or "<form" not in html
        for field in fields:
            if field.get("type") not in ("hidden", "radio"):  # radios are inside their labels
                assert field["id"] in labelled
        for _, attributes in page.elements:
            assert set(attributes.get("aria-describedby", "").split()) <= page.ids
            if attributes.get("href", "").startswith("#"):
                assert attributes["href"][1:] in page.ids


def test_the_choices_are_in_policy_order_and_one_is_required() -> None:
    page = Page(next(pages_of(ADA)))
    radios = [field for field in page.all("input") if field.get("name") == "outcome"]
    assert [radio["value"] for radio in radios] == list(POLICY.outcomes)
    assert all("required" in radio and "checked" not in radio for radio in radios)
    assert [radio["value"] for radio in radios if "data-reason" in radio] == ["lost"]


def test_a_refused_form_keeps_its_input() -> None:
    html = PAGES.outcome(view(received(ADA), assigned(ADA)), MONDAY_NINE, NO_REASON, TYPED)
    page = Page(html)
    assert [field["value"] for field in page.all("input") if "checked" in field] == ["lost"]
    assert next(field for field in page.all("input") if field.get("id") == "reason")["value"] == NASTY
    assert NASTY in page.text
    assert 'role="alert"' in html


@pytest.mark.parametrize(
    ("minutes", "kind", "words"),
    [
        (0, "ok", "5 minutes left"),
        (4, "ok", "1 minute left"),
        (5, "ok", "a moment left"),
        (65, "late", "Overdue by 1 hour"),
    ],
)
def test_the_page_shows_the_remaining_time(minutes: int, kind: str, words: str) -> None:
    html = PAGES.outcome(view(received(ADA), assigned(ADA)), MONDAY_NINE + timedelta(minutes=minutes))
    assert f'<p class="due {kind}"><strong>{words}</strong> Answer by Mon 23 Nov, 09:05</p>' in html


def test_a_lead_reassigned_after_its_promise_names_both_times_once() -> None:
    change = assigned(ADA)
    assert change.after.next_action
    own = change.after.promise.deadline + timedelta(minutes=10)
    moved = replace(change.after, next_action=replace(change.after.next_action, due_at=own))
    left = time_left(moved, own - timedelta(minutes=3), POLICY.company.zone)
    assert (left.kind, left.left) == ("late", "Answer by Mon 23 Nov, 09:15")
    assert left.text == "The promise to the customer was broken: it was due Mon 23 Nov, 09:05"
    assert time_left(moved, own + timedelta(minutes=3), POLICY.company.zone).left.startswith("Overdue by")


def test_a_lead_that_arrived_long_before_its_promise_says_so() -> None:
    lead = assigned(ADA).after
    released = replace(lead, recorded_at=lead.received_at + timedelta(minutes=20))
    left = time_left(released, lead.received_at + timedelta(minutes=21), POLICY.company.zone)
    assert left.text == "Answer by Mon 23 Nov, 09:05; became a lead Mon 23 Nov, 09:20"
    assert dict(facts(POLICY, released))["Received"].endswith("became a lead Mon 23 Nov, 09:20")
    assert "became a lead" not in time_left(lead, lead.received_at + timedelta(minutes=21), POLICY.company.zone).text


def test_a_closed_lead_offers_undo_and_no_form() -> None:
    html = PAGES.outcome(view(received(ADA), assigned(ADA), answered(ADA, "lost")), MONDAY_NINE + timedelta(minutes=4))
    assert "Recorded: Lost, 09:03." in html
    assert "The lead is closed as lost. No more reminders." in html
    assert 'name="undo"' in html
    assert 'name="outcome"' not in html


def test_a_late_first_contact_stays_visible() -> None:
    change = answered(ADA)
    late = replace(change.after, first_contact_at=change.after.promise.deadline + timedelta(minutes=20))
    html = PAGES.outcome(LeadView(lead=late, person="ana"), MONDAY_NINE + timedelta(hours=1))
    assert "Mon 23 Nov, 09:25, 20 minutes late" in html


def test_a_long_message_leaves_room_for_the_form() -> None:
    html = PAGES.outcome(view(received(ALL["long"]), assigned(ALL["long"])), MONDAY_NINE)
    assert "<summary>The whole message</summary>" in html


@pytest.mark.parametrize(
    ("text", "ground", "least"),
    [
        *(("--ink", ground, 4.5) for ground in ("--page", "--card", "--quote")),
        *(("--soft", ground, 4.5) for ground in ("--page", "--card")),
        *(("--accent", ground, 4.5) for ground in ("--card", "--page")),
        ("--on-accent", "--accent", 4.5),
        ("--on-tint", "--tint", 4.5),
        ("--on-late", "--late", 4.5),
        ("--field", "--card", 3.0),
        ("--focus", "--card", 3.0),
        ("--focus", "--page", 3.0),
    ],
)
def test_colours_have_enough_contrast_by_day_and_night(text: str, ground: str, least: float) -> None:
    blocks = re.findall(r":root \{(.*?)\}", page_headers.style(), re.DOTALL)
    assert len(blocks) == 2
    for block in blocks:
        colours = dict(re.findall(r"(--[\w-]+): (#[0-9a-f]{6})", block))
        assert contrast(colours[text], colours[ground]) >= least
