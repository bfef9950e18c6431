"""The weekly review as data.

Six questions, headline figures and broken promises.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from leadtight.domain.calendar.timestamps import format_timestamp, midnight
from leadtight.domain.calendar.week import Week
from leadtight.domain.model.event import Event, EventKind
from leadtight.reporting import glossary
from leadtight.reporting.facts.periods import WINDOW_DAYS, ReportPeriod, local_day, window_ending
from leadtight.reporting.facts.snapshots import Snapshot
from leadtight.reporting.facts.table import ANSWERED_AT, FactTable
from leadtight.reporting.metrics import ledger
from leadtight.reporting.metrics.aggregates import Figures
from leadtight.reporting.metrics.invariants import invariants
from leadtight.reporting.metrics.message_counts import COUNTED_KINDS, automatic_messages, contacts_by_people
from leadtight.reporting.metrics.period_metrics import MetricTerms, figures
from leadtight.reporting.metrics.stalls import stalls
from leadtight.reporting.review.answers import (
    ListedLead,
    QuestionResult,
    ask,
    longest_in_stage,
    lost_without_reason,
    missed_promises,
    recorded_late,
    unassigned_while_idle,
)
from leadtight.reporting.review.disagreements import disagreements
from leadtight.reporting.review.headline import in_words
from leadtight.reporting.review.lost_reasons import lost
from leadtight.reporting.review.nightly import problem_rows
from leadtight.reporting.review.review import Review
from leadtight.reporting.review.unassigned_leads import FreeCapacity

SCHEMA = "leadtight.review/1"
HEADLINE = (
    *("leads", "contacted", "never_contacted", "contact_rate", "contacted_in_window", "follow_up_rate"),
    "qualified",
    "excluded",
    *("pending", "missed", "closed_without_contact", "response"),
)


OF_WINDOW = (
    "money",
    "sources",
    "diagnosis",
    "ledger",
    "segments",
    "marketing_sales_gap",
    "stages",
    "stage_waits",
    "attempts",
    "capacity",
)
"""Figures for which one week is too short."""


COUNTED_EVENTS = COUNTED_KINDS | {EventKind.LEAD_ANSWERED}
"""Kinds of events that a review counts."""

OF_BOTH = ("period", *HEADLINE, "money", "diagnosis", "ledger")
"""Figures compared with the previous window."""


def review(
    week: Week,
    period: ReportPeriod,
    zone: ZoneInfo,
    snapshot: Snapshot,
    previous_week: Figures,
    terms: MetricTerms,
    idle: timedelta,
    happened: tuple[Event, ...],
    with_room: Mapping[str, FreeCapacity],
    window_before: Figures | None,
) -> Review:
    """Return the review of a week as of the snapshot.

    `previous_week` are the figures of the week before. Open leads are untouched after `idle`. `happened` are the week's
    events of the kinds in `COUNTED_EVENTS`, `with_room` the people with capacity for leads without an owner,
    `window_before` the metrics of the night that ended the previous window.
    """
    last_day = local_day(period.as_of - timedelta(microseconds=1), zone)
    window = window_ending(last_day, zone, period.as_of)
    week_end = midnight(Week.of(local_day(period.as_of, zone)).after.monday, zone)
    table = snapshot.table
    of_week = figures(table, period, terms)
    of_window = figures(table, window, terms, is_window=True)  # last, so that the table's ledger is that of the window
    return Review(
        week=week,
        period=period,
        zone=zone,
        week_end=week_end,
        figures=of_week,
        window=of_window,
        leaks=ledger.latest(table.connection),
        window_before=window_before,
        previous_week=previous_week,
        invariants=invariants(table, window, zone, terms.ownerless_after, idle),
        stalls=stalls(table, period.as_of, idle),
        automatic_messages=automatic_messages(happened),
        contacts_by_people=contacts_by_people(table, happened, period),
        longest_in_stage=longest_in_stage(table),
        lost=lost(table, period),
        disagreements=disagreements(happened),
        promises=_promises(table, period),
        answers=ask(table, period.as_of, week_end, idle),
        missed=missed_promises(table, period),
        recorded_late=recorded_late(table, period, zone),
        lost_without_reason=lost_without_reason(table, period),
        unassigned_while_idle=unassigned_while_idle(table, with_room),
        with_room=with_room,
        problems=snapshot.problems,
    )


def document(review: Review) -> dict[str, Any]:
    """Return the review as `leadtight.review/1`.

    It names leads by id only: names live in the table.
    """
    return {
        "schema": SCHEMA,
        "week": str(review.week),
        "complete": review.period.is_complete,
        "timezone": review.zone.key,
        "period": review.figures["period"],
        "in_words": list(in_words(review)),
        "headline": {name: review.figures[name] for name in HEADLINE} | {"promises": dict(review.promises)},
        "previous_week": {name: review.previous_week[name] for name in ("period", *HEADLINE)},
        "window": {"days": WINDOW_DAYS} | {name: review.window[name] for name in ("period", *HEADLINE, *OF_WINDOW)},
        "previous_window": {name: review.window_before[name] for name in OF_BOTH} if review.window_before else None,
        "buckets": review.figures["buckets"],
        "owners": review.figures["owners"],
        "sources": review.figures["sources"],
        "lost": {"total": review.lost.total, "without_reason": review.lost.without_reason},
        "disagreements": [asdict(each) for each in review.disagreements],
        "invariants": review.invariants,
        "stalls": review.stalls,
        "longest_in_stage": _answer(review.longest_in_stage, review),
        "automatic_messages": review.automatic_messages,
        "contacts_by_people": review.contacts_by_people,
        "questions": {answer.question.id: _answer(answer, review) for answer in review.answers},
        "missed_promises": _answer(review.missed, review),
        "recorded_late": _answer(review.recorded_late, review),
        "lost_without_reason": _answer(review.lost_without_reason, review),
        "unassigned_while_idle": _answer(review.unassigned_while_idle, review)
        | {"room": {lead_id: room.as_json() for lead_id, room in sorted(review.with_room.items())}},
        "completeness": list(review.completeness),
        "self_audit": review.window["self_audit"],
        "definition": glossary.FIGURES
        | glossary.SHARED
        | {"promises": glossary.PROMISES, "disagreements": glossary.DISAGREEMENTS},
        "cannot_compute": [
            *review.figures["cannot_compute"],
            *({"what": f"window.{gap['what']}", "why": gap["why"]} for gap in review.window["cannot_compute"]),
        ],
        "problems": problem_rows(review.problems),
    }


def _answer(answer: QuestionResult, review: Review) -> dict[str, Any]:
    question = answer.question
    return {
        "question": question.title,
        "definition": question.definition,
        "due_at_means": question.due_label,
        "total": answer.total,
        "leads": [_listed(row, review) for row in answer.rows],
    }


def _listed(row: ListedLead, review: Review) -> dict[str, Any]:
    return {
        "lead_id": row.lead_id,
        "owner": row.owner,
        "source": row.source,
        "stage": row.stage,
        "attempts": row.attempts,
        "received_at": format_timestamp(row.received_at),
        "recorded_at": format_timestamp(row.recorded_at),
        "age_seconds": (review.period.as_of - row.received_at).total_seconds(),
        "due_at": format_timestamp(row.due_at) if row.due_at else None,
    }


def _promises(table: FactTable, period: ReportPeriod) -> dict[str, int]:
    counts = table.rows(
        f"select count(*) as due, count(*) filter ({ANSWERED_AT} > deadline) as missed,"
        " count(*) filter (first_contact_at <= deadline) as kept"
        " from counted where deadline >= $start and deadline < $as_of",
        {"start": period.start, "as_of": period.as_of},
    )[0]
    return {name: counts[name] for name in ("due", "kept", "missed")}
