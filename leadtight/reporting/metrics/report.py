"""Facts to figures in one call.

Computes the keys of `leadtight.audit/1` from `period` to `cannot_compute`, over any relation that has the columns of
`facts.columns()` (more do not matter):

    with FactTable.of(facts) as table:
        query = MetricsQuery(calendar=company_calendar, start=monday, end=next_monday)
        result = figures(table.connection, "facts", query)

Leads with `excluded` set, and those received outside `[start, end)`, are not counted. Every duration is in seconds,
every rate 0 to 1, every amount a Decimal in the unit of the facts (`money_json` converts one to JSON); what cannot be
computed is None and named with its reason in `cannot_compute`. A connection can be used for any number of calls, one
after another; each replaces its temporary tables (`placed`, `ledger` and those behind them). `ledger.rows_sql()` reads
the ledger.

The event log contains contacts, times and owners, so its `MetricsQuery.gaps` stays as it is, with
`working_promises=True`.
"""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import duckdb

from leadtight.domain.calendar.timestamps import format_timestamp, midnight
from leadtight.reporting import glossary
from leadtight.reporting.facts.periods import local_day
from leadtight.reporting.facts.table import Row, instant
from leadtight.reporting.metrics import costs, ledger, readiness, stage_durations
from leadtight.reporting.metrics.aggregates import (
    BUCKETS,
    Figures,
    by_owner,
    by_source,
    gap,
    owner,
    rate,
    spread,
    totals,
)
from leadtight.reporting.metrics.capacity import capacity
from leadtight.reporting.metrics.diagnosis import diagnose
from leadtight.reporting.metrics.patterns import heat, pattern, segments
from leadtight.reporting.metrics.query import MetricsQuery
from leadtight.reporting.metrics.self_audit import self_audit
from leadtight.reporting.metrics.working_time import place

NO_PREVIOUS = "no period is given to compare with the one before it (--since and --until)"
SHOWN_BEFORE = "the report of the previous period shows it"
OF_CONTACTS = ("contacted", "never_contacted", "contact_rate", "marketing_sales_gap", "diagnosis.verdict")
OF_TIMES = (
    *("contacted_in_window", "follow_up_rate", "response", "business_response", "buckets", "heat"),
    *("owners[].contacted_in_window", "segments[].contacted_in_window"),
)


def figures(connection: duckdb.DuckDBPyConnection, facts: str, query: MetricsQuery) -> Figures:
    """Return the figures of a query.

    `facts` is the name of a relation.
    """
    previous_figures = _previous(connection, facts, query)
    total = _placed(connection, facts, query)
    as_of = stage_durations.latest(connection, query)
    result = {
        "period": _period(total, query),
        **_headline(total, query),
        "owners": _owners(connection, query),
        "sources": costs.sources(query, _known(by_source(connection), query)),
        "segments": segments(connection, query),
        "heat": heat(connection, query),
        "money": costs.money(query, total),
        "marketing_sales_gap": _gap(total),
        "diagnosis": diagnose(pattern(connection, total, query)),
        "previous": previous_figures,
        "win_by_bucket": stage_durations.wins(connection, query),
        "attempts": stage_durations.attempts(connection, query),
        "stages": stage_durations.stages(connection, as_of),
        "stuck": stage_durations.stuck(connection, as_of),
        "capacity": capacity(connection, query),
    }
    counts = readiness.readiness_counts(connection, facts, query, as_of)
    result |= {"ledger": _ledger(connection, query, result["money"]), **_readiness(counts, result, query)}
    return result | {"cannot_compute": [{"what": figure, "why": reason} for figure, reason in _unknown(total, query)]}


def _placed(connection: duckdb.DuckDBPyConnection, facts: str, query: MetricsQuery) -> Row:
    place(connection, facts, query)
    total = totals(connection)
    return total | ({"contacted": None} if query.gaps.contacts else {})


def _previous(connection: duckdb.DuckDBPyConnection, facts: str, query: MetricsQuery) -> Figures | None:
    """Return the headline of the previous period.

    It has equal length; None when the facts do not reach back that far.
    """
    earlier = previous(query)
    if earlier is None:
        return None
    total = _placed(connection, facts, earlier)
    return {"period": _period(total, earlier), **_headline(total, earlier)} if total["leads"] else None


def previous(query: MetricsQuery) -> MetricsQuery | None:
    """Return the query for the previous period.

    It has as many local days; None without a start and an end.
    """
    if query.start is None or query.end is None or query.gaps.created or query.alone:
        return None
    zone = query.calendar.zone
    first, end = local_day(query.start, zone), local_day(query.end, zone)
    return replace(query, start=midnight(first - (end - first), zone), end=query.start)


def _ledger(connection: duckdb.DuckDBPyConnection, query: MetricsQuery, money: Figures) -> Figures | None:
    if query.gaps.contacts:
        return None
    ledger.post(connection, query, money)
    return ledger.totals(connection, money)


def _readiness(row: Row, figures: Figures, query: MetricsQuery) -> Figures:
    return {
        "self_audit": self_audit(row, figures, query),
        "readiness": readiness.index(row, figures, query),
        "passive_crm": readiness.passive_crm(row, query),
    }


def money_json(value: Any) -> Any:
    """Return an amount as a JSON number.

    Exact to the cent below ten to the thirteenth.
    """
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"not for JSON: {value!r}")


def _period(total: Row, query: MetricsQuery) -> Figures:
    if query.gaps.created or not total["leads"]:
        return {"from": None, "to": None}
    first, last = instant(total["first_us"]), instant(total["last_us"])
    assert first is not None
    assert last is not None
    return {"from": format_timestamp(first), "to": format_timestamp(last)}


