"""The file of what marketing cost, by source."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import duckdb

from leadtight.reporting.audit.amounts import amount_sql, why_no_amount
from leadtight.reporting.audit.chosen import required
from leadtight.reporting.audit.dates import time_columns
from leadtight.reporting.audit.files import Sheet
from leadtight.reporting.audit.leads import bounds
from leadtight.reporting.audit.mapping import SpendColumns
from leadtight.reporting.audit.options import Options
from leadtight.reporting.table import quoted


@dataclass(frozen=True, slots=True)
class SpendRead:
    """What was spent: in all, and by source as the file writes it; None is what names no source."""

    total: Decimal
    by_source: Mapping[str | None, Decimal]
    rows: Mapping[str, int]


def read_spend(
    connection: duckdb.DuckDBPyConnection, sheet: Sheet, columns: SpendColumns, options: Options
) -> SpendRead:
    """Create the table `spend` from `spend_text`, and return its sums over the days that count."""
    name = required(columns, "amount", sheet)
    amount = amount_sql(connection, "spend_text", sheet.cell(name), columns.decimal, f"{sheet.name}: column {name!r}")
    source = sheet.cell(columns.source) if columns.source else "null::varchar"
    connection.execute(f"""
        create table spend as select row, {source} as source, {amount} as amount,
            {_outside(connection, sheet, columns, options)} as excluded,
            case when trouble is not null then trouble
                when ({amount}) is null and {sheet.cell(name)} is not null
                    then {why_no_amount("spend_text", sheet.cell(name))} end as rejected
        from spend_text
    """)
    kept = "from spend where excluded is null and rejected is null"
    sums = connection.execute(f"select source, sum(coalesce(amount, 0)) {kept} group by 1 order by 1").fetchall()
    by_source = {row[0]: Decimal(row[1]) for row in sums}
    return SpendRead(sum(by_source.values(), Decimal(0)), by_source, _rows(connection))


def problems(sheet: Sheet, columns: SpendColumns) -> str:
    """Return SQL for the problems of the file, one row each: row, column, value, reason."""
    name = required(columns, "amount", sheet)
    return (
        f"select row, {quoted(name)} as column, {sheet.cell(name)} as value, rejected as reason"
        " from spend join spend_text using (row) where rejected is not null"
    )


def _outside(connection: duckdb.DuckDBPyConnection, sheet: Sheet, columns: SpendColumns, options: Options) -> str:
    if columns.date is None or not (options.since or options.until):
        return "null::varchar"
    zone = options.calendar.zone
    cells = {columns.date: sheet.cell(columns.date)}
    at = time_columns(connection, "spend_text", cells, file=sheet.name, zone=zone, date_format=columns.date_format)[
        columns.date
    ].sql
    return bounds(options, at)


def _rows(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    row = connection.execute(
        "select count(*), count(*) filter (excluded is null and rejected is null),"
        " count(*) filter (excluded is not null), count(*) filter (excluded is null and rejected is not null)"
        " from spend"
    ).fetchall()[0]
    return dict(zip(("read", "accepted", "excluded", "rejected"), row, strict=True))
