"""`leadtight.audit/1`: the report of an audit, every figure with its definition and every gap with its reason."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from leadtight.domain.instants import to_text
from leadtight.reporting import definitions
from leadtight.reporting.audit import costs
from leadtight.reporting.audit.loading import Loaded
from leadtight.reporting.audit.mapping import as_table
from leadtight.reporting.audit.options import Options
from leadtight.reporting.audit.patterns import heat, pattern, segments
from leadtight.reporting.diagnosis import diagnose
from leadtight.reporting.metrics import BUCKETS, Figures, gap, grouped, owner, rate, spread, totals
from leadtight.reporting.table import instant

SCHEMA = "leadtight.audit/1"
ALL = {
    "start": datetime(1970, 1, 1, tzinfo=UTC),
    "end": datetime(2101, 1, 1, tzinfo=UTC),
    "as_of": datetime(2101, 1, 1, tzinfo=UTC),
}
"""Which days count was decided row by row, so the figures are over all facts."""

_DEFINED = ("leads", "contacted", "never_contacted", "contact_rate", "follow_up_rate", "response", "buckets", "sources")

_OF_CONTACTS = ("contacted", "never_contacted", "contact_rate", "marketing_sales_gap", "diagnosis.verdict")
_OF_TIMES = (
    *("contacted_in_window", "follow_up_rate", "response", "business_response", "buckets", "heat"),
    *("owners[].contacted_in_window", "segments[].contacted_in_window"),
)


def document(loaded: Loaded, options: Options) -> dict[str, Any]:
    """Return the report; durations in seconds, rates 0 to 1, money in the files' unit, unknown is None."""
    total = totals(loaded.table, ALL)
    total["contacted"] = None if loaded.no_contacts else total["contacted"]
    counts = pattern(loaded, total)
    return {
        "schema": SCHEMA,
        "definition": _definition(loaded, options),
        "rows": loaded.rows,
        "period": _period(loaded),
        **_headline(loaded, total),
        "owners": _owners(loaded),
        "sources": costs.sources(loaded, options, [*_by(loaded, "source")]),
        "segments": segments(loaded),
        "heat": heat(loaded),
        "money": costs.money(loaded, options, total, _days(loaded, options)),
        "marketing_sales_gap": _gap(total),
        "diagnosis": diagnose(counts),
        "cannot_compute": [{"what": what, "why": why} for what, why in _unknown(loaded, options, total)],
        "problems": list(loaded.problems),
        "problems_total": loaded.problems_total,
    }


def _definition(loaded: Loaded, options: Options) -> Figures:
    mapping = loaded.mapping
    tables = {"leads": mapping.leads, "activities": mapping.activities, "spend": mapping.spend}
    counts = dict(loaded.excluded)
    rules = [each.rule for each in options.exclusions]
    return {
        "mapping": {name: as_table(columns) for name, columns in tables.items() if columns},
        "window_seconds": options.window.total_seconds(),
        "hours": options.hours,
        "timezone": options.calendar.zone.key,
        "since": options.since.isoformat() if options.since else None,
        "until": options.until.isoformat() if options.until else None,
        "exclusions": [{"rule": r, "leads": counts.pop(r, 0)} for r in dict.fromkeys(rules)]
        + [{"rule": rule, "leads": n} for rule, n in counts.items()],
        "figures": definitions.AUDIT | {name: definitions.FIGURES[name] for name in _DEFINED},
    }


def _period(loaded: Loaded) -> Figures:
    row = loaded.table.rows("select min(epoch_us(received_at)) as a, max(epoch_us(received_at)) as b from counted", {})
    known = loaded.mapping.leads.created_at is not None
    first, last = instant(row[0]["a"]), instant(row[0]["b"])
    return {
        "from": to_text(first) if first and known else None,
        "to": to_text(last) if last and known else None,
    }


