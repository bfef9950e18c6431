"""Text messages in the GSM alphabet, as short as possible.

They have as few parts as the link allows.
"""

from dataclasses import replace

import pytest

from leadtight.adapters.presentation import gsm
from leadtight.adapters.presentation.messages import JinjaRenderer
from leadtight.domain.model.inquiry import Inquiry
from leadtight.domain.model.message import LEAD, Channel, Template
from tests.unit.adapters.presentation.leads import (
    ADA,
    ALL,
    ARABIC,
    EMOJI,
    HOSTILE,
    LINK,
    LONG,
    POLICY,
    Sent,
    everything,
    received,
)

RENDERER = JinjaRenderer()
SIGNED = "https://abc123defg.execute-api.eu-central-1.amazonaws.com/o/v1.k1." + "e" * 110 + "." + "s" * 43


def text(sent: Sent, link: str = LINK) -> str:
    links = {} if sent.message.recipient == LEAD else {"outcome": link}
    return RENDERER.text(POLICY, sent.message, sent.lead, links, sent.at)


def first(template: Template, inquiry: Inquiry = ADA) -> Sent:
    return next(s for s in everything(inquiry) if s.message.template is template)


def texted(inquiry: Inquiry) -> list[Sent]:
    """Return the messages that may go as texts.

    All but the mails of sequences and of outcomes.
    """
    mails = (Template.SEQUENCE_STEP, Template.BOOKING_LINK, Template.ASSET, Template.ASK_LEAD)
    return [s for s in everything(inquiry) if s.message.template not in mails or s.message.channel is Channel.SMS]


@pytest.mark.parametrize("inquiry", ALL.values(), ids=ALL.keys())
def test_every_text_is_one_message_with_a_short_link(inquiry: Inquiry) -> None:
    for sent in texted(inquiry):
        words = text(sent)
        assert gsm.plain(words) == words
        assert gsm.length(words) <= gsm.SINGLE
        assert "\n" not in words


@pytest.mark.parametrize("inquiry", ALL.values(), ids=ALL.keys())
def test_a_signed_link_costs_at_most_one_more_part_and_is_never_cut(inquiry: Inquiry) -> None:
    for sent in texted(inquiry):
        words = text(sent, SIGNED)
        assert gsm.parts(words) <= 2
        needs_link = sent.message.template not in (Template.ACKNOWLEDGE, Template.LEAD_MOVED, Template.SEQUENCE_STEP)
        assert words.endswith(SIGNED) == needs_link or SIGNED in words


def test_the_lead_reads_the_sender_and_the_deadline() -> None:
    change = received(ADA)
    acknowledgement = next(m for m in change.messages if m.channel is Channel.SMS)
    assert text(Sent(message=acknowledgement, lead=change.after, at=change.after.recorded_at)) == (
        "Harbour Home Services: thank you, your message has arrived. We will get in touch by Mon 23 Nov, 09:05. "
        "Reply STOP for no texts."
    )


def test_the_owner_can_call_from_the_text() -> None:
    assert text(first(Template.ALERT_OWNER)) == (f"New lead: Ada Obi +4930123456. Answer by Mon 23 Nov, 09:05: {LINK}")


def test_names_outside_the_alphabet_are_transliterated_or_replaced_by_the_number() -> None:
    assert text(first(Template.ALERT_OWNER, replace(ADA, name="Łukasz Žák"))).startswith("New lead: Lukasz Zak ")
    assert text(first(Template.ALERT_OWNER, EMOJI)).startswith("New lead: Zoe ")
    assert text(first(Template.REMIND, ARABIC)).startswith("Still open since Mon 23 Nov, 09:35: Call +971501234567.")


def test_a_name_is_cut_before_the_link() -> None:
    words = text(first(Template.WARN_OWNER, LONG))
    assert "Maximilian-The" in words
    assert words.endswith(LINK)


def test_a_line_break_in_a_name_does_not_start_a_line() -> None:
    assert "\n" not in text(first(Template.ALERT_OWNER, HOSTILE))


def test_extended_characters_count_twice() -> None:
    assert gsm.length("a€") == 3
    assert gsm.parts("a" * 160) == 1
    assert gsm.parts("€" * 81) == 2


def test_typographic_characters_are_replaced_by_plain_ones() -> None:
    assert gsm.plain("“Zoë’s” — ok…") == '"Zoe\'s" - ok...'
