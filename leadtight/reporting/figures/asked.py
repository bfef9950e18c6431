"""What figures are asked for: a period, working hours, money, and what the facts cannot say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from leadtight.domain.calendar import Calendar
from leadtight.reporting import definitions


@dataclass(frozen=True, slots=True, kw_only=True)
class Gaps:
    """Why something is not known; "" where the facts tell it.

    `contacts`: who was contacted; `times`: how fast; `created`: when leads came; `owners`, `assignments`, `sources`,
    `won`: what their columns say. The reasons from `opportunities` on count where `Asked` has no value.
    """

    contacts: str = ""
    times: str = ""
    created: str = ""
    owners: str = ""
    assignments: str = ""
    sources: str = ""
    won: str = ""
    opportunities: str = "no stages are named as opportunity"
    spend: str = definitions.NO_SPEND
    deal_value: str = "no deal value is given"
    conversion_rate: str = "no conversion rate is given"

    @property
    def untimed(self) -> str:
        """Return why nobody can know who was contacted in the window, or ""."""
        return self.contacts or self.times


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What to compute. Money is in the unit of the facts' values; None is not known.

    `start` and `end` are local midnights of `calendar`'s zone: leads received in `[start, end)` count, all where None.
    `working_promises` tells that deadlines follow working hours. `opportunities` are stages, `won` goes with them.
    """

    calendar: Calendar
    start: datetime | None = None
    end: datetime | None = None
    working_promises: bool = False
    opportunities: tuple[str, ...] = ()
    cost_per_lead: Decimal | None = None
    spend_total: Decimal | None = None
    spend_by_source: Mapping[str | None, Decimal] | None = None
    deal_value: Decimal | None = None
    conversion_rate: Decimal | None = None
    gaps: Gaps = field(default_factory=Gaps)
