"""What the sender wrote in a mail, without the mail that they answer, their signature and what their program adds.

A quotation begins at the first line that one of the mail programs writes above it: by its shape (a date, an address, a
colon; a block of headers; marks) in any language, by its words in those of `mail_quote_words`. A sender who answers
between the quoted lines keeps everything, but only what they wrote themselves acts. Patterns are linear in the line.
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
    """What a mail says: `own` is what its sender wrote, `text` what is kept of it, `quotes` whether it quotes."""

    text: str
    own: str
    signature: str = ""
    quotes: bool = False


@dataclass(frozen=True, slots=True)
class Quotation:
    """Where a quotation begins, and whether it is a mail that was forwarded."""

    line: int
    is_forwarded: bool = False
    is_block: bool = False


def split_reply(text: str, *, is_reply: bool, subject: str = "") -> MailText:
    """Return what was written and what was quoted; `is_reply` tells that its headers name a mail that it answers.

    A mail that forwards another keeps it: that is what its sender sends us.
    """
    lines = _mended(text.split("\n"))
    is_reply = is_reply or _REPLY.match(subject) is not None
    quotation = find_quotation(lines)
    shown = _without_boundaries(text)
    if quotation is None:
        return _unquoted(shown)
    if sum(map(is_marked, lines)) == 1 and is_marked(lines[quotation.line]):  # perhaps a bullet of their own
        return MailText(text=shown.strip(), own=_own_lines(lines, quotation.line), quotes=True)
    if before := own_words_before(lines[quotation.line]) if not quotation.is_block else "":
        lines = [*lines[: quotation.line], before, *lines[quotation.line + 1 :]]
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


def _mended(lines: list[str]) -> list[str]:
    """Return lines with an attribution that was broken before its last `>` in one line."""
    number = next((n for n, line in enumerate(lines) if is_marked(line)), None)
    start = None if number is None else start_of_broken_attribution(lines, number)
    if number is None or start is None:
        return lines
    joined = " ".join(line.strip() for line in lines[start : number + 1] if line.strip())
    return [*lines[:start], joined, *lines[number + 1 :]]


def find_quotation(lines: list[str]) -> Quotation | None:
    """Return where the first quotation begins, None when there is none."""
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
    """Return the quotation that a container of HTML holds: a forwarded mail says so at its top."""
    top = [line.replace(QUOTED_FROM_HERE, "") for line in lines[number : number + 4]]
    return Quotation(number, any(title_of(line) == "forwarded" for line in top), is_block=_has_block(lines, number))


def _has_block(lines: list[str], number: int) -> bool:
    cleaned = [line.replace(QUOTED_FROM_HERE, "") for line in lines[number : number + 12]]
    return any(begins_block(cleaned, at, below_rule=True) for at in range(min(4, len(cleaned))))


def _follows_block(lines: list[str], number: int) -> bool:
    """Tell whether a block of headers, or an attribution, is what comes next."""
    after = next((n for n in range(number + 1, min(number + 4, len(lines))) if lines[n].strip()), None)
    return after is not None and (begins_block(lines, after, below_rule=True) or is_attribution_end(lines, after))


def _start_of_attribution(lines: list[str], marked: int) -> int:
    """Return where the attribution above marked lines begins, or these themselves: any line that ends in a colon."""
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
    """Tell whether somebody wrote between or below lines marked as quoted."""
    marked = [number for number, line in enumerate(lines) if is_marked(line)]
    if not marked:
        return False
    return bool(_own_lines(lines[marked[0] :], 0).strip())


def _is_in_one_piece(lines: list[str], start: int) -> bool:
    """Tell whether an attributed quotation has no answers between its lines."""
    below = next((n for n in range(start, len(lines)) if is_marked(lines[n])), len(lines))
    end = next((n for n in range(below, len(lines)) if _is_written(lines, n)), len(lines))
    return start < below < len(lines) and not any(is_marked(line) for line in lines[end:])


def _is_written(lines: list[str], number: int) -> bool:
    """Tell whether a line is neither marked, nor the rest of a marked one that was broken, nor a link alone."""
    line = lines[number]
    if not line.strip() or is_marked(line):
        return False
    return not (number and is_marked(lines[number - 1]) and _is_rest(line, lines[number - 1].rstrip()))


def _is_rest(line: str, above: str) -> bool:
    """Tell whether a line looks like the end of a quoted one that was too long for a server on its way."""
    if _LINK.match(line[:500]):
        return True
    return len(above) >= LONG_LINE and (line[:1].islower() or not above.endswith((".", "!", "?", ":")))


def _without_rules(lines: list[str]) -> list[str]:
    """Return lines without the blank ones and the rules at their end."""
    end = len(lines)
    while end and (not lines[end - 1].strip() or (_SHORT_RULE.match(lines[end - 1]) and end > 1)):
        end -= 1
    return lines[:end]


def _own_lines(lines: list[str], start: int) -> str:
    """Return the lines from `start` on, and those above, that are no part of a quotation nor of its attributions."""
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
            break  # what stands below has no marks: it ends nowhere
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
    """Tell whether what stands below a rule is the rest of a quotation, or what a list adds to every mail."""
    return _follows_block(lines, number) or number > len(lines) - 12


def _attribution_end(lines: list[str], number: int) -> int | None:
    """Return the last line of an attribution that begins here, None when none does."""
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
    """Return words without the signature below them and what a program adds; all of them when nothing else is there."""
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
