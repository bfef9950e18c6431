"""Human senders, and machines that must never be answered."""

import pytest

from leadtight.adapters.email.parser import read_mail
from leadtight.domain.intake.auto_reply import allows_answer, auto_reply_reason
from leadtight.domain.intake.noreply_addresses import is_noreply_address
from tests.unit.adapters.email.letters import bounce, mail

AWAY = [
    "Automatic reply: Thank you",
    "Out of Office: back on Monday",
    "Automatische Antwort: Danke",
    "Abwesenheitsnotiz",
    "Réponse automatique : Merci",
    "Respuesta automática: Gracias",
    "Risposta automatica: Grazie",
    "Automatisch antwoord: Dank",
    "Resposta automática: Obrigado",
    "Autosvar: Tack",
    "Odpowiedź automatyczna: Dziękuję",
    "自動返信",
]


def auto_reply_reason_of(text: str = "I am away.", **headers: str) -> str:
    return auto_reply_reason(read_mail(mail(text, headers={n.replace("_", "-"): v for n, v in headers.items()})))


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto-Submitted": "auto-replied"},
        {"Auto-Submitted": "auto-generated; owner-email=x@example.com"},
        {"Precedence": "bulk"},
        {"Precedence": "List"},
        {"Precedence": "junk"},
        {"Precedence": "auto_reply"},
        {"List-Id": "News <news.example.com>"},
        {"Return-Path": "<>"},
        {"X-Autoreply": "yes"},
        {"X-Autorespond": ""},
        {"From": "MAILER-DAEMON@example.com"},
        {"From": "No Reply <no-reply@example.com>"},
        {"From": "donotreply@example.com"},
        {"From": "bounces+123-ada=example.com@news.example"},
        {"X-Leadtight-Message": "L1/acknowledge-1-0"},
    ],
)
def test_an_automatic_mail_is_recognised_by_its_headers(headers: dict[str, str]) -> None:
    fields = {name: value or " x" for name, value in headers.items()}
    assert auto_reply_reason_of(**fields)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Auto-Submitted": "no"},
        {"X-Auto-Response-Suppress": "None"},
        {"Precedence": "first-class"},
        {"Return-Path": "<ada@example.com>"},
        {"From": "Bo Reply <bo.reply@example.com>"},
        {"Importance": "high"},
    ],
)
def test_a_persons_mail_is_not_automatic(headers: dict[str, str]) -> None:
    assert auto_reply_reason_of(**headers) == ""


@pytest.mark.parametrize("subject", AWAY)
def test_an_out_of_office_subject_needs_other_signs(subject: str) -> None:
    thread = {"Subject": subject, "In-Reply-To": "<0102@eu-central-1.amazonses.com>"}
    assert auto_reply_reason_of(**thread)
    assert auto_reply_reason_of(Subject=subject) == ""
    assert auto_reply_reason_of(**{**thread, "Subject": f"Re: {subject}"}) == ""
    assert auto_reply_reason_of("Thanks!\n\n> your mail", **thread) == ""


def test_a_delivery_report_is_from_a_noreply_address() -> None:
    assert auto_reply_reason(read_mail(bounce()))


def test_our_own_list_header_is_a_sign_only_beside_another_one() -> None:
    listed = {"List-Id": "Sales <sales.firm.example>", "Precedence": "list"}
    assert auto_reply_reason(read_mail(mail(headers=listed)), ("sales.firm.example",)) == ""
    away = read_mail(mail(headers={**listed, "Auto-Submitted": "auto-replied"}))
    assert auto_reply_reason(away, ("sales.firm.example",)) == "Auto-Submitted"


NOBODY = [
    *("postmaster", "noreply", "no-reply", "no_reply", "No.Reply", "noreply2", "noreply+tag", "no_reply+tag", "bounce"),
    *("orders-noreply", "noreply-orders", "orders.no-reply.eu", "do.not.reply", "do-not-reply", "donotreply2"),
    *(
        "nepasrepondre",
        "ne-pas-repondre",
        "ne_pas_répondre",
        "nicht-antworten",
        "bitte.nicht.antworten",
        "no-responder",
    ),
    *("nao-responda", "não-responda", "non-rispondere", "niet-beantwoorden", "svara-inte", "svar-ikke", "ei-vastata"),
    *("nie-odpowiadac", "neodpovidat", "yanıtlamayın", "mailer-daemon", "MAILER-DAEMON", "bounces+123-ada=x.example"),
    *("bounce-12_html-34", "amazonnoreply", "dont-reply", "no-response", "autoreply", "auto-confirm", "nobody", "root"),
    *("unattended", "bounces", "bounce.4711", "bounces-news"),
]
SOMEBODY = [
    "reply",
    "bouncer",
    "bo.reply",
    "noreplyson",
    "ada.no",
    "reno.reply",
    "nora.eply",
    "ada",
    "bounce.house.rentals",
    "info",
    "sales",
    "",
]


@pytest.mark.parametrize("local", NOBODY)
def test_these_addresses_are_noreply(local: str) -> None:
    assert is_noreply_address(f"{local}@shop.example")
    assert auto_reply_reason_of(From=f"{local}@shop.example")


