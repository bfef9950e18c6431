"""What the cells of an activity say: what kind it is, which way it went, what came of it, and whether it was done."""

import re
from enum import StrEnum
from functools import cache

from leadtight.tabular.vocabulary import columns as vocabulary
from leadtight.tabular.vocabulary.names import column_key

KINDS = ("call", "email", "meeting", "message", "task")


class ContactReading(StrEnum):
    """What one cell says about contact."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@cache
def kind_of(text: str) -> tuple[str, ContactReading]:
    """Return of which kind an activity is, and whether that kind reaches out to the lead.

    A word of what a lead or a machine does overrules the kind (`Email open`); a reply may be of either side.
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
    """Return whether an outcome means that the person was reached, or hears from us (decision 0007)."""
    return _of_two(text, "outcome", "reached", "not_reached")


@cache
def state_of(text: str) -> ContactReading:
    """Return whether a state means that the activity took place."""
    return _of_two(text, "state", "done", "not_done")


def _of_two(text: str, meaning: str, yes: str, no: str) -> ContactReading:
    """Return what a cell says whole, else by the longest phrase in it."""
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
    """Tell whether words have a phrase, as whole words; a script without spaces between words has it anywhere."""
    if _JOINS_WORDS.search(phrase):
        return phrase in words
    if phrase.endswith("*"):
        return f"_{phrase[:-1]}" in f"_{words}"
    return len(phrase) > 1 and f"_{phrase}_" in f"_{words}_"


_JOINS_WORDS = re.compile("[\u1100-\u11ff\u2e80-\uffff]")
