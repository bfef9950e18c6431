"""Strangers' input is text everywhere, from every channel.

It is shown on pages, in mails, texts and cards.
"""

import email
import json
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser
from typing import Any

import pytest

from leadtight import bootstrap
from leadtight.adapters.presentation.messages import JinjaRenderer
from leadtight.domain.access.signed_links import LinkPurpose
from leadtight.domain.model.message import Template
from scripts.load import requests
from tests.hostile.conftest import ROUTES, Door

MARKUP = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "</style></title><iframe src=//evil.example.net>",
    "<a href='javascript:alert(1)'>press</a>",
    "<!--",
    "]]><b>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
)
TEMPLATES = ("{{ 7*191 }}", "{% for x in (1,) %}{{ 7*191 }}{% endfor %}", "${7*191}", "#{7*191}", "%(name)s")
HEADERS = (
    "Bo\r\nBcc: all@evil.example.net",
    "Bo\nSubject: owned",
    "Bo\x00\x0b\x0c",
    "=?utf-8?q?=0D=0ABcc:_x?=",
    "Bo\u2028Bcc: x",
)
LINKS = (
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,<script>1</script>",
    "vbscript:x",
    "//evil.example.net",
)
NASTY = (*MARKUP, *TEMPLATES, *HEADERS, *LINKS)
FORBIDDEN = {"script", "img", "svg", "iframe", "object", "embed", "link", "base", "math", "video", "audio", "meta"}
KNOWN_HEADERS = {
    *("from", "to", "subject", "date", "message-id", "mime-version", "content-type", "reply-to", "auto-submitted"),
    *("content-transfer-encoding", "list-unsubscribe", "list-unsubscribe-post", "precedence"),
    *("x-auto-response-suppress", "x-leadtight-message", "x-leadtight-lead", "x-leadtight"),
}


