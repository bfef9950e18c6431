"""The leak ledger (Q2): a row for every leaked lead.

Each has its cause, evidence and share of the money. A lead leaks when it is not contacted in its window. One that is
contacted later is posted back: its row of kind `recovered` has the amounts of its row of kind `leaked` with the sign
reversed, so that both add up to zero. What remains is the sunk cost and the expected revenue of the leads never
contacted, to the cent.
"""

import tempfile
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import duckdb

from leadtight.reporting.facts.table import Row, instant, quoted, rows_of
from leadtight.reporting.metrics.aggregates import Figures
from leadtight.reporting.metrics.money import cents, per
from leadtight.reporting.metrics.query import MetricsQuery

CAUSES = ("routing", "accountability", "capacity", "automation")
_CAUSE = """case when coalesce(unowned, false) then 'routing'
    when off_hours or surged then 'automation'
    when response_us is null then 'capacity'
    else 'accountability' end"""

_EVIDENCE = """concat_ws('; ',
    case when unowned then 'no owner{when}' when not unowned then 'it had an owner' end,
    case when off_hours then 'it arrived outside working hours'
        when surged then 'it arrived in working hours on a day with a surge'
        when timed then 'it arrived in working hours' end,
    case when response_us is null then 'never contacted'
        else 'contacted ' || (contact_us - deadline_us) // 1000000 || ' s after the deadline' end)"""


_LATEST_FIRST = "order by never desc, received_us desc, lead_id, owner, source"

