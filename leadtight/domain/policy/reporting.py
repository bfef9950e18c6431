"""What the reports of a company need besides its leads: money, capacity, hours, and who reads the weekly review."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """What leads cost and what they may be worth, in one currency; what is None is not known.

    `cost_per_lead` is of any lead, `monthly_spend` what each source costs a month. `conversion_rate` is the share of
    leads that buy, from 0 to 1, and `deal_value` what one of those is worth.
    """

    cost_per_lead: Decimal | None = None
    monthly_spend: Mapping[str, Decimal] = field(default_factory=dict)
    deal_value: Decimal | None = None
    conversion_rate: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reports:
    """Whose working hours the figures go by, and who is mailed the weekly review; () leaves both to the policy."""

    calendar: str | None = None
    readers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """What it takes to answer: how long a lead takes one person, and which share of leads is to be taken up how soon.

    Without `handling` nothing is computed; without `window` it is the shortest promise of a target.
    """

    handling: timedelta | None = None
    window: timedelta | None = None
    target: Decimal = Decimal("0.9")
