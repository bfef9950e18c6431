"""Figures as the rows and bars of a page, in words: the same for the audit and the weekly review."""

from collections.abc import Iterator
from typing import Any

from leadtight.reporting import chart
from leadtight.reporting.figures.counting import Figures
from leadtight.reporting.wording import MISSING, amount, duration, exact, plain

MOST_BARS, MOST_ROWS, MOST_PROBLEMS, MOST_NEEDS = 12, 50, 50, 12
NONE = {"owner": "no owner", "source": "no source"}
_MONEY = {
    "spend": "Demand spend",
    "cost_per_lead": "Cost per lead",
    "effective_cost_per_contacted_lead": "Cost per contacted lead",
    "cost_per_opportunity": "Cost per opportunity",
    "cost_per_won": "Cost per won deal",
    "sunk_cac": "Spent on leads never contacted",
    "monthly_waste": "Wasted a month",
    "annual_waste": "Wasted a year",
    "unrealised_revenue": "Unrealised revenue of leads never contacted",
    "margin_per_won": "Margin per won deal",
    "margin_per_won_without_leak": "Margin per won deal without the leak",
}
_KINDS = {"business_hours": "in working hours", "after_hours": "after hours", "weekend": "at the weekend"}
_SIGNS = {"yes": "yes", "no": "no", "unknown": "not known"}


def tables(report: Figures) -> dict[str, list[Any]]:
    """Return the rows of every table by its name: cells are text, what is not known says so."""
    return {name: list(rows) for name, rows in _tables(report)}


def _tables(report: Figures) -> Iterator[tuple[str, Any]]:
    yield "leak_rows", _leak(report["ledger"])
    yield "win_rows", map(_win, report["win_by_bucket"] or ())
    yield "segment_rows", _segments(report["segments"])
    yield "owner_rows", map(_owner, _most(report["owners"]))
    yield "source_rows", map(_source, _most(report["sources"]))
    yield "money_rows", ((label, report["money"][k], why(report, f"money.{k}")) for k, label in _MONEY.items())
    attempts = report["attempts"]
    yield "attempt_rows", ([r["attempts"], _number(r["leads"])] for r in attempts["distribution"]) if attempts else ()
    yield "stage_rows", ([r["stage"], _number(r["leads"]), _days(r["median_days"])] for r in _most(report["stages"]))
    yield (
        "stuck_rows",
        ([r["lead_id"], r["owner"] or NONE["owner"], r["stage"], _days(r["days"])] for r in report["stuck"]),
    )
    yield from _of_capacity(report["capacity"])
    yield "readiness_rows", ([plain(k).capitalize(), exact(v)] for k, v in report["readiness"].items())
    items = report["self_audit"]["items"]
    yield "audit_rows", ([r["question"], "–" if r["score"] is None else r["score"], r["evidence"]] for r in items)
    yield "passive_rows", ([_sign(r["signal"]), _SIGNS[r["found"]], r["evidence"]] for r in report["passive_crm"])
    yield "problem_rows", map(_problem, report["problems"][:MOST_PROBLEMS])


def beside(now: Figures, before: Figures | None) -> list[list[str]]:
    """Return the headline of a window beside that of the window before, which may not be known."""
    earlier = dict(_headline(before)) if before else {}
    return [[label, value, earlier.get(label, MISSING)] for label, value in _headline(now)]


def _headline(window: Figures) -> Iterator[tuple[str, str]]:
    yield "Leads", _number(window["leads"])
    yield "Answered in time", exact(window["follow_up_rate"])
    yield "Contacted", exact(window["contact_rate"])
    yield "Median response", duration(window["response"]["median"])
    yield "Leaked leads", _number(window["ledger"]["leaked"])
    yield "Wasted a month", amount(window["money"]["monthly_waste"])
    yield "Verdict", window["diagnosis"]["verdict"] or MISSING
    yield "First cause", window["diagnosis"]["primary"] or ("none" if window["leads"] else MISSING)


