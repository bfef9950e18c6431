"""Hostile field values add no header and no markup (E1)."""

import email
from datetime import timedelta
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadtight.adapters.email import mime
from leadtight.adapters.presentation.messages import JinjaRenderer
from leadtight.app.ports.messaging import Envelope
from leadtight.domain.model.inquiry import Consent, Inquiry
from leadtight.domain.model.message import LEAD, Template
from tests.unit.adapters.presentation.leads import (
    LINK,
    MONDAY_NINE,
    POLICY,
    QUEUE,
    UNSUBSCRIBE,
    Sent,
    assigned,
    received,
)

EVIL = [
    "Ada\r\nBcc: victim@example.com",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7*7 }}{% include 'x' %}",
    "=?utf-8?q?Bcc:_victim=40example.com?=",
    "\u202emoc.live",
    "a\x00b\x0bc\u2028d",
    "</title></style><svg onload=1>",
]
WORDS = st.one_of(
    st.sampled_from(EVIL), st.text(max_size=60), st.tuples(st.text(max_size=9), st.sampled_from(EVIL)).map("".join)
)
INQUIRIES = st.builds(
    Inquiry,
    name=WORDS,
    email=st.just("ada@example.com"),
    phone=st.sampled_from([None, "+4930901820"]),
    company=WORDS,
    message=WORDS,
    language=st.one_of(st.sampled_from(["de", "en"]), WORDS),
    country=WORDS,
    region=WORDS,
    postcode=WORDS,
    product=WORDS,
    consent=st.builds(Consent, text=WORDS, url=WORDS),
    fields=st.dictionaries(WORDS, WORDS, max_size=3),
)
HEADERS = {
    *("From", "To", "Subject", "Date", "X-Leadtight-Message", "Auto-Submitted", "X-Auto-Response-Suppress"),
    *("Precedence", "MIME-Version", "Content-Type", "List-Unsubscribe", "List-Unsubscribe-Post"),
}


class Elements(HTMLParser):
    """Collects markup elements."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(tag)
        self.found += [name for name, _ in attrs if name.startswith("on")]


def sent_of(inquiry: Inquiry) -> list[Sent]:
    """Return acknowledgement and alert, without and with an owner."""
    at = MONDAY_NINE + timedelta(seconds=1)
    changes = (received(inquiry), assigned(inquiry))
    return [Sent(message=m, lead=change.after, at=at) for change in changes for m in change.messages]


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(INQUIRIES)
def test_no_lead_field_adds_a_header_or_an_element(inquiry: Inquiry) -> None:
    usual = {s.message.template: elements(s) for s in sent_of(Inquiry(email="ada@example.com"))}
    for sent in sent_of(inquiry):
        if sent.message.channel != "email":
            continue
        mail = JinjaRenderer().mail(POLICY, sent.message, sent.lead, links_of(sent), sent.at)
        envelope = Envelope(lead_id="L1", message_id=sent.message.id, unsubscribe=UNSUBSCRIBE)
        raw = mime.build(mail, envelope, to="x@example.com", sender="hello@example.com", sender_name="Us", now=sent.at)
        message = email.message_from_bytes(raw, policy=default)
        assert isinstance(message, EmailMessage)
        assert not message.defects
        assert set(message.keys()) <= HEADERS
        assert len(message.keys()) == len(set(message.keys()))
        assert message["To"] == "x@example.com"
        assert set(elements(sent)) <= usual[sent.message.template] | {"a", "blockquote", "bdi", "strong", "p", "span"}
        assert not {"script", "img", "svg", "iframe"} & set(elements(sent))


def links_of(sent: Sent) -> dict[str, str]:
    return {} if sent.message.recipient == LEAD else {"outcome": LINK, "queue": QUEUE}


def elements(sent: Sent) -> set[str]:
    if sent.message.channel != "email":
        return set()
    return set(Elements(JinjaRenderer().mail(POLICY, sent.message, sent.lead, links_of(sent), sent.at).html).found)


def test_both_kinds_of_mail_are_covered() -> None:
    templates = {sent.message.template for sent in sent_of(Inquiry(email="ada@example.com"))}
    assert templates == {Template.ACKNOWLEDGE, Template.ALERT_OWNER}