@pytest.mark.parametrize("local", SOMEBODY)
def test_these_addresses_are_read_by_people(local: str) -> None:
    assert not is_noreply_address(f"{local}@noreply.example")


MACHINES: list[dict[str, str]] = [
    {"Auto-Submitted": "auto-notified"},
    {"Auto-Submitted": "Auto-Replied (vacation)"},
    {"Auto-Submitted": "(by a filter) auto-generated; type=x"},
    {"List-Unsubscribe": "<https://shop.example/u>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
    {"List-Unsubscribe": "<mailto:out@shop.example>", "Reply-To": "Shop <hello@other.example>"},
    {"Feedback-ID": "77:spring:news:shop"},
    {"X-Auto-Reply": "true"},
    {"X-Autoresponder": "1"},
    {"X-Mail-Autoreply": "vacation"},
    {"X-FC-MachineGenerated": "true"},
    {"X-Failed-Recipients": "ada@example.com"},
    {"Precedence": "auto-reply"},
    {"X-Auto-Response-Suppress": "All", "Subject": "Automatic reply: Thank you"},
    {"Auto-Submitted": "auto-replied", "Reply-To": "Bo <bo@other.example>"},
    {"Subject": "Gelesen: Angebot", "In-Reply-To": "<0102@eu-central-1.amazonses.com>"},
    {"From": "news@shop.example", "Reply-To": "hello@brand.example", "List-Unsubscribe": "<https://shop.example>"},
    {"From": "noreply@shop.example", "Reply-To": "hello@shop.example", "List-Unsubscribe": "<https://shop.example>"},
    {"From": "noreply@lists.example", "Reply-To": "bo@other.example", "List-Id": "<news.lists.example>"},
]
PEOPLE: list[dict[str, str]] = [
    {"Auto-Submitted": "no (a person)"},
    {"Auto-Submitted": "No; x=y"},
    {"X-Auto-Response-Suppress": "OOF"},
    {"X-Auto-Response-Suppress": "DR, RN, NRN, OOF, AutoReply"},
    {"X-Auto-Response-Suppress": "All"},
    {"X-Autoreply": "no"},
    {"Feedback-ID": "1.eu-central-1.abc=:AmazonSES"},
    {"Subject": "Read: the plan, and call me"},
    {"Reply-To": "Bo <bo@other.example>"},
    {"Auto-Submitted": "auto-generated", "Reply-To": "Bo <bo@other.example>"},
    {"Precedence": "bulk", "Reply-To": "Bo <bo@other.example>"},
    {"From": "noreply@forms.example", "Reply-To": "Bo <bo@other.example>"},
    {"From": "noreply@forms.example", "Reply-To": "bo@other.example", "List-Unsubscribe": "<https://forms.example>"},
    {"From": "forms@site.example", "Reply-To": "bo@other.example", "Precedence": "list", "Feedback-ID": "1:2:3:site"},
    {"List-Id": "Sales <sales.firm.example>", "Precedence": "list", "List-Unsubscribe": "<https://groups.example>"},
    {"List-Post": "<mailto:sales@firm.example>", "List-Unsubscribe": "<https://groups.example>"},
]


@pytest.mark.parametrize("headers", MACHINES, ids=str)
def test_every_standard_kind_of_automatic_mail_is_recognised(headers: dict[str, str]) -> None:
    assert auto_reply_reason(read_mail(mail(headers=headers)), (), ("sales@firm.example",))


@pytest.mark.parametrize("headers", PEOPLE, ids=str)
def test_headers_also_found_in_personal_mail_are_not_a_sign(headers: dict[str, str]) -> None:
    assert auto_reply_reason(read_mail(mail(headers=headers)), (), ("sales@firm.example",)) == ""


@pytest.mark.parametrize(
    ("headers", "answered"),
    [
        ({}, True),
        ({"X-Auto-Response-Suppress": "OOF, DR"}, True),
        ({"X-Auto-Response-Suppress": "DR, AutoReply"}, False),
        ({"X-Auto-Response-Suppress": "All"}, False),
        ({"Auto-Submitted": "auto-generated", "Reply-To": "bo@other.example"}, False),
        ({"Precedence": "bulk", "Reply-To": "bo@other.example"}, False),
    ],
)
def test_a_sender_who_declines_automatic_answers_gets_none(headers: dict[str, str], answered: bool) -> None:
    assert allows_answer(read_mail(mail(headers=headers))) is answered


def test_a_foreign_list_is_a_sign_even_beside_our_own_address() -> None:
    letter = read_mail(mail(headers={"List-Id": "<news.shop.example>"}))
    assert auto_reply_reason(letter, (), ("sales@firm.example",)) == "List-Id"


def test_the_author_of_a_list_mail_is_the_sender() -> None:
    headers = {"From": "'Ada Obi' via Sales <sales@firm.example>", "X-Original-From": "Ada Obi <ada@example.com>"}
    assert read_mail(mail(headers=headers)).sender == "ada@example.com"
