"""Marketing spend by source, on the days of the leads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

import duckdb

from leadtight.reporting.audit.amounts import amount_problem_sql, amount_sql
from leadtight.reporting.audit.columns.choice import required
from leadtight.reporting.audit.dates import time_columns
from leadtight.reporting.audit.errors import UnusableError
from leadtight.reporting.audit.mapping import SpendColumns
from leadtight.reporting.audit.options import AuditOptions
from leadtight.reporting.audit.source_file import SourceFile
from leadtight.reporting.audit.spend.periods import CoveredDays, SpendPeriod, covered, period_of, periods_of
from leadtight.reporting.audit.spend.sources import SourceNames
from leadtight.reporting.audit.spend.total_rows import SpendRow, totals
from leadtight.tabular.amounts.column import several_named

CENT = Decimal("0.01")
NO_SPEND = ", so it is not spend"
OUTSIDE = "outside the leads' period"
"""Wording of problems with totals and uncovered days."""


@dataclass(frozen=True, slots=True)
class SpendRead:
    """Total spend, and spend by source.

    Sources are spelled as by the leads; the key None holds spend without a source. `spellings` has the file's spellings
    of each source, `problems` the rows that are not fully counted: row, column, value, reason.
    """

    total: Decimal
    by_source: Mapping[str | None, Decimal]
    spellings: Mapping[str, tuple[str, ...]]
    rows: Mapping[str, int]
    problems: tuple[tuple[int, str | None, str | None, str], ...]


def read_spend(
    connection: duckdb.DuckDBPyConnection,
    sheet: SourceFile,
    columns: SpendColumns,
    options: AuditOptions,
    sources: SourceNames,
) -> SpendRead:
    """Sum up `spend_text` over the days that count.

    Raises UnusableError for several currencies.
    """
    name = required(columns, "amount", sheet)
    _refuse_currencies(connection, sheet, columns)
    rows = _rows(connection, sheet, columns, name)
    problems: list[tuple[int, str | None, str | None, str]] = [
        (row.row, None if is_whole else name, None if is_whole else text, reason)
        for row, text, reason, is_whole in rows
        if reason
    ]
    rejected = {row for row, *_ in problems}
    fine = [row for row, *_ in rows if row.row not in rejected]
    sums = totals(fine, sources.known)
    by_number = {row.row: row for row in fine}
    problems += [(row, columns.source, _text(by_number[row]), f"{reason}{NO_SPEND}") for row, reason in sums.items()]
    shares = _shares(connection, sheet, columns, options, [row.row for row in fine if row.row not in sums])
    by_source: dict[str | None, Decimal] = {}
    written: dict[str, dict[str, None]] = {}
    for row in fine:
        if row.row in sums:
            continue
        counted, of, days = shares.get(row.row, (1, 1, ""))
        if counted < of:
            problems.append((row.row, columns.date, days, _outside(counted, of)))
        if counted:
            source = sources.main(row.source)
            amount = (row.amount or Decimal(0)) * counted / of
            by_source[source] = by_source.get(source, Decimal(0)) + amount
            if source and row.source:
                written.setdefault(source, {})[row.source] = None
    by_source = {source: amount.quantize(CENT, ROUND_HALF_UP) for source, amount in by_source.items()}
    outside = sum(not counted for counted, _, _ in shares.values())
    counts = {
        "read": len(rows),
        "accepted": len(fine) - len(sums) - outside,
        "excluded": outside,
        "rejected": len(rejected),
        **({"totals": len(sums)} if sums else {}),
    }
    return SpendRead(
        sum(by_source.values(), Decimal(0)),
        dict(sorted(by_source.items(), key=lambda each: (each[0] is not None, each[0] or ""))),
        {source: tuple(texts) for source, texts in written.items()},
        counts,
        tuple(problems),
    )


def _outside(counted: int, of: int) -> str:
    if not counted:
        return f"lies {OUTSIDE}, so it is not counted"
    return f"lies partly {OUTSIDE}: {counted} of {of} days are counted"


def _text(row: SpendRow) -> str | None:
    return row.source or next(iter(row.texts), None)


def _rows(
    connection: duckdb.DuckDBPyConnection, sheet: SourceFile, columns: SpendColumns, name: str
) -> list[tuple[SpendRow, str | None, str | None, bool]]:
    """Return each row with its raw amount and its problem.

    The last item is whether the problem concerns the whole row.
    """
    cell = sheet.cell(name)
    amount = amount_sql(connection, "spend_text", cell, columns.decimal, f"{sheet.name}: column {name!r}")
    others = [sheet.cell(each) for each in sheet.columns if each != name]
    source = sheet.cell(columns.source) if columns.source else "null::varchar"
    rows = connection.execute(f"""
        select row, {source}, amount, {cell}, case when trouble is not null then trouble
            when amount is null and {cell} is not null then {amount_problem_sql("spend_text")} end, trouble is not null
            {"".join(f", {each}" for each in others)}
        from (select *, {amount} as amount from spend_text) order by row
    """).fetchall()
    return [
        (SpendRow(row[0], row[1], tuple(text for text in row[6:] if text), row[2]), row[3], row[4], row[5])
        for row in rows
    ]


def _refuse_currencies(connection: duckdb.DuckDBPyConnection, sheet: SourceFile, columns: SpendColumns) -> None:
    if columns.currency is None:
        return
    cell = sheet.cell(columns.currency)
    names = connection.execute(
        f"select upper({cell}), min(row) from spend_text where {cell} is not null group by 1"
    ).fetchall()
    if currencies := several_named(dict(names)):
        rows = ", ".join(f"{currency} in row {row}" for row, currency in currencies[:3])
        raise UnusableError(
            f"{sheet.name}: row {currencies[1][0]}: column {columns.currency!r} has several currencies ({rows})"
            " that cannot be added up; use a file with one currency"
        )


def _shares(
    connection: duckdb.DuckDBPyConnection,
    sheet: SourceFile,
    columns: SpendColumns,
    options: AuditOptions,
    rows: Sequence[int],
) -> dict[int, tuple[int, int, str]]:
    """Return the counted days of dated rows.

    By row: counted days, all days, and their text.
    """
    if columns.date is None:
        return {}
    window = _window(connection, options)
    if window is None:
        return {}
    dated = _dated(connection, sheet, columns, options, rows)
    return {row: (*window.share(period), text) for row, (period, text) in dated.items()}


def _window(connection: duckdb.DuckDBPyConnection, options: AuditOptions) -> CoveredDays | None:
    """Return the requested days, else those that leads cover."""
    zone = options.calendar.zone.key
    rows = connection.execute(
        f"select distinct (make_timestamptz(created_us) at time zone '{zone}')::date from leads"
        " where excluded is null and rejected is null and created_us is not null"
    ).fetchall()
    days = covered([row[0] for row in rows])
    if options.since and options.until:
        return CoveredDays(SpendPeriod(options.since, options.until), 0)
    if days is None:
        return None
    first, last = options.since or days.period.first, options.until or days.period.last
    return CoveredDays(SpendPeriod(first, last), 0 if options.since or options.until else days.stretch)


def _dated(
    connection: duckdb.DuckDBPyConnection,
    sheet: SourceFile,
    columns: SpendColumns,
    options: AuditOptions,
    rows: Sequence[int],
) -> dict[int, tuple[SpendPeriod, str]]:
    assert columns.date
    cell, kept = sheet.cell(columns.date), set(rows)
    texts = {row: text for row, text in connection.execute(f"select row, {cell} from spend_text").fetchall() if text}
    texts = {row: text for row, text in texts.items() if row in kept}
    periods = {row: period_of(text) for row, text in texts.items()}
    if texts and all(periods.values()):
        return {row: (period, texts[row]) for row, period in periods.items() if period}
    firsts = _days(connection, sheet, columns, columns.date, options)
    unread = next((row for row in texts if firsts.get(row) is None), None)
    if unread is not None:
        raise UnusableError(
            f"{sheet.name}: row {unread}: column {columns.date!r}: {texts[unread]!r} is not a readable day,"
            " week or month; set date_format, or leave the column out of the mapping"
        )
    dated = {row: day for row, day in firsts.items() if row in texts and day}
    if columns.end:
        lasts = _days(connection, sheet, columns, columns.end, options)
        return {row: (SpendPeriod(day, max(day, lasts.get(row) or day)), texts[row]) for row, day in dated.items()}
    spans = periods_of(list(dated.values()), columns.date)
    return {row: (period, texts[row]) for row, period in zip(dated, spans, strict=True)}


def _days(
    connection: duckdb.DuckDBPyConnection, sheet: SourceFile, columns: SpendColumns, name: str, options: AuditOptions
) -> dict[int, date | None]:
    zone = options.calendar.zone
    cells = {name: sheet.cell(name)}
    at = time_columns(connection, "spend_text", cells, file=sheet.name, zone=zone, date_format=columns.date_format)[
        name
    ].sql
    rows = connection.execute(f"select row, {at} from spend_text").fetchall()
    return {row: None if us is None else _local(us, options) for row, us in rows}


def _local(us: int, options: AuditOptions) -> date:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us)).astimezone(options.calendar.zone).date()
