"""Facts to figures in one call: the keys of `leadtight.audit/1` from `period` to `cannot_compute`.

How to call it, over any relation that has the columns of `facts.columns()` (more do not matter):

    with FactTable.of(facts) as table:
        told = figures(table.connection, "facts", Asked(calendar=company_calendar, start=monday, end=next_monday))

Leads with `excluded` set, and those received outside `[start, end)`, count nowhere. Every duration is in seconds, every
rate 0 to 1, every amount a Decimal in the unit of the facts (`money_json` writes one to JSON); what cannot be computed
is None and is named with its reason in `cannot_compute`. A connection can be used for any number of calls, one after
another; each replaces its temporary tables `placed`, `periods`, `open_days` and `surge_days`.

The event log knows contacts, times and owners, so its `Asked.gaps` stays as it is, with `working_promises=True`.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import duckdb

from leadtight.domain.instants import to_text
from leadtight.reporting import definitions
from leadtight.reporting.diagnosis import diagnose
from leadtight.reporting.figures import costs
from leadtight.reporting.figures.asked import Asked
from leadtight.reporting.figures.counting import BUCKETS, Figures, gap, grouped, owner, rate, spread, totals
from leadtight.reporting.figures.patterns import heat, pattern, segments
from leadtight.reporting.figures.placing import place
from leadtight.reporting.table import Row, instant, rows_of

OF_CONTACTS = ("contacted", "never_contacted", "contact_rate", "marketing_sales_gap", "diagnosis.verdict")
OF_TIMES = (
    *("contacted_in_window", "follow_up_rate", "response", "business_response", "buckets", "heat"),
    *("owners[].contacted_in_window", "segments[].contacted_in_window"),
)


def figures(connection: duckdb.DuckDBPyConnection, facts: str, asked: Asked) -> Figures:
    """Return the figures of the leads in `facts`, the name of a relation, for the period that is asked for."""
    place(connection, facts, asked)
    total = totals(connection)
    total["contacted"] = None if asked.gaps.contacts else total["contacted"]
    return {
        "period": _period(total, asked),
        **_headline(connection, total, asked),
        "owners": _owners(connection, asked),
        "sources": costs.sources(asked, _by(connection, "source", asked)),
        "segments": segments(connection, asked),
        "heat": heat(connection, asked),
        "money": costs.money(asked, total),
        "marketing_sales_gap": _gap(total),
        "diagnosis": diagnose(pattern(connection, total, asked)),
        "cannot_compute": [{"what": what, "why": why} for what, why in _unknown(total, asked)],
    }


def money_json(value: Any) -> Any:
    """Return an amount as a JSON number: exact to the cent below ten to the thirteenth."""
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"not for JSON: {value!r}")


def _period(total: Row, asked: Asked) -> Figures:
    if asked.gaps.created or not total["leads"]:
        return {"from": None, "to": None}
    first, last = instant(total["first_us"]), instant(total["last_us"])
    assert first is not None
    assert last is not None
    return {"from": to_text(first), "to": to_text(last)}


def _headline(connection: duckdb.DuckDBPyConnection, total: Row, asked: Asked) -> Figures:
    leads, contacted = total["leads"], total["contacted"]
    in_window = None if asked.gaps.untimed else total["contacted_in_window"]
    return {
        "leads": leads,
        "contacted": contacted,
        "never_contacted": None if contacted is None else leads - contacted,
        "contact_rate": _rate(contacted, leads),
        "contacted_in_window": in_window,
        "follow_up_rate": _rate(in_window, leads),
        "response": _spread(total, asked),
        "business_response": _business(connection, asked),
        "buckets": _buckets(total, asked),
    }


def _spread(row: Row, asked: Asked) -> Figures:
    return dict.fromkeys(("median", "mean", "p90")) if asked.gaps.untimed else dict(spread(row))


def _business(connection: duckdb.DuckDBPyConnection, asked: Asked) -> Figures:
    sql = (
        "select median(business_us) / 1e6 as median, avg(business_us) / 1e6 as mean,"
        " quantile_cont(business_us, 0.9) / 1e6 as p90 from placed"
    )
    return _spread(rows_of(connection, sql)[0], asked)


def _buckets(total: Row, asked: Asked) -> Figures:
    if asked.gaps.untimed:
        never = None if asked.gaps.contacts else total["leads"] - total["contacted"]
        return dict.fromkeys(BUCKETS) | {"never": never}
    return {name: total[name] for name in BUCKETS}


def _by(connection: duckdb.DuckDBPyConnection, key: str, asked: Asked) -> list[Row]:
    unknown = {"contacted": None} if asked.gaps.contacts else {}
    return [row | unknown for row in grouped(connection, key)]


def _owners(connection: duckdb.DuckDBPyConnection, asked: Asked) -> list[Figures]:
    if asked.gaps.owners:
        return []
    untimed = {"contacted_in_window": None, "in_window_rate": None, "mean": None, "median": None, "p90": None}
    return [owner(row) | (untimed if asked.gaps.untimed else {}) for row in _by(connection, "owner", asked)]


def _gap(total: Row) -> Figures:
    leads, contacted = total["leads"], total["contacted"]
    if contacted is None:
        return {"generated": leads, "contacted": None, "gap": None, "gap_rate": None}
    return gap(leads, contacted)


def _rate(part: int | None, whole: int) -> float | None:
    return None if part is None else rate(part, whole)


def _unknown(total: Row, asked: Asked) -> Iterator[tuple[str, str]]:
    gaps = asked.gaps
    if gaps.created:
        yield "period", gaps.created
    if gaps.contacts:
        yield from ((what, gaps.contacts) for what in OF_CONTACTS)
    yield from _without_leads(total, asked)
    yield from _without_times(total, asked)
    if gaps.owners:
        yield "owners", gaps.owners
        if gaps.assignments:
            yield "diagnosis.causes[routing]", gaps.assignments
    if gaps.sources:
        yield "sources", gaps.sources
    yield from costs.unknown(asked, total)


def _without_leads(total: Row, asked: Asked) -> Iterator[tuple[str, str]]:
    if not total["leads"]:
        for what in ("period", "contact_rate", "follow_up_rate", "marketing_sales_gap.gap_rate"):
            yield what, definitions.NO_LEADS


def _without_times(total: Row, asked: Asked) -> Iterator[tuple[str, str]]:
    if why := asked.gaps.untimed:
        yield from ((what, why) for what in OF_TIMES)
    elif not total["contacted"]:
        why = definitions.NO_CONTACT if total["leads"] else definitions.NO_LEADS
        yield from ((what, why) for what in ("response", "business_response"))
    if asked.gaps.times:
        yield "segments", asked.gaps.times
