"""Money in the audit: what was spent, on whom, and what the leads cost that nobody contacted."""

from collections.abc import Iterator
from decimal import Decimal

from leadtight.reporting import definitions
from leadtight.reporting import money as formulas
from leadtight.reporting.audit.loading import Loaded
from leadtight.reporting.audit.options import Options
from leadtight.reporting.metrics import Figures

NO_STAGES = "no column or no value is recognised that tells which leads were won"


def spend_of(loaded: Loaded, options: Options, leads: int) -> Decimal | None:
    """Return what was spent in all: as told, else as the file of spend says, else leads by the cost of one."""
    if options.spend_total is not None:
        return options.spend_total
    if loaded.spend is not None:
        return loaded.spend.total
    return options.cost_per_lead * leads if options.cost_per_lead is not None else None


def money(loaded: Loaded, options: Options, total: Figures, days: int | None) -> Figures:
    """Return the figures K1 to K6; None where a part of the division is missing or zero."""
    leads, contacted = total["leads"], total["contacted"]
    spend, won = spend_of(loaded, options, leads), _won(loaded)
    cost = options.cost_per_lead if options.cost_per_lead is not None else formulas.per(spend, leads)
    return {
        "spend": None if spend is None else formulas.cents(spend),
        "cost_per_lead": cost,
        "months": formulas.months(days) if days else None,
        **_leak(options, spend, leads, contacted, days),
        "unrealised_revenue": _unrealised(options, leads, contacted),
        "cost_per_opportunity": formulas.per(spend, _opportunities(loaded)),
        "cost_per_won": formulas.per(spend, won),
        **_margins(options, spend, won, None if contacted is None else leads - contacted),
    }


def _leak(options: Options, spend: Decimal | None, leads: int, contacted: int | None, days: int | None) -> Figures:
    names = ("sunk_cac", "effective_cost_per_contacted_lead", "monthly_waste", "annual_waste")
    if spend is None or contacted is None:
        return dict.fromkeys(names)
    never = leads - contacted
    monthly = spend / formulas.months(days) if days else None
    stated = options.cost_per_lead
    return {
        "sunk_cac": formulas.sunk_cost(spend if stated is None else stated * leads, never, leads),
        "effective_cost_per_contacted_lead": formulas.effective_cost(spend, contacted),
        "monthly_waste": None if monthly is None else formulas.monthly_waste(monthly, never, leads),
        "annual_waste": None if monthly is None else formulas.annual_waste(monthly, never, leads),
    }


def _unrealised(options: Options, leads: int, contacted: int | None) -> Decimal | None:
    if contacted is None or options.conversion_rate is None or options.deal_value is None:
        return None
    return formulas.unrealised_revenue(leads - contacted, options.conversion_rate, options.deal_value)


def _margins(options: Options, spend: Decimal | None, won: int | None, never: int | None) -> Figures:
    value, rate = options.deal_value, options.conversion_rate
    known = value is not None and spend is not None and won is not None
    now = formulas.margin_per_won(value, spend, won) if value is not None and spend is not None and won else None
    without = None
    if known and rate is not None and never is not None:
        assert value is not None
        assert spend is not None
        assert won is not None
        without = formulas.margin_without_leak(value, spend, won, never, rate)
    return {"margin_per_won": now, "margin_per_won_without_leak": without}


def sources(loaded: Loaded, options: Options, rows: list[Figures]) -> list[Figures]:
    """Return each source with what it cost; sources that only the file of spend knows have no leads."""
    if loaded.mapping.leads.source is None and loaded.spend is None:
        return []
    spent = _spend_by_source(loaded, [row["key"] for row in rows])
    known = {row["key"] for row in rows}
    empty: Figures = {"leads": 0, "contacted": None if loaded.no_contacts else 0, "won": 0}
    rows = rows if loaded.mapping.leads.source else []
    rows = rows + [{"key": key} | empty for key in sorted(spent.keys() - known, key=lambda k: (k is None, k or ""))]
    has_won = bool(loaded.mapping.leads.won)
    return [_source(row, spent.get(row["key"]), options, has_won=has_won) for row in rows]


