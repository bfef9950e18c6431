"""Countries by ISO code or name, in any official language.

Names are from CLDR, by Babel. Babel is imported with the first text that is not a code of two letters, and loads all
languages with the first one that is not English: most forms post codes, and every cold start would pay for it (decision
0059).
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

from leadtight.domain.model.country_codes import CODES

_BESIDE_CLDR = {
    "AE": "uae emirates",
    "BA": "bosnia bosna bosnie bosnien",
    "BN": "bruneidarussalam",
    "BO": "plurinationalstateofbolivia",
    "CD": "drc drcongo democraticrepublicofcongo democraticrepublicofthecongo",
    "CG": "republicofcongo republicofthecongo",
    "CI": "ivorycoast",
    "CN": "prc mainlandchina",
    "CV": "capeverde",
    "CZ": "czechrepublic tschechischerepublik",
    "DE": "brd bundesrepublikdeutschland",
    "GB": "greatbritain britain england scotland wales northernireland grossbritannien grandebretagne granbretana "
    "granbretagna graobretanha engeland angleterre inglaterra inghilterra schottland ecosse escocia scozia",
    "GN": "guineaconakry",
    "GR": "el",
    "HK": "hongkong hongkongsar",
    "KP": "dprk democraticpeoplesrepublicofkorea",
    "KR": "republicofkorea rok",
    "LA": "laopdr laopeoplesdemocraticrepublic",
    "MK": "macedonia",
    "MM": "burma",
    "MO": "macau macao",
    "NL": "holland hollande",
    "PS": "palestine stateofpalestine",
    "RU": "russianfederation рф",
    "SA": "ksa",
    "SY": "syrianarabrepublic",
    "SZ": "swaziland",
    "TL": "easttimor",
    "TR": "turkey turkiye",
    "TW": "taiwanprovinceofchina",
    "US": "unitedstatesofamerica eeuu eua сша アメリカ 米国",
    "VA": "vatican holysee",
}
"""Abbreviations, parts and former names that CLDR does not list."""

_SHARED = (
    "america congo corea coree georgia georgie guinea kongo конго korea republicofchina roc stmartin virginislands"
)
_OF_SEVERAL = frozenset(_SHARED.split())
"""Ambiguous names, of two countries or a country and state.

The user is asked which one is meant.
"""

_OTHER_SCRIPTS = ("zh_Hant", "sr_Latn", "pt_PT")
"""Other spellings of a language that differ beyond accents."""

_FORMAL = re.compile(
    r"^(?:the )?(?:[\w' ]+ )?(?:republic|kingdom|state|states|federation|commonwealth) of (?:the )?", re.IGNORECASE
)
_CALLING_CODE = re.compile(r"(?<!\s)\s*+\(?\+(\d{1,4})\)?\s*$")
_AMERICA = re.compile(r"\s(?:of|von|de|d['’])\s*am[eé]ri[ckq](?:a|ue)$", re.IGNORECASE)
_UMLAUT = re.compile("([aou])e")
_LETTERS = re.compile(r"[a-z]\.?\s?[a-z](?:\.?\s?[a-z])?\.?", re.IGNORECASE)
_FLAGS = re.compile("[\U0001f1e6-\U0001f1ff]{2}")
_FLAG_LETTERS = {0x1F1E6 + n: chr(ord("A") + n) for n in range(26)}


def code_of(text: str) -> str:
    """Return the ISO code of a country named in text.

    Empty when no country is named, or the name is ambiguous.
    """
    plain = _CALLING_CODE.sub("", _FLAGS.sub("", text)).strip() or text.translate(_FLAG_LETTERS).strip()
    if plain.upper() in CODES:
        return plain.upper()
    if match := _CALLING_CODE.fullmatch(text):
        return _code_of_calling_code(match[1])
    if _fold(plain) in _OF_SEVERAL:
        return ""
    codes = {code for spelling in _spellings(plain) if (code := _code_of_name(spelling))}
    return codes.pop() if len(codes) == 1 else _code_of_last(plain)


def _code_of_calling_code(digits: str) -> str:
    """Return the only country of a calling code, else empty.

    `+41` has one; `+1` is shared by many.
    """
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

    codes = COUNTRY_CODE_TO_REGION_CODE.get(int(digits), ())
    return codes[0] if len(codes) == 1 and codes[0] in CODES else ""


def _spellings(text: str) -> Iterator[str]:
    """Yield the names in a text.

    `Deutschland (Germany)` has two; `Korea, South` is `South Korea`.
    """
    yield text
    yield from (part for part in re.split(r"[/()|]|\s[-–—:]\s", text) if part.strip() and part != text)
    head, comma, tail = text.partition(",")
    if comma:
        yield f"{tail} {head}"
        if re.search(r"\bof(?: the)?$", tail.strip(), re.IGNORECASE):
            yield head
    if _fold(text) not in _beside_cldr():
        yield _FORMAL.sub("", text)
        yield _AMERICA.sub("", text)
        yield _UMLAUT.sub(r"\1", text.casefold())


def _code_of_last(text: str) -> str:
    """Return the country in the last part of `Texas, USA`.

    A part of two letters, or one that names two countries, does not count.
    """
    head, comma, tail = text.rpartition(",")
    code = _code_of_name(tail) if comma and len(_fold(tail)) > 2 else ""
    return code if not code or _code_of_name(head) in ("", code) else ""


def _code_of_name(name: str) -> str:
    folded = _fold(name)
    if not folded or folded in _OF_SEVERAL:
        return ""
    if _LETTERS.fullmatch(name.strip()) and folded != "na" and (code := _code_of_letters(folded.upper())):
        return code
    return _beside_cldr().get(folded) or _english().get(folded) or _every_language().get(folded, "")


def _code_of_letters(letters: str) -> str:
    """Return the country of letters such as `U.S.` or `UK`.

    CLDR's aliases have `UK` and the codes of three letters.
    """
    if letters in CODES:
        return letters
    from babel.core import get_global

    codes: list[str] = list(get_global("territory_aliases").get(letters, ()))
    return codes[0] if len(codes) == 1 and codes[0] in CODES else ""


@cache
def _beside_cldr() -> dict[str, str]:
    return {name: code for code, names in _BESIDE_CLDR.items() for name in names.split()}


@cache
def _english() -> dict[str, str]:
    return _names(("en",))


@cache
def _every_language() -> dict[str, str]:
    """Return the names in every language that is official somewhere."""
    from babel.languages import get_official_languages
    from babel.localedata import exists

    official = {language for code in CODES for language in get_official_languages(code, de_facto=True)}
    return _names(tuple(name for name in sorted({*official, *_OTHER_SCRIPTS}) if exists(name)))


def _names(languages: tuple[str, ...]) -> dict[str, str]:
    """Map folded names to codes, without names that countries share."""
    from babel import Locale

    codes: dict[str, set[str]] = {}
    for language in languages:
        for code, name in dict(Locale.parse(language).territories).items():
            if code in CODES:
                codes.setdefault(_fold(name), set()).add(code)
    return {name: min(shared) for name, shared in codes.items() if len(shared) == 1}


def _fold(name: str) -> str:
    """Fold a name: no case, accents, punctuation or `the`.

    Marks that are letters of their script stay.
    """
    words = re.sub(r"^the\s|\band\b", " ", name.strip().casefold().replace("saint ", "st "))
    plain = unicodedata.normalize("NFC", re.sub("[\u0300-\u036f]", "", unicodedata.normalize("NFKD", words)))
    return "".join(c for c in plain if c.isalnum() or unicodedata.category(c)[0] == "M")
