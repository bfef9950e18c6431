"""Single lines of a quotation: marks, attributions, blocks of headers, titles and footers, whatever their language."""

import re
import unicodedata

from leadtight.adapters import mail_quote_words as words
from leadtight.adapters.mail_html import MAYBE_QUOTED, QUOTED_FROM_HERE

SIGNS = (QUOTED_FROM_HERE, MAYBE_QUOTED)
LONGEST_LINE = 400
LONGEST_ATTRIBUTION = 600
MOST_WRAPPED = 5
MOST_HEADER_LINES = 14
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\u00ad]")
_MAIL = re.compile(r"[^\s<>\"'(),:;\[\]]{1,100}@[^\s<>\"'(),:;\[\]]{1,100}")
_TIME = re.compile(
    r"(?<![\d.])\d{1,2}\s?[:.hH시时時]\s?\d{2}(?!\.?\d)|\d{1,2}\s?(?:am|pm|a\.m\.|p\.m\.|uhr)\b", re.IGNORECASE
)
_DATE = re.compile(r"(?<!\d)(?:19|20|25)\d{2}(?!\d)|(?<!\d)\d{1,4}[./\-]\s?\d{1,2}[./\-]\s?\d{2,4}(?!\d)")
_FIELD = re.compile(r"\s*[*_>|]{0,2}\s*([^\d\W][^:：\n]{0,29}?)\s*\*{0,2}\s*[:：]\s*\*{0,2}\s*(.*)$")
_TITLE = re.compile(r"\s*[-–—_=*~]{2,60}\s*([^-–—_=*~\n][^\n]{1,70}?)\s*[-–—_=*~:：]{0,60}\s*$")
_ADDED = re.compile(r"^[\W_]+")
_WROTE = re.compile(
    "|".join(
        rf"(?<!\w){re.escape(word)}(?!\w)"
        if word.isascii() or (word[-1].isalpha() and ord(word[-1]) < 0x0E00)
        else re.escape(word)
        for word in sorted(words.WROTE, key=len, reverse=True)
    ),
    re.IGNORECASE,
)
_HEADERS = words.SENT | words.DATE | words.TO | words.SUBJECT | words.OTHERS
_ENDS_OF_SENTENCES = (".", "!", "?", ":", "…", ";")
_BEGINS_INSIDE = re.compile(r"[\s.!?\-](?=(?:On|Am|Le|El|Em|Il|Op|Den|Dnia|Dne)\s)")
_IN_ONE_LINE = re.compile(r"(?:^|[\s*>])([^\W\d]{1,15})\*?:\s")
_NAMES_OF_FORMS = frozenset(
    {"name", "e-mail", "email", "mail", "phone", "tel", "telefon", "message", "nachricht", "http", "https"}
)


def plain(line: str) -> str:
    """Return a line as its reader sees it: without marks of direction and emphasis."""
    text = _INVISIBLE.sub("", line[:LONGEST_LINE]).replace("\u00a0", " ").replace("\u202f", " ")
    return unicodedata.normalize("NFC", text).strip(" \t*_|")


def is_marked(line: str) -> bool:
    """Tell whether a line is marked as quoted."""
    start = line[:10].lstrip()
    return start.startswith(">") and not start.startswith((">=", ">>=")) and not line[:LONGEST_LINE].endswith("<<")


def title_of(line: str) -> str:
    """Return `original`, `forwarded` or `other` of a line between rules, empty of any other line."""
    match = _TITLE.match(line[:200])
    name = plain(match[1] if match else line[:80]).casefold().strip(" :：.-")
    if not match:
        return "forwarded" if name in words.FORWARDED else ""
    if name in words.FORWARDED or name.startswith(("forwarded by", "begin forwarded message")):
        return "forwarded"
    if name in words.ORIGINALS or _has_all(name):
        return "original"
    return "other"


def begins_block(lines: list[str], number: int, *, below_rule: bool = False) -> bool:
    """Tell whether headers of a mail begin here: by their names, or by what stands in three or more of them.

    Below a rule two names are enough; elsewhere one must hold an address, a subject, or when it was sent.
    """
    first = _field(lines[number])
    if first is None or is_marked(lines[number]):
        return False
    if _is_block_in_one_line(lines[number]):
        return True
    fields = _fields_below(lines, number)
    names = [name for name, _ in fields]
    if first[0] in words.FROM and names[1:2] and names[1] in words.FROM:
        return False  # the second one begins it
    if first[0] in words.FROM or (_is_of_a_mail([first]) and any(name in words.FROM for name in names[1:3])):
        known = [(name, value) for name, value in fields[1:] if name in _HEADERS]
        is_spread = not "".join(lines[number + 1 : number + 2]).strip()
        return len(known) > is_spread and (below_rule or _is_of_a_mail([first, *known]))
    if first[0] in _HEADERS and _says_when_and_to_whom(fields[:3]):
        return True
    if first[0] in _NAMES_OF_FORMS or len(fields) < 3:
        return False
    values = [value for _, value in fields[:5]]
    dated = [value for value in values if _DATE.search(value) and _TIME.search(value)]
    return bool(dated) and (below_rule or any(_MAIL.search(value) for value in values if value not in dated))


def _says_when_and_to_whom(fields: list[tuple[str, str]]) -> bool:
    when = any(name in words.SENT | words.DATE and _DATE.search(v) and _TIME.search(v) for name, v in fields)
    return when and any(name in words.TO | words.FROM and _MAIL.search(value) for name, value in fields)


def _is_block_in_one_line(line: str) -> bool:
    names = [name.casefold() for name in _IN_ONE_LINE.findall(line[:LONGEST_LINE])]
    known = {name for name in names if name in _HEADERS or name in words.FROM}
    return len(known) > 2 and any(name in words.FROM for name in names) and bool(_MAIL.search(line[:LONGEST_LINE]))


