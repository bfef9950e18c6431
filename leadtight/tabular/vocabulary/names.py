"""Column names in comparable form.

Without case, accents, punctuation and connectors' prefixes.
"""

import re
from functools import lru_cache

from leadtight.tabular.vocabulary.words import folded

_PREFIXES = ("properties_", "property_", "hs_", "fields_", "custom_", "custom_field_")
_OBJECT = "lead|deal|activity|person|contact|opportunity|call|task|prospect"
_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NO_WORDS = re.compile(r"[\W_]+")
_TWICE = re.compile(rf"^(lead|deal|activity|person)_(?=({_OBJECT})_)")
_OBJECTS = frozenset(
    folded(
        "lead leads deal deals opportunity opportunities prospect prospects activity activities call calls task tasks"
        " geschaft aktivitat aktivitaten piste pistes affaire affaires transaction activite appel prospecto prospectos"
        " negocio trato actividad llamada affare attivita chiamata atividade ligacao activiteit oproep affar aktivitet"
        " samtal handel opkald liidi kauppa aktiviteetti szansa aktywnosc obchod aktivita лид сделка дело активность"
        " musteri_adayi anlasma etkinlik リード 取引 活動 线索 商机 活动 리드 거래 활동"
    ).split()
)
_BRACKETS = re.compile(r"(?<!\s)\s*+[(\[（【][^)\]）】]{0,200}+[)\]）】]\s*+$")
_APART = re.compile(r"(?<!\s)\s++[-–—:›»/|]\s++|:\s++|(?<=\w)[.:/](?=\w)")


@lru_cache(maxsize=20_000)
def column_key(name: str) -> str:
    """Return a column's name in comparable form.

    Without case, accents, punctuation and connectors' prefixes.
    """
    text = _NO_WORDS.sub("_", folded(_HUMPS.sub("_", name))).strip("_")
    for prefix in _PREFIXES:
        text = text.removeprefix(prefix)
    return _TWICE.sub("", text)


def spellings(name: str) -> tuple[str, ...]:
    """Return the variants of a column's name.

    The whole name, without a note in brackets, and without its object, which precedes a separator (`Lead - Besitzer`,
    `Lead: Created Date`).
    """
    bare = _BRACKETS.sub("", name)
    candidates = [column_key(name), column_key(bare), re.sub(r"_(utc|gmt|z)$", "", column_key(bare))]
    head, *rest = _APART.split(bare, maxsplit=1)
    if rest and column_key(head) in _OBJECTS:
        candidates.append(column_key(rest[0]))
    return tuple(dict.fromkeys(each for each in candidates if each))
