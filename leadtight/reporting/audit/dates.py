"""Columns of times in SQL.

`leadtight.tabular.dates` defines what a date is; the database parses what it can, faster. When all values of a column
have the format of the first ones, the database parses them by that format. In any other column each distinct value is
parsed once, as the import does, and looked up.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import duckdb

from leadtight.reporting.audit.errors import UnusableError
from leadtight.reporting.audit.source_file import raw
from leadtight.reporting.facts.table import quoted
from leadtight.tabular.dates.column import DateColumn, DateReading
from leadtight.tabular.dates.formats import DateFormat, UnknownFormatError, common_format, order_of
from leadtight.tabular.dates.header_zones import UnknownHeaderZoneError, header_zone
from leadtight.tabular.dates.moment import EARLIEST_YEAR, LATEST_YEAR, Precision, WrittenMoment
from leadtight.tabular.dates.orders import AmbiguousDatesError, clear_order

FIRST = 200
SECOND, MINUTE, DAY = 1_000_000, 60_000_000, 86_400_000_000
"""Microseconds."""

EARLIEST, LATEST = 0, 4102444800
"""Plausible seconds since 1970: the years of `moment`."""
assert (EARLIEST_YEAR, LATEST_YEAR) == (1970, 2100)


@dataclass(frozen=True, slots=True)
class TimeColumn:
    """A column of times in microseconds since 1970.

    `sql` is null where a value is unreadable; `unbounded` is the same with implausible times, which `is_plausible`
    detects. `is_decided`: more rows of the same shape cannot change how the column is read. `left_out` is how many
    microseconds later than written a moment may have been, where times are to the day or minute.
    """

    sql: str
    unbounded: str
    has_time: bool
    left_out: int
    is_decided: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Column:
    """An examined column, of one format or with its values.

    `text` is the parsed cell: raw or cleaned.
    """

    name: str
    cell: str
    format: DateFormat | None
    order: str | None
    is_open: bool
    values: DateColumn | None = None
    text: str | None = None


def time_columns(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    cells: Mapping[str, str],
    *,
    file: str,
    zone: ZoneInfo,
    date_format: str | None,
) -> dict[str, TimeColumn]:
    """Return how to read the columns of a table.

    `cells` maps each name in the file to its name in the table. `zone` applies to times without an offset, in columns
    whose names contain no zone. Raises UnusableError naming the column whose order of day and month cannot be decided.
    """
    fixed_order = _order_of_format(file, date_format)
    zones = {name: _zone(file, name, zone) for name in cells}
    columns = [_look(connection, table, name, cell, fixed_order) for name, cell in cells.items()]
    shown = {column.order for column in columns if column.order}
    other = next(iter(shown)) if len(shown) == 1 else None
    result = {}
    for column in columns:
        order = fixed_order or column.order or other
        if column.format and (order or not column.is_open):
            form = column.format.ordered(order or "dmy")
            result[column.name] = _parsed(connection, table, column, form, zones[column.name])
            continue
        values = column.values or _evidence(connection, table, column)
        try:
            reading = values.decide(date_format=date_format, order=other, zone=zones[column.name])
        except AmbiguousDatesError as error:
            where = f"{file}: row {error.row}: column {column.name!r}: {error.value!r}"
            raise UnusableError(f"{where}: the column {error.reason}; {error.remedy}") from error
        result[column.name] = _looked_up(connection, table, column.cell, values, reading)
    return result


def is_plausible(at: str) -> str:
    """Return SQL for whether microseconds since 1970 are plausible."""
    return f"{at} between {EARLIEST} and {LATEST * 10**6}"


def _zone(file: str, name: str, zone: ZoneInfo) -> ZoneInfo:
    try:
        return header_zone(name, zone)
    except UnknownHeaderZoneError as error:
        raise UnusableError(f"{file}: column {name!r}: {error} is not a known time zone; rename the column") from error


def _order_of_format(file: str, date_format: str | None) -> str | None:
    try:
        return order_of(date_format) if date_format else None
    except UnknownFormatError as error:
        raise UnusableError(f"{file}: date_format: {error}") from error


def _look(connection: duckdb.DuckDBPyConnection, table: str, name: str, cell: str, fixed_order: str | None) -> _Column:
    first = connection.execute(f"select {cell} from {table} where {cell} is not null limit {FIRST}").fetchall()
    form = common_format(row[0] for row in first)
    if form is None:
        return _with_values(connection, table, name, cell)
    if fixed_order or not form.is_open:
        ordered = form.ordered(fixed_order or "dmy")
        text = next((text for text in (raw(cell), cell) if _reads_all(connection, table, text, ordered)), None)
        column = _Column(name=name, cell=cell, format=form, order=None, is_open=False, text=text)
        return column if text else _with_values(connection, table, name, cell)
    day, month = (_read(cell, form.ordered(order)) for order in ("dmy", "mdy"))
    rest, day_first, month_first, differ = connection.execute(
        "select count(*) filter (d is null and m is null), count(*) filter (d is not null and m is null),"
        " count(*) filter (d is null and m is not null), count(*) filter (d is distinct from m)"
        f" from (select {day} as d, {month} as m from {table} where {cell} is not null)"
    ).fetchall()[0]
    if rest:
        return _with_values(connection, table, name, cell)
    order = clear_order(day_first, month_first)
    return _Column(name=name, cell=cell, format=form, order=order, is_open=bool(differ) and order is None)


def _with_values(connection: duckdb.DuckDBPyConnection, table: str, name: str, cell: str) -> _Column:
    values = _values(connection, table, cell)
    return _Column(name=name, cell=cell, format=None, order=values.order(), is_open=True, values=values)


def _values(connection: duckdb.DuckDBPyConnection, table: str, cell: str) -> DateColumn:
    column = DateColumn()
    rows = connection.execute(f"select {cell}, min(row), count(*) from {table} where {cell} is not null group by 1")
    for text, row, count in rows.fetchall():
        column.add(text, row, count)
    return column


def _evidence(connection: duckdb.DuckDBPyConnection, table: str, column: _Column) -> DateColumn:
    """Return the values that leave day and month order open.

    The first value of each kind, with the number of such values.
    """
    assert column.format
    day, month = (_read(column.cell, column.format.ordered(order)) for order in ("dmy", "mdy"))
    kinds = "case when d is null then 'month' when m is null then 'day' when d <> m then 'either' end"
    values = DateColumn()
    cells = f"select {column.cell} as text, row, {day} as d, {month} as m from {table} where {column.cell} is not null"
    rows = connection.execute(
        f"select arg_min(text, row), min(row), count(*) from ({cells}) where {kinds} is not null group by {kinds}"
    )
    for text, row, count in rows.fetchall():
        values.add(text, row, count)
    return values


def _reads_all(connection: duckdb.DuckDBPyConnection, table: str, text: str, form: DateFormat) -> bool:
    return not connection.execute(
        f"select 1 from {table} where {text} is not null and {_read(text, form)} is null limit 1"
    ).fetchall()


def _parsed(
    connection: duckdb.DuckDBPyConnection, table: str, column: _Column, form: DateFormat, zone: ZoneInfo
) -> TimeColumn:
    """Return how to read a column of one format.

    Raw cells are parsed when none needs cleaning.
    """
    cell = column.cell
    text = column.text or (raw(cell) if _reads_all(connection, table, raw(cell), form) else cell)
    micros = _micros(_read(text, form), zone, is_utc=form.is_utc)
    # Midnight is not a time of day: as written, and for instants also in the zone.
    of_day = f"epoch_us({_read(text, form)}) % {DAY} <> 0"
    if form.is_utc:
        of_day += f" and epoch_us(timezone({quoted(zone.key)}, make_timestamptz({micros}))) % {DAY} <> 0"
        of_day += f" and not regexp_matches({text}, '{_MIDNIGHT}')"
    is_awake = bool(connection.execute(f"select 1 from {table} where {of_day} limit 1").fetchall())
    has_time = form.precision is not Precision.DAY and is_awake
    left_out = _left_out(form.precision if has_time else Precision.DAY)
    is_decided = (not form.is_open or column.order is not None) and (is_awake or form.precision is Precision.DAY)
    return TimeColumn(_bounded(micros), micros, has_time, left_out, is_decided)


def _looked_up(
    connection: duckdb.DuckDBPyConnection, table: str, cell: str, values: DateColumn, reading: DateReading
) -> TimeColumn:
    """Return how to read a column by its parsed values.

    Each distinct value has been parsed once.
    """
    moments = [(text, moment) for text in values.values if (moment := reading.read(text))]
    lookup = f"{table}_{cell}_moments"
    connection.execute(
        f"create or replace temp table {lookup} (text varchar, local timestamp, shift bigint, micros bigint)"
    )
    for start in range(0, len(moments), _AT_ONCE):
        batch = [_as_row(text, moment) for text, moment in moments[start : start + _AT_ONCE]]
        connection.execute(
            f"insert into {lookup} select text, make_timestamp(local), shift, null"
            " from (select unnest($texts::varchar[]) as text, unnest($locals::bigint[]) as local,"
            " unnest($shifts::bigint[]) as shift)",
            {
                name: list(column)
                for name, column in zip(("texts", "locals", "shifts"), zip(*batch, strict=True), strict=True)
            },
        )
    micros = _micros("local", reading.zone or ZoneInfo("UTC"), is_utc=False)
    connection.execute(
        f"update {lookup} set micros = case when shift is null then {micros} else epoch_us(local) - shift end"
    )
    sql = f"(select max(m.micros) from {lookup} m where m.text = {cell})"
    return TimeColumn(
        sql, sql, reading.has_time, _left_out(reading.precision) if values.values else 0, is_decided=False
    )


_AT_ONCE = 100_000
_MIDNIGHT = r"[T ]00:00(:00([.,]0+)?)?\s*([A-Za-z+-]|$)"
"""Midnight where it is written, whatever the offset behind it."""


def _as_row(text: str, moment: WrittenMoment) -> tuple[str, int, int | None]:
    local = moment.local.toordinal() - _DAY_1970
    clock = moment.local.time()
    micros = ((clock.hour * 60 + clock.minute) * 60 + clock.second) * SECOND + clock.microsecond
    shift = None if moment.offset is None else int(moment.offset.total_seconds()) * SECOND
    return text, local * DAY + micros, shift


_DAY_1970 = 719163


def _left_out(precision: Precision) -> int:
    return {Precision.DAY: DAY - 1, Precision.MINUTE: MINUTE - 1, Precision.SECOND: 0}[precision]


def _micros(read: str, zone: ZoneInfo, *, is_utc: bool) -> str:
    return f"epoch_us({read})" if is_utc or zone.key == "UTC" else f"epoch_us(timezone({quoted(zone.key)}, {read}))"


def _bounded(micros: str) -> str:
    low, high = EARLIEST * 10**6 - 1, LATEST * 10**6 + 1
    # The expression occurs once: twice would compute it twice. least and greatest ignore null.
    return f"nullif(nullif(greatest(least({micros}, {high}), {low}), {high}), {low})"


def _read(text: str, form: DateFormat) -> str:
    return f"try_strptime({text}, [{', '.join(map(quoted, form.codes))}])"
