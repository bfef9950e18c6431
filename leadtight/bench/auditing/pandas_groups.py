"""The figures of the plain way by owner, source, kind of time and hour of the week."""

from __future__ import annotations

from typing import Any

from leadtight.bench.auditing.exports import COST_PER_LEAD

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Z = 1.959964


def interval(part: Any, whole: Any) -> tuple[Any, Any]:
    """Return the 95 % interval of Wilson, of numbers or of columns."""
    rate, square = part / whole, Z * Z
    middle = rate + square / (2 * whole)
    spread = Z * (rate * (1 - rate) / whole + square / (4 * whole * whole)) ** 0.5
    return (middle - spread) / (1 + square / whole), (middle + spread) / (1 + square / whole)


def _counts(leads: Any, by: Any) -> Any:
    """Return a row for each group, nobody's last: leads, those contacted, and those in the window."""
    groups = leads.groupby(by, dropna=False)
    found = groups.agg(leads=("kept", "size"), contacted=("contact", "count"), contacted_in_window=("kept", "sum"))
    found["in_window_rate"] = found["contacted_in_window"] / found["leads"]
    found["low"], found["high"] = interval(found["contacted_in_window"], found["leads"])
    return found


def listed(table: Any) -> list[dict[str, Any]]:
    """Return the rows of a table as JSON has them: no value is None."""
    return [dict(row) for row in table.astype(object).where(table.notna(), None).to_dict("records")]


def owners(leads: Any) -> list[dict[str, Any]]:
    """Return how soon each owner's leads were reached."""
    found, groups = _counts(leads, "Deal Owner Name"), leads.groupby("Deal Owner Name", dropna=False)
    spreads = {}
    for column in ("wait", "worked"):
        waits = groups[column]
        table = found[[]].assign(median=waits.median(), mean=waits.mean(), p90=waits.quantile(0.9))
        spreads[column] = listed(table)
    rows = listed(found.drop(columns=["low", "high"]).rename_axis("owner").reset_index())
    together = zip(rows, spreads["wait"], spreads["worked"], strict=True)
    return [row | waited | {"business_response": worked} for row, waited, worked in together]


def sources(leads: Any) -> list[dict[str, Any]]:
    """Return how many leads of each source were reached, and what they cost."""
    found = _counts(leads, "Lead Source")
    found["won"] = (leads["stage"] == "won").groupby(leads["Lead Source"], dropna=False).sum()
    found["spend"] = found["leads"] * COST_PER_LEAD
    for name, by in (("cpl", "leads"), ("cac", "won"), ("effective_cac", "contacted")):
        found[name] = (found["spend"] / found[by]).round(2)
    return listed(found.rename_axis("source").reset_index())


def segments(leads: Any) -> dict[str, Any]:
    """Return the leads by the kind of time they came at, and those of days with a surge."""
    columns = ["leads", "contacted", "contacted_in_window", "in_window_rate"]
    kinds = _counts(leads, "kind")[columns]
    days = _counts(leads[leads["surge"]], "day")[columns]
    days.index = days.index.strftime("%Y-%m-%d")
    rows = dict(zip(kinds.index, listed(kinds), strict=True))
    return rows | {"surge_days": listed(days.rename_axis("date").reset_index())}


def heat(leads: Any) -> list[dict[str, Any]]:
    """Return the 168 cells of the week."""
    columns = ["leads", "contacted_in_window", "low", "high"]
    found = _counts(leads, ["weekday", "hour"])[columns]
    cells = dict(zip(found.index, listed(found), strict=True))
    none = {"leads": 0, "contacted_in_window": 0, "low": None, "high": None}
    week = [(day, hour) for day in range(7) for hour in range(24)]
    return [{"weekday": DAYS[day], "hour": hour} | cells.get((day, hour), none) for day, hour in week]
