"""Whether a pattern's time grows faster than its text.

Repeated parts are written n times, with growing n.

Python's `re` goes back and tries again, and says nothing of it. The strings come from the pattern's own parse tree:
each of its characters, pairs of them, and what it repeats, behind the beginning that leads there and before an end that
it does not want.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice, product
from typing import Any, cast

_parser: Any = re._parser  # the only available parse tree of a pattern

CATEGORIES = {"CATEGORY_DIGIT": "7", "CATEGORY_NOT_DIGIT": "x", "CATEGORY_SPACE": " ", "CATEGORY_NOT_SPACE": "x"}
CATEGORIES |= {"CATEGORY_WORD": "w", "CATEGORY_NOT_WORD": "-"}
ALWAYS = " \n0a.,-<>@\"'()"
ENDS = ("", "\x00\n!7 x")
RISING = (12, 16, 20, 40, 160)
"""Lengths at which exponential and cubic patterns show, before a greater length would never end."""

LENGTH = 4_000
SLOW = 0.001
"""Seconds of CPU for `LENGTH` characters: a linear pattern stays below, a quadratic one does not."""

HOPELESS = 30
"""Multiple of that at which there is nothing left to measure."""

MOST_PUMPS = 100


def worst_text(pattern: re.Pattern[Any], methods: Sequence[str]) -> str:
    """Return the text for which a pattern is superlinear.

    As a description; "" when there is none.
    """
    usual = {
        method: 3 * min(_seconds(pattern, method, "a word. " * (LENGTH // 8)) for _ in range(3)) for method in methods
    }
    for prefix, pump, suffix in _attacks(pattern):
        for method in methods:
            if _is_superlinear(pattern, method, (prefix, pump, suffix), max(SLOW, usual[method])):
                return f"{method} of {prefix!r} + n x {pump!r} + {suffix!r}"
    return ""


def _is_superlinear(pattern: re.Pattern[Any], method: str, attack: tuple[str, str, str], slow: float) -> bool:
    prefix, pump, suffix = attack

    def seconds(length: int, times: int = 1) -> float:
        text: Any = prefix + pump * (length // len(pump)) + suffix
        return min(_seconds(pattern, method, text) for _ in range(times))

    for length in RISING:
        if seconds(length) > slow and seconds(length, 3) > slow:
            return True
    if seconds(LENGTH) < slow or (least := seconds(LENGTH, 2)) < slow:
        return False
    if least > HOPELESS * slow:
        return True
    return all(seconds(4 * LENGTH, 3) > 8 * seconds(LENGTH, 5) for _ in range(3))


def _seconds(pattern: re.Pattern[Any], method: str, text: str) -> float:
    subject = text.encode("utf-8", "replace") if isinstance(pattern.pattern, bytes) else text
    begun = time.thread_time()
    if method == "sub":
        pattern.sub(cast(Any, subject[:0]), subject)
    elif method == "finditer":
        for _ in pattern.finditer(subject):
            pass
    else:
        getattr(pattern, method)(subject)
    return time.thread_time() - begun


def _attacks(pattern: re.Pattern[Any]) -> Iterator[tuple[str, str, str]]:
    source = pattern.pattern.decode("latin-1") if isinstance(pattern.pattern, bytes) else pattern.pattern
    tree = _parser.parse(source, pattern.flags & ~re.UNICODE if isinstance(pattern.pattern, bytes) else pattern.flags)
    repeats = list(_repeats(tree, ""))
    prefixes = list(dict.fromkeys(["", *(prefix for prefix, _ in repeats)]))[:6]
    letters = list(dict.fromkeys([*ALWAYS, *_letters(tree)]))[:40]
    bodies = list(dict.fromkeys(body for _, body in repeats if body))
    whole = _sample(tree)
    pumps = dict.fromkeys(
        [*prefixes[1:], *bodies, *letters, *(a + b for a, b in product(bodies, bodies)), *([whole] if whole else [])]
    )
    pumps |= dict.fromkeys(a + b for a, b in product(letters[:14], letters) if a != b)
    yield from product(prefixes[:4], islice(pumps, 40), ENDS)
    yield from product(("",), islice(pumps, 40, MOST_PUMPS), ENDS)


def _letters(tree: Any) -> Iterator[str]:
    """Yield characters that the atoms of a pattern take."""
    for op, argument in tree:
        yield from _atom(str(op), argument)
        for part in _parts(str(op), argument):
            yield from _letters(part)


def _repeats(tree: Any, prefix: str) -> Iterator[tuple[str, str]]:
    """Yield parts repeated without a small bound, with their prefix."""
    for op, argument in tree:
        if str(op) in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            _, most, body = argument
            if most > 8:
                yield from ((prefix, sample) for sample in dict.fromkeys((_sample(body), *islice(_letters(body), 4))))
            yield from _repeats(body, prefix)
        else:
            for part in _parts(str(op), argument):
                yield from _repeats(part, prefix)
        prefix += _sample([(op, argument)])


def _sample(tree: Any) -> str:
    """Return the shortest text that a part matches.

    With one turn of each repeat.
    """
    text = ""
    for op, argument in tree:
        name = str(op)
        if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            text += _sample(argument[2]) * max(1, argument[0])
        elif name == "BRANCH":
            text += _sample(argument[1][0])
        elif name in ("SUBPATTERN", "ATOMIC_GROUP"):
            text += _sample(argument[-1] if name == "SUBPATTERN" else argument)
        else:
            text += next(_atom(name, argument), "")
    return text


def _atom(name: str, argument: Any) -> Iterator[str]:
    if name == "LITERAL":
        yield chr(argument)
    elif name == "NOT_LITERAL":
        yield "x" if argument != ord("x") else "y"
    elif name == "ANY":
        yield "x"
    elif name == "IN":
        yield from _of_class(argument)


def _of_class(items: Any) -> Iterator[str]:
    names = [(str(op), argument) for op, argument in items]
    if names[0][0] == "NEGATE":
        refused = {chr(argument) for name, argument in names if name == "LITERAL"}
        categories = [str(argument) for name, argument in names if name == "CATEGORY"]
        candidates = (letter for letter in "x 7-.\n" if letter not in refused)
        yield from (letter for letter in candidates if not any(_is_in(letter, category) for category in categories))
        return
    of: dict[str, Callable[[Any], str]] = {
        "LITERAL": chr,
        "RANGE": lambda ends: chr(ends[0]),
        "CATEGORY": lambda name: CATEGORIES[str(name)],
    }
    yield from (of[name](argument) for name, argument in names)


def _is_in(character: str, category: str) -> bool:
    kinds = {
        "DIGIT": character.isdigit(),
        "SPACE": character.isspace(),
        "WORD": character.isalnum() or character == "_",
    }
    kind = category.removeprefix("CATEGORY_").removeprefix("NOT_")
    return kinds[kind] != ("NOT_" in category)


def _parts(name: str, argument: Any) -> list[Any]:
    if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        return [argument[2]]
    if name == "SUBPATTERN":
        return [argument[-1]]
    if name == "ATOMIC_GROUP":
        return [argument]
    if name == "BRANCH":
        return list(argument[1])
    if name in ("ASSERT", "ASSERT_NOT"):
        return [argument[1]]
    return []
