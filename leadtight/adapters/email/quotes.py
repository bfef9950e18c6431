"""Separates what a sender wrote from quotations and signatures.

A quotation begins at the first line that a mail program writes above it: by its shape (a date, an address, a colon; a
block of headers; marks) in any language, by its words in those of `quote_phrases`. A sender who answers between the
quoted lines keeps everything, but only what they wrote themselves acts. Patterns are linear in the line.
"""

import re
from dataclasses import dataclass, replace

from leadtight.adapters.email import quote_phrases as words
from leadtight.adapters.email.attributions import (
    is_attribution_end,
    own_words_before,
    start_of_broken_attribution,
    starts_attribution,
)
from leadtight.adapters.email.header_blocks import begins_block
from leadtight.adapters.email.html_text import MAYBE_QUOTED, QUOTED_FROM_HERE
from leadtight.adapters.email.quote_lines import is_footer, is_marked, plain, title_of

LONGEST_SIGNATURE = 15
MOST_WRAPPED = 5
LONG_LINE = 60
_REPLY = re.compile(rf"\s*(?:\[[^\]\n]{{1,40}}\]\s*)?(?:{words.REPLIES})\s?(?:[\[(^]\d+[\])]?)?\s*[:：]", re.IGNORECASE)
_FORWARD = re.compile(
    rf"\s*(?:\[[^\]\n]{{1,40}}\]\s*)?(?:{words.FORWARDS})\s?(?:[\[(^]\d+[\])]?)?\s*[:：]", re.IGNORECASE
)
_SIGNATURE = re.compile(r"(?:--|__|—) ?$")
_LINK = re.compile(r"\s*[(<\[]?https?://\S+\s*>?$")
_SHORT_RULE = re.compile(r"\s*[_\-–—=*]{3,}\s*$")
_RULE = re.compile(r"\s*[_\-–—=*]{8,}\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class MailText:
    """The text of a mail.

    `own` is what its sender wrote, `text` what is kept of it, `quotes` whether it quotes.
    """

    text: str
    own: str
    signature: str = ""
    quotes: bool = False


@dataclass(frozen=True, slots=True)
class Quotation:
    """The start of a quotation, and whether it was forwarded."""

    line: int
    is_forwarded: bool = False
    is_block: bool = False


def split_reply(text: str, *, is_reply: bool, subject: str = "") -> MailText:
    """Split a mail into own words and quotation.

    With `is_reply`, its headers name a mail that it answers. A forwarded mail is kept: the sender means to send it.
    """
    lines = _join_broken_attribution(text.split("\n"))
    is_reply = is_reply or _REPLY.match(subject) is not None
    quotation = find_quotation(lines)
    shown = _without_boundaries(text)
    if quotation is None:
        return _unquoted(shown)
    if sum(map(is_marked, lines)) == 1 and is_marked(lines[quotation.line]):  # perhaps a bullet of the sender's own
        return MailText(text=shown.strip(), own=_own_lines(lines, quotation.line), quotes=True)
    if preceding := own_words_before(lines[quotation.line]) if not quotation.is_block else "":
        lines = [*lines[: quotation.line], preceding, *lines[quotation.line + 1 :]]
        quotation = replace(quotation, line=quotation.line + 1)
    own = _own_lines(lines, quotation.line)
    above = _unquoted("\n".join(_without_rules(lines[: quotation.line])))
    if _is_forward(quotation, subject, is_reply=is_reply):
        return MailText(text=shown.strip(), own=above.own, quotes=True)
    if own and _is_in_one_piece(lines, quotation.line):
        return MailText(text=own, own=own, quotes=True)
    if not above.own or _is_answered_below(lines[quotation.line :]):
        return MailText(text=shown.strip(), own=own, quotes=True)
    return MailText(text=above.text, own=above.own, signature=above.signature, quotes=True)


def _join_broken_attribution(lines: list[str]) -> list[str]:
    """Join an attribution that was broken before its last `>`."""
    number = next((n for n, line in enumerate(lines) if is_marked(line)), None)
    start = None if number is None else start_of_broken_attribution(lines, number)
    if number is None or start is None:
        return lines
    joined = " ".join(line.strip() for line in lines[start : number + 1] if line.strip())
    return [*lines[:start], joined, *lines[number + 1 :]]


def find_quotation(lines: list[str]) -> Quotation | None:
    """Return the first quotation, else None."""
    for number, line in enumerate(lines):
        if is_marked(line):
            return Quotation(_start_of_attribution(lines, number))
        if QUOTED_FROM_HERE in line:
            return _from_boundary(lines, number)
        if title := title_of(line):
            if title == "forwarded" or title == "original" or _follows_block(lines, number):
                return Quotation(number, title == "forwarded", is_block=True)
        elif (_is_rule(line) and _follows_block(lines, number)) or begins_block(lines, number):
            return Quotation(number, is_block=True)
        elif is_attribution_end(lines, number):
            return Quotation(starts_attribution(lines, number))
    return None


def _from_boundary(lines: list[str], number: int) -> Quotation:
    """Return the quotation in an HTML container.

    A forwarded mail says so at its top.
    """
    top = [line.replace(QUOTED_FROM_HERE, "") for line in lines[number : number + 4]]
    return Quotation(number, any(title_of(line) == "forwarded" for line in top), is_block=_has_block(lines, number))


def _has_block(lines: list[str], number: int) -> bool:
    cleaned = [line.replace(QUOTED_FROM_HERE, "") for line in lines[number : number + 12]]
    return any(begins_block(cleaned, at, below_rule=True) for at in range(min(4, len(cleaned))))


def _follows_block(lines: list[str], number: int) -> bool:
    """Check whether a header block or an attribution comes next."""
    after = next((n for n in range(number + 1, min(number + 4, len(lines))) if lines[n].strip()), None)
    return after is not None and (begins_block(lines, after, below_rule=True) or is_attribution_end(lines, after))


def _start_of_attribution(lines: list[str], marked: int) -> int:
    """Return the first line of the attribution above marked lines.

    That is any line that ends in a colon; without one, it is the first marked line itself.
    """
    end = marked - 1
    while end >= 0 and marked - end <= 2 and not plain(lines[end]):
        end -= 1
    if end < 0 or not is_attribution_end(lines, end, above_marks=True):
        return marked
    return starts_attribution(lines, end, above_marks=True)


def _is_forward(quotation: Quotation, subject: str, *, is_reply: bool) -> bool:
    if quotation.is_forwarded or (_FORWARD.match(subject) and not _REPLY.match(subject)):
        return True
    return quotation.is_block and not is_reply


def _is_answered_below(lines: list[str]) -> bool:
    """Check whether there are answers between or below marked lines."""
    marked = [number for number, line in enumerate(lines) if is_marked(line)]
    if not marked:
        return False
    return bool(_own_lines(lines[marked[0] :], 0).strip())


def _is_in_one_piece(lines: list[str], start: int) -> bool:
    """Check whether an attributed quotation has no answers within."""
    below = next((n for n in range(start, len(lines)) if is_marked(lines[n])), len(lines))
    end = next((n for n in range(below, len(lines)) if _is_written(lines, n)), len(lines))
    return start < below < len(lines) and not any(is_marked(line) for line in lines[end:])


def _is_written(lines: list[str], number: int) -> bool:
    """Check whether the sender wrote this line.

    It is neither marked, nor the rest of a broken marked line, nor a bare link.
    """
    line = lines[number]
    if not line.strip() or is_marked(line):
        return False
    return not (number and is_marked(lines[number - 1]) and _is_rest(line, lines[number - 1].rstrip()))


def _is_rest(line: str, above: str) -> bool:
    """Check whether a line ends a quoted one above it.

    A server on the way broke a line that was too long.
    """
    if _LINK.match(line[:500]):
        return True
    return len(above) >= LONG_LINE and (line[:1].islower() or not above.endswith((".", "!", "?", ":")))


def _without_rules(lines: list[str]) -> list[str]:
    """Drop blank lines and rules at the end."""
    end = len(lines)
    while end and (not lines[end - 1].strip() or (_SHORT_RULE.match(lines[end - 1]) and end > 1)):
        end -= 1
    return lines[:end]


def _own_lines(lines: list[str], start: int) -> str:
    """Return the lines outside quotations and their attributions.

    They are those from `start` on, and those above it.
    """
    kept = lines[:start]
    number = start
    while number < len(lines):
        line = lines[number]
        if QUOTED_FROM_HERE in line:
            marked = next((n for n in range(number, min(number + 8, len(lines))) if is_marked(lines[n])), None)
            if marked is None:
                break
            number = marked
            continue
        if title_of(line) or begins_block(lines, number) or (_is_rule(line) and _is_last(lines, number)):
            break  # the lines below have no marks, so the quotation has no end
        end = _attribution_end(lines, number)
        if end is not None:
            number = end + 1
            if not _is_marked_next(lines, number):
                break
            continue
        if not line.strip() or _is_written(lines, number):
            kept.append(line)
        number += 1
    return re.sub(r"\n{3,}", "\n\n", _unquoted("\n".join(kept)).own)


def _is_rule(line: str) -> bool:
    return MAYBE_QUOTED in line or _RULE.match(line) is not None


def _is_last(lines: list[str], number: int) -> bool:
    """Check whether nothing of the sender's stands below a rule.

    It may be the rest of a quotation, or the footer of a list.
    """
    return _follows_block(lines, number) or number > len(lines) - 12


def _attribution_end(lines: list[str], number: int) -> int | None:
    """Return the last line of an attribution starting here.

    None when no attribution starts here.
    """
    for end in range(number, min(number + MOST_WRAPPED, len(lines))):
        if not plain(lines[end]) or is_marked(lines[end]):
            return None
        above_marks = _is_marked_next(lines, end + 1)
        if is_attribution_end(lines, end, above_marks=above_marks):
            return end if starts_attribution(lines, end, above_marks=above_marks) <= number else None
    return None


def _is_marked_next(lines: list[str], number: int) -> bool:
    return any(is_marked(line) for line in lines[number : number + 2] if line.strip())


def _unquoted(text: str) -> MailText:
    """Return the words without signature and program footer.

    All of them when nothing else is there.
    """
    lines = text.strip().split("\n")
    end = len(lines)
    while end and (not plain(lines[end - 1]) or is_footer(lines[end - 1])):
        end -= 1
    start = next((n for n in range(max(0, end - LONGEST_SIGNATURE), end) if _SIGNATURE.match(lines[n].strip())), end)
    own = "\n".join(lines[:start]).strip()
    if not own:
        return MailText(text=text.strip(), own="" if start < end or end < len(lines) else text.strip())
    return MailText(text=own, own=own, signature="\n".join(lines[start:]).strip())


def _without_boundaries(text: str) -> str:
    for sign in (QUOTED_FROM_HERE, MAYBE_QUOTED):
        text = text.replace(f"{sign}\n", "").replace(sign, "")
    return text
