"""The pandas figures by owner, source, arrival time and hour."""

from __future__ import annotations

from typing import Any

from leadtight.bench.auditing.exports import COST_PER_LEAD

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Z = 1.959964


def interval(part: Any, whole: Any) -> tuple[Any, Any]:
    """Return Wilson's 95 % interval, for numbers or columns."""
    rate, square = part / whole, Z * Z
    middle = rate + square / (2 * whole)
    spread = Z * (rate * (1 - rate) / whole + square / (4 * whole * whole)) ** 0.5
    return (middle - spread) / (1 + square / whole), (middle + spread) / (1 + square / whole)


def _counts(leads: Any, by: Any) -> Any:
    """Return counts and rates of each group, ownerless last.

    Counts are leads, those contacted, and those contacted in the window.
    """
    groups = leads.groupby(by, dropna=False)
    counts = groups.agg(leads=("kept", "size"), contacted=("contact", "count"), contacted_in_window=("kept", "sum"))
    counts["in_window_rate"] = counts["contacted_in_window"] / counts["leads"]
    counts["low"], counts["high"] = interval(counts["contacted_in_window"], counts["leads"])
    return counts


def listed(table: Any) -> list[dict[str, Any]]:
    """Return a table's rows for JSON, missing values as None."""
    return [dict(row) for row in table.astype(object).where(table.notna(), None).to_dict("records")]


def owners(leads: Any) -> list[dict[str, Any]]:
    """Return the response times of each owner."""
    counts, groups = _counts(leads, "Deal Owner Name"), leads.groupby("Deal Owner Name", dropna=False)
    spreads = {}
    for column in ("wait", "worked"):
        waits = groups[column]
        table = counts[[]].assign(median=waits.median(), mean=waits.mean(), p90=waits.quantile(0.9))
        spreads[column] = listed(table)
    rows = listed(counts.drop(columns=["low", "high"]).rename_axis("owner").reset_index())
    together = zip(rows, spreads["wait"], spreads["worked"], strict=True)
    return [row | waited | {"business_response": worked} for row, waited, worked in together]


def sources(leads: Any) -> list[dict[str, Any]]:
    """Return contacted leads and costs of each source."""
    counts = _counts(leads, "Lead Source")
    counts["won"] = (leads["stage"] == "won").groupby(leads["Lead Source"], dropna=False).sum()
    counts["spend"] = counts["leads"] * COST_PER_LEAD
    for name, by in (("cpl", "leads"), ("cac", "won"), ("effective_cac", "contacted")):
        counts[name] = (counts["spend"] / counts[by]).round(2)
    return listed(counts.rename_axis("source").reset_index())


def segments(leads: Any) -> dict[str, Any]:
    """Return the leads by kind of arrival time and surge."""
    columns = ["leads", "contacted", "contacted_in_window", "in_window_rate"]
    kinds = _counts(leads, "kind")[columns]
    days = _counts(leads[leads["surge"]], "day")[columns]
    days.index = days.index.strftime("%Y-%m-%d")
    rows = dict(zip(kinds.index, listed(kinds), strict=True))
    return rows | {"surge_days": listed(days.rename_axis("date").reset_index())}


def heat(leads: Any) -> list[dict[str, Any]]:
    """Return the 168 cells of the week."""
    columns = ["leads", "contacted_in_window", "low", "high"]
    counts = _counts(leads, ["weekday", "hour"])[columns]
    cells = dict(zip(counts.index, listed(counts), strict=True))
    none = {"leads": 0, "contacted_in_window": 0, "low": None, "high": None}
    week = [(day, hour) for day in range(7) for hour in range(24)]
    return [{"weekday": DAYS[day], "hour": hour} | cells.get((day, hour), none) for day, hour in week]
