"""The pandas figures over all leads and their first contacts."""

from __future__ import annotations

from typing import Any

from leadtight.bench.auditing import pandas_groups
from leadtight.bench.auditing.exports import CONVERSION_RATE, COST_PER_LEAD, DEAL_VALUE
from leadtight.bench.auditing.pandas_groups import interval, listed

BUCKETS = ("under_5m", "5m_to_30m", "30m_to_2h", "2h_to_24h", "over_24h", "never")
MINUTE_S, DAY_S = 60, 86400


def figures(leads: Any) -> dict[str, Any]:
    """Return the figures in the shape of an audit."""
    count, contacted, kept = len(leads), int(leads["contact"].notna().sum()), int(leads["kept"].sum())
    buckets = _buckets(leads)
    return {
        "period": {"from": _text(leads["created"].min()), "to": _text(leads["created"].max())},
        "leads": count,
        "contacted": contacted,
        "never_contacted": count - contacted,
        "contact_rate": contacted / count,
        "contacted_in_window": kept,
        "follow_up_rate": kept / count,
        "response": _spread(leads["wait"]),
        "business_response": _spread(leads["worked"]),
        "buckets": {row["bucket"]: row["leads"] for row in buckets},
        "owners": pandas_groups.owners(leads),
        "sources": pandas_groups.sources(leads),
        "segments": pandas_groups.segments(leads),
        "heat": pandas_groups.heat(leads),
        "money": _money(leads, count, contacted),
        "marketing_sales_gap": {"generated": count, "contacted": contacted, "gap_rate": 1 - contacted / count},
        "diagnosis": _diagnosis(leads, count, contacted),
        "win_by_bucket": buckets,
        "attempts": _attempts(leads),
        "stages": _stages(leads),
        "ledger": _ledger(leads),
        "readiness": _readiness(leads),
        "passive_crm": _passive(leads),
    }