def is_attribution_end(lines: list[str], number: int, *, above_marks: bool = False) -> bool:
    """Tell whether `On ..., somebody wrote:` ends here; above marks a date, an address or a verb is enough."""
    line = plain(lines[number])
    if not line.endswith((":", "：")) and not _ends_without_colon(line, above_marks=above_marks):
        return False
    if is_marked(lines[number]) or len(line) < 3:
        return False
    return _first_of_attribution(lines, number, above_marks=above_marks) is not None


def _ends_without_colon(line: str, *, above_marks: bool) -> bool:
    """Tell whether a line has all that an attribution says, though nothing ends it but a verb or the quotation."""
    if line.endswith(_ENDS_OF_SENTENCES):
        return False
    wrote = _WROTE.search(line, max(0, len(line) - 20))
    if above_marks:
        return bool(wrote or (_MAIL.search(line) and _DATE.search(line)))
    return bool(wrote and _MAIL.search(line) and _DATE.search(line) and _TIME.search(line))


def _has_all(text: str) -> bool:
    """Tell whether a title is an attribution between rules."""
    return bool(_WROTE.search(text) and _DATE.search(text) and _TIME.search(text))


def start_of_broken_attribution(lines: list[str], end: int) -> int | None:
    """Return where an attribution begins that was broken before its last `>`, None when none does."""
    if not _WROTE.search(lines[end][:60]) or not lines[end].rstrip().endswith(":"):
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
    """Return what somebody wrote on the line on which the attribution begins, empty when it begins that line."""
    if is_marked(line) or _begins_attribution(plain(line)):
        return ""
    for match in _BEGINS_INSIDE.finditer(line[:LONGEST_LINE]):
        if _DATE.search(line[match.end() : match.end() + 40]) or _TIME.search(line[match.end() : match.end() + 40]):
            return line[: match.start()].rstrip(" -–—")
    return ""


def starts_attribution(lines: list[str], end: int, *, above_marks: bool = False) -> int:
    """Return the first line of the attribution that ends at a line."""
    first = _first_of_attribution(lines, end, above_marks=above_marks)
    if first is None:
        return end
    top = first
    for above in range(first - 1, max(-1, end - MOST_WRAPPED), -1):
        line = plain(lines[above])
        if not line or line.endswith(_ENDS_OF_SENTENCES) or is_marked(lines[above]):
            break
        is_name_of_address = above + 1 == top and plain(lines[top]).startswith("<")
        has_what_lacks = _MAIL.search(line) and not _has(_MAIL, lines, first, end)
        is_complete = _begins_attribution(plain(lines[first])) and _has(_DATE, lines, first, end)
        if is_name_of_address or has_what_lacks or (_begins_attribution(line) and not is_complete):
            top = above
    return top


def is_footer(line: str) -> bool:
    """Tell whether a mail program or a telephone wrote this line by itself."""
    name = _ADDED.sub("", plain(line).casefold())
    if len(name) > 160 or not name.startswith(words.FOOTERS) or name.endswith("?"):
        return False
    is_sentence = name.endswith((".", "!")) and len(name.split()) > 6
    return not is_sentence and (any(word in name for word in words.PROGRAMS) or "http" in name)


def _begins_attribution(line: str) -> bool:
    """Tell whether a line begins as an attribution does: with a word such as `On`, a weekday, or a date."""
    return re.split(r"[\s,.]", line.casefold(), maxsplit=1)[0] in words.BEGINS or bool(
        _DATE.search(line[:30]) and line[:1].isdigit()
    )


def _has(pattern: re.Pattern[str], lines: list[str], first: int, end: int) -> bool:
    return any(pattern.search(plain(line)) for line in lines[first : end + 1])


def _first_of_attribution(lines: list[str], end: int, *, above_marks: bool) -> int | None:
    """Return the nearest line from which on the lines up to `end` are an attribution."""
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
    has_mail, has_date, has_time = _MAIL.search(text), _DATE.search(text), _TIME.search(text)
    wrote = _WROTE.search(text)
    if above_marks:
        return bool(wrote or (has_mail and (has_date or text.endswith((":", "：")))) or (has_date and has_time))
    if wrote:
        return bool((has_time or has_mail) and (has_date or has_mail))
    return bool(has_mail and has_date and has_time)


def _field(line: str) -> tuple[str, str] | None:
    match = _FIELD.match(_INVISIBLE.sub("", line[:LONGEST_LINE]).replace("\u00a0", " "))
    if not match:
        return None
    name = " ".join(match[1].casefold().strip(" *_").split())
    return name, match[2].strip()


def _fields_below(lines: list[str], number: int) -> list[tuple[str, str]]:
    """Return the headers from here on: a long one goes on in the next line, a blank line may stand between all."""
    fields: list[tuple[str, str]] = []
    step = 2 if number + 2 < len(lines) and not lines[number + 1].strip() else 1
    rest = 0
    for at in range(number, min(number + MOST_HEADER_LINES, len(lines)), step):
        line, field = lines[at], _field(lines[at])
        if step == 2 and at > number and lines[at - 1].strip():
            break
        if field:
            fields.append(field)
            rest = 0
        elif not line.strip() or step == 2 or rest == 2 or line[0] in SIGNS:
            break
        else:
            rest += 1
    return fields


def _is_of_a_mail(fields: list[tuple[str, str]]) -> bool:
    return any(
        _MAIL.search(value)
        or (name in words.SUBJECT and bool(value))
        or (name in words.SENT and _DATE.search(value) and _TIME.search(value))
        for name, value in fields
    )
