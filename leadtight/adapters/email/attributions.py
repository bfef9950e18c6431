"""Attribution lines above quotations, in any language.

`On DATE, NAME wrote:` is one; it may be broken over several lines.
"""

import re

from leadtight.adapters.email import quote_phrases as words
from leadtight.adapters.email.quote_lines import DATE, LONGEST_LINE, MAIL, TIME, WROTE, is_marked, plain

LONGEST_ATTRIBUTION = 600
MOST_WRAPPED = 5
_ENDS_OF_SENTENCES = (".", "!", "?", ":", "…", ";")
_BEGINS_INSIDE = re.compile(r"[\s.!?\-](?=(?:On|Am|Le|El|Em|Il|Op|Den|Dnia|Dne)\s)")


def is_attribution_end(lines: list[str], number: int, *, above_marks: bool = False) -> bool:
    """Check whether `On DATE, NAME wrote:` ends here.

    Above marks, a date, an address or a verb is enough.
    """
    line = plain(lines[number])
    if not line.endswith((":", "：")) and not _ends_without_colon(line, above_marks=above_marks):
        return False
    if is_marked(lines[number]) or len(line) < 3:
        return False
    return _first_of_attribution(lines, number, above_marks=above_marks) is not None


def starts_attribution(lines: list[str], end: int, *, above_marks: bool = False) -> int:
    """Return the first line of the attribution ending at `end`."""
    first = _first_of_attribution(lines, end, above_marks=above_marks)
    if first is None:
        return end
    top = first
    for above in range(first - 1, max(-1, end - MOST_WRAPPED), -1):
        line = plain(lines[above])
        if not line or line.endswith(_ENDS_OF_SENTENCES) or is_marked(lines[above]):
            break
        is_name_of_address = above + 1 == top and plain(lines[top]).startswith("<")
        has_what_lacks = MAIL.search(line) and not _has(MAIL, lines, first, end)
        is_complete = _begins_attribution(plain(lines[first])) and _has(DATE, lines, first, end)
        if is_name_of_address or has_what_lacks or (_begins_attribution(line) and not is_complete):
            top = above
    return top


def start_of_broken_attribution(lines: list[str], end: int) -> int | None:
    """Return the start of a broken attribution, else None.

    It was broken before its last `>`.
    """
    if not WROTE.search(lines[end][:60]) or not lines[end].rstrip().endswith(":"):
        return None
    for start in range(end - 1, max(-1, end - MOST_WRAPPED - 2), -1):
        joined = " ".join(plain(line) for line in lines[start : end + 1])[:LONGEST_ATTRIBUTION]
        above = "".join(lines[start:end])
        if above.count("<") <= above.count(">"):
            continue
        if _begins_attribution(plain(lines[start])) and _is_attribution(joined, above_marks=False):
            return start
    return None


def own_words_before(line: str) -> str:
    """Return the sender's words before an attribution on its line.

    Empty when the attribution begins the line.
    """
    if is_marked(line) or _begins_attribution(plain(line)):
        return ""
    for match in _BEGINS_INSIDE.finditer(line[:LONGEST_LINE]):
        if DATE.search(line[match.end() : match.end() + 40]) or TIME.search(line[match.end() : match.end() + 40]):
            return line[: match.start()].rstrip(" -–—")
    return ""


def _ends_without_colon(line: str, *, above_marks: bool) -> bool:
    """Check whether a line is an attribution without a colon.

    It ends with a verb, or is followed by the quotation.
    """
    if line.endswith(_ENDS_OF_SENTENCES):
        return False
    wrote = WROTE.search(line, max(0, len(line) - 20))
    if above_marks:
        return bool(wrote or (MAIL.search(line) and DATE.search(line)))
    return bool(wrote and MAIL.search(line) and DATE.search(line) and TIME.search(line))


def _begins_attribution(line: str) -> bool:
    """Check whether a line begins as an attribution does.

    That is with a word such as `On`, a weekday, or a date.
    """
    return re.split(r"[\s,.]", line.casefold(), maxsplit=1)[0] in words.BEGINS or bool(
        DATE.search(line[:30]) and line[:1].isdigit()
    )


def _has(pattern: re.Pattern[str], lines: list[str], first: int, end: int) -> bool:
    return any(pattern.search(plain(line)) for line in lines[first : end + 1])


def _first_of_attribution(lines: list[str], end: int, *, above_marks: bool) -> int | None:
    """Return the nearest start of an attribution ending at `end`."""
    joined = ""
    for first in range(end, max(-1, end - MOST_WRAPPED), -1):
        line = plain(lines[first])
        if not line or is_marked(lines[first]) or (first < end and line.endswith((":", "：", "!", "?"))):
            return None
        joined = f"{line} {joined}".strip()
        if len(joined) > LONGEST_ATTRIBUTION:
            return None
        if _is_attribution(joined, above_marks=above_marks):
            return first
    return None


def _is_attribution(text: str, *, above_marks: bool) -> bool:
    has_mail, has_date, has_time = MAIL.search(text), DATE.search(text), TIME.search(text)
    wrote = WROTE.search(text)
    if above_marks:
        return bool(wrote or (has_mail and (has_date or text.endswith((":", "：")))) or (has_date and has_time))
    if wrote:
        return bool((has_time or has_mail) and (has_date or has_mail))
    return bool(has_mail and has_date and has_time)
