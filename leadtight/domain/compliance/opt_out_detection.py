"""Detection of opt-out requests in messages.

Capability H4; 47 CFR 64.1200(a)(10). A sentence made only of opt-out words is a request; in other sentences only clear
phrases are. Ambiguous words end nothing, and are a doubt for a person to check.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from leadtight.domain.compliance.opt_out import OptOutRequest
from leadtight.domain.compliance.opt_out_phrases import (
    DOUBTED,
    MAILS,
    NEGATED,
    OTHERS,
    PHRASES,
    QUOTED_FOOTER,
    SIGNED,
    TEXTS,
)
from leadtight.domain.compliance.opt_out_sentences import (
    OptOutSentence,
    is_polite,
    normalize,
    parse_request,
    split_words,
)
from leadtight.domain.model.message import Channel

LONGEST_READ = 20_000
SHORT = 12
"""Most words of a message in which a leading STOP counts."""

LONGEST_NAME = 3
"""Most words of a name beside an opt-out request."""

LONGEST_CLAUSE = 300
"""Most characters beside a phrase that are searched for the person it is about."""

_NAMES = {Channel.EMAIL: MAILS, Channel.SMS: TEXTS}
_OTHER = re.compile(r"[^\w\s.]+")
_BOUNDARY = re.compile(r"[.!?;:,\n][.!?;:,\s]*+")
_SENTENCE = re.compile(r"[^.!?;:\n\u3002]+[.!?;:\n\u3002\s]*")
_STOP = re.compile(r"(stop|unsub)\w*")


def detect_opt_out(words: str, channel: Channel) -> OptOutRequest:
    """Detect the channels that a message opts out of.

    That is the `channel` it came by, or the one that it names.
    """
    text = _without_signature(normalize(words[:LONGEST_READ]))
    sentences = [sentence for sentence in _SENTENCE.findall(text) if split_words(sentence)]
    parsed = [parse_request(sentence) for sentence in sentences]
    requests = [request for request in parsed if request]
    others = [s for s, request in zip(sentences, parsed, strict=True) if not request and not is_polite(s)]
    if requests and not others:
        nothing_else = all(request.is_keyword for request in requests)
        return OptOutRequest(
            channels=_channels_ended(requests, channel), nothing_else=nothing_else, is_request_only=True
        )
    counted = [request for request in requests if request.is_clear]
    if parsed and parsed[0] and _begins_with_stop(sentences[0], text):
        counted.append(parsed[0])
    clauses = _clauses(text)
    channels = {*_channels_ended(counted, channel), *_channels_ended(_phrase_requests(clauses), channel)}
    besides = split_words("".join(sentence for sentence in others if not _is_phrase(sentence)))
    is_request_only = bool(channels) and _is_name(besides, words)
    doubt = "" if channels else _doubt(clauses)
    return OptOutRequest(channels=tuple(sorted(channels)), is_request_only=is_request_only, doubt=doubt)


def _is_name(besides: Sequence[str], words: str) -> bool:
    """Return whether the rest of a message is a name.

    An empty rest counts as one. "Ada Obi" is, "Call me" is not.
    """
    capital = {part for word in words.split() if word[:1].isupper() for part in split_words(normalize(word))}
    return not besides or (len(besides) <= LONGEST_NAME and not words.isupper() and capital.issuperset(besides))


def _channels_ended(requests: Iterable[OptOutSentence], channel: Channel) -> tuple[Channel, ...]:
    return tuple(sorted({ended for request in requests for ended in request.channels or {channel}}))


def _without_signature(text: str) -> str:
    return re.split(SIGNED, f"\n{text}", maxsplit=1)[0].strip() or text.strip()


def _is_phrase(sentence: str) -> bool:
    """Return whether a sentence is a clear phrase.

    It may have one more word.
    """
    clauses = _clauses(sentence)
    longest = max((len(match[0].split()) for match in _matches(clauses)), default=0)
    return bool(longest) and len(split_words(sentence)) <= longest + 1


def _begins_with_stop(sentence: str, text: str) -> bool:
    """Return whether a message starts with STOP.

    It must stand on a line of its own, or the message must be short.
    """
    return bool(_STOP.match(split_words(sentence)[0])) and ("\n" in sentence or len(split_words(text)) <= SHORT)


def _phrase_requests(clauses: str) -> Iterator[OptOutSentence]:
    """Yield the opt-out requests of clear phrases."""
    for match in _matches(clauses):
        channels = {channel for channel, words in _NAMES.items() if re.search(rf"\b{_any(words)}\b", match[0])}
        yield OptOutSentence(frozenset(channels))


def _matches(clauses: str) -> Iterator[re.Match[str]]:
    """Yield clear phrases, neither negated nor about other people."""
    for phrase in _phrases():
        yield from (match for match in phrase.finditer(clauses) if _means_us(clauses, match.start()))


def _doubt(clauses: str) -> str:
    """Return opt-out words that a person should check.

    Empty for "please don't stop" and for links to click.
    """
    for match in re.finditer(DOUBTED, clauses):
        after = clauses[match.end() : match.end() + LONGEST_CLAUSE].partition(" . ")[0]
        if not re.search(NEGATED, clauses[max(0, match.start() - 30) : match.start()]) and not re.search(
            QUOTED_FOOTER, after
        ):
            return match[0]
    return ""


def _means_us(clauses: str, at: int) -> bool:
    clause = clauses[max(0, at - LONGEST_CLAUSE) : at].rpartition(" . ")[2]
    return not re.search(NEGATED, clause[-30:]) and not re.search(OTHERS, clause)


@cache
def _phrases() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(_filled(phrase)) for phrases in PHRASES.values() for phrase in phrases)


def _filled(phrase: str) -> str:
    begun = phrase if phrase.startswith("\\") else rf"\b(?:{phrase})"
    return begun.replace("{text}", _any(TEXTS)).replace("{mail}", _any(MAILS))


def _any(words: Iterable[str]) -> str:
    return "(?:" + "|".join(sorted(set(words), key=len, reverse=True)) + ")"


def _clauses(text: str) -> str:
    """Return words separated by spaces, with a dot between clauses."""
    parts = _OTHER.sub(" ", _BOUNDARY.sub(" . ", text.replace("-", " ")))
    return f". {' '.join(parts.split())} ."
