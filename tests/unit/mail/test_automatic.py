"""Who wrote: a person, or a machine that must never be answered."""

import pytest

from leadtight.adapters.mail_reading import read_mail
from leadtight.domain.letter import is_no_person, why_automatic
from tests.unit.mail.letters import bounce, mail

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


def why(text: str = "I am away.", **headers: str) -> str:
    return why_automatic(read_mail(mail(text, headers={n.replace("_", "-"): v for n, v in headers.items()})))


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto-Submitted": "auto-replied"},
        {"Auto-Submitted": "auto-generated; owner-email=x@example.com"},
        {"X-Auto-Response-Suppress": "All"},
        {"X-Auto-Response-Suppress": "OOF, AutoReply"},
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
def test_a_machine_is_known_by_its_headers(headers: dict[str, str]) -> None:
    given = {name: value or " x" for name, value in headers.items()}
    assert why(**given)


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
def test_a_person_is_taken_for_one(headers: dict[str, str]) -> None:
    assert why(**headers) == ""


@pytest.mark.parametrize("subject", AWAY)
def test_an_absence_notice_is_known_by_its_subject_only_beside_other_signs(subject: str) -> None:
    thread = {"Subject": subject, "In-Reply-To": "<0102@eu-central-1.amazonses.com>"}
    assert why(**thread)
    assert why(Subject=subject) == ""
    assert why(**{**thread, "Subject": f"Re: {subject}"}) == ""
    assert why("Thanks!\n\n> your mail", **thread) == ""


def test_a_delivery_report_is_no_person() -> None:
    assert why_automatic(read_mail(bounce()))


def test_our_own_list_is_no_sign_but_another_one_beside_it_is() -> None:
    listed = {"List-Id": "Sales <sales.firm.example>", "Precedence": "list"}
    assert why_automatic(read_mail(mail(headers=listed)), ("sales.firm.example",)) == ""
    away = read_mail(mail(headers={**listed, "Auto-Submitted": "auto-replied"}))
    assert why_automatic(away, ("sales.firm.example",)) == "Auto-Submitted"


@pytest.mark.parametrize(
    "address", ["postmaster@x.example", "noreply@x.example", "no_reply@x.example", "bounce@x.example"]
)
def test_nobody_reads_these(address: str) -> None:
    assert is_no_person(address)


@pytest.mark.parametrize("address", ["ada@noreply.example", "reply@x.example", "bouncer@x.example", ""])
def test_somebody_reads_these(address: str) -> None:
    assert not is_no_person(address)
