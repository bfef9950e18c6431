"""What figures are asked for: a period, working hours, money, and what the facts cannot say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from leadtight.domain.calendar.business_hours import Calendar
from leadtight.reporting import glossary


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricGaps:
    """Why something is not known; "" where the facts tell it.

    `contacts`: who was contacted; `times`: how fast; `created`: when leads came; `owners`, `assignments`, `sources`,
    `stages`, `won`, `stage_times` (since when a lead is in its stage), `attempts`, `contact_persons` (who made the
    first contact), `lost_reasons` and `next_steps`: what their columns say. The reasons from `opportunities` on count
    where `MetricsQuery` has no value.
    """

    contacts: str = ""
    times: str = ""
    created: str = ""
    owners: str = ""
    assignments: str = ""
    sources: str = ""
    stages: str = ""
    won: str = ""
    stage_times: str = ""
    attempts: str = ""
    contact_persons: str = ""
    lost_reasons: str = ""
    next_steps: str = ""
    opportunities: str = "no stages are named as opportunities"
    spend: str = glossary.NO_SPEND
    deal_value: str = "no deal value is given"
    conversion_rate: str = "no conversion rate is given"
    staff: str = "the number of people who answer and their handling time are not given"

    @property
    def untimed(self) -> str:
        """Return why nobody can know who was contacted in the window, or ""."""
        return self.contacts or self.times

    @property
    def unassigned(self) -> str:
        """Return why it is unknown since when leads had owners, or ""."""
        return self.assignments or self.times


@dataclass(frozen=True, slots=True, kw_only=True)
class Staffing:
    """Who answers: `people` at any working hour, `handling` long with a lead; `target` is to be reached in `window`."""

    people: int
    handling: timedelta
    window: timedelta
    target: float = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsQuery:
    """What to compute. Money is in the unit of the facts' values; None is not known.

    `start` and `end` are local midnights of `calendar`'s zone: leads received in `[start, end)` count, all where None.
    `working_promises` tells that deadlines follow working hours. `opportunities` are stages, `won` goes with them.
    `as_of` is when the facts stood so, by default the latest time in them. With `alone` nothing is told of the period
    before. `standard` is how fast leads are to be answered, in words, where that is written down. `doubt` is
    why the contacts of the facts cannot be believed, where something shows it.
    """

    calendar: Calendar
    start: datetime | None = None
    end: datetime | None = None
    as_of: datetime | None = None
    alone: bool = False
    working_promises: bool = False
    opportunities: tuple[str, ...] = ()
    cost_per_lead: Decimal | None = None
    spend_total: Decimal | None = None
    spend_by_source: Mapping[str | None, Decimal] | None = None
    deal_value: Decimal | None = None
    conversion_rate: Decimal | None = None
    staff: Staffing | None = None
    standard: str = ""
    doubt: str = ""
    gaps: MetricGaps = field(default_factory=MetricGaps)