def _days(loaded: Loaded, options: Options) -> int | None:
    """Return how many local days the leads cover, from the first day that counts to the last."""
    if loaded.mapping.leads.created_at is None:
        return None
    row = loaded.table.rows("select min(day) as a, max(day) as b from counted", {})[0]
    first: date = options.since or row["a"]
    last: date = options.until or row["b"]
    return (last - first).days + 1


def _headline(loaded: Loaded, total: Figures) -> Figures:
    leads, contacted = total["leads"], total["contacted"]
    in_window = None if _why_untimed(loaded) else total["contacted_in_window"]
    return {
        "leads": leads,
        "contacted": contacted,
        "never_contacted": None if contacted is None else leads - contacted,
        "contact_rate": _rate(contacted, leads),
        "contacted_in_window": in_window,
        "follow_up_rate": _rate(in_window, leads),
        "response": _spread(loaded, total),
        "business_response": _business(loaded),
        "buckets": _buckets(loaded, total),
    }


def _why_untimed(loaded: Loaded) -> str:
    return loaded.no_contacts or loaded.untimed


def _spread(loaded: Loaded, row: Figures) -> Figures:
    return dict.fromkeys(("median", "mean", "p90")) if _why_untimed(loaded) else dict(spread(row))


def _business(loaded: Loaded) -> Figures:
    sql = (
        "select median(business_us) / 1e6 as median, avg(business_us) / 1e6 as mean,"
        " quantile_cont(business_us, 0.9) / 1e6 as p90 from counted"
    )
    return _spread(loaded, loaded.table.rows(sql, {})[0])


def _buckets(loaded: Loaded, total: Figures) -> Figures:
    if _why_untimed(loaded):
        never = None if loaded.no_contacts else total["leads"] - total["contacted"]
        return dict.fromkeys(BUCKETS) | {"never": never}
    return {name: total[name] for name in BUCKETS}


def _by(loaded: Loaded, key: str) -> Iterator[Figures]:
    for row in grouped(loaded.table, key, ALL):
        unknown = {"contacted": None} if loaded.no_contacts else {}
        yield row | unknown


def _owners(loaded: Loaded) -> list[Figures]:
    if loaded.mapping.leads.owner is None:
        return []
    untimed = {"contacted_in_window": None, "in_window_rate": None, "mean": None, "median": None, "p90": None}
    return [owner(row) | (untimed if _why_untimed(loaded) else {}) for row in _by(loaded, "first_owner")]


def _gap(total: Figures) -> Figures:
    leads, contacted = total["leads"], total["contacted"]
    if contacted is None:
        return {"generated": leads, "contacted": None, "gap": None, "gap_rate": None}
    return gap(leads, contacted)


def _rate(part: int | None, whole: int) -> float | None:
    return None if part is None else rate(part, whole)


def _unknown(loaded: Loaded, options: Options, total: Figures) -> Iterator[tuple[str, str]]:
    leads = loaded.mapping.leads
    if leads.created_at is None:
        yield "period", loaded.untimed
    if loaded.no_contacts:
        yield from ((what, loaded.no_contacts) for what in _OF_CONTACTS)
    yield from _without_times(loaded, total)
    if leads.owner is None:
        yield "owners", "no column is recognised as the owner"
        if leads.first_assigned_at is None:
            yield "diagnosis.causes[routing]", "no column tells who owns a lead or when it was assigned"
    if leads.source is None:
        yield "sources", "no column is recognised as the source"
    yield from costs.unknown(loaded, options, total)


def _without_times(loaded: Loaded, total: Figures) -> Iterator[tuple[str, str]]:
    if why := _why_untimed(loaded):
        yield from ((what, why) for what in _OF_TIMES)
    elif not total["contacted"]:
        yield from ((what, definitions.NO_CONTACT) for what in ("response", "business_response"))
    if loaded.untimed:
        yield "segments", loaded.untimed


def money_json(value: Any) -> Any:
    """Return an amount as a JSON number: exact to the cent below ten to the thirteenth."""
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"not for JSON: {value!r}")
