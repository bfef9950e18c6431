"""Money: spend, and the cost of uncontacted leads."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

from leadtight.reporting import glossary
from leadtight.reporting.facts.table import Row
from leadtight.reporting.metrics import money as formulas
from leadtight.reporting.metrics.aggregates import Figures, rate
from leadtight.reporting.metrics.confidence import SMALL, wilson
from leadtight.reporting.metrics.query import MetricsQuery
from leadtight.tabular.blanks import is_blank


def spend_of(query: MetricsQuery, leads: int) -> Decimal | None:
    """Return the total spend.

    As stated, else the sum of the sources' spend, else leads times the cost per lead.
    """
    if query.spend_total is not None:
        return query.spend_total
    if query.spend_by_source is not None:
        return sum(query.spend_by_source.values(), Decimal(0))
    return query.cost_per_lead * leads if query.cost_per_lead is not None else None


def days(query: MetricsQuery, total: Row) -> int | None:
    """Return the local days of the period.

    Without bounds, the days that the leads cover.
    """
    if query.gaps.created or not total["leads"]:
        return None
    first: date = _local(query.start, query) if query.start else total["first_day"]
    last: date = _local(query.end - timedelta(microseconds=1), query) if query.end else total["last_day"]
    return (last - first).days + 1


def _local(at: datetime, query: MetricsQuery) -> date:
    return at.astimezone(query.calendar.zone).date()


def money(query: MetricsQuery, total: Row) -> Figures:
    """Return the figures K1 to K6.

    None when a part of a division is missing or zero.
    """
    leads, contacted = total["leads"], total["contacted"]
    spend, won, covered = spend_of(query, leads), _won(query, total), days(query, total)
    cost = query.cost_per_lead if query.cost_per_lead is not None else formulas.per(spend, leads)
    return {
        "spend": None if spend is None else formulas.cents(spend),
        "cost_per_lead": cost,
        "months": formulas.months(covered) if covered else None,
        **_leak(query, spend, leads, contacted, covered),
        "unrealised_revenue": _unrealised(query, leads, contacted),
        "cost_per_opportunity": formulas.per(spend, _opportunities(query, total)),
        "cost_per_won": formulas.per(spend, won),
        **_margins(query, spend, won, None if contacted is None else leads - contacted),
    }


def _leak(
    query: MetricsQuery, spend: Decimal | None, leads: int, contacted: int | None, covered: int | None
) -> Figures:
    names = ("sunk_cac", "effective_cost_per_contacted_lead", "monthly_waste", "annual_waste")
    if spend is None or contacted is None:
        return dict.fromkeys(names)
    never = leads - contacted
    monthly = spend / formulas.months(covered) if covered else None
    stated = query.cost_per_lead
    return {
        "sunk_cac": formulas.sunk_cost(spend if stated is None else stated * leads, never, leads),
        "effective_cost_per_contacted_lead": formulas.effective_cost(spend, contacted),
        "monthly_waste": None if monthly is None else formulas.monthly_waste(monthly, never, leads),
        "annual_waste": None if monthly is None else formulas.annual_waste(monthly, never, leads),
    }


def _unrealised(query: MetricsQuery, leads: int, contacted: int | None) -> Decimal | None:
    if contacted is None or query.conversion_rate is None or query.deal_value is None:
        return None
    return formulas.unrealised_revenue(leads - contacted, query.conversion_rate, query.deal_value)


def _margins(query: MetricsQuery, spend: Decimal | None, won: int | None, never: int | None) -> Figures:
    value, rate = query.deal_value, query.conversion_rate
    is_known = value is not None and spend is not None and won is not None
    now = formulas.margin_per_won(value, spend, won) if value is not None and spend is not None and won else None
    without = None
    if is_known and rate is not None and never is not None:
        assert value is not None
        assert spend is not None
        assert won is not None
        without = formulas.margin_without_leak(value, spend, won, never, rate)
    return {"margin_per_won": now, "margin_per_won_without_leak": without}


def sources(query: MetricsQuery, rows: list[Row]) -> list[Figures]:
    """Return each source with its cost.

    Sources that occur only in the spend have no leads. Spend without a source is in a row of its own: it is not the
    spend on leads without a source (R14). When no column shows the sources of leads, it is unknown how
    many came from them.
    """
    nowhere = _unattributed(query)
    unattributed = [] if nowhere is None else [_spent(None, nowhere)]
    if query.gaps.sources:
        return [_spent(key, amount) for key, amount in _spend_by_source(query, []).items()] + unattributed
    spent = _spend_by_source(query, [row["key"] for row in rows])
    lead_sources = {row["key"] for row in rows}
    empty: Figures = {"leads": 0, "contacted": None if query.gaps.contacts else 0, "contacted_in_window": 0, "won": 0}
    rows = rows + [{"key": key} | empty for key in sorted(spent.keys() - lead_sources)]
    return [_source(row, spent.get(row["key"]), query) for row in rows] + unattributed


def _spent(source: str | None, amount: Decimal) -> Figures:
    unknown = ("leads", "contacted", "contacted_in_window", "in_window_rate", "low", "high", "small", "won")
    costs: Figures = {"spend": formulas.cents(amount), "cpl": None, "cac": None, "effective_cac": None}
    return {"source": source, **dict.fromkeys(unknown), **costs}


def _source(row: Row, spend: Decimal | None, query: MetricsQuery) -> Figures:
    won = None if query.gaps.won else row["won"]
    amount = spend
    if amount is None and query.cost_per_lead is not None and query.spend_total is None:
        amount = query.cost_per_lead * row["leads"]
    kept = None if query.gaps.untimed else row["contacted_in_window"]
    low, high = (None, None) if kept is None else wilson(kept, row["leads"]) or (None, None)
    return {
        "source": row["key"],
        "leads": row["leads"],
        "contacted": row["contacted"],
        "contacted_in_window": kept,
        "in_window_rate": None if kept is None else rate(kept, row["leads"]),
        "low": low,
        "high": high,
        "small": row["leads"] < SMALL,
        "won": won,
        "spend": None if amount is None else formulas.cents(amount),
        "cpl": formulas.per(amount, row["leads"]),
        "cac": formulas.per(amount, won),
        "effective_cac": formulas.per(amount, row["contacted"]),
    }


def _spend_by_source(query: MetricsQuery, keys: list[str | None]) -> dict[str, Decimal]:
    """Return spend by source as the leads spell it.

    Case and spaces do not matter. Blank sources are those of no one.
    """
    written = {_plain(key): key for key in reversed(keys) if key is not None}
    sums: dict[str, Decimal] = {}
    for source, amount in (query.spend_by_source or {}).items():
        if source is not None and not is_blank(source):
            key = written.get(_plain(source), source)
            sums[key] = sums.get(key, Decimal(0)) + amount
    return sums


def _unattributed(query: MetricsQuery) -> Decimal | None:
    """Return the spend without a source.

    None if there is none.
    """
    amounts = [a for source, a in (query.spend_by_source or {}).items() if source is None or is_blank(source)]
    return sum(amounts, Decimal(0)) if amounts else None


def _plain(source: str) -> str:
    return " ".join(source.casefold().split())


def _won(query: MetricsQuery, total: Row) -> int | None:
    return None if query.gaps.won else int(total["won"])


def _opportunities(query: MetricsQuery, total: Row) -> int | None:
    return int(total["opportunities"]) if query.opportunities else None


def unknown(query: MetricsQuery, total: Row) -> Iterator[tuple[str, str]]:
    """Yield which money figures cannot be computed, with reasons."""
    gaps = query.gaps
    spend = spend_of(query, total["leads"])
    unknown_spend = gaps.spend if spend is None else ""
    no_spend = unknown_spend or ("" if spend else "the spend given is 0")
    no_won = gaps.won or ("" if total["won"] else "no lead was won")
    no_contact = gaps.contacts or ("" if total["contacted"] else glossary.NO_CONTACT)
    no_opportunity = "" if _opportunities(query, total) else gaps.opportunities
    no_deal = "" if query.deal_value is not None else gaps.deal_value
    no_rate = "" if query.conversion_rate is not None else gaps.conversion_rate
    no_months = "" if days(query, total) else gaps.created or glossary.NO_LEADS
    by_source = _by_source(query)
    reasons = {
        "money.spend": unknown_spend,
        "money.cost_per_lead": no_spend if query.cost_per_lead is None else "",
        "money.sunk_cac": unknown_spend or gaps.contacts,
        "money.effective_cost_per_contacted_lead": no_spend or no_contact,
        "money.monthly_waste": unknown_spend or gaps.contacts or no_months,
        "money.annual_waste": unknown_spend or gaps.contacts or no_months,
        "money.unrealised_revenue": no_deal or no_rate or gaps.contacts,
        "money.cost_per_opportunity": no_spend or no_opportunity,
        "money.cost_per_won": no_spend or no_won,
        "money.margin_per_won": no_deal or unknown_spend or no_won,
        "money.margin_per_won_without_leak": no_deal or no_rate or unknown_spend or gaps.won or gaps.contacts,
        "sources[].won": gaps.won,
        "sources[].cac": by_source or no_won,
        "sources[].effective_cac": by_source or no_contact,
        "sources[].cpl": by_source,
        "sources[].spend": by_source,
    }
    yield from ((figure, reason) for figure, reason in reasons.items() if reason)
    if _unattributed(query) is not None:
        yield "sources[].spend", glossary.UNATTRIBUTED_SPEND


def _by_source(query: MetricsQuery) -> str:
    if query.spend_by_source is not None:
        nothing = [s for s, amount in query.spend_by_source.items() if not amount]
        return f"{glossary.NOTHING_SPENT_ON} {len(nothing)} of the sources, so they have no cost" if nothing else ""
    if query.spend_total is not None:
        return "spend is given as a total, not by source"
    return query.gaps.spend if query.cost_per_lead is None else ""
