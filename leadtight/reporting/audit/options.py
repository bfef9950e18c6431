"""Parameters of an audit besides its files."""

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
    """Leads whose `column` equals `value`, ignoring case, are not counted."""

    column: str
    value: str

    @property
    def rule(self) -> str:
        """Return the rule as written on the command line."""
        return f"{self.column}={self.value}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditOptions:
    """Files and parameters of an audit.

    `encoding` applies to files that are not UTF-8, `sheet` to the leads. `hours` is the notation of `calendar`, whose
    zone also applies to times without an offset. `since` is the first local day whose leads count, `until` the last.
    Money is in the files' unit. `contact_answers` states which values of activities are contacts; `asks_all` also asks
    about what a report can do without.
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
        """Return the start of the first counted day."""
        return midnight(self.since, self.calendar.zone) if self.since else None

    @property
    def end(self) -> datetime | None:
        """Return the end of the last counted day."""
        return midnight(self.until + timedelta(days=1), self.calendar.zone) if self.until else None

    @property
    def previous_start(self) -> datetime | None:
        """Return the start of the previous period of equal length.

        None without a first or last day.
        """
        if self.since is None or self.until is None:
            return None
        return midnight(self.since - (self.until - self.since) - timedelta(days=1), self.calendar.zone)
