"""Meaning of activity cells: kind, direction, outcome and state."""

import re
from enum import StrEnum
from functools import cache

from leadtight.tabular.vocabulary import columns as vocabulary
from leadtight.tabular.vocabulary.names import column_key

KINDS = ("call", "email", "meeting", "message", "task")


class ContactReading(StrEnum):
    """What one cell means for contact."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@cache
def kind_of(text: str) -> tuple[str, ContactReading]:
    """Return an activity's kind, and whether it is outreach.

    A word for an action of a lead or a machine overrules the kind (`Email open`); a reply may be of either side.
    """
    words = column_key(text)
    phrases = vocabulary.words("contact", "kind")
    kind = next((each for each in KINDS if _has(words, phrases[each])), "")
    if _has(words, phrases["not_contact"]):
        return kind or "other", ContactReading.NO
    if kind == "task" or not kind or _has(words, phrases["unclear"]):
        return kind, ContactReading.UNKNOWN
    return kind, ContactReading.YES


@cache
def direction_of(text: str) -> ContactReading:
    """Return whether a direction is from us to the lead."""
    return _of_two(text, "direction", "outbound", "inbound")


@cache
def outcome_of(text: str) -> ContactReading:
    """Return whether an outcome means that the person was reached.

    Or will hear from us, such as by a voicemail (decision 0116).
    """
    return _of_two(text, "outcome", "reached", "not_reached")


@cache
def state_of(text: str) -> ContactReading:
    """Return whether a state means that the activity took place."""
    return _of_two(text, "state", "done", "not_done")


def _of_two(text: str, meaning: str, yes: str, no: str) -> ContactReading:
    """Return the reading of a cell.

    By its whole text, else by the longest phrase in it.
    """
    words = column_key(text)
    phrases = vocabulary.words("contact", meaning)
    for reading, group in ((ContactReading.YES, phrases[yes]), (ContactReading.NO, phrases[no])):
        if words in group:
            return reading
    longest = {
        reading: _longest(words, phrases[group])
        for reading, group in ((ContactReading.YES, yes), (ContactReading.NO, no))
    }
    if longest[ContactReading.YES] == longest[ContactReading.NO]:
        return ContactReading.UNKNOWN
    return max(longest, key=longest.__getitem__)


def _has(words: str, phrases: frozenset[str]) -> bool:
    return bool(_longest(words, phrases))


@cache
def _longest(words: str, phrases: frozenset[str]) -> int:
    return max((len(phrase) for phrase in phrases if _contains(words, phrase)), default=0)


def _contains(words: str, phrase: str) -> bool:
    """Return whether a text contains a phrase as whole words.

    Anywhere in a script without spaces between words.
    """
    if _JOINS_WORDS.search(phrase):
        return phrase in words
    if phrase.endswith("*"):
        return f"_{phrase[:-1]}" in f"_{words}"
    return len(phrase) > 1 and f"_{phrase}_" in f"_{words}_"


_JOINS_WORDS = re.compile("[\u1100-\u11ff\u2e80-\uffff]")
