"""Field meanings: our own names in many languages.

A name that only sounds similar has no meaning.
"""

import pytest

from leadtight.adapters.inbound.field_names import meaning, ours, put


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("Name", "name"),
        ("What's your first name?", "first_name"),
        ("And your last name?", "last_name"),
        ("Please enter your full name", "name"),
        ("First and last name", "name"),
        ("Name (First)", "first_name"),
        ("Wie lautet Ihr Vorname?", "first_name"),
        ("Nachname*", "last_name"),
        ("Vor- und Nachname", "name"),
        ("Wie heißen Sie?", "name"),
        ("Prénom", "first_name"),
        ("Quel est votre nom ?", "name"),
        ("Nom et prénom", "name"),
        ("Nom de famille", "last_name"),
        ("¿Cuál es tu nombre?", "name"),
        ("Nombre y apellidos", "name"),
        ("Apellidos", "last_name"),
        ("Nome e cognome", "name"),
        ("Voor- en achternaam", "name"),
        ("Efternamn", "last_name"),
        ("Imię i nazwisko", "name"),
        ("Nazwisko", "last_name"),
        ("お名前", "name"),
        ("Correo electrónico", "email"),
        ("Tu correo", "email"),
        ("Adresse e-mail", "email"),
        ("Ihre E-Mail-Adresse", "email"),
        ("Indirizzo e-mail", "email"),
        ("E-postadress", "email"),
        ("Adres e-mail", "email"),
        ("WORK_EMAIL", "email"),
        ("Phone Number", "phone"),
        ("WORK_PHONE", "phone"),
        ("Telefonnummer", "phone"),
        ("Numéro de téléphone", "phone"),
        ("Teléfono móvil", "phone"),
        ("Mobiel nummer", "phone"),
        ("Numer telefonu", "phone"),
        ("What is the name of your company?", "company"),
        ("Company Name", "company"),
        ("Name des Unternehmens", "company"),
        ("Nom de l'entreprise", "company"),
        ("Which company?", "company"),
        ("How can we help you?", "message"),
        ("Ihre Nachricht", "message"),
        ("Postleitzahl", "postcode"),
        ("E-Mail 1", "email"),
        ("phone2", "phone"),
        ("firstName", "first_name"),
        ("emailAddress", "email"),
        ("lead[email]", "email"),
        ("company[name]", "company"),
        ("Input.PhoneNumber", "phone"),
    ],
)
def test_a_question_maps_to_one_of_our_fields(question: str, name: str) -> None:
    assert meaning(question) == name


@pytest.mark.parametrize(
    "question",
    [
        "What is your dog's name?",
        "Name of your project",
        "Name des Hundes",
        "Nom du projet",
        "Partner's name",
        "Username",
        "Name 2",
        "company3",
        "File name",
        "E-mail of who decides",
        "May we contact you by phone?",
        "How many phones do you have?",
        "utm_source",
        "Messages per month",
        "",
        "???",
    ],
)
def test_a_similar_sounding_question_maps_to_nothing(question: str) -> None:
    assert meaning(question) is None


def test_an_invalid_address_is_not_an_address_answer() -> None:
    answers = {"May we email you?": "Yes", "Your e-mail": "ada@example.com", "Phone?": "no", "Mobile": "030 901820"}
    assert ours(answers, {}) == {
        "May we email you?": "Yes",
        "email": "ada@example.com",
        "Phone?": "no",
        "phone": "030 901820",
    }


def test_nothing_is_overwritten_by_repeated_names() -> None:
    fields: dict[str, str] = {}
    for value in ("a", "b", "a", "c"):
        put(fields, "note", value)
    assert fields == {"note": "a", "note (also)": "b", "note (also 2)": "c"}
