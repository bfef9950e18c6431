"""Metrics over facts: computed once, here, for the nightly file, the weekly page and the audit."""

from collections.abc import Iterator, Mapping

from leadtight.domain.instants import to_text
from leadtight.domain.stage import Stage
from leadtight.reporting import definitions
from leadtight.reporting.figures.counting import BUCKETS, Figures, gap, owner, rate, seconds, spread
from leadtight.reporting.periods import Period
from leadtight.reporting.table import ANSWERED_AT, FactTable, Row

MONEY = {
    "spend": definitions.NO_SPEND,
    "cost_per_lead": definitions.NO_SPEND,
    "sunk_cac": definitions.NO_SPEND,
    "effective_cost_per_contacted_lead": definitions.NO_SPEND,
    "monthly_waste": definitions.NO_SPEND,
    "annual_waste": definitions.NO_SPEND,
    "unrealised_revenue": definitions.NO_DEAL_FIGURES,
    "cost_per_opportunity": definitions.NO_SPEND,
    "cost_per_won": definitions.NO_SPEND,
}

_SCOPE = f"""
with scope as (
    select *,
        epoch_us(first_contact_at) - epoch_us(received_at) as response_us,
        coalesce(first_contact_at <= deadline, false) as kept,
        {ANSWERED_AT} > deadline as missed
    from counted
    where received_at >= $start and received_at < $end
)
"""
_COUNTS = """
    count(*) as leads,
    count(response_us) as contacted,
    count(*) filter (kept) as contacted_in_window,
    median(response_us) / 1e6 as median,
    avg(response_us) / 1e6 as mean,
    quantile_cont(response_us, 0.9) / 1e6 as p90
"""


def figures(table: FactTable, period: Period) -> Figures:
    """Return the figures of the leads received in `period`, as they stood at its `as_of`.

    Durations are in seconds, rates 0 to 1; what cannot be computed is None and named in `cannot_compute`.
    """
    scope = {"start": period.start, "end": period.end, "as_of": period.as_of}
    total = totals(table, scope)
    leads, contacted = total["leads"], total["contacted"]
    return {
        "period": {"from": to_text(period.start), "to": to_text(period.end), "as_of": to_text(period.as_of)},
        "leads": leads,
        "contacted": contacted,
        "never_contacted": leads - contacted,
        "contact_rate": rate(contacted, leads),
        "contacted_in_window": total["contacted_in_window"],
        "follow_up_rate": rate(total["contacted_in_window"], leads),
        "excluded": _excluded(table, scope),
        "pending": total["pending"],
        "missed": total["missed"],
        "response": spread(total),
        "business_response": None,
        "buckets": {name: total[name] for name in BUCKETS},
        "owners": [owner(row) for row in grouped(table, "first_owner", scope)],
        "sources": [_source(row) for row in grouped(table, "source", scope)],
        "stage_waits": [_stage_wait(table, stage, scope) for stage in Stage if not stage.is_closed],
        "owner_response": [_owner_response(row) for row in _own_answers(table, scope)],
        "marketing_sales_gap": gap(leads, contacted),
        "money": dict.fromkeys(MONEY),
        "cannot_compute": list(_unknown(leads, contacted)),
    }


def totals(table: FactTable, scope: Mapping[str, object]) -> Row:
    """Return the counts, spread and buckets of all leads in scope: received in `start` to `end`, as of `as_of`."""
    buckets = ", ".join(f'count(*) filter ({condition}) as "{name}"' for name, condition in BUCKETS.items())
    pending = "count(*) filter (response_us is null and closed_at is null and not missed) as pending"
    sql = f"{_SCOPE} select {_COUNTS}, {buckets}, {pending}, count(*) filter (missed) as missed from scope"
    return table.rows(sql, scope)[0]


def _excluded(table: FactTable, scope: Mapping[str, object]) -> Figures:
    where = "excluded is not null and received_at >= $start and received_at < $end"
    rows = table.rows(f"select excluded as reason, count(*) as n from facts where {where} group by 1 order by 1", scope)
    return {"total": sum(row["n"] for row in rows), "by_reason": {row["reason"]: row["n"] for row in rows}}


def grouped(table: FactTable, key: str, scope: Mapping[str, object]) -> list[Row]:
    """Return the counts and spread by the value of an SQL expression over the facts, in its order, null last."""
    counts = f"{_COUNTS}, count(*) filter (stage = 'won') as won"
    return table.rows(f"{_SCOPE} select {key} as key, {counts} from scope group by 1 order by 1 nulls last", scope)


def _source(row: Row) -> Figures:
    counts = {name: row[name] for name in ("leads", "contacted", "won")}
    return {"source": row["key"], **counts, "spend": None, "cpl": None, "cac": None, "effective_cac": None}


def _stage_wait(table: FactTable, stage: Stage, scope: Mapping[str, object]) -> Figures:
    waited = f"waited_{stage}_us"
    sql = (
        f"select count({waited}) as left_it, median({waited}) / 1e6 as median, count(*) filter (stage = '{stage}') as n"
    )
    row = table.rows(f"{_SCOPE} {sql} from scope", scope)[0]
    return {"stage": str(stage), "left": row["left_it"], "median": seconds(row["median"]), "waiting": row["n"]}


def _own_answers(table: FactTable, scope: Mapping[str, object]) -> list[Row]:
    own = "epoch_us(owner_answered_at) - epoch_us(owner_since)"
    spread = "median(own_us) / 1e6 as median, avg(own_us) / 1e6 as mean, quantile_cont(own_us, 0.9) / 1e6 as p90"
    sql = f"select pool, count(*) as owned, count(own_us) as answered, {spread} from"
    owned = f"(select *, {own} as own_us from scope where owner_since is not null)"
    return table.rows(f"{_SCOPE} {sql} {owned} group by 1 order by 1 nulls last", scope)


def _owner_response(row: Row) -> Figures:
    return {"pool": row["pool"], "owned": row["owned"], "answered": row["answered"], **spread(row)}


def _unknown(leads: int, contacted: int) -> Iterator[dict[str, str]]:
    reasons = {"business_response": definitions.NO_BUSINESS_TIME}
    if not leads:
        reasons |= dict.fromkeys(
            ("contact_rate", "follow_up_rate", "marketing_sales_gap.gap_rate"), definitions.NO_LEADS
        )
    if not contacted:
        reasons["response"] = definitions.NO_CONTACT if leads else definitions.NO_LEADS
    reasons |= dict.fromkeys((f"sources[].{n}" for n in ("spend", "cpl", "cac", "effective_cac")), definitions.NO_SPEND)
    reasons |= {f"money.{name}": why for name, why in MONEY.items()}
    for what, why in reasons.items():
        yield {"what": what, "why": why}
