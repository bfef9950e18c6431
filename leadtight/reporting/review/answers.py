"""Answers to the questions of the weekly review.

Each is one query over the facts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from leadtight.reporting.facts.periods import ReportPeriod
from leadtight.reporting.facts.table import EPOCH, FactTable, Row, instant
from leadtight.reporting.review.questions import (
    LONG_UNTOUCHED,
    LONGEST_IN_STAGE,
    LOST_WITHOUT_REASON,
    MANY_ATTEMPTS,
    MISSED,
    RECORDED_LATE,
    UNASSIGNED_WHILE_IDLE,
    ReviewQuestion,
    questions,
)

TOP = 10
"""Rows that a page shows of each list.

Six lists fit a review of half an hour (N2).
"""

LONGEST = 1000
"""Rows that a file holds of each list.

`total` counts all.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedLead:
    """One lead in an answer.

    `due_at` is what the question's `due_label` names.
    """

    lead_id: str
    generation: int
    owner: str | None
    source: str | None
    stage: str
    attempts: int
    received_at: datetime
    recorded_at: datetime
    first_contact_at: datetime | None
    closed_at: datetime | None
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """A question with its total and most urgent leads."""

    question: ReviewQuestion
    total: int
    rows: tuple[ListedLead, ...]


def ask(
    table: FactTable, as_of: datetime, week_end: datetime, untouched_after: timedelta
) -> tuple[QuestionResult, ...]:
    """Return the answers at `as_of`, in review order.

    Follow-ups are those due before `week_end`.
    """
    parameters = {
        "as_of": as_of,
        "week_end": week_end,
        "untouched_after": untouched_after,
        "long_untouched": LONG_UNTOUCHED,
        "many_attempts": MANY_ATTEMPTS,
    }
    return tuple(_answer(table, "closed_at is null", question, parameters) for question in questions(untouched_after))


def missed_promises(table: FactTable, period: ReportPeriod) -> QuestionResult:
    """Return the first-response promises broken in `period`.

    Of open and closed leads.
    """
    return _answer(table, "true", MISSED, {"start": period.start, "as_of": period.as_of})


def lost_without_reason(table: FactTable, period: ReportPeriod) -> QuestionResult:
    """Return the leads lost in `period` without a reason."""
    return _answer(table, "true", LOST_WITHOUT_REASON, {"start": period.start, "as_of": period.as_of})


def unassigned_while_idle(table: FactTable, with_room: Iterable[str]) -> QuestionResult:
    """Return ownerless leads that a pool member had capacity for."""
    return _answer(table, "true", UNASSIGNED_WHILE_IDLE, {"with_room": sorted(with_room)})


def longest_in_stage(table: FactTable) -> QuestionResult:
    """Return all open leads, the longest in their stage first."""
    return _answer(table, "closed_at is null", LONGEST_IN_STAGE, {})


def recorded_late(table: FactTable, period: ReportPeriod, zone: ZoneInfo) -> QuestionResult:
    """Return the leads recorded after their date of arrival (A14).

    Recorded in `period`, by the dates of `zone`.
    """
    rows = table.rows(
        "select lead_id, epoch_us(received_at) as received_at, epoch_us(recorded_at) as recorded_at from counted"
        " where recorded_at >= $start and recorded_at < $as_of",
        {"start": period.start, "as_of": period.as_of},
    )
    late = [row["lead_id"] for row in rows if len({_date(row[n], zone) for n in ("received_at", "recorded_at")}) > 1]
    return _answer(table, "true", RECORDED_LATE, {"late": late})


def _date(microseconds: int, zone: ZoneInfo) -> date:
    return (EPOCH + timedelta(microseconds=microseconds)).astimezone(zone).date()


_COLUMNS = """
    lead_id, generation, owner, source, stage, attempts, epoch_us(received_at) as received_at,
    epoch_us(recorded_at) as recorded_at, epoch_us(first_contact_at) as first_contact_at,
    epoch_us(closed_at) as closed_at
"""


def _answer(table: FactTable, scope: str, question: ReviewQuestion, parameters: dict[str, Any]) -> QuestionResult:
    chosen = f"from counted where {scope} and ({question.where})"
    rows = table.rows(
        f"select {_COLUMNS}, epoch_us({question.due}) as due_at {chosen}"
        f" order by {question.due} nulls first, lead_id limit {LONGEST}",
        parameters,
    )
    total = table.rows(f"select count(*) as total {chosen}", parameters)[0]["total"]
    return QuestionResult(question, total, tuple(_listed(row) for row in rows))


def _listed(row: Row) -> ListedLead:
    instants = {name: instant(value) for name, value in row.items() if name.endswith("_at")}
    return ListedLead(**(row | instants))
