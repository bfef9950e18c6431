"""Recognise fields by column names.

It knows the names that address books, form plugins and CRM systems use.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from leadtight.adapters.inbound.field_names import meaning
from leadtight.adapters.inbound.field_vocabulary import WORDS
from leadtight.tabular.vocabulary.fields import NAMES, field_of
from leadtight.tabular.vocabulary.words import plain

FIELDS = frozenset(WORDS) | frozenset(NAMES)
SEVERAL = frozenset({"email", "phone"})
"""Fields that several columns may hold.

The first filled one counts, as address books have it.
"""

OWNERS = re.compile(
    r"\b(?:owner|agent|rep|besitzer|inhaber|proprietaire|propietario|proprietario|eigenaar|assigned|manager)\b"
)
"""Words for the owner of a lead.

A name or address beside them is not the lead's.
"""

ALSO = {
    "first_name": "first, given, vorname, name first, contact first name",
    "last_name": "last, family, nachname, name last, contact last name",
    "name": "display name, anzeigename, lead name, person name, client name, customer name, nombre y apellidos",
    "email": """adresse messagerie, adresse de messagerie, primary email, secondary email, correo electronico
        direccion de correo electronico, direccion de correo electronico, indirizzo posta elettronica
        indirizzo di posta elettronica, endereco de email, endereco de correio eletronico, e postadress, email ids
        emails, additional emails, emailaddress1, メール アドレス, 电子邮件地址, 電子郵件, 電子郵件地址
        이메일 주소, 전자 메일 주소""",
    "phone": """phone home, phone work, phone mobile, home phone, work phone, business phone, primary phone, other phone
        mobile, main phone, company main phone, phones, telefon geschaftlich, telefon privat, mobiltelefon
        telephone bureau, tel bureau, telephone personnel, tel mobile, telephone professionnel
        telefono del trabajo, telefono trabajo, telefono particular, telefono movil, telefono ufficio
        telefono abitazione, cellulare, telefone comercial, telefone residencial, telefone celular, telefoon werk
        telefoon op werk, telefoon thuis, mobiele telefoon, telefon arbete, telefon hem, telefon bostad
        telefon arbejde, telefon privat, telefon sluzbowy, telefon firmowy, telefon domowy, telefon praca
        勤務先電話番号, 会社電話, 自宅電話番号, 商务电话, 移动电话, 住宅电话, 회사 전화, 휴대 전화""",
    "company": "organization 1 name, company account, account name, account, company or account",
}
_INDEX = re.compile(r"(?<!\s)\s++\d{1,2}\b\s*+|\b\d{1,2}\b\s*+")
_SUFFIX = re.compile(
    r"(?<!\s)\s*+-\s*+(?:value|work|home|mobile|other|privat|arbeit|arbeid|travail|trabajo|lavoro)\s*$", re.IGNORECASE
)
_LABEL = re.compile(r"\b(?:type|label|typ|display name)$")
"""End of the name of a column of labels.

Such a column states the kind of an address or number: `* Work`, `SMTP`.
"""

_PREFIX = re.compile(r"^(?:person|contact|lead|kontakt|personne|persona|pessoa|persoon)\s*-\s*", re.IGNORECASE)


def meaning_of(column: str) -> str | None:
    """Return the field that a column name means, or None."""
    if OWNERS.search(plain(column)) and field_of(column) != "owner":
        return None
    field = next((field for spelling in _spellings(column) if (field := _field_for(spelling))), None)
    return None if field in SEVERAL and _LABEL.search(plain(column).replace("_", " ")) else field


def has_word_for_stage(column: str) -> bool:
    """Return whether a column name contains a word for stage.

    `Etapa del lead` does.
    """
    names = (column, *plain(column).split())
    return any(field_of(name) == "stage" for name in names)


def _spellings(column: str) -> Iterator[str]:
    """Yield a name as written, then without numbering and labels.

    Address books number and label their columns.
    """
    yield column
    bare = _PREFIX.sub("", _SUFFIX.sub("", column))
    yield bare
    yield _INDEX.sub(" ", bare).strip(" -")
    outer, bracket, inner = bare.rstrip().removesuffix(")").partition("(")
    if bracket and outer and bare.rstrip().endswith(")"):
        yield f"{inner} {outer.rstrip()}"
        yield outer.rstrip()


def _field_for(name: str) -> str | None:
    words = plain(name)
    by_phrase = next((field for field, phrases in _also().items() if words in phrases), None)
    return by_phrase or field_of(name) or meaning(name)


@cache
def _also() -> dict[str, set[str]]:
    return {
        field: {plain(phrase) for phrase in phrases.replace("\n", ",").split(",") if phrase.strip()}
        for field, phrases in ALSO.items()
    }
