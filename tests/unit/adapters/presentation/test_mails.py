"""Mails of every kind, as text and HTML that agree.

Strangers' input changes nothing of that.
"""

import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser

import pytest

from leadtight.adapters.presentation.messages import JinjaRenderer
from leadtight.domain.model.inquiry import Inquiry
from leadtight.domain.model.message import LEAD, Template
from tests.unit.adapters.presentation.leads import (
    ADA,
    ALL,
    ASK,
    BOOK,
    COSTS,
    EMOJI,
    HOSTILE,
    LINK,
    LONG,
    MONDAY_NINE,
    POLICY,
    QUEUE,
    UNSUBSCRIBE,
    Sent,
    everything,
    received,
)

RENDERER = JinjaRenderer()


class Tags(HTMLParser):
    """Collects elements, attributes and text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data


def mail(sent: Sent) -> tuple[str, str, str]:
    made = RENDERER.mail(POLICY, sent.message, sent.lead, sent.links, sent.at)
    return made.subject, made.text, made.html


def first(template: Template, inquiry: Inquiry = ADA) -> Sent:
    return next(s for s in everything(inquiry) if s.message.template is template)


def test_a_leads_life_makes_every_kind_of_message() -> None:
    about_leads = set(Template) - {Template.WEEKLY_REVIEW}
    assert {s.message.template for s in everything(ADA)} == about_leads


@pytest.mark.slow
@pytest.mark.parametrize("inquiry", ALL.values(), ids=ALL.keys())
def test_every_mail_is_complete_for_any_input(inquiry: Inquiry) -> None:
    for sent in everything(inquiry):
        subject, text, html = mail(sent)
        assert subject.strip()
        assert len(subject) <= 150
        assert not re.search(r"[\r\n\x00-\x1f]", subject)
        assert text.strip()
        assert Tags(html).tags.count("h1") == 1
        assert "<html lang=" in html
        assert len(html.encode()) < 40_000


@pytest.mark.parametrize("inquiry", ALL.values(), ids=ALL.keys())
def test_the_action_link_appears_once_in_both_text_and_html(inquiry: Inquiry) -> None:
    for sent in everything(inquiry):
        _, text, html = mail(sent)
        is_for_reading = sent.message.recipient == LEAD or sent.message.template is Template.LEAD_MOVED
        expected = 0 if is_for_reading else 1
        assert text.count(LINK) == expected
        assert [value for name, value in Tags(html).attributes if value == LINK] == [LINK] * expected


def test_strangers_text_is_never_markup() -> None:
    for sent in everything(HOSTILE):
        tags = Tags(mail(sent)[2])
        assert not {"script", "img", "iframe", "svg", "b", "u", "i"} & set(tags.tags)
        names = {name for name, _ in tags.attributes}
        assert "href" in names
        assert not [name for name in names if name.startswith("on")]


def test_a_message_is_never_run_as_a_template() -> None:
    assert "{{ 7*7 }}" in mail(first(Template.ALERT_OWNER, HOSTILE))[1]


@pytest.mark.parametrize("inquiry", ALL.values(), ids=ALL.keys())
def test_mails_load_no_external_resources(inquiry: Inquiry) -> None:
    for sent in everything(inquiry):
        attributes = Tags(mail(sent)[2]).attributes
        assert attributes
        for name, value in attributes:
            assert name not in ("src", "srcset", "background", "data", "action")
            if name == "href":
                assert value.startswith((LINK, QUEUE, UNSUBSCRIBE, ASK, BOOK, COSTS, "tel:", "mailto:"))


def test_the_acknowledgement_states_the_next_step_its_time_and_our_company() -> None:
    _, text, html = mail(first(Template.ACKNOWLEDGE))
    for twin in (text, Tags(html).text):
        assert "Ada Obi" in twin
        assert "Monday 23 November at 09:05 (Berlin time)" in twin
        assert "Am Hafen 1, 20457 Hamburg" in twin
        assert "automatic message" in twin
        assert "reply to this e-mail" in twin


def test_a_late_acknowledgement_promises_no_past_time() -> None:
    sent = first(Template.ACKNOWLEDGE)
    _, text, html = mail(replace(sent, at=sent.lead.promise.deadline))
    for twin in (text, Tags(html).text):
        assert "as soon as possible" in twin
        assert "09:05" not in twin


@pytest.mark.parametrize(
    "name", ["Win at http://evil.example", "www.evil.example", "Buy now 50%", "x" * 41, "a@b.example", "<b>Eve</b>"]
)
def test_the_acknowledgement_repeats_no_strangers_text(name: str) -> None:
    change = received(replace(ADA, name=name, message="Cheap pills at http://evil.example"))
    subject, text, html = mail(Sent(message=change.messages[0], lead=change.after, at=MONDAY_NINE))
    for part in (subject, text, html):
        assert name not in part
        assert "pills" not in part
    assert text.startswith("Hello,")


def test_the_owner_reads_who_wrote_what_and_why_they_own_it() -> None:
    subject, text, html = mail(first(Template.ALERT_OWNER))
    assert subject == "New lead, answer by Mon 23 Nov, 09:05: Ada Obi"
    for twin in (text, Tags(html).text):
        for words in ("Ada Obi", "+4930123456", "ada@example.com", "Obi Dental", "Web form", "4,500", "quote today"):
            assert words in twin
        assert "Answer by Mon 23 Nov, 09:05" in twin
        assert "It is your turn." in twin


def test_no_team_message_states_remaining_or_elapsed_time() -> None:
    """Messages give times of day, not durations.

    A mail may lie unread for an hour: only a time of day is still true then.
    """
    to_team = [sent for sent in everything(ADA) if sent.message.recipient != LEAD]
    assert len(to_team) > 5
    for sent in to_team:
        for late in (timedelta(), timedelta(minutes=80)):
            parts = "\0".join(mail(replace(sent, at=sent.at + late)))
            assert not re.search(r"\b\d+ (?:second|minute|hour)s?\b", parts)


@pytest.mark.parametrize(
    ("inquiry", "label", "href"),
    [
        (ADA, "Call +4930123456", "tel:+4930123456"),
        (replace(ADA, phone=None), "Write to ada@example.com", "mailto:ada@example.com"),
    ],
)
def test_the_first_button_calls_or_writes(inquiry: Inquiry, label: str, href: str) -> None:
    alert = next(s for s in everything(inquiry) if s.message.template is Template.ALERT_OWNER)
    html = mail(alert)[2]
    assert f'href="{href}"' in html
    assert html.index(f">{label}</a>") < html.index(">Record what happened</a>")


def test_the_next_owner_reads_the_previous_owner() -> None:
    sent = next(s for s in everything(ADA) if s.message.data.get("previous"))
    subject, text, html = mail(sent)
    assert subject.startswith("Now yours")
    for twin in (text, Tags(html).text):
        assert "Ana Costa had this lead before you" in twin


def test_the_manager_reads_who_missed_what_and_how_to_reach_them() -> None:
    sent = first(Template.ESCALATE)
    subject, text, html = mail(replace(sent, at=sent.at + timedelta(minutes=80)))
    assert subject == "Ana Costa missed a deadline: Ada Obi"
    for twin in (text, Tags(html).text):
        assert "by Mon 23 Nov, 09:05" in twin
        assert "ana@leadtight.example" in twin
    assert sent.message.recipient == "mia"


def test_the_owner_reads_that_they_missed_the_deadline() -> None:
    assert mail(first(Template.DEADLINE_MISSED))[0] == "You missed the deadline for Ada Obi"


def test_the_previous_owner_reads_the_new_owner() -> None:
    subject, text, html = mail(first(Template.LEAD_MOVED))
    assert subject == "Moved to Ben Okafor: Ada Obi"
    assert "ben@leadtight.example" in text
    assert "mailto:ben@leadtight.example" in html


def test_people_who_left_the_policy_keep_a_name() -> None:
    sent = first(Template.LEAD_MOVED)
    subject, text, _ = mail(replace(sent, message=replace(sent.message, data={"to": "zoe"})))
    assert subject == "Moved to zoe: Ada Obi"
    assert "None" not in text


def test_an_overdue_next_action_is_named() -> None:
    sent = [s for s in everything(ADA) if s.message.template is Template.DEADLINE_MISSED][-1]
    assert mail(sent)[0] == "Overdue: Follow up with Ada Obi"


def test_long_messages_and_names_are_cut() -> None:
    _, text, _ = mail(first(Template.ALERT_OWNER, LONG))
    assert len(text) < 2_500
    assert "…" in text


def test_an_unreadable_number_is_shown_as_typed() -> None:
    odd = replace(ADA, phone=None, fields={"phone": "ask for Ada, ext 12"}, flags=("phone_odd",))
    _, text, html = mail(first(Template.ALERT_OWNER, odd))
    for twin in (text, html):
        assert "Phone as typed" in twin
        assert "ask for Ada, ext 12" in twin


def test_emoji_and_other_scripts_arrive_unchanged() -> None:
    assert "🌟 Zoë 🚀" in mail(first(Template.ALERT_OWNER, EMOJI))[0]
    subjects = [mail(sent)[0] for sent in everything(EMOJI) if sent.message.recipient == LEAD]
    assert subjects
    assert not [subject for subject in subjects if "🌟" in subject]
