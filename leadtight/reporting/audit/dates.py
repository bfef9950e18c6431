"""Times as exports write them: the order of day and month is decided from the data, or asked for.

A column is looked at as a whole. Its values are reduced to shapes (`n/n/Y n:n`), of which an export has one or two, and
every shape is read by its own format. Where the first of two numbers is above 12 anywhere in the column the day comes
first; where the second is, the month. When neither is, nobody can know, and the audit asks.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import duckdb

from leadtight.reporting.audit.errors import UnusableError
from leadtight.reporting.audit.files import raw
from leadtight.reporting.table import quoted

MOST_SHAPES = 200
FIRST = 1000
CLEARLY = 20
"""How many times more often one order must be shown than the other before the few are taken for errors."""

SECOND, MINUTE, DAY = 1_000_000, 60_000_000, 86_400_000_000
"""Microseconds."""

SERIAL_1970 = 25569
"""The first day of 1970 as spreadsheets count days."""

EARLIEST, LATEST = 0, 4102444800
"""Seconds from 1970 between which a time is plausible: 1970 to 2100."""

_HOURS = (("EST", -5), ("EDT", -4), ("CST", -6), ("CDT", -5), ("MST", -7), ("MDT", -6), ("PST", -8), ("PDT", -7))
_HOURS_IN_EUROPE = (("WET", 0), ("WEST", 1), ("CET", 1), ("CEST", 2), ("EET", 2), ("EEST", 3))
ZONES = dict(_HOURS + _HOURS_IN_EUROPE)
"""Hours from UTC of the zones that exports name: those of RFC 5322 (4.3), and Europe's, which mean nothing else.

