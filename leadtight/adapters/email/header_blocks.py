"""Header blocks above quotations, as Outlook writes them.

They are recognised by their names, or by their values.
"""

import re

from leadtight.adapters.email import quote_phrases as words
from leadtight.adapters.email.html_text import MAYBE_QUOTED, QUOTED_FROM_HERE
from leadtight.adapters.email.quote_lines import DATE, INVISIBLE, LONGEST_LINE, MAIL, TIME, is_marked

SIGNS = (QUOTED_FROM_HERE, MAYBE_QUOTED)
MOST_HEADER_LINES = 14
_FIELD = re.compile(r"\s*+[*_>|]{0,2}\s*+([^\d\W][^:：\n]{0,29}?)\s*+\*{0,2}\s*+[:：]\s*+\*{0,2}\s*+(.*)$")
_IN_ONE_LINE = re.compile(r"(?:^|[\s*>])([^\W\d]{1,15})\*?:\s")
_HEADERS = words.SENT | words.DATE | words.TO | words.SUBJECT | words.OTHERS
_NAMES_OF_FORMS = frozenset(
    {"name", "e-mail", "email", "mail", "phone", "tel", "telefon", "message", "nachricht", "http", "https"}
)


def begins_block(lines: list[str], number: int, *, below_rule: bool = False) -> bool:
    """Check whether a block of mail headers begins here.

    They are recognised by their names, or by the values of three or more of them. Below a rule two names are enough;
    elsewhere one must hold an address, a subject, or the time of sending.
    """
    first = _field(lines[number])
    if first is None or is_marked(lines[number]):
        return False
    if _is_block_in_one_line(lines[number]):
        return True
    fields = _fields_below(lines, number)
    names = [name for name, _ in fields]
    if first[0] in words.FROM and names[1:2] and names[1] in words.FROM:
        return False  # the block begins at the second line
    if first[0] in words.FROM or (_is_of_a_mail([first]) and any(name in words.FROM for name in names[1:3])):
        recognized = [(name, value) for name, value in fields[1:] if name in _HEADERS]
        is_spread = not "".join(lines[number + 1 : number + 2]).strip()
        return len(recognized) > is_spread and (below_rule or _is_of_a_mail([first, *recognized]))
    if first[0] in _HEADERS and _says_when_and_to_whom(fields[:3]):
        return True
    if first[0] in _NAMES_OF_FORMS or len(fields) < 3:
        return False
    values = [value for _, value in fields[:5]]
    dated = [value for value in values if DATE.search(value) and TIME.search(value)]
    return bool(dated) and (below_rule or any(MAIL.search(value) for value in values if value not in dated))


def _says_when_and_to_whom(fields: list[tuple[str, str]]) -> bool:
    when = any(name in words.SENT | words.DATE and DATE.search(v) and TIME.search(v) for name, v in fields)
    return when and any(name in words.TO | words.FROM and MAIL.search(value) for name, value in fields)


def _is_block_in_one_line(line: str) -> bool:
    names = [name.casefold() for name in _IN_ONE_LINE.findall(line[:LONGEST_LINE])]
    recognized = {name for name in names if name in _HEADERS or name in words.FROM}
    return len(recognized) > 2 and any(name in words.FROM for name in names) and bool(MAIL.search(line[:LONGEST_LINE]))


def _field(line: str) -> tuple[str, str] | None:
    match = _FIELD.match(INVISIBLE.sub("", line[:LONGEST_LINE]).replace("\u00a0", " "))
    if not match:
        return None
    name = " ".join(match[1].casefold().strip(" *_").split())
    return name, match[2].strip()


def _fields_below(lines: list[str], number: int) -> list[tuple[str, str]]:
    """Return the headers from this line on.

    A long header continues in the next line; a blank line may stand between all of them.
    """
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
        MAIL.search(value)
        or (name in words.SUBJECT and bool(value))
        or (name in words.SENT and DATE.search(value) and TIME.search(value))
        for name, value in fields
    )
