"""Date formats in strptime's codes."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from leadtight.tabular.dates.moment import Precision

_PLACE = {"d": "d", "m": "m", "b": "m", "B": "m", "y": "y", "Y": "y"}


class UnknownFormatError(ValueError):
    """A date format is unknown to strptime.

    The text says why.
    """


def order_of(date_format: str) -> str:
    """Return the order of a format, such as `dmy`.

    Missing parts come last. Raises UnknownFormatError.
    """
    try:
        datetime.strptime("", date_format)  # noqa: DTZ007 - only its codes are looked at
    except ValueError as error:
        if "bad directive" in str(error) or "stray" in str(error) or "redefinition" in str(error):
            raise UnknownFormatError(f"{date_format!r} is not a date format: {error}") from error
    order = "".join(_PLACE[code] for code in re.findall(r"%-?([dmbByY])", date_format))
    if not order:
        raise UnknownFormatError(f"{date_format!r} names no day, month or year, as in %d.%m.%Y %H:%M")
    return "".join(dict.fromkeys(order + "dmy"))


@dataclass(frozen=True, slots=True)
class DateFormat:
    """The common format of values, for parsing in a database.

    `pattern` has `{0}`, `{1}` and `{2}` for the parts of the date; `kinds` marks each as a number (`n`), a four-digit
    year (`Y`) or the name of a month (`#`). `is_utc`: the parsed values are instants.
    """

    pattern: str
    kinds: str
    precision: Precision
    is_utc: bool
    codes: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Return whether day and month could be swapped."""
        return self.kinds == "nnY"

    def ordered(self, order: str) -> "DateFormat":
        """Return the format with codes in an order like `dmy`."""
        letters = _letters(self.kinds, order)
        variants = ("%b", "%B") if "#" in self.kinds else ("%m",)
        return replace(
            self,
            codes=tuple(
                self.pattern.format(*({"d": "%d", "m": month, "y": "%Y"}[letter] for letter in letters))
                for month in variants
            ),
        )


_WRITTEN = re.compile(
    r"(?P<weekday>[A-Z][a-z]{2}, )?(?P<a>\d{4}|\d{1,2}|[A-Z][a-z]{2,8})(?P<s>[-/.]|\.? )(?P<b>\d{1,2}|[A-Z][a-z]{2,8})"
    r"(?P<t>[-/.]|,? )(?P<c>\d{4}|\d{1,2})(?:(?P<gap>T|,? )(?P<clock>\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)"
    r"(?P<half> ?[AaPp][Mm])?(?P<zone> ?(?:Z|UTC|GMT|[+-]\d{2}:?\d{2}))?)?"
)


def common_format(texts: Iterable[str]) -> DateFormat | None:
    """Return the one format of all these values.

    None when they have several, or one that a database cannot parse.
    """
    formats = {_format_of(text) for text in texts}
    return formats.pop() if len(formats) == 1 else None


def _format_of(text: str) -> DateFormat | None:
    match = _WRITTEN.fullmatch(text)
    if match is None or match["weekday"] or (match["s"].strip() != match["t"].strip(" ,") and match["b"].isdigit()):
        return None
    kinds = "".join(
        "Y" if len(part) == 4 and part.isdigit() else "n" if part.isdigit() else "#"
        for part in match.group("a", "b", "c")
    )
    if kinds not in ("Ynn", "nnY", "n#Y", "#nY", "Y#n"):
        return None
    clock = _CLOCKS[match["clock"].count(":") + ("." in match["clock"])] if match["clock"] else ""
    if match["half"]:
        clock = clock.replace("%H", "%I") + (" %p" if match["half"].startswith(" ") else "%p")
    zone = match["zone"] or ""
    if zone[-1:].isdigit():
        zone = " %z" if zone.startswith(" ") else "%z"
    pattern = "{0}" + match["s"] + "{1}" + match["t"] + "{2}" + (match["gap"] or "") + clock + zone
    precision = Precision.DAY if not clock else Precision.SECOND if "%S" in clock else Precision.MINUTE
    return DateFormat(pattern, kinds, precision, bool(zone))


_CLOCKS = {1: "%H:%M", 2: "%H:%M:%S", 3: "%H:%M:%S.%f"}


def _letters(kinds: str, order: str) -> str:
    """Return the part of the date at each position.

    An evident year or month keeps its place, whatever the order.
    """
    if "#" in kinds:
        return kinds.replace("#", "m").replace("Y", "y").replace("n", "d")
    day_and_month = order.replace("y", "")
    if kinds == "Ynn":
        return "y" + (day_and_month if order.startswith("y") else "md")
    return (day_and_month if not order.startswith("y") else "dm" if order == "ydm" else "md") + "y"