def _headline(total: Row, query: MetricsQuery) -> Figures:
    leads, contacted = total["leads"], total["contacted"]
    in_window = None if query.gaps.untimed else total["contacted_in_window"]
    return {
        "leads": leads,
        "contacted": contacted,
        "never_contacted": None if contacted is None else leads - contacted,
        "contact_rate": _rate(contacted, leads),
        "contacted_in_window": in_window,
        "follow_up_rate": _rate(in_window, leads),
        "response": _spread(total, query),
        "business_response": _spread(total, query, "business_"),
        "buckets": _buckets(total, query),
        "qualified": _qualified(total, query),
    }


def _qualified(total: Row, query: MetricsQuery) -> Figures | None:
    """Return follow-up and gap of the qualified leads (J1, J4).

    None when it is unknown which they are.
    """
    if query.gaps.qualified:
        return None
    leads = total["qualified"]
    contacted = None if query.gaps.contacts else total["qualified_contacted"]
    in_window = None if query.gaps.untimed else total["qualified_in_window"]
    return {
        "means": query.qualified,
        "leads": leads,
        "contacted": contacted,
        "contacted_in_window": in_window,
        "contact_rate": _rate(contacted, leads),
        "follow_up_rate": _rate(in_window, leads),
        "gap": None if contacted is None else leads - contacted,
        "gap_rate": None if contacted is None else rate(leads - contacted, leads),
    }


def _spread(row: Row, query: MetricsQuery, of: str = "") -> Figures:
    return dict.fromkeys(("median", "mean", "p90")) if query.gaps.untimed else dict(spread(row, of))


def _buckets(total: Row, query: MetricsQuery) -> Figures:
    if query.gaps.untimed:
        never = None if query.gaps.contacts else total["leads"] - total["contacted"]
        return dict.fromkeys(BUCKETS) | {"never": never}
    return {name: total[name] for name in BUCKETS}


def _known(rows: list[Row], query: MetricsQuery) -> list[Row]:
    unknown = {"contacted": None} if query.gaps.contacts else {}
    return [row | unknown for row in rows]


def _owners(connection: duckdb.DuckDBPyConnection, query: MetricsQuery) -> list[Figures]:
    if query.gaps.owners:
        return []
    unknown = dict.fromkeys(("median", "mean", "p90"))
    untimed = {"contacted_in_window": None, "in_window_rate": None, **unknown, "business_response": unknown}
    rows = _known(by_owner(connection), query)
    return [
        owner(row) | {"business_response": spread(row, "business_")} | (untimed if query.gaps.untimed else {})
        for row in rows
    ]


def _gap(total: Row) -> Figures:
    leads, contacted = total["leads"], total["contacted"]
    if contacted is None:
        return {"generated": leads, "contacted": None, "gap": None, "gap_rate": None}
    return gap(leads, contacted)


def _rate(part: int | None, whole: int) -> float | None:
    return None if part is None else rate(part, whole)


def _unknown(total: Row, query: MetricsQuery) -> Iterator[tuple[str, str]]:
    gaps = query.gaps
    if gaps.created:
        yield "period", gaps.created
    if gaps.contacts:
        yield from ((figure, gaps.contacts) for figure in OF_CONTACTS)
    yield from _without_leads(total, query)
    yield from _without_times(total, query)
    if gaps.owners:
        yield "owners", gaps.owners
        if gaps.assignments:
            yield "diagnosis.causes[routing]", gaps.assignments
    if gaps.sources:
        yield "sources", gaps.sources
    yield from costs.unknown(query, total)
    yield from _other_gaps(query)


def _other_gaps(query: MetricsQuery) -> Iterator[tuple[str, str]]:
    gaps = query.gaps
    no_wins = gaps.won or gaps.untimed
    reasons = {
        "previous": "" if previous(query) else SHOWN_BEFORE if query.alone else NO_PREVIOUS,
        "win_by_bucket": no_wins,
        "attempts": gaps.attempts,
        "readiness.persistence": gaps.attempts,
        "stages[].median_days": gaps.stage_times,
        "stuck": gaps.stage_times,
        "qualified": gaps.qualified,
        "ledger": gaps.contacts,
        "readiness.speed": gaps.untimed,
        "readiness.crm_continuity": gaps.owners or gaps.sources or gaps.stages,
        "readiness.context_retention": gaps.contact_persons or gaps.contacts,
        "capacity": gaps.times or ("" if query.staff else gaps.staff),
    }
    yield from ((figure, reason) for figure, reason in reasons.items() if reason)


def _without_leads(total: Row, query: MetricsQuery) -> Iterator[tuple[str, str]]:
    if not total["leads"]:
        for figure in ("period", "contact_rate", "follow_up_rate", "marketing_sales_gap.gap_rate"):
            yield figure, glossary.NO_LEADS
    if not total["qualified"] and not query.gaps.qualified:
        yield from ((f"qualified.{name}_rate", glossary.NO_QUALIFIED) for name in ("contact", "follow_up", "gap"))


def _without_times(total: Row, query: MetricsQuery) -> Iterator[tuple[str, str]]:
    if reason := query.gaps.untimed:
        yield from ((figure, reason) for figure in OF_TIMES)
    elif not total["contacted"]:
        reason = glossary.NO_CONTACT if total["leads"] else glossary.NO_LEADS
        yield from ((figure, reason) for figure in ("response", "business_response"))
    if query.gaps.times:
        yield "segments", query.gaps.times