def _source(row: Figures, spend: Decimal | None, options: Options, *, has_won: bool) -> Figures:
    won = row["won"] if has_won else None
    amount = spend
    if amount is None and options.cost_per_lead is not None and options.spend_total is None:
        amount = options.cost_per_lead * row["leads"]
    return {
        "source": row["key"],
        "leads": row["leads"],
        "contacted": row["contacted"],
        "won": won,
        "spend": None if amount is None else formulas.cents(amount),
        "cpl": formulas.per(amount, row["leads"]),
        "cac": formulas.per(amount, won),
        "effective_cac": formulas.per(amount, row["contacted"]),
    }


def _spend_by_source(loaded: Loaded, keys: list[str | None]) -> dict[str | None, Decimal]:
    """Return spend by source as the leads write it; case and spaces do not matter."""
    if loaded.spend is None:
        return {}
    written = {_plain(key): key for key in reversed(keys)}
    sums: dict[str | None, Decimal] = {}
    for source, amount in loaded.spend.by_source.items():
        key = written.get(_plain(source), source)
        sums[key] = sums.get(key, Decimal(0)) + amount
    return sums


def _plain(source: str | None) -> str | None:
    return None if source is None else " ".join(source.casefold().split())


def _won(loaded: Loaded) -> int | None:
    if not loaded.mapping.leads.won:
        return None
    return int(loaded.table.rows("select count(*) as n from counted where stage = 'won'", {})[0]["n"])


def _opportunities(loaded: Loaded) -> int | None:
    if not loaded.mapping.leads.opportunity:
        return None
    return int(loaded.table.rows("select count(*) as n from counted where opportunity", {})[0]["n"])


def unknown(loaded: Loaded, options: Options, total: Figures) -> Iterator[tuple[str, str]]:
    """Yield what of the money cannot be computed, and why."""
    spend = spend_of(loaded, options, total["leads"])
    no_spend = definitions.NO_SPEND_GIVEN if spend is None else "" if spend else "the spend given is 0"
    won = _won(loaded)
    no_won = NO_STAGES if won is None else "" if won else "no lead was won"
    no_contact = loaded.no_contacts or ("" if total["contacted"] else definitions.NO_CONTACT)
    no_days = "" if loaded.mapping.leads.created_at else loaded.untimed
    no_opportunity = "" if _opportunities(loaded) else "the mapping names no stages as opportunity"
    no_deal = "" if options.deal_value is not None else "no --deal-value is given"
    no_rate = "" if options.conversion_rate is not None else "no --conversion-rate is given"
    reasons = {
        "money.spend": definitions.NO_SPEND_GIVEN if spend is None else "",
        "money.cost_per_lead": no_spend if options.cost_per_lead is None else "",
        "money.sunk_cac": (definitions.NO_SPEND_GIVEN if spend is None else "") or loaded.no_contacts,
        "money.effective_cost_per_contacted_lead": no_spend or no_contact,
        "money.monthly_waste": (definitions.NO_SPEND_GIVEN if spend is None else "") or loaded.no_contacts or no_days,
        "money.annual_waste": (definitions.NO_SPEND_GIVEN if spend is None else "") or loaded.no_contacts or no_days,
        "money.unrealised_revenue": no_deal or no_rate or loaded.no_contacts,
        "money.cost_per_opportunity": no_spend or no_opportunity,
        "money.cost_per_won": no_spend or no_won,
        "money.margin_per_won": no_deal or (definitions.NO_SPEND_GIVEN if spend is None else "") or no_won,
        "money.margin_per_won_without_leak": no_deal
        or no_rate
        or (definitions.NO_SPEND_GIVEN if spend is None else "")
        or (NO_STAGES if won is None else "")
        or loaded.no_contacts,
        "sources[].won": NO_STAGES if won is None else "",
        "sources[].cac": _by_source(loaded, options) or no_won,
        "sources[].effective_cac": _by_source(loaded, options) or no_contact,
        "sources[].cpl": _by_source(loaded, options),
        "sources[].spend": _by_source(loaded, options),
    }
    yield from ((what, why) for what, why in reasons.items() if why)


def _by_source(loaded: Loaded, options: Options) -> str:
    if loaded.spend is not None:
        nothing = [s for s, amount in loaded.spend.by_source.items() if not amount]
        return f"nothing was spent on {len(nothing)} of the sources, so they have no cost" if nothing else ""
    if options.spend_total is not None:
        return "spend is given as a total, not by source"
    return definitions.NO_SPEND_GIVEN if options.cost_per_lead is None else ""
