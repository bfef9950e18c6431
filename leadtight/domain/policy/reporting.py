"""Report settings: money, capacity, working hours and readers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from leadtight.domain.policy.formats import NonNegative, PositiveDuration, ProperShare, Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """Cost and possible worth of leads, in one currency.

    None is unknown.
    """

    cost_per_lead: NonNegative | None = None
    """What a lead costs, of whatever source; not beside `monthly_spend`."""
    monthly_spend: Mapping[str, NonNegative] = field(default_factory=dict)
    """What each source costs a month, such as `{ facebook = 2500 }`: the report's four weeks count as one month."""
    deal_value: NonNegative | None = None
    """What a won deal is worth."""
    conversion_rate: Share | None = None
    """The share of leads that buy: the possible worth of leads without a contact is computed with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSettings:
    """Working hours of reports, and readers of the weekly review."""

    calendar: str | None = None
    """The calendar whose hours count as working hours in reports, if not that of `routing.catch_all`."""
    readers: tuple[str, ...] = ()
    """Who is mailed the weekly review on Monday morning, if not the managers of all teams and `routing.catch_all`."""
    qualified_tiers: tuple[str, ...] = ()
    """The tiers whose leads are qualified on arrival. A lead of any tier is, too, once it has reached the stage
    Qualified, Call booked, Proposal sent or Won. Reports state follow-up and gap of the qualified leads beside those of
    all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """Effort of answering leads.

    Without `handling` nothing is computed.
    """

    handling: PositiveDuration | None = None
    """How long a lead takes one person. Without it capacity is reported as not known."""
    window: PositiveDuration | None = None
    """How soon a lead is to be taken up, if not in the shortest `within` of a target."""
    target: ProperShare = Decimal("0.9")
    """The share of leads that is to be taken up so soon."""