def _most(rows: list[Figures]) -> list[Figures]:
    return sorted(rows, key=lambda row: -row["leads"])[:MOST_ROWS]


def bars(rows: list[Figures], key: str) -> tuple[chart.Bar, ...]:
    """Return a bar for each of the owners or sources with the most leads: the share contacted in the window."""
    known = [row for row in _most(rows) if row["in_window_rate"] is not None][:MOST_BARS]
    return chart.rated((row[key] or NONE[key], row["leads"], row["in_window_rate"]) for row in known)


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
        counts = (_number(row[name]) for name in ("leaked", "recovered", "open"))
        yield [row["cause"].capitalize(), *counts, amount(row["sunk_cost"]), amount(row["expected_revenue"])]


def _win(row: Figures) -> list[str]:
    label = chart.LABELS[row["bucket"]]
    return [label, _number(row["leads"]), _number(row["won"]), exact(row["win_rate"]), _interval(row)]


def _segments(found: Figures) -> Iterator[list[str]]:
    for kind, label in _KINDS.items():
        if found[kind] is not None:
            yield _segment(label, found[kind])
    for day in (found["surge_days"] or ())[:MOST_ROWS]:
        yield _segment(f"on {day['date']}, a day with a surge", day)


def _segment(label: str, row: Figures) -> list[str]:
    counts = (_number(row[name]) for name in ("leads", "contacted", "contacted_in_window"))
    return [label, *counts, exact(row["in_window_rate"])]


def _owner(row: Figures) -> list[str]:
    counts = (_number(row[name]) for name in ("leads", "contacted", "contacted_in_window"))
    waits = (duration(row[name]) for name in ("median", "mean", "p90"))
    worked = duration(row["business_response"]["median"])
    return [row["owner"] or NONE["owner"], *counts, exact(row["in_window_rate"]), *waits, worked]


def _source(row: Figures) -> list[str]:
    counts = (_number(row[name]) for name in ("leads", "contacted", "contacted_in_window"))
    money = (amount(row[name]) for name in ("spend", "cpl", "cac", "effective_cac"))
    return [row["source"] or NONE["source"], *counts, _interval(row), _number(row["won"]), *money]


def _of_capacity(found: Figures | None) -> Iterator[tuple[str, Any]]:
    names = ("leads", "capacity", "overflow", "idle")
    days = found["weekdays"] if found else ()
    yield "weekday_rows", ([day["weekday"].capitalize(), *(_days(day[name]) for name in names)] for day in days)
    gaps = [cell for cell in found["cells"] if cell["gap"]] if found else []
    worst = sorted(gaps, key=lambda cell: -cell["leads_a_week"] * (1 - cell["within_window"]))[:MOST_NEEDS]
    yield "need_rows", map(_need, worst)


def _need(cell: Figures) -> list[str]:
    hour = f"{cell['weekday'].capitalize()} {cell['hour']:02d}:00"
    needed = "over 1,000" if cell["people_needed"] is None else str(cell["people_needed"])
    return [hour, _days(cell["leads_a_week"]), _days(cell["person_hours"]), exact(cell["within_window"]), needed]


def _sign(name: str) -> str:
    return {
        "manual_outcome_logging": "Outcomes are written by hand",
        "calendar_reminders": "Work follows calendar reminders",
        "weekly_only_review": "Follow-up is looked at once a week",
    }[name]


def _problem(row: Figures) -> list[str]:
    value = "" if row["value"] is None else str(row["value"])
    return [f"{row['file']}, row {row['row']}", row["column"] or "", value, row["reason"]]


def unknown(report: Figures) -> list[tuple[str, list[str]]]:
    """Return what cannot be computed by its reason, in the order of the report."""
    by_reason: dict[str, list[str]] = {}
    for each in report["cannot_compute"]:
        by_reason.setdefault(each["why"], []).append(plain(each["what"]))
    return list(by_reason.items())


def why(report: Figures, what: str) -> str:
    """Return why a figure is not there."""
    return next((each["why"] for each in report["cannot_compute"] if each["what"] == what), "nothing to divide by")
