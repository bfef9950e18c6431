"""What an audit is asked for, besides its files."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from leadtight.domain.calendar.business_hours import Calendar
from leadtight.domain.calendar.timestamps import midnight
from leadtight.reporting.audit.mapping import Answers
from leadtight.reporting.metrics.query import Staffing


@dataclass(frozen=True, slots=True)
class ExclusionFilter:
    """Leads whose `column` says `value`, whatever its case, count nowhere."""

    column: str
    value: str

    @property
    def rule(self) -> str:
        """Return the rule as it is written on the command line."""
        return f"{self.column}={self.value}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditOptions:
    """Files and parameters of an audit.

    `encoding` is that of files that are not UTF-8, `sheet` that of the leads. `hours` is the notation of `calendar`,
    whose zone is also that of times without an offset. `since` is the first local day whose leads count, `until`
    the last. Money is in the files' unit. `contact_answers` says which values of activities are contact; with
    `asks_all` also what a report can do without is asked.
    """

    leads: Path
    activities: Path | None = None
    spend: Path | None = None
    mapping: dict[str, dict[str, Any]]
    encoding: str | None = None
    sheet: str | None = None
    window: timedelta
    hours: str
    calendar: Calendar
    exclusions: tuple[ExclusionFilter, ...] = ()
    since: date | None = None
    until: date | None = None
    cost_per_lead: Decimal | None = None
    spend_total: Decimal | None = None
    deal_value: Decimal | None = None
    conversion_rate: Decimal | None = None
    staff: Staffing | None = None
    contact_answers: Answers = field(default_factory=dict)
    asks_all: bool = False

    @property
    def start(self) -> datetime | None:
        """Return the instant at which the first day that counts begins."""
        return midnight(self.since, self.calendar.zone) if self.since else None

    @property
    def end(self) -> datetime | None:
        """Return the instant at which the last day that counts is over."""
        return midnight(self.until + timedelta(days=1), self.calendar.zone) if self.until else None

    @property
    def previous_start(self) -> datetime | None:
        """Return the instant at which the period of equal length before begins; None without a first or last day."""
        if self.since is None or self.until is None:
            return None
        return midnight(self.since - (self.until - self.since) - timedelta(days=1), self.calendar.zone)
