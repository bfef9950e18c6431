"""Figures as rows and bars of a page.

The same for the audit and the weekly review.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from leadtight.reporting import glossary
from leadtight.reporting.formatting import MISSING, amount, counted, duration, exact, plain, upper_first
from leadtight.reporting.metric_names import names
from leadtight.reporting.metrics.aggregates import Figures
from leadtight.reporting.metrics.message_counts import PURPOSES
from leadtight.reporting.presentation import chart

MOST_BARS, MOST_ROWS, MOST_PROBLEMS, MOST_NEEDS = 12, 50, 50, 12
NONE = {"owner": "no owner", "source": "no source"}
_MONEY = {
    "spend": "Demand spend",
    "cost_per_lead": "Cost per lead",
    "effective_cost_per_contacted_lead": "Cost per contacted lead",
    "cost_per_opportunity": "Cost per opportunity",
    "cost_per_won": "Cost per won deal",
    "sunk_cac": "Spent on leads without a contact",
    "monthly_waste": "Wasted per month",
    "annual_waste": "Wasted per year",
    "unrealised_revenue": "Unrealised revenue of leads without a contact",
    "margin_per_won": "Margin per won deal",
    "margin_per_won_without_leak": "Margin per won deal without the leak",
}
LEAK_NAMES = {
    "routing": "no owner",
    "automation": "outside working hours or on a day with a surge",
    "capacity": "never contacted",
    "accountability": "contacted late",
}
"""Circumstances of a single lead, in words.

