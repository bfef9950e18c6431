"""Well-known field names of forms, and what they mean.

Site builders, ad platforms and authors of forms use them. A name or a question means one of ours when nothing but words
of politeness and grammar stands around it: "And what is your last name, please?" does, "What is your dog's name?" does
not.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from leadtight.adapters.inbound.field_vocabulary import ENCLOSING, FILLERS, WORDS

_ELECTRONIC = re.compile(r"\be[\s_-]+(mail|post|posta)")
_NESTED = re.compile(r"[\[\].]+")
_INDEX = re.compile(r"\[\d*\]$")
_WORD = re.compile(r"[^\W_]+")
FEWEST_DIGITS = 5
_DIGITS = "0123456789"


def ours(sent: Mapping[str, Any], mapping: Mapping[str, str]) -> dict[str, Any]:
    """Rename well-known fields, unless the policy names them.

    Of two that mean the same, the first wins whose value fits the name, and the other keeps its own name; an empty one
    does not count.
    """
    winners = _winners(sent.items(), mapping)
    chosen: dict[str, Any] = {}
    for theirs, value in sent.items():
        put(chosen, winners.get(theirs, theirs), value, theirs)
    return chosen


def put(fields: dict[str, Any], name: str, value: Any, otherwise: str = "") -> None:
    """Add a field without overwriting another value.

    If its name is taken by another value, the field gets a free name.
    """
    if name in fields and fields[name] != value:
        base = otherwise or name
        also = (f"{base} (also{f' {number}' if number > 1 else ''})" for number in range(1, len(fields) + 2))
        name = next(free for free in ((base, *also) if base != name else also) if free not in fields)
    fields[name] = value


def meaning(name: str) -> str | None:
    """Return our name for a name or question, if any."""
    essence = _essence(bare(name))
    field = _vocabulary().get(essence.rstrip(_DIGITS))
    return (
        field if essence == essence.rstrip(_DIGITS) or field in ("email", "phone") else None
    )  # several of these are common


def bare(name: str) -> str:
    """Strip what a framework puts around a name.

    `lead[email]` and `email[0]` are `email`.
    """
    segments = [segment for segment in _NESTED.split(name) if segment]
    is_nested = len(segments) > 1 and all(plain(segment) in ENCLOSING for segment in segments[:-1])
    return segments[-1] if is_nested else _INDEX.sub("", name)


def plain(name: str) -> str:
    """Normalize a name: lower case, without accents, joined by `_`.

    `E-Mail ` is `e_mail`.
    """
    return "_".join(_WORD.findall(_without_accents(name)))


def _winners(pairs: Iterable[tuple[str, Any]], mapping: Mapping[str, str]) -> dict[str, str]:
    """Map their names to ours, one for each of ours.

    Names that the policy maps are left out.
    """
    candidates: dict[str, list[tuple[str, Any]]] = {}
    for theirs, value in pairs:
        field = None if theirs in mapping else meaning(theirs)
        if field and value and field not in mapping.values():
            candidates.setdefault(field, []).append((theirs, value))
    return {_best(field, several): field for field, several in candidates.items()}


def _best(field: str, candidates: list[tuple[str, Any]]) -> str:
    return next((theirs for theirs, value in candidates if _can_be(field, value)), candidates[0][0])


def _can_be(field: str, value: Any) -> bool:
    """Check whether a value fits its name.

    The answer to "May we email you?" is not an address.
    """
    text = str(value)
    if field == "email":
        return "@" in text
    return field != "phone" or sum(character.isdecimal() for character in text) >= FEWEST_DIGITS


@cache
def _vocabulary() -> Mapping[str, str]:
    return {_essence(phrase): name for name, phrases in WORDS.items() for phrase in phrases}


def _essence(text: str) -> str:
    """Return the meaningful words of a name, joined."""
    words = _WORD.findall(_ELECTRONIC.sub(r"e\1", _without_accents(text).replace("_", " ")))
    essential = [word for word in words if word not in FILLERS]
    return "".join(essential or words)


def _without_accents(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("ł", "l").replace("ø", "o"))
    return unicodedata.normalize("NFC", "".join(c for c in decomposed if not "\u0300" <= c <= "\u036f"))
