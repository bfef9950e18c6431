"""Messages in the lead's language and tier, where templates exist.

E1.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from leadtight.adapters.presentation import jinja
from leadtight.adapters.presentation.messages import JinjaRenderer
from leadtight.app.ports.messaging import Mail
from leadtight.domain.model.inquiry import Inquiry
from leadtight.domain.model.message import Channel, Template
from leadtight.domain.policy.policy import Policy
from tests.unit.adapters.presentation.leads import ADA, MONDAY_NINE, POLICY, UNSUBSCRIBE, assigned, everything, received

GERMAN = "Vielen Dank für Ihre Nachricht"
ENGLISH = "Thank you for your message"


def spoken(policy: Policy, language: str) -> Policy:
    return replace(policy, company=replace(policy.company, language=language))


def acknowledgement(inquiry: Inquiry, policy: Policy = POLICY, **lead: Any) -> Mail:
    change = received(inquiry)
    message = next(m for m in change.messages if m.template is Template.ACKNOWLEDGE)
    return JinjaRenderer().mail(policy, message, replace(change.after, **lead), {}, MONDAY_NINE)


@pytest.mark.parametrize(
    ("own", "company", "begins"),
    [
        ("de", "en", GERMAN),
        ("de-AT", "en", GERMAN),
        ("DE", "en", GERMAN),
        ("en", "de", ENGLISH),
        ("", "de", GERMAN),
        ("", "en", ENGLISH),
        ("tr", "de", GERMAN),
        ("tr", "en", ENGLISH),
        ("..", "en", ENGLISH),
        ("../../x", "fr", ENGLISH),
    ],
)
def test_the_language_is_the_leads_else_the_companys_else_english(own: str, company: str, begins: str) -> None:
    mail = acknowledgement(replace(ADA, language=own), spoken(POLICY, company))
    assert mail.subject.startswith(begins)
    language = "de" if begins == GERMAN else "en"
    assert f'<html lang="{language}"' in mail.html


def test_a_german_mail_is_german_throughout_including_dates() -> None:
    mail = acknowledgement(replace(ADA, language="de"))
    assert "Montag, 23. November, 09:05 Uhr (Zeit von Berlin)" in mail.text
    for word in ("Monday", "get in touch", "automatic message", "Reply"):
        assert word not in mail.text
        assert word not in mail.html


def test_a_german_text_fits_one_part_and_says_how_to_opt_out() -> None:
    change = received(replace(ADA, language="de"))
    message = next(m for m in change.messages if m.channel is Channel.SMS)
    text = JinjaRenderer().text(POLICY, message, change.after, {}, MONDAY_NINE)
    assert text == (
        "Harbour Home Services: vielen Dank, Ihre Nachricht ist da. "
        "Wir melden uns bis Mo 23.11., 09:05. STOP beendet diese SMS."
    )
    assert len(text) <= 160


def test_the_acknowledgement_names_the_owner_and_their_booking_link_once_known() -> None:
    ana = replace(POLICY.people["ana"], booking_url="https://book.example/ana")
    policy = replace(
        POLICY,
        people={**POLICY.people, "ana": ana},
        company=replace(POLICY.company, booking_url="https://book.example/us"),
    )
    nobody = acknowledgement(ADA, policy)
    assert "Someone from our team will get in touch" in nobody.text
    assert "https://book.example/us" in nobody.text
    owned = acknowledgement(ADA, policy, owner_id="ana")
    for twin in (owned.text, owned.html):
        assert "Ana Costa" in twin
        assert "https://book.example/ana" in twin
    without = acknowledgement(ADA, replace(policy, company=replace(POLICY.company, booking_url=None)), owner_id="ben")
    assert "choose a time" not in without.text
    german = acknowledgement(replace(ADA, language="de"), policy, owner_id="ana")
    assert "Ana Costa meldet sich bei Ihnen bis" in german.text


def test_a_tier_may_have_its_own_wording_in_each_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jinja, "TEMPLATES", tmp_path)
    jinja.environment.cache_clear()
    names = ["acknowledge", "acknowledge.hot", "acknowledge.de", "acknowledge.hot.de"]
    for name in names:
        for file in ("subject", "txt", "html"):
            (tmp_path / "mail").mkdir(exist_ok=True)
            (tmp_path / "mail" / f"{name}.{file}.j2").write_text(name)
    try:
        for tier, language, expected in (
            ("hot", "de", "acknowledge.hot.de"),
            ("warm", "de", "acknowledge.de"),
            ("hot", "tr", "acknowledge.hot"),
            ("warm", "", "acknowledge"),
        ):
            promise = replace(received(ADA).after.promise, tier=tier)
            assert acknowledgement(replace(ADA, language=language), promise=promise).subject == expected
    finally:
        jinja.environment.cache_clear()


def test_every_variant_of_a_mail_has_its_three_files() -> None:
    mails = {
        path.name.removesuffix(".subject.j2"): path.parent for path in jinja.TEMPLATES.rglob("mail/**/*.subject.j2")
    }
    assert "acknowledge" in mails
    for name, folder in mails.items():
        assert (folder / f"{name}.txt.j2").is_file()
        assert (folder / f"{name}.html.j2").is_file()


def test_team_members_read_english_whatever_the_leads_language() -> None:
    german = replace(ADA, language="de")
    alert = next(m for m in assigned(german).messages if m.template is Template.ALERT_OWNER)
    mail = JinjaRenderer().mail(spoken(POLICY, "de"), alert, assigned(german).after, {"outcome": "x"}, MONDAY_NINE)
    assert mail.subject.startswith("New lead")


def test_a_german_step_has_its_opt_out_in_german_and_the_postal_address() -> None:
    steps = [
        sent
        for sent in everything(replace(ADA, language="de"))
        if sent.message.data.get("words") == "follow_up" and sent.message.channel is Channel.EMAIL
    ]
    assert steps
    for sent in steps:
        mail = JinjaRenderer().mail(POLICY, sent.message, sent.lead, sent.links, sent.at)
        assert UNSUBSCRIBE in mail.text
        assert "Keine weiteren solchen E-Mails" in mail.text
        assert "Am Hafen 1" in mail.text