Different from the causes of a diagnosis: a cause is a pattern of many leads.
"""

_BASIS = {
    "in_hours": "in working hours",
    "surge": "in working hours on days with a surge",
    "off_hours": "outside working hours",
    "any_time": "at any time",
    "without_owner": "without an owner",
}
_INDEX = {
    "speed": "Speed",
    "persistence": "Persistence",
    "crm_continuity": "CRM continuity",
    "context_retention": "Context retention",
}
CHANNELS = {"email": "mail", "sms": "text", "voice": "call"}
_KINDS = {"business_hours": "in working hours", "after_hours": "after hours", "weekend": "at the weekend"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """Figures that are unknown for one reason.

    `remedy` is empty when there is none.
    """

    reason: str
    figures: tuple[str, ...]
    remedy: str


def tables(report: Figures) -> dict[str, list[Any]]:
    """Return the rows of every table, by its name.

    Cells are text, also those of unknown values.
    """
    return {name: list(rows) for name, rows in _tables(report)}


def _tables(report: Figures) -> Iterator[tuple[str, Any]]:
    yield "leak_rows", _leak(report["ledger"])
    yield "basis_rows", _basis(report["diagnosis"]["basis"])
    yield "win_rows", map(_win, report["win_by_bucket"] or ())
    yield "segment_rows", _segments(report["segments"])
    yield "surge_rows", (_segment(day["date"], day) for day in (report["segments"]["surge_days"] or ())[:MOST_ROWS])
    yield "owner_rows", map(_owner, _most(report["owners"]))
    yield "source_rows", map(_source, _most(report["sources"]))
    yield (
        "money_rows",
        ((label, report["money"][k], reason_unknown(report, f"money.{k}")) for k, label in _MONEY.items()),
    )
    yield "gap_rows", _gaps(report)
    attempts = report["attempts"]
    yield "attempt_rows", ([r["attempts"], _number(r["leads"])] for r in attempts["distribution"]) if attempts else ()
    yield "stage_rows", ([r["stage"], _number(r["leads"]), _days(r["median_days"])] for r in _most(report["stages"]))
    yield (
        "stuck_rows",
        ([r["lead_id"], r["owner"] or NONE["owner"], r["stage"], _days(r["days"])] for r in report["stuck"]),
    )
    yield from _of_capacity(report["capacity"])
    yield "readiness_rows", ([_INDEX[k], exact(v)] for k, v in report["readiness"].items() if v is not None)
    items = report["self_audit"]["items"]
    yield "audit_rows", ([r["question"], r["score"], r["evidence"]] for r in items if r["score"] is not None)
    yield "audit_unknown", ([r["question"], r["evidence"]] for r in items if r["score"] is None)
    signs = [row for row in report["passive_crm"] if row["found"] != "unknown"]
    yield "passive_rows", ([_sign(r["signal"]), r["found"], r["evidence"]] for r in signs)
    yield "problem_rows", map(_problem, report["problems"][:MOST_PROBLEMS])


def stalled(figures: Figures) -> list[list[str]]:
    """Return the rows of open leads by stage."""
    rows = [(plain(row["stage"]).capitalize(), row) for row in figures["stages"]]
    return [[name, _number(row["open"]), _days(row["median_days"]), _number(row["stuck"])] for name, row in rows]


def messages(figures: list[Figures]) -> list[list[str]]:
    """Return the rows of automatic messages."""
    return [_message(row) for row in figures]


def _message(row: Figures) -> list[str]:
    purpose, channel = str(row["purpose"]), str(row["channel"])
    fates = (_number(row[fate]) for fate in ("sent", "confirmed", "refused", "failed", "bounced"))
    return [upper_first(PURPOSES.get(purpose, plain(purpose))), CHANNELS.get(channel, channel), *fates]


def compare_windows(now: Figures, figures: Figures | None) -> list[list[str]]:
    """Return a window's headline beside that of the previous window.

    The previous one may be unknown.
    """
    earlier = dict(_headline(figures)) if figures else {}
    return [[label, value, earlier.get(label, MISSING)] for label, value in _headline(now)]


def _headline(window: Figures) -> Iterator[tuple[str, str]]:
    yield "Leads", _number(window["leads"])
    yield "Answered in time", exact(window["follow_up_rate"])
    yield "Contacted", exact(window["contact_rate"])
    yield "Median response", duration(window["response"]["median"])
    yield "Leads not answered in time", _number(window["ledger"]["leaked"])
    yield "Wasted per month", amount(window["money"]["monthly_waste"])
    yield "Verdict", window["diagnosis"]["verdict"] or MISSING
    yield "First cause", window["diagnosis"]["primary"] or ("none" if window["leads"] else MISSING)


def _most(rows: list[Figures]) -> list[Figures]:
    return sorted(rows, key=lambda row: -(row["leads"] or 0))[:MOST_ROWS]


def bars(rows: list[Figures], key: str) -> tuple[chart.ChartBar, ...]:
    """Return bars of the share contacted in the window.

    For the owners or sources with the most leads.
    """
    rated = [row for row in _most(rows) if row["in_window_rate"] is not None][:MOST_BARS]
    return chart.rated((row[key] or NONE[key], row["leads"], row["in_window_rate"]) for row in rated)


def _number(value: int | None) -> str:
    return "n/a" if value is None else f"{value:,}"


def _days(value: float | None) -> str:
    return "n/a" if value is None else f"{value:,.1f}"


def _interval(row: Figures) -> str:
    if row["low"] is None:
        return "n/a"
    return f"{exact(row['low'])} to {exact(row['high'])}" + (" (few)" if row["small"] else "")


def _leak(ledger: Figures | None) -> Iterator[list[str]]:
    for row in [*ledger["by_cause"], ledger | {"cause": "all"}] if ledger else ():
        name = LEAK_NAMES.get(row["cause"], row["cause"])
        money = (amount(row["sunk_cost"]), amount(row["expected_revenue"]))
        counts = (_number(row[count]) for count in ("leaked", "recovered"))
        yield [name[0].upper() + name[1:], _number(row["open"]), *money, *counts]


def _basis(groups: list[Figures]) -> Iterator[list[str]]:
    on_other_days = any(row["group"] == "surge" and row["leads"] for row in groups)
    for row in groups:
        if row["leads"]:
            name = _BASIS[row["group"]]
            if on_other_days and row["group"] == "in_hours":
                name += " on other days"
            counts = ("leads", "never", "late_in_working_time", "missed", "contacted")
            yield [name[0].upper() + name[1:], *(_number(row[count]) for count in counts)]


def _gaps(report: Figures) -> Iterator[list[str]]:
    """Yield generated and contacted leads: all, and qualified."""
    of_all = report | {key: report["marketing_sales_gap"][key] for key in ("gap", "gap_rate")}
    for label, row in (("All", of_all), ("Qualified", report["qualified"])):
        if row:
            rates = exact(row["follow_up_rate"]), exact(row["gap_rate"])
            kept, contacted, gap = (_number(row[key]) for key in ("contacted_in_window", "contacted", "gap"))
            yield [label, _number(row["leads"]), kept, rates[0], contacted, gap, rates[1]]


def _win(row: Figures) -> list[str]:
    label = chart.LABELS[row["bucket"]] if row["bucket"] != "never" else "without a contact"
    return [label, _number(row["leads"]), _number(row["won"]), exact(row["win_rate"]), _interval(row)]


def _segments(figures: Figures) -> Iterator[list[str]]:
    for kind, label in _KINDS.items():
        if figures[kind] is not None:
            yield _segment(label, figures[kind])
    days = figures["surge_days"] or ()
    if days:
        sums = {name: _sum(day[name] for day in days) for name in ("leads", "contacted", "contacted_in_window")}
        kept = sums["contacted_in_window"]
        of_all = None if kept is None or not sums["leads"] else kept / sums["leads"]
        label = f"on {counted(len(days), 'day')} with a surge (all their hours)"
        yield _segment(label, sums | {"in_window_rate": of_all})


def _sum(counts: Iterable[int | None]) -> int | None:
    present = [count for count in counts if count is not None]
    return sum(present) if present else None


def _segment(label: str, row: Figures) -> list[str]:
    counts = (_number(row[name]) for name in ("contacted_in_window", "contacted"))
    return [label, _number(row["leads"]), _without_contact(row), exact(row["in_window_rate"]), *counts]


def _without_contact(row: Figures) -> str:
    return MISSING if row["contacted"] is None else _number(row["leads"] - row["contacted"])


def _owner(row: Figures) -> list[str]:
    counts = (_number(row[name]) for name in ("contacted_in_window", "contacted"))
    waits = (duration(row[name]) for name in ("mean", "p90"))
    first = (_number(row["leads"]), _without_contact(row), exact(row["in_window_rate"]), duration(row["median"]))
    worked = duration(row["business_response"]["median"])
    return [row["owner"] or NONE["owner"], *first, *waits, worked, *counts]


def _source(row: Figures) -> list[str]:
    counts = (_number(row[name]) for name in ("contacted_in_window", "contacted"))
    first = (_number(row["leads"]), _without_contact(row), amount(row["cpl"]), amount(row["effective_cac"]))
    money = (amount(row["spend"]), _number(row["won"]), amount(row["cac"]))
    name = row["source"] or (NONE["source"] if row["leads"] is not None else "spend without a source")
    return [name, *first, *money, _interval(row), *counts]


def _of_capacity(figures: Figures | None) -> Iterator[tuple[str, Any]]:
    names = ("leads", "capacity", "overflow", "idle")
    days = figures["weekdays"] if figures else ()
    yield "weekday_rows", ([day["weekday"].capitalize(), *(_days(day[name]) for name in names)] for day in days)
    gaps = [cell for cell in figures["cells"] if cell["gap"]] if figures else []
    worst = sorted(gaps, key=lambda cell: -cell["leads_a_week"] * (1 - cell["within_window"]))[:MOST_NEEDS]
    yield "need_rows", map(_need, worst)
    people = figures["roster"] if figures else ()
    yield "roster_rows", ([row["person"], ", ".join(row["pools"]), _days(row["hours_a_week"])] for row in people)


def _need(cell: Figures) -> list[str]:
    hour = f"{cell['weekday'].capitalize()} {cell['hour']:02d}:00"
    needed = "over 1,000" if cell["people_needed"] is None else str(cell["people_needed"])
    return [hour, _days(cell["leads_a_week"]), _days(cell["person_hours"]), exact(cell["within_window"]), needed]


def _sign(name: str) -> str:
    return {
        "manual_outcome_logging": "Outcomes are recorded by hand",
        "calendar_reminders": "Work follows calendar reminders",
        "weekly_only_review": "Follow-up is reviewed once a week",
    }[name]


def _problem(row: Figures) -> list[str]:
    value = "" if row["value"] is None else str(row["value"])
    return [f"{row['file']}, row {row['row']}", row["column"] or "", value, row["reason"]]


def unknown(report: Figures) -> list[Unknown]:
    """Return what cannot be computed, by reason.

    In the order of the report.
    """
    by_reason: dict[str, list[Figures]] = {}
    for gap in report["cannot_compute"]:
        if not gap["why"].startswith(glossary.NOTHING_SPENT_ON):
            by_reason.setdefault(gap["why"], []).append(gap)
    return [
        Unknown(reason=reason, figures=tuple(names(gap["what"] for gap in gaps)), remedy=gaps[0].get("remedy", ""))
        for reason, gaps in by_reason.items()
    ]


def unpriced(report: Figures) -> str:
    """Return a note on sources without spend, or ""."""
    reasons = (gap["why"] for gap in report["cannot_compute"])
    return next((reason for reason in reasons if reason.startswith(glossary.NOTHING_SPENT_ON)), "")


def reason_unknown(report: Figures, figure: str) -> str:
    """Return why a figure is unknown."""
    return next((each["why"] for each in report["cannot_compute"] if each["what"] == figure), "nothing to divide by")
