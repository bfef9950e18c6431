"""Single lines of a quotation: marks, attributions, blocks of headers, titles and footers, whatever their language."""

import re
import unicodedata

from leadtight.adapters import mail_quote_words as words

LONGEST_LINE = 400
LONGEST_ATTRIBUTION = 600
MOST_WRAPPED = 5
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\u00ad]")
_MAIL = re.compile(r"[^\s<>\"'(),:;\[\]]{1,100}@[^\s<>\"'(),:;\[\]]{1,100}")
_TIME = re.compile(
    r"(?<!\d)\d{1,2}\s?[:.hH시时時]\s?\d{2}(?!\d)|\d{1,2}\s?(?:am|pm|a\.m\.|p\.m\.|uhr)\b", re.IGNORECASE
)
_DATE = re.compile(r"(?<!\d)(?:19|20|25)\d{2}(?!\d)|(?<!\d)\d{1,4}[./\-]\s?\d{1,2}[./\-]\s?\d{2,4}(?!\d)")
_FIELD = re.compile(r"\s*[*_>|]{0,2}\s*([^\d\W][^:：\n]{0,29}?)\s*\*{0,2}\s*[:：]\s*\*{0,2}\s*(.*)$")
_TITLE = re.compile(r"\s*[-–—_=*~>#\[]{1,60}\s*([^-–—_=*~\n][^\n]{1,70}?)\s*[-–—_=*~<#\]:：]{1,60}\s*$")
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
    return start.startswith(">") and not start.startswith((">=", ">>="))


def title_of(line: str) -> str:
    """Return `original`, `forwarded` or `other` of a line between rules, empty of any other line."""
    match = _TITLE.match(line[:200])
    if not match:
        return ""
    name = plain(match[1]).casefold().strip(" :：.-")
    if name in words.FORWARDED or name.startswith(("forwarded by", "begin forwarded message")):
        return "forwarded"
    return "original" if name in words.ORIGINALS else "other"


def begins_block(lines: list[str], number: int, *, below_rule: bool = False) -> bool:
    """Tell whether headers of a mail begin here: by their names, or by what stands in three or more of them.

    Below a rule two names are enough; elsewhere one must hold an address, a subject, or when it was sent.
    """
    first = _field(lines[number])
    if first is None or is_marked(lines[number]):
        return False
    fields = _fields_below(lines, number)
    names = [name for name, _ in fields]
    if first[0] in words.FROM or (first[0] in _HEADERS and any(name in words.FROM for name in names[1:3])):
        known = [name for name in names[1:] if name in _HEADERS or name in words.FROM]
        return bool(known) and (below_rule or _is_of_a_mail(fields))
    if first[0] in _NAMES_OF_FORMS or len(fields) < 3:
        return False
    values = [value for _, value in fields[:5]]
    dated = [value for value in values if _DATE.search(value) and _TIME.search(value)]
    return bool(dated) and any(_MAIL.search(value) for value in values if value not in dated)


def is_attribution_end(lines: list[str], number: int, *, above_marks: bool = False) -> bool:
    """Tell whether `On ..., somebody wrote:` ends here; above marks a date, an address or a verb is enough."""
    line = plain(lines[number])
    if not line.endswith((":", "：")) and not (above_marks and _WROTE.search(line)):
        return False
    if is_marked(lines[number]) or len(line) < 3:
        return False
    return _first_of_attribution(lines, number, above_marks=above_marks) is not None


def starts_attribution(lines: list[str], end: int, *, above_marks: bool = False) -> int:
    """Return the first line of the attribution that ends at a line."""
    first = _first_of_attribution(lines, end, above_marks=above_marks)
    if first is None:
        return end
    while first > 0 and end - first < MOST_WRAPPED and _goes_on(lines, first, end):
        first -= 1
    return first


def is_footer(line: str) -> bool:
    """Tell whether a mail program or a telephone wrote this line by itself."""
    name = _ADDED.sub("", plain(line).casefold())
    return len(name) <= 160 and name.startswith(words.FOOTERS) and any(word in name for word in words.PROGRAMS)


def _goes_on(lines: list[str], first: int, end: int) -> bool:
    """Tell whether the line above belongs to the attribution: it begins as one does, or has the missing date."""
    above = plain(lines[first - 1])
    if not above or above.endswith((".", "!", "?", ":", "…", ";")) or is_marked(lines[first - 1]):
        return False
    joined = " ".join(plain(line) for line in lines[first : end + 1])
    begins = re.split(r"[\s,.]", above.casefold(), maxsplit=1)[0] in words.BEGINS
    here = re.split(r"[\s,.]", plain(lines[first]).casefold(), maxsplit=1)[0] in words.BEGINS
    lacks_date = not _DATE.search(joined)
    return (begins and not (here and not lacks_date)) or (lacks_date and bool(_DATE.search(above)))


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
        return bool(wrote or has_mail or (has_date and has_time))
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
    """Return the headers from here on: a long one goes on in the next line, a blank line may part two."""
    fields: list[tuple[str, str]] = []
    blank = odd = 0
    for line in lines[number : number + 14]:
        field = _field(line)
        if field:
            fields.append(field)
            blank = odd = 0
        elif not line.strip():
            blank += 1
        else:
            odd += 1
        if blank > 1 or odd > 2:
            break
    return fields


def _is_of_a_mail(fields: list[tuple[str, str]]) -> bool:
    return any(
        _MAIL.search(value)
        or name in words.SUBJECT
        or (name in words.SENT and _DATE.search(value) and _TIME.search(value))
        for name, value in fields
    )
