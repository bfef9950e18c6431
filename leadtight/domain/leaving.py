"""Does a message say that its sender wants no more messages? (H4, 47 CFR 64.1200(a)(10))"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from leadtight.domain.message import Channel
from leadtight.domain.opt_out_words import MAILS, NEGATED, PHRASES, POLITE, SIGNED, TEXTS, WORDS

LONGEST_READ = 20_000
_NAMES = {Channel.EMAIL: MAILS, Channel.SMS: TEXTS}
_OTHER = re.compile(r"[^\w\s.]+")
_BOUNDARY = re.compile(r"\s*[.!?;:,\n]+\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """The channels that a message ends; `nothing_else` when it says no more than that."""

    channels: tuple[Channel, ...] = ()
    nothing_else: bool = False


def leaving(words: str, channel: Channel) -> Leaving:
    """Return what a message that came by `channel` ends: that channel, or the one that it names."""
    text = _plain(words[:LONGEST_READ])
    if _is_word(re.split(SIGNED, f"\n{text}", maxsplit=1)[0]) or _is_word(text):
        return Leaving(channels=(channel,), nothing_else=True)
    found = {found for phrase in _phrases() for found in _ended(phrase, _sentences(text), channel)}
    if _is_word(text.strip().partition("\n")[0]):
        found.add(channel)
    return Leaving(channels=tuple(sorted(found)))


def _is_word(text: str) -> bool:
    """Tell whether a text is a word of opt-out, whatever stands around it of dots, thanks and itself."""
    said = " ".join(re.sub(r"[\W_]+", " ", text).split())
    return bool(_whole().fullmatch(said))


def _ended(phrase: re.Pattern[str], sentences: str, channel: Channel) -> Iterable[Channel]:
    for match in phrase.finditer(sentences):
        if re.search(NEGATED, sentences[max(0, match.start() - 30) : match.start()]):
            continue
        named = {c for c, words in _NAMES.items() if re.search(rf"\b{_any(words)}\b", match[0])}
        yield from named or {channel}


@cache
def _whole() -> re.Pattern[str]:
    word, polite = _any(_flat(WORDS)), _any(_flat(POLITE))
    return re.compile(rf"(?:{polite} )*{word}(?: (?:{word}|{polite}))*")


@cache
def _phrases() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(_filled(phrase)) for phrases in PHRASES.values() for phrase in phrases)


def _filled(phrase: str) -> str:
    begun = phrase if phrase.startswith("\\") else rf"\b(?:{phrase})"
    return begun.replace("{text}", _any(TEXTS)).replace("{mail}", _any(MAILS))


def _flat(words: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(word for per_language in words.values() for word in per_language)


def _any(words: Iterable[str]) -> str:
    return "(?:" + "|".join(sorted(set(words), key=len, reverse=True)) + ")"


def _plain(words: str) -> str:
    """Return small letters without accents, apostrophes as spaces."""
    folded = unicodedata.normalize("NFKD", words).casefold()
    return "".join(" " if c in "'\u2019\u2018`\u00b4" else c for c in folded if not unicodedata.combining(c))


def _sentences(text: str) -> str:
    """Return words with one space between them, and a dot where a sentence or a part of one ends."""
    parts = _OTHER.sub(" ", _BOUNDARY.sub(" . ", text.replace("-", " ")))
    return f". {' '.join(parts.split())} ."
