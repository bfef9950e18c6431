"""Sentences that are only an opt-out request, by word roles.

Each is read in one language.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cache, lru_cache

from leadtight.domain.compliance.opt_out_keywords import ELSEWHERE, MISSPELT, SHARED, VOCABULARIES, Vocabulary
from leadtight.domain.model.message import Channel

LONGEST = 16
"""Most words of such a sentence."""

WORDS_KEPT = 4_096
"""Most words whose roles are cached: most mails repeat the same words."""

Kinds = frozenset[str]
_NO_MARKS = str.maketrans({"\u0142": "l", "\u00f8": "o", "\u0111": "d", "\u0131": "i"})
_SPELT_OUT = re.compile(r"\bs[\W_]{1,2}t[\W_]{1,2}o[\W_]{1,2}p\b")
_ENDS = frozenset({"leave", "stop", "quit"})
_COMES = frozenset({"texts", "mails", "messages"})
_SAYS_NOTHING = frozenset({"polite", "repeated"})
_WORD = _ENDS | _COMES | _SAYS_NOTHING | {"please"}
_GREETING = re.compile(
    r"(hi|hello|hey|dear|hallo|guten tag|bonjour|salut|hola|ola|oi|ciao|salve|buongiorno|hoi|dag|hej|czesc|witam)"
    r"( \w+){1,2}"
)
_OWN = frozenset({"i", "receive"})


@dataclass(frozen=True, slots=True)
class OptOutSentence:
    """The opt-out request of one sentence.

    It has the channels named, if any, and whether it is clear in any message. With `is_keyword` it consists only of a
    keyword, the messages to end and polite words.
    """

    channels: frozenset[Channel] = frozenset()
    is_clear: bool = True
    is_keyword: bool = False


def normalize(words: str) -> str:
    """Return a text in lower case, without accents or apostrophes.

    Apostrophes become spaces.
    """
    folded = unicodedata.normalize("NFKD", words).casefold()
    bare = "".join(" " if c in "'\u2019\u2018`\u00b4" else c for c in folded if not unicodedata.combining(c))
    return _SPELT_OUT.sub("stop", bare.translate(_NO_MARKS))


def split_words(text: str) -> list[str]:
    """Return the words of a plain text."""
    return re.sub(r"[\W_]+", " ", text).split()


def parse_request(sentence: str) -> OptOutSentence | None:
    """Return the opt-out request of a normalized sentence.

    None when it is not a request, or says anything besides.
    """
    words = split_words(sentence)
    if len(words) > LONGEST:
        return None
    if " ".join(words) in _elsewhere():
        return OptOutSentence(is_clear=False, is_keyword=True)
    parts = [part for part in sentence.split(",") if split_words(part)]
    parts = parts[1:] if _GREETING.fullmatch(" ".join(split_words(parts[0]))) else parts
    return next(filter(None, (lexicon.parse_request(parts, "?" in sentence) for lexicon in _lexicons())), None)


def is_polite(sentence: str) -> bool:
    """Return whether a normalized sentence carries no meaning.

    Such are thanks, greetings, and that something was said before.
    """
    return bool(_GREETING.fullmatch(" ".join(split_words(sentence)))) or any(
        all(kinds & _SAYS_NOTHING for kinds in lexicon.kinds_of(sentence)) for lexicon in _lexicons()
    )


class _Lexicon:
    """The words of one language with their roles."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._kinds: dict[str, set[str]] = {}
        for kind, word in (*_words(SHARED), *_words(vocabulary)):
            self._kinds.setdefault(word, set()).add(kind)
        self._begins = {word[:-1]: kinds for word, kinds in self._kinds.items() if word.endswith("*")}
        together = sorted((word.replace("_", " ") for word in self._kinds if "_" in word), key=len, reverse=True)
        self._together = re.compile(rf"\b({'|'.join(together)})\b")
        self._may_do = lru_cache(WORDS_KEPT)(self._does)

    def parse_request(self, parts: Sequence[str], is_question: bool) -> OptOutSentence | None:
        kinds = [self.kinds_of(part) for part in parts]
        if not all(all(part) for part in kinds):
            return None
        requests = [request for part in kinds if (request := _parse_clause(part, is_question))]
        channels = frozenset[Channel]().union(*(request.channels for request in requests))
        whole = OptOutSentence(channels, any(w.is_clear for w in requests), all(w.is_keyword for w in requests))
        return whole if requests else None

    def kinds_of(self, text: str) -> list[Kinds]:
        """Return the roles of each word of a text.

        Words of other languages have none.
        """
        joined = self._together.sub(lambda match: match[0].replace(" ", "_"), " ".join(split_words(text)))
        return [self._may_do(word) for word in joined.split()]

    def _does(self, word: str) -> Kinds:
        return self._listed(word) or self._listed(re.sub(r"(.)\1+", r"\1", word))

    def _listed(self, word: str) -> Kinds:
        begun = (kinds for begin, kinds in self._begins.items() if word.startswith(begin))
        return frozenset(self._kinds.get(word, ())).union(*begun)


def _parse_clause(kinds: Sequence[Kinds], is_question: bool) -> OptOutSentence | None:
    """Return the opt-out request of a clause, if any.

    It is decided by the roles of its words. All words must be known.
    """
    does = frozenset[str]().union(*kinds)
    if kinds[0] == {"you"} or ("want" not in does and any(kind <= _OWN for kind in kinds)):
        return None
    terms = (("texts", Channel.SMS), ("mails", Channel.EMAIL))
    channels = frozenset(channel for kind, channel in terms if kind in does)
    is_keyword = all(kind & _WORD for kind in kinds)
    if does & _ENDS and "never" in does:
        return None
    if _ends_what_comes(does) or _takes_off_a_list(does):
        return OptOutSentence(channels, is_keyword=is_keyword)
    if is_question:
        return None
    if does & _ENDS and "no" not in does and ("leave" in does or is_keyword):
        return OptOutSentence(channels, is_clear=False, is_keyword=is_keyword)
    return OptOutSentence(channels) if _wants_no_more(does) else None


def _ends_what_comes(does: Kinds) -> bool:
    if not does & _ENDS or "no" in does:
        return False
    by_whom = "leave" in does and does & {"me", "please", "want"}
    return bool(does & _COMES or by_whom or {"quit", "act"} <= does)


def _takes_off_a_list(does: Kinds) -> bool:
    return {"remove", "list"} <= does and does.isdisjoint({"no", "never"})


def _wants_no_more(does: Kinds) -> bool:
    comes = bool(does & _COMES)
    is_done_to_me = {"never", "act"} <= does and bool(comes or does & {"me", "more", "please"})
    return is_done_to_me or bool("no" in does and comes and does & {"more", "please", "want"})


def _words(vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    for field in fields(Vocabulary):
        for word in getattr(vocabulary, field.name).split():
            yield field.name, word


@cache
def _lexicons() -> tuple[_Lexicon, ...]:
    return tuple(_Lexicon(vocabulary) for vocabulary in VOCABULARIES.values())


@cache
def _elsewhere() -> frozenset[str]:
    return frozenset(" ".join(split_words(normalize(word))) for word in (*ELSEWHERE, *MISSPELT))