class Elements(HTMLParser):
    """Collects a page's elements as a browser would."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def assert_harmless(html: str, *, own_scripts: int = 0) -> None:
    """Assert that a page contains nothing active from a stranger.

    No element, handler or address, and nothing was evaluated.
    """
    elements = Elements(html).found
    own = {"meta", "link"}  # in the head of every page; what may stand in them is asserted below
    assert sum(tag == "script" for tag, _ in elements) == own_scripts
    assert not [tag for tag, _ in elements if tag in FORBIDDEN - own - {"script"}]
    for tag, attributes in elements:
        assert not [name for name in attributes if name.startswith("on")], tag
        for name in ("href", "src", "action", "formaction", "content", "data"):
            value = (attributes.get(name) or "").strip().casefold()
            assert not value.startswith(("javascript:", "vbscript:", "data:", "//")), (tag, name, value)
            assert "evil.example.net" not in value or value.startswith("mailto:"), (tag, name, value)
    assert "1337" not in html


def by_json(door: Door, text: str) -> dict[str, Any]:
    """Send it as JSON without a key, in every field."""
    every = dict.fromkeys(("name", "company", "subject", "phone", "country", "city", "role", "budget", "source"), text)
    consent = {"sms": True, "text": text, "url": text}
    fields = {text[:80]: text, "permalink": text}
    body = {"email": "ada@example.com", "message": f"call me today {text}", "fields": fields, "consent": consent}
    answer = door.stage._visit(requests.lead(every | body, user_agent=text, referer=text), "intake")
    door.settle()
    return answer


def by_form(door: Door, text: str) -> dict[str, Any]:
    """Send it in every form field, and unknown fields."""
    fields = {"your-name": text, "your-email": "ada@example.com", "your-message": f"call me today {text}", "tel": text}
    event = requests.form("contact", fields | {"company": text, text[:80]: text}, user_agent=text, referer=text)
    answer = door.stage._visit(event, "intake")
    door.settle()
    return answer


def by_mail(door: Door, text: str) -> dict[str, Any]:
    """Write it into every part of a mail."""
    mail = EmailMessage()
    line = " ".join(text.splitlines()).replace("\x00", "")
    mail["From"], mail["To"] = "Ada <ada@example.com>", "sales@leadtight.example"
    mail["Subject"], mail["Message-ID"] = line, "<1@example.com>"
    mail["Authentication-Results"] = "amazonses.com; spf=pass; dkim=pass header.d=example.com; dmarc=pass"
    mail["X-SES-Spam-Verdict"] = mail["X-SES-Virus-Verdict"] = "PASS"
    mail.set_content(f"call me today {text}")
    door.stage.mail("inbound/1", mail.as_bytes())
    door.settle()
    return {"statusCode": 202}


DOORS = (by_json, by_form, by_mail)


@pytest.mark.parametrize("text", NASTY)
@pytest.mark.parametrize("enter", DOORS)
def test_strangers_input_is_escaped_on_every_page_and_in_every_mail(
    door: Door, enter: Callable[[Door, str], dict[str, Any]], text: str
) -> None:
    assert enter(door, text)["statusCode"] in (202, 303)
    _look_at_pages(door)
    _look_at_mails(door)
    _look_at_cards(door)


def _look_at_pages(door: Door) -> None:
    for purpose, routes in ROUTES.items():
        if purpose is LinkPurpose.REPORT:
            continue
        answer = door.open(routes[0], door.token(purpose))
        assert answer["statusCode"] == 200, purpose
        assert_harmless(answer["body"], own_scripts=1 if purpose is LinkPurpose.BOARD else 0)
        assert all("\n" not in str(value) for value in answer["headers"].values())


def _look_at_mails(door: Door) -> None:
    assert door.stage.account.mails
    for sent in door.stage.account.mails:
        assert isinstance(sent.content, bytes)
        mail = email.message_from_bytes(sent.content, policy=default)
        assert isinstance(mail, EmailMessage)
        assert not mail.defects
        assert {name.casefold() for name in mail} <= KNOWN_HEADERS
        assert len(list(mail)) == len({name.casefold() for name in mail})
        assert "evil" not in f"{mail['To']}{mail['From']}{mail['Reply-To']}"
        html, plain = mail.get_body(("html",)), mail.get_body(("plain",))
        assert html is not None
        assert plain is not None
        assert_harmless(html.get_content())
        assert "1337" not in plain.get_content()


def _look_at_cards(door: Door) -> None:
    lead, renderer = door.lead(), JinjaRenderer()
    messages = bootstrap.ports().outbox.messages(lead.id)
    alert = next(message for message in messages if message.template is Template.ALERT_OWNER)
    now = door.stage.clock.instant()
    card = renderer.card(bootstrap.policy(), alert, lead, bootstrap.ports().links.for_message(alert, lead, now), now)
    assert "1337" not in json.dumps([card.title, card.words, card.facts])
    for _, address in card.links:
        assert address.startswith("https://leads.example.com/"), address


@pytest.mark.parametrize("text", [*MARKUP, *TEMPLATES])
def test_form_errors_are_escaped(door: Door, text: str) -> None:
    event = requests.form("contact", {"your-email": text, text: text}, user_agent=text)
    answer = door.stage._visit(event, "intake")
    assert answer["statusCode"] in (303, 422)
    if answer["body"]:
        assert_harmless(answer["body"])


@pytest.mark.parametrize("text", [*MARKUP, *TEMPLATES])
@pytest.mark.parametrize("field", ["note", "reason", "follow_up", "happened_at", "outcome"])
def test_input_of_a_link_holder_is_escaped_when_shown_again(taken: Door, field: str, text: str) -> None:
    from urllib.parse import urlencode

    fields = {"outcome": "callback", "submission": str(taken.lead().version), field: text}
    answer = taken.open("POST /o/{token}", taken.token(LinkPurpose.OUTCOME), urlencode(fields))
    assert answer["statusCode"] in (303, 422)
    if answer["body"]:
        assert_harmless(answer["body"])
    shown = taken.open("GET /o/{token}", taken.token(LinkPurpose.OUTCOME))
    assert_harmless(shown["body"])
