"""What site builders, ad platforms and people who write forms call the things that every lead has.

A name or a question means one of ours when nothing but words of politeness and grammar stands around it: "And what is
your last name, please?" does, "What is your dog's name?" does not.
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


def ours(given: Mapping[str, Any], named: Mapping[str, str]) -> dict[str, Any]:
    """Return `given` with well-known names as ours, unless the policy names them.

    Of two that mean the same the first wins that can be what it is called, and the other is kept under its own name;
    an empty one means nothing.
    """
    winners = _winners(given.items(), named)
    chosen: dict[str, Any] = {}
    for theirs, value in given.items():
        put(chosen, winners.get(theirs, theirs), value, theirs)
    return chosen


def put(fields: dict[str, Any], name: str, value: Any, otherwise: str = "") -> None:
    """Add a field; where its name has another value already, under a name that is free: nothing is overwritten."""
    if name in fields and fields[name] != value:
        base = otherwise or name
        also = (f"{base} (also{f' {number}' if number > 1 else ''})" for number in range(1, len(fields) + 2))
        name = next(free for free in ((base, *also) if base != name else also) if free not in fields)
    fields[name] = value


def meaning(name: str) -> str | None:
    """Return which of our names a field's name or a question means; None when it is something else."""
    essence = _essence(bare(name))
    known = _vocabulary().get(essence.rstrip(_DIGITS))
    return (
        known if essence == essence.rstrip(_DIGITS) or known in ("email", "phone") else None
    )  # several of these are usual


def bare(name: str) -> str:
    """Return a name without what a framework puts around it: `lead[email]` is `email`, `email[0]` too."""
    segments = [segment for segment in _NESTED.split(name) if segment]
    is_nested = len(segments) > 1 and all(plain(segment) in ENCLOSING for segment in segments[:-1])
    return segments[-1] if is_nested else _INDEX.sub("", name)


def plain(name: str) -> str:
    """Return a name in small letters without accents, its words apart by `_`: `E-Mail ` is `e_mail`."""
    return "_".join(_WORD.findall(_without_accents(name)))


def _winners(given: Iterable[tuple[str, Any]], named: Mapping[str, str]) -> dict[str, str]:
    """Return our name by theirs: one of theirs for each of ours that the policy does not name."""
    candidates: dict[str, list[tuple[str, Any]]] = {}
    for theirs, value in given:
        known = None if theirs in named else meaning(theirs)
        if known and value and known not in named.values():
            candidates.setdefault(known, []).append((theirs, value))
    return {_best(known, several): known for known, several in candidates.items()}


def _best(known: str, candidates: list[tuple[str, Any]]) -> str:
    return next((theirs for theirs, value in candidates if _can_be(known, value)), candidates[0][0])


def _can_be(known: str, value: Any) -> bool:
    """Tell whether a value can be what it is called: the answer to "May we email you?" is no address."""
    text = str(value)
    if known == "email":
        return "@" in text
    return known != "phone" or sum(character.isdecimal() for character in text) >= FEWEST_DIGITS


@cache
def _vocabulary() -> Mapping[str, str]:
    return {_essence(phrase): name for name, phrases in WORDS.items() for phrase in phrases}


def _essence(text: str) -> str:
    """Return the words of a name that carry its meaning, without anything between them."""
    words = _WORD.findall(_ELECTRONIC.sub(r"e\1", _without_accents(text).replace("_", " ")))
    essential = [word for word in words if word not in FILLERS]
    return "".join(essential or words)


def _without_accents(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("ł", "l").replace("ø", "o"))
    return unicodedata.normalize("NFC", "".join(c for c in decomposed if not "\u0300" <= c <= "\u036f"))