def _text(at: Any) -> str:
    return str(at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"))


def _spread(waits: Any) -> dict[str, float]:
    return {"median": waits.median(), "mean": waits.mean(), "p90": waits.quantile(0.9)}


def _money(leads: Any, count: int, contacted: int) -> dict[str, float]:
    spend, never, won = count * COST_PER_LEAD, count - contacted, int((leads["stage"] == "won").sum())
    months = max(1, round(((leads["day"].max() - leads["day"].min()).days + 1) / 30.4375))
    sunk = never * COST_PER_LEAD
    return {
        "spend": spend,
        "cost_per_lead": COST_PER_LEAD,
        "months": months,
        "sunk_cac": sunk,
        "effective_cost_per_contacted_lead": round(spend / contacted, 2),
        "monthly_waste": round(sunk / months, 2),
        "annual_waste": round(12 * sunk / months, 2),
        "unrealised_revenue": never * CONVERSION_RATE * DEAL_VALUE,
        "cost_per_won": round(spend / won, 2),
        "margin_per_won": round(DEAL_VALUE - spend / won, 2),
        "margin_per_won_without_leak": round(DEAL_VALUE - spend / (won + never * CONVERSION_RATE), 2),
    }


def _diagnosis(leads: Any, count: int, contacted: int) -> dict[str, Any]:
    """Return the causes that stand out beyond chance.

    They concern more than a tenth of leads, or are missed over 10 points more often.
    """
    owned = leads[leads["Deal Owner Name"].notna()]
    off = owned["kind"] != "business_hours"
    usual, surge, away = owned[~off & ~owned["surge"]], owned[~off & owned["surge"]], owned[off]
    late, never = int(usual["late"].sum()), int(usual["contact"].isna().sum())
    causes: dict[str, int] = {}
    if (count - len(owned)) * 10 > count:
        causes["routing"] = count - len(owned)
    if late * 10 > len(usual) - never:
        causes["accountability"] = late
    if never * 10 > len(usual):
        causes["capacity"] = never
    for group in (away, surge):
        if missed := _more_often(group, usual):
            causes.setdefault("automation", missed)
            causes.setdefault("capacity", missed)
    order = [cause for cause in ("routing", "accountability", "capacity", "automation") if cause in causes]
    verdict = "structural" if (count - contacted) * 10 > count else "coach"
    shares = [{"cause": cause, "share": causes[cause] / count} for cause in causes]
    return {"primary": next(iter(causes), None), "causes": shares, "corrective_order": order, "verdict": verdict}


def _more_often(group: Any, usual: Any) -> int:
    """Return a group's missed leads when clearly more than usual.

    Otherwise the leads never contacted, when these are.
    """
    never, usually_never = group["contact"].isna(), usual["contact"].isna()
    for here, there in ((~group["kept"], ~usual["kept"]), (never, usually_never)):
        apart = len(group) and len(usual) and here.mean() - there.mean() > 0.1
        if apart and interval(here.sum(), len(group))[0] > interval(there.sum(), len(usual))[1]:
            return int(here.sum())
    return 0


def _buckets(leads: Any) -> list[dict[str, Any]]:
    import pandas as pd

    edges = [0, 300, 1800, 7200, DAY_S + 1, float("inf")]  # a wait of just a day is not over one
    bucket = pd.cut(leads["wait"], edges, right=False, labels=BUCKETS[:-1]).cat.add_categories("never").fillna("never")
    counts = (leads["stage"] == "won").groupby(bucket, observed=False).agg(leads="size", won="sum")
    counts["win_rate"] = counts["won"] / counts["leads"]
    counts["low"], counts["high"] = interval(counts["won"], counts["leads"])
    return listed(counts.rename_axis("bucket").reset_index())


def _attempts(leads: Any) -> dict[str, Any]:
    counted = leads["attempts"].clip(upper=11).value_counts().reindex(range(12), fill_value=0)
    never = leads.loc[leads["contact"].isna(), "attempts"]
    return {
        "distribution": [{"leads": int(n)} for n in counted],
        "five_or_more": int((leads["attempts"] >= 5).sum()),
        "five_or_more_rate": float((leads["attempts"] >= 5).mean()),
        "never_contacted_five_or_more": int((never >= 5).sum()),
        "persistence": float((never >= 5).mean()),
    }


def _stages(leads: Any) -> list[dict[str, Any]]:
    counts = leads["stage"].value_counts().rename("leads").rename_axis("stage").reset_index()
    return listed(counts.sort_values(["leads", "stage"], ascending=[False, True]))


def _ledger(leads: Any) -> dict[str, Any]:
    leaked = leads[~leads["kept"]]
    cause = leaked["contact"].isna().map({True: "capacity", False: "accountability"})
    cause = cause.mask((leaked["kind"] != "business_hours") | leaked["surge"], "automation")
    cause = cause.mask(leaked["Deal Owner Name"].isna(), "routing")
    totals = leaked.groupby(cause).agg(leaked=("kept", "size"), recovered=("contact", "count"))
    totals["open"] = totals["leaked"] - totals["recovered"]
    totals["sunk_cost"] = totals["open"] * COST_PER_LEAD
    totals["expected_revenue"] = totals["open"] * CONVERSION_RATE * DEAL_VALUE
    order = [name for name in ("routing", "accountability", "capacity", "automation") if name in totals.index]
    by_cause = totals.loc[order].rename_axis("cause").reset_index()
    return {name: float(total) for name, total in totals.sum().items()} | {"by_cause": listed(by_cause)}


def _readiness(leads: Any) -> dict[str, float]:
    attributed = leads[leads["by"].notna() & leads["Deal Owner Name"].notna()]
    return {
        "speed": float(leads["kept"].mean()),
        "crm_continuity": float(leads[["Deal Owner Name", "Lead Source", "stage"]].notna().all(axis=1).mean()),
        "context_retention": float((attributed["by"] == attributed["Deal Owner Name"]).mean()),
    }


def _passive(leads: Any) -> list[dict[str, str]]:
    """Return signs that the CRM was filled in afterwards.

    Each has the counts behind it.
    """
    reached, later = leads[leads["contact"].notna()], leads[leads["wait"] > DAY_S]
    rounded = (reached["contact"].dt.minute % 5 == 0) & (reached["contact"].dt.second == 0)
    from_the_hour = (later["wait"] + DAY_S // 2) % DAY_S - DAY_S // 2
    weekday = later["contact"].dt.weekday.value_counts().max()
    counts = ((rounded.sum(), len(reached)), ((from_the_hour.abs() <= 15 * MINUTE_S).sum(), len(later)))
    return [{"evidence": f"{part} of {whole}"} for part, whole in (*counts, (weekday, len(later)))]
