"""An address book (vCard) as a table.

A row for each card, a column for each property, numbered if it is repeated.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from urllib.parse import unquote

from leadtight.tabular.cell_table import CellTable, detect_markup, numbered
from leadtight.tabular.errors import NoTableError
from leadtight.tabular.page_grid import MOST_CELLS
from leadtight.tabular.vcard_lines import VcardProperty, properties

_CHARSET = re.compile(rb";CHARSET=\"?([\w.-]+)", re.IGNORECASE)
_VERSION = re.compile(rb"^VERSION:\s*([\d.]+)", re.IGNORECASE | re.MULTILINE)
HEAD = 1 << 16
_FIRST = ("Name", "First name", "Last name", "Email", "Phone", "Company")
"""Columns that stand first, where the file has them."""

_COLUMNS = {
    "FN": "Name",
    "EMAIL": "Email",
    "TEL": "Phone",
    "TITLE": "Job title",
    "ROLE": "Role",
    "NOTE": "Note",
    "URL": "Website",
    "BDAY": "Birthday",
    "CATEGORIES": "Categories",
    "NICKNAME": "Nickname",
    "LANG": "Language",
    "IMPP": "Messenger",
    "LABEL": "Address as written",
    "REV": "Card revised",
    "CREATED": "Card made",
    "PHOTO": "Photo",
    "NAME": "Directory",
    "SOURCE": "Directory address",
}
_PARTS = {
    "N": ("Last name", "First name", "Middle name", "Name prefix", "Name suffix"),
    "ADR": ("PO box", "Address extension", "Street", "City", "Region", "Postcode", "Country"),
    "ORG": ("Company", "Department"),
}
"""Columns of what has parts."""

_SEVERAL = frozenset({"EMAIL", "TEL", "ADR", "URL", "IMPP", "ORG"})
"""Properties sorted by preference, whose kind is kept.

Such as `work`.
"""

_NO_CONTENT = frozenset({"VERSION", "PRODID", "PROFILE", "X-ABLABEL", "X-ABADR"})
_COMMON = frozenset({"INTERNET", "PREF", "VOICE", "QUOTED-PRINTABLE", "8BIT", "7BIT", ""})
_GROUP = frozenset({"KIND", "X-ADDRESSBOOKSERVER-KIND"})

Card = list[VcardProperty]


def inspect(path: Path, fallback: str | None = None) -> CellTable:
    """Return the cards of an address book as a table.

    Lists of people are not cards. `fallback` is the encoding if it is not UTF-8. Row 2 is the first card. Raises
    NoTableError, and OSError.
    """
    with path.open("rb") as file:
        head = file.read(HEAD).replace(b"\0", b"")
    charset, version = _CHARSET.search(head), _VERSION.search(head)
    encoding, errors = detect_markup(path, charset[1] if charset else None, fallback)
    try:
        with path.open(encoding=encoding, errors=errors) as lines:
            cards = list(_cards(properties(lines, version[1].decode() if version else "")))
    except (UnicodeError, LookupError) as error:
        raise NoTableError(str(error)) from error
    people = [_row(card) for card in cards if not _is_group(card)]
    columns = dict.fromkeys(column for row in people for column in row)
    header = (*(c for c in _FIRST if c in columns), *(c for c in columns if c not in _FIRST))
    if not header:
        raise NoTableError("an empty address book (vCard)")
    if len(people) * len(header) > MOST_CELLS:
        raise NoTableError(
            f"an address book of {len(people)} people with {len(header)} kinds of entries is too large; split it"
        )
    groups = len(cards) - len(people)
    described = f"an address book (vCard), {encoding}" + (f" (left alone: {groups} lists of people)" if groups else "")
    rows = numbered(([row.get(column, "") for column in header] for row in people), 2)
    return CellTable(described, encoding, errors, 1, header, rows)


def _cards(properties: Iterable[VcardProperty]) -> Iterator[Card]:
    """Yield each card.

    An agent inside a card is a card, too, and an unfinished card ends here.
    """
    begun: list[Card] = []
    for each in properties:
        if each.name == "BEGIN":
            if begun and not (begun[-1] and begun[-1][-1].name == "AGENT"):
                yield begun.pop()
            begun.append([])
        elif each.name == "END" and begun:
            yield begun.pop()
        elif begun:
            begun[-1].append(each)
    yield from begun


def _is_group(card: Card) -> bool:
    return any(each.name in _GROUP and each.text.strip().lower() == "group" for each in card)


def _row(card: Card) -> dict[str, str]:
    """Return the cells of a card, by column."""
    labels = {each.group: each.text for each in card if each.name == "X-ABLABEL" and each.group}
    row: dict[str, str] = {}
    free: dict[str, int] = {}
    for each in sorted(card, key=lambda each: each.preference if each.name in _SEVERAL else 0):
        if each.name in _NO_CONTENT or not each.text.strip(" ;"):
            continue
        columns, texts = _cells(each)
        number = max(free.get(column, 1) for column in columns)
        filled = {_numbered(c, number): text for c, text in zip(columns, texts, strict=False) if text}
        if label := _label(each, labels):
            base = "Address" if each.name == "ADR" else columns[0]
            filled[f"{_numbered(base, number)} label"] = label
        free |= dict.fromkeys(columns if filled else (), number + 1)
        row |= filled
    return row


def _cells(each: VcardProperty) -> tuple[Sequence[str], Sequence[str]]:
    """Return the columns of a property, and their texts."""
    if each.is_binary:
        return (_COLUMNS.get(each.name, each.name),), (f"left out: {len(each.text)} characters of binary data",)
    if columns := _PARTS.get(each.name):
        last = len(columns) - 1
        return columns, [*each.parts[:last], ";".join(part for part in each.parts[last:] if part)]
    if each.name == "TEL":
        return (_called(each),), (_phone(each.text.strip()),)
    return (_COLUMNS.get(each.name, each.name),), (_without_scheme(each.text.strip(), "mailto:"),)


def _called(each: VcardProperty) -> str:
    """Return the column of a phone number.

    A fax or a pager is not answered.
    """
    if each.types & {"VOICE", "CELL"}:
        return "Phone"
    return "Fax" if "FAX" in each.types else "Pager" if "PAGER" in each.types else "Phone"


def _phone(text: str) -> str:
    """Return a phone number as people write it.

    `tel:+1-418-555-0100;ext=102` (RFC 3966) has an extension.
    """
    number, _, rest = _without_scheme(text, "tel:").partition(";")
    extension = rest[4:] if rest.lower().startswith("ext=") else ""
    return f"{number} ext. {extension}" if extension.isdigit() else ";".join(filter(None, (number, rest)))


def _without_scheme(text: str, scheme: str) -> str:
    return unquote(text[len(scheme) :]) if text.lower().startswith(scheme) else text


def _label(each: VcardProperty, labels: dict[str, str]) -> str:
    """Return the kind of an address or number.

    As the address book names it.
    """
    if each.name not in _SEVERAL:
        return ""
    label = labels.get(each.group, "").removeprefix("_$!<").removesuffix(">!$_")
    return label or ", ".join(sorted(each.types - _COMMON)).lower()


def _numbered(column: str, number: int) -> str:
    return column if number == 1 else f"{column} {number}"
