"""Counts and spreads of placed leads.

In total, and by the value of a column.
"""

from typing import Any

import duckdb

from leadtight.reporting.facts.table import Row, rows_of

Figures = dict[str, Any]

BUCKETS = {
    "under_5m": "response_us < 300e6",
    "5m_to_30m": "response_us >= 300e6 and response_us < 1800e6",
    "30m_to_2h": "response_us >= 1800e6 and response_us < 7200e6",
    "2h_to_24h": "response_us >= 7200e6 and response_us <= 86400e6",
    "over_24h": "response_us > 86400e6",
    "never": "response_us is null",
}
"""Response buckets (J2), half-open except the fourth.

The fourth includes its last second.
"""

_QUALIFIED = """
    count(*) filter (qualified) as qualified,
    count(response_us) filter (qualified) as qualified_contacted,
    count(*) filter (qualified and kept) as qualified_in_window
"""
_SPREADS = ", ".join(
    f"quantile_cont({us}, [0.5, 0.9])[1] / 1e6 as {of}median, avg({us}) / 1e6 as {of}mean,"
    f" quantile_cont({us}, [0.5, 0.9])[2] / 1e6 as {of}p90"
    for of, us in (("", "response_us"), ("business_", "business_us"))
)
_COUNTS = """
    count(*) as leads,
    count(response_us) as contacted,
    count(*) filter (kept) as contacted_in_window,
    count(*) filter (stage = 'won') as won
"""


def totals(connection: duckdb.DuckDBPyConnection) -> Row:
    """Return counts, spread and buckets of all placed leads.

    Also their first and last time of arrival and local day.
    """
    buckets = ", ".join(f'count(*) filter ({condition}) as "{name}"' for name, condition in BUCKETS.items())
    when = "min(received_us) as first_us, max(received_us) as last_us, min(day) as first_day, max(day) as last_day"
    counts = f"{_COUNTS}, {_QUALIFIED}, count(*) filter (opportunity) as opportunities"
    return rows_of(connection, f"select {counts}, {_SPREADS}, {buckets}, {when} from placed")[0]


def by_owner(connection: duckdb.DuckDBPyConnection) -> list[Row]:
    """Return counts and spreads by owner.

    Sorted; leads without an owner come last.
    """
    return _grouped(connection, "owner", f"{_COUNTS}, {_SPREADS}")


def by_source(connection: duckdb.DuckDBPyConnection) -> list[Row]:
    """Return counts by source.

    Sorted; leads without a source come last.
    """
    return _grouped(connection, "source", _COUNTS)


def _grouped(connection: duckdb.DuckDBPyConnection, key: str, counts: str) -> list[Row]:
    return rows_of(connection, f"select {key} as key, {counts} from placed group by 1 order by 1 nulls last")


def rate(part: int, whole: int) -> float | None:
    """Return a share from 0 to 1, or None.

    None for an empty whole.
    """
    return part / whole if whole else None


def spread(row: Row, of: str = "") -> dict[str, float | None]:
    """Return median, mean and 90th percentile in seconds.

    `of` is the prefix of their columns.
    """
    return {name: seconds(row[of + name]) for name in ("median", "mean", "p90")}


def seconds(value: float | None) -> float | None:
    """Return seconds to the microsecond, as reports write them."""
    return None if value is None else round(value, 6)


def owner(row: Row) -> Figures:
    """Return the figures of one owner."""
    counts = {name: row[name] for name in ("leads", "contacted", "contacted_in_window")}
    return {
        "owner": row["key"],
        **counts,
        "in_window_rate": rate(row["contacted_in_window"], row["leads"]),
        **spread(row),
    }


def gap(leads: int, contacted: int) -> Figures:
    """Return the marketing-sales gap: generated, contacted, difference (J4)."""
    missing = leads - contacted
    return {"generated": leads, "contacted": contacted, "gap": missing, "gap_rate": rate(missing, leads)}
