"""A weekly review, before it is worded."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from leadtight.domain.calendar.week import Week
from leadtight.reporting.facts.periods import ReportPeriod
from leadtight.reporting.facts.projection import HistoryProblem
from leadtight.reporting.metrics.aggregates import Figures
from leadtight.reporting.metrics.ledger import LeakedLead
from leadtight.reporting.review.answers import (
    QuestionResult,
)
from leadtight.reporting.review.disagreements import Disagreement
from leadtight.reporting.review.lost_reasons import LostLeads
from leadtight.reporting.review.unassigned_leads import FreeCapacity


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """The content of the review page, before it is worded.

    `week_end` ends the reader's calendar week.
    """

    week: Week
    period: ReportPeriod
    zone: ZoneInfo
    week_end: datetime
    figures: Figures
    window: Figures
    leaks: tuple[LeakedLead, ...]
    window_before: Figures | None
    previous_week: Figures
    invariants: Figures
    stalls: Figures
    automatic_messages: list[Figures]
    contacts_by_people: Figures
    longest_in_stage: QuestionResult
    lost: LostLeads
    disagreements: tuple[Disagreement, ...]
    promises: Mapping[str, int]
    answers: tuple[QuestionResult, ...]
    missed: QuestionResult
    recorded_late: QuestionResult
    lost_without_reason: QuestionResult
    unassigned_while_idle: QuestionResult
    with_room: Mapping[str, FreeCapacity]
    problems: tuple[HistoryProblem, ...]
    completeness: tuple[dict[str, Any], ...] = ()