MOST_SHOWN = 20
"""Ledger rows that a page shows; the file has all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeakedLead:
    """A leaked lead with its evidence.

    The amounts are those of its row of kind `leaked`.
    """

    lead_id: str
    cause: str
    evidence: str
    owner: str | None
    source: str | None
    received_at: datetime
    deadline: datetime
    first_contact_at: datetime | None
    sunk_cost: Decimal | None
    expected_revenue: Decimal | None


def post(connection: duckdb.DuckDBPyConnection, query: MetricsQuery, money: Figures) -> None:
    """Create the views `leaks` and `ledger` of placed leads.

    Amounts are in cents, null where unknown. A sum is divided among the leads never contacted in whole cents; the
    remaining cents, fewer than there are leads, go one each to the first of them by time of arrival and id. A recovered
    lead has the plain average, rounded.
    """
    timed = "false" if query.gaps.untimed else "true"
    leads = rows_of(connection, "select count(*) as n, count(*) filter (response_us is null) as never from placed")[0]
    each_cost, each_revenue = _each(query, money, leads["n"])
    cost = f"case when never then {_share(money['sunk_cac'], leads['never'])} else {_cents(each_cost)} end"
    revenue = (
        f"case when never then {_share(money['unrealised_revenue'], leads['never'])} else {_cents(each_revenue)} end"
    )
    connection.execute("""
        create or replace temp table places as
        select rowid as lead, row_number() over (order by received_us, lead_id, owner, source) as place
        from placed where response_us is null
    """)
    connection.execute(f"""
        create or replace temp view leaks as
        select lead_id, owner, source, received_us, deadline_us, contact_us, response_us, unowned, timed, off_hours,
            surged, {_CAUSE} as cause, response_us is null as never, lead, place
        from (
            select placed.*, placed.rowid as lead, place, {timed} as timed,
                {timed} and kind <> 'business_hours' as off_hours, {timed} and surge as surged
            from placed left join places on placed.rowid = places.lead
        ) where response_us is null or (timed and not kept)
    """)
    evidence = _EVIDENCE.format(when="" if query.gaps.unassigned else " when it had to be answered")
    connection.execute(f"""
        create or replace temp view ledger as
        with posted as (select *, {evidence} as evidence, {cost} as cost, {revenue} as revenue from leaks)
        select *, 'leaked' as kind, deadline_us as at_us from posted
        union all
        select * replace (-cost as cost, -revenue as revenue), 'recovered', contact_us from posted where not never
    """)


def totals(connection: duckdb.DuckDBPyConnection, money: Figures) -> Figures:
    """Return the sums of the ledger, total and by cause.

    Amounts are exact, 0 without rows, None where unknown.
    """
    rows = rows_of(
        connection,
        "select cause, count(*) filter (kind = 'leaked') as leaked, count(*) filter (kind = 'recovered') as recovered,"
        " sum(cost) as sunk_cost, sum(revenue) as expected_revenue from ledger group by grouping sets ((), (cause))",
    )
    by_cause = {row["cause"]: _sums(row) for row in rows}
    total = by_cause.pop(None)
    del total["cause"]
    for name, of in (("sunk_cost", "sunk_cac"), ("expected_revenue", "unrealised_revenue")):
        if total[name] is None and money[of] is not None:
            total[name] = Decimal(0)
    return total | {"by_cause": [by_cause[cause] for cause in CAUSES if cause in by_cause]}


def latest(connection: duckdb.DuckDBPyConnection) -> tuple[LeakedLead, ...]:
    """Return the latest leaked leads, at most `MOST_SHOWN`.

    Those never contacted come first.
    """
    rows = rows_of(
        connection,
        "select lead_id, cause, evidence, owner, source, received_us as received_at, deadline_us as deadline,"
        f" contact_us as first_contact_at, {_money('cost')} as sunk_cost, {_money('revenue')} as expected_revenue"
        " from ledger where kind = 'leaked' and lead in"
        f" (select lead from leaks {_LATEST_FIRST} limit {MOST_SHOWN}) {_LATEST_FIRST}",
    )
    return tuple(_leak(row) for row in rows)


def _leak(row: Row) -> LeakedLead:
    times = {name: instant(row[name]) for name in ("received_at", "deadline", "first_contact_at")}
    return LeakedLead(**(row | times))


def _sums(row: Figures) -> Figures:
    amounts = {n: None if row[n] is None else Decimal(int(row[n])) / 100 for n in ("sunk_cost", "expected_revenue")}
    return row | {"open": row["leaked"] - row["recovered"]} | amounts


def _each(query: MetricsQuery, money: Figures, leads: int) -> tuple[Decimal | None, Decimal | None]:
    """Return the average cost and expected revenue per lead."""
    cost = query.cost_per_lead if query.cost_per_lead is not None else per(money["spend"], leads)
    has_value = query.conversion_rate is not None and query.deal_value is not None
    revenue = query.conversion_rate * query.deal_value if has_value else None  # type: ignore[operator]
    return cost if money["sunk_cac"] is not None else None, revenue


def _share(amount: Decimal | None, leads: int) -> str:
    """Return SQL for a lead's share of an amount.

    In whole cents, by its place.
    """
    if amount is None or not leads:
        return "null::bigint"
    whole, left = divmod(int(amount * 100), leads)
    return f"({whole}::bigint + case when place <= {left} then 1 else 0 end)"


def _cents(amount: Decimal | None) -> str:
    return "null::bigint" if amount is None else f"{int(cents(amount) * 100)}::bigint"


def rows_sql() -> str:
    """Return SQL for the ledger rows, by arrival.

    The two rows of a recovered lead are adjacent.
    """
    at, received, deadline, contact = map(_text, ("at_us", "received_us", "deadline_us", "contact_us"))
    return (
        f"select lead_id, kind, cause, {at} as at, owner, source, {received} as received_at, {deadline} as deadline,"
        f" {contact} as first_contact_at, evidence, {_money('cost')} as sunk_cost,"
        f" {_money('revenue')} as expected_revenue from ledger order by received_us, lead_id, owner, source, kind"
    )


def as_csv(connection: duckdb.DuckDBPyConnection) -> bytes:
    """Return the ledger as CSV.

    In UTF-8 with a byte order mark, safe to open in a spreadsheet.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "ledger.csv")
        connection.execute(f"copy ({csv_safe_sql()}) to {quoted(str(file))} (format csv, header)")
        return b"\xef\xbb\xbf" + file.read_bytes()


def csv_safe_sql() -> str:
    """Return SQL for the rows without spreadsheet formulas.

    Texts that a spreadsheet takes for a formula are escaped (CWE-1236).
    """
    cells = ", ".join(f"{_csv_safe(name)} as {name}" for name in ("lead_id", "owner", "source"))
    return f"select * replace ({cells}) from ({rows_sql()})"


def _csv_safe(column: str) -> str:
    return f"case when regexp_matches({column}, '^[=+@\\t\\r-]') then chr(39) || {column} else {column} end"


def _text(column: str) -> str:
    return f"strftime(make_timestamp({column}), '%Y-%m-%dT%H:%M:%S.%fZ')"


def _money(column: str) -> str:
    return f"cast(cast({column} as decimal(18, 0)) / 100 as decimal(18, 2))"