BST and IST mean several, and are not read.
"""

_OFFSET = (
    r"(:[0-9]{2}(?:[.,][0-9]+)?(?: ?[AaPp]\.?[Mm]\.?)?)"
    rf" ?(Z|z|(?:UTC|GMT)?[+-][0-9]{{2}}(?::?[0-9]{{2}})?|UTC|GMT|{'|'.join(ZONES)})$"
)
_DATE = re.compile(r"(?P<a>[Yn#]|C)(?:(?P<s>[-/. ])(?P<b>[n#])(?P=s)(?P<c>[Yn]))?")
_TIMES = {
    "": "",
    "n:n": " %H:%M",
    "n:n:n": " %H:%M:%S",
    "n:n:nf": " %H:%M:%S.%f",
    "n:n@": " %I:%M %p",
    "n:n:n@": " %I:%M:%S %p",
}


@dataclass(frozen=True, slots=True)
class TimeColumn:
    """A column of times: its SQL in microseconds since 1970, null where unreadable, and whether it has times of day.

    `unbounded` is the same for times that are not plausible, which `is_plausible` tells. `is_decided`: more rows of the
    same shape cannot change the order of day and month. `left_out`: so many microseconds later than what is written a
    moment may have been, where times are to the day or to the minute.
    """

    sql: str
    unbounded: str
    has_time: bool
    left_out: int
    is_decided: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Looked:
    cell: str
    shapes: tuple[str, ...]
    has_offsets: bool
    is_plain: bool
    order: str | None
    contradictory: bool
    as_it_stands: bool = False

    @property
    def is_ambiguous(self) -> bool:
        """Tell whether the shape alone leaves open which number is the day."""
        return any(map(_is_ambiguous, self.shapes))

    @property
    def has_time(self) -> bool:
        return not self.shapes or any(map(_has_time, self.shapes))

    @property
    def left_out(self) -> int:
        if not self.has_time:
            return DAY - 1
        return MINUTE - 1 if self.shapes and all(map(_is_to_the_minute, self.shapes)) else 0


def time_columns(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    cells: Mapping[str, str],
    *,
    file: str,
    zone: ZoneInfo,
    date_format: str | None,
) -> dict[str, TimeColumn]:
    """Return how to read the columns of a table: `cells` has each one's name in the table by its name in the file.

    Raises UnusableError naming the column whose order of day and month cannot be decided.
    """
    looked = {name: _look(connection, table, cell) for name, cell in cells.items()}
    told = _order_of(date_format) if date_format else None
    shown = {each.order for each in looked.values() if each.order}
    result = {}
    for name, each in looked.items():
        order = told or (next(iter(shown)) if each.order is None and len(shown) == 1 else each.order)
        if order is None and each.is_ambiguous:
            raise UnusableError(_question(connection, table, file, name, each))
        micros = _sql(each, _formats(each.shapes, order or "day", date_format), zone)
        decided = bool(told or each.order or (each.shapes and not each.is_ambiguous))
        result[name] = TimeColumn(_bounded(micros), micros, each.has_time, each.left_out, decided)
    return result


def is_plausible(at: str) -> str:
    """Return SQL that tells whether microseconds since 1970 are a time that can be one."""
    return f"{at} between {EARLIEST} and {LATEST * 10**6}"


def _look(connection: duckdb.DuckDBPyConnection, table: str, cell: str) -> _Looked:
    return _alike(connection, table, cell) or _each(connection, table, cell)


def _alike(connection: duckdb.DuckDBPyConnection, table: str, cell: str) -> _Looked | None:
    """Return what a column is whose values all have the shape of the first, which parsing them shows; else None."""
    first = _each(connection, f"(select {cell} from {table} where {cell} is not null limit {FIRST})", cell)
    shape = first.shapes[0] if len(first.shapes) == 1 and first.is_plain and not first.has_offsets else ""
    if not _format(shape, "day"):
        return None
    if not _is_ambiguous(shape):
        return _read_alike(connection, table, first, _format(shape, "day"))
    day, month = (_read(cell, _format(shape, order)) for order in ("day", "month"))
    rest, day_first, month_first, differ = connection.execute(
        "select count(*) filter (d is null and m is null), count(*) filter (d is not null and m is null),"
        " count(*) filter (d is null and m is not null), count(*) filter (d is distinct from m)"
        f" from (select {day} as d, {month} as m from {table} where {cell} is not null)"
    ).fetchall()[0]
    if rest:
        return None
    order = _decided(day_first, month_first, differ)
    return replace(first, order=order, contradictory=bool(day_first and month_first))


def _read_alike(
    connection: duckdb.DuckDBPyConnection, table: str, first: _Looked, formats: tuple[str, ...]
) -> _Looked | None:
    """Return what was seen of the first values when all are read alike, as they stand in the file or once cleaned."""
    cell = first.cell
    unread = f"select 1 from {table} where {_read(raw(cell), formats)} is null"
    if not connection.execute(f"{unread} and {raw(cell)} is not null limit 1").fetchall():
        return replace(first, as_it_stands=True)
    more = f"{unread} and {cell} is not null and {_read(cell, formats)} is null limit 1"
    return None if connection.execute(more).fetchall() else first


def _each(connection: duckdb.DuckDBPyConnection, table: str, cell: str) -> _Looked:
    # Expressions are matched against the few patterns of a column, not against each of its values.
    rows = connection.execute(
        "with patterns as materialized ("
        f"select translate({cell}, '012345678', '999999999') as pattern, substr({cell}, 1, 6) as head, count(*) as n"
        f" from {table} where {cell} is not null group by 1, 2)"
        f" select {_shape('body')} as shape, sum(n) as n, sum(n) filter (has_offset) as offsets,"
        " bool_or(body <> pattern), sum(n) filter (one > 12 and two <= 12),"
        " sum(n) filter (two > 12 and one <= 12), sum(n) filter (one <> two) from"
        f" (select n, pattern, {_body('pattern')} as body,"
        f" regexp_matches(pattern, {quoted(_OFFSET)}) as has_offset,"
        " try_cast(regexp_extract(head, '^([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]', 1) as int) as one,"
        " try_cast(regexp_extract(head, '^([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]', 2) as int) as two"
        f" from patterns) group by shape order by n desc, shape limit {MOST_SHAPES}"
    ).fetchall()
    ambiguous = [row for row in rows if _is_ambiguous(row[0])]
    day_first, month_first, differ = (int(sum(r[n] or 0 for r in ambiguous)) for n in (4, 5, 6))
    return _Looked(
        cell=cell,
        shapes=tuple(r[0] for r in rows),
        has_offsets=any(r[2] for r in rows),
        is_plain=not any(r[3] for r in rows),
        order=_decided(day_first, month_first, differ),
        contradictory=bool(day_first and month_first),
    )


def _decided(day_first: int, month_first: int, differ: int) -> str | None:
    if day_first > month_first * CLEARLY:
        return "day"
    if month_first > day_first * CLEARLY:
        return "month"
    return None if differ else ""


def _question(connection: duckdb.DuckDBPyConnection, table: str, file: str, name: str, looked: _Looked) -> str:
    row, value = connection.execute(
        f"select row, {looked.cell} from {table} where regexp_matches({looked.cell}, '^[0-9]{{1,2}}[-/. ][0-9]{{1,2}}')"
        " order by row limit 1"
    ).fetchall()[0]
    why = "shows both orders of day and month" if looked.contradictory else "does not tell day from month"
    return f'{file}: row {row}: column {name!r}: {value!r}: the column {why}; set date_format, such as "%d/%m/%Y %H:%M"'


def _order_of(date_format: str) -> str:
    day, month = date_format.find("%d"), re.search(r"%[mbB]", date_format)
    return "day" if month is None or day < month.start() else "month"


def _has_time(shape: str) -> bool:
    return ":" in shape or shape in ("M", "S", "Ef")


def _is_to_the_minute(shape: str) -> bool:
    return shape.removesuffix("@").endswith(" n:n")


def _is_ambiguous(shape: str) -> bool:
    match = _DATE.match(shape)
    return bool(match and match["a"] == "n" and match["b"] == "n")


def _body(cell: str) -> str:
    """Return SQL for the value without offset, `T` and commas, with a fraction of at most six digits."""
    steps = (
        (_OFFSET, r"\1"),
        (r"(:[0-9]{2}:[0-9]{2})[.,]([0-9]{1,6})[0-9]*", r"\1.\2"),
        (r"([0-9])T([0-9])", r"\1 \2"),
        (r" ?([AaPp])\.?[Mm]\.?$", r" \1M"),
        (r"^[A-Za-z]{3,9}, ", ""),
        (r",? +", " "),
    )
    sql = cell
    for pattern, by in steps:
        sql = f"regexp_replace({sql}, {quoted(pattern)}, {quoted(by)}, 'g')"
    return sql


def _shape(body: str) -> str:
    steps = (
        (r" [AaPp]M$", "@"),
        (r"[A-Za-z]{3,9}\.?", "#"),
        (r"[A-Za-z]+", "?"),
        (r"(:[0-9]{2}:[0-9]{2})\.[0-9]+", r"\1f"),
        (r"^[0-9]{5}[.][0-9]+$", "Ef"),
        (r"^[0-9]{5}$", "E"),
        (r"^[0-9]{13}$", "M"),
        (r"^[0-9]{10}$", "S"),
        (r"^[0-9]{8}\b", "C"),
        (r"[0-9]{4}", "Y"),
        (r"[0-9]{1,2}", "n"),
    )
    sql = body
    for pattern, by in steps:
        sql = f"regexp_replace({sql}, {quoted(pattern)}, {quoted(by)}, 'g')"
    return sql


def _formats(shapes: Iterable[str], order: str, date_format: str | None) -> list[str]:
    found = [date_format] if date_format else []
    for shape in shapes:
        found += _format(shape, order)
    return list(dict.fromkeys(found))


def _format(shape: str, order: str) -> tuple[str, ...]:
    date, _, time = shape.partition(" ") if shape.count(" ") < 2 else _apart(shape)
    match = _DATE.fullmatch(date)
    if match is None or time not in _TIMES:
        return ()
    if match["a"] == "C":
        return ("%Y%m%d" + _TIMES[time],)
    if match["c"] is None or (match["a"] == "Y" and match["c"] == "Y"):
        return ()
    parts = _parts(match["a"], match["b"], match["c"], order)
    separator = match["s"] or ""
    whole = separator.join(parts) + _TIMES[time]
    return (whole, whole.replace("%b", "%B")) if "%b" in whole else (whole,)


def _apart(shape: str) -> tuple[str, str, str]:
    """Split a shape whose date is separated by spaces, such as `n # Y n:n`."""
    words = shape.split(" ")
    return " ".join(words[:3]), " ", " ".join(words[3:])


def _parts(a: str, b: str, c: str, order: str) -> tuple[str, ...]:
    year = {"Y": "%Y", "n": "%y"}[c]
    if a == "Y":
        return ("%Y", "%b" if b == "#" else "%m", "%d")
    if a == "#":
        return ("%b", "%d", year)
    if b == "#":
        return ("%d", "%b", year)
    return ("%m", "%d", year) if order == "month" else ("%d", "%m", year)


def _sql(looked: _Looked, formats: list[str], zone: ZoneInfo) -> str:
    cell = looked.cell
    text = cell if looked.is_plain else _body(cell)
    read = _read(text, formats) if formats else "null::timestamp"
    if formats and looked.as_it_stands:
        read = _read(raw(cell), formats)
    micros = f"epoch_us({read})" if zone.key == "UTC" else f"epoch_us(timezone({quoted(zone.key)}, {read}))"
    if {"E", "Ef"} & set(looked.shapes):
        micros = f"coalesce({micros}, {_of_serial(cell, zone)})"
    if looked.has_offsets:
        micros = f"case when {_offset(cell)} is null then {micros} else epoch_us({read}) - {_offset(cell)} end"
    if "M" in looked.shapes or "S" in looked.shapes:
        number = f"try_cast({cell} as bigint)"
        since_1970 = f"case length({cell}) when 13 then {number} * 1000 when 10 then {number} * {SECOND} end"
        micros = f"coalesce({micros}, {since_1970})"
    return micros


def _bounded(micros: str) -> str:
    low, high = EARLIEST * 10**6 - 1, LATEST * 10**6 + 1
    # The expression stands here once: what is written twice is computed twice. least and greatest ignore null.
    return f"nullif(nullif(greatest(least({micros}, {high}), {low}), {high}), {low})"


def _of_serial(cell: str, zone: ZoneInfo) -> str:
    """Return SQL for the days since 1900 that a spreadsheet keeps a time as, to the second; local as all others."""
    days = f"case when regexp_full_match({cell}, '[0-9]{{5}}([.][0-9]+)?') then try_cast({cell} as double) end"
    at = f"make_timestamp(round(({days} - {SERIAL_1970}) * 86400)::bigint * 1000000)"
    return f"epoch_us({at})" if zone.key == "UTC" else f"epoch_us(timezone({quoted(zone.key)}, {at}))"


def _read(text: str, formats: Iterable[str]) -> str:
    return f"try_strptime({text}, [{', '.join(map(quoted, formats))}])"


def _offset(cell: str) -> str:
    """Return SQL for the offset from UTC in microseconds, null where none is written."""
    text = f"regexp_extract({cell}, {quoted(_OFFSET)}, 2)"
    digits = f"rpad(regexp_replace({text}, '[^0-9]', '', 'g'), 4, '0')"
    minutes = f"(left({digits}, 2)::int * 60 + right({digits}, 2)::int)"
    sign = f"case when contains({text}, '-') then -1 else 1 end"
    named = " ".join(f"when '{name}' then {hours * 60}" for name, hours in ZONES.items())
    return f"case when {text} <> '' then (case {text} {named} else {sign} * {minutes} end) * 60000000::bigint end"
