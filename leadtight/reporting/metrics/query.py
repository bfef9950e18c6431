"""Queries for figures: period, working hours, money and data gaps."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from leadtight.domain.calendar.business_hours import Calendar
from leadtight.reporting import glossary
from leadtight.reporting.metrics.presence import Presence, RosterMember


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricGaps:
    """Reasons why something is unknown; "" where it is known.

    `contacts`: who was contacted; `qualified`: who is a qualified lead; `times`: how fast; `created`: when leads
    arrived; `owners`, `assignments`, `sources`, `stages`, `won`, `stage_times` (since when a lead has been in its
    stage), `attempts`, `contact_persons` (who made the first contact), `lost_reasons` and `next_steps`: what their
    columns contain. The reasons from `opportunities` on apply when `MetricsQuery` has no value.
    """

    contacts: str = ""
    qualified: str = ""
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
        """Return why contacts in the window are unknown, or ""."""
        return self.contacts or self.times

    @property
    def unassigned(self) -> str:
        """Return why times of assignment are unknown, or ""."""
        return self.assignments or self.times


@dataclass(frozen=True, slots=True, kw_only=True)
class Staffing:
    """The people who answer, and their target.

    `people` are at work in any working hour, or as `presence` says, and need `handling` for a lead; the share `target`
    is to be reached in `window`. `roster` are the people of `presence`.
    """

    people: int
    handling: timedelta
    window: timedelta
    target: float = 0.9
    presence: Presence | None = None
    roster: tuple[RosterMember, ...] = ()

    @property
    def at_once(self) -> int:
        """Return the most people at work at one moment."""
        return self.presence.most if self.presence else self.people


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsQuery:
    """What to compute.

    Money is in the unit of the facts' values; None is unknown. `start` and `end` are local midnights of
    `calendar`'s zone: leads received in `[start, end)` count, all leads if None. `working_promises`: deadlines
    follow working hours. `opportunities` are stages; `won` is one, too. `as_of` is the time of the facts, by
    default the latest time in them. `alone` omits the previous period. Leads of `qualified_tiers` are qualified on
    arrival; `qualified` is in words what makes a lead qualified. `standard` is the written standard of how fast to
    answer, if there is one. `doubt` is why the contacts of the facts cannot be trusted, if something shows it.
    """

    calendar: Calendar
    start: datetime | None = None
    end: datetime | None = None
    as_of: datetime | None = None
    alone: bool = False
    working_promises: bool = False
    qualified: str = ""
    qualified_tiers: tuple[str, ...] = ()
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
