"""People of a policy, their teams and planned absences."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from leadtight.domain.model.capacity import Caps
from leadtight.domain.model.message import Channel
from leadtight.domain.policy.formats import AlertChannels, FileKey, PositiveInt, Skills, WebAddress


@dataclass(frozen=True, slots=True)
class Absence:
    """A planned leave, [start, end)."""

    start: Annotated[datetime, FileKey("from")]
    """When the leave starts."""
    end: Annotated[datetime, FileKey("until")]
    """When they are back; this instant is no longer leave."""
    give_back: bool = False
    """Whether covered leads come back at its end: those that are still open and with the colleague who covers,
    without a contact since."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A member of a team, who can own leads."""

    id: str
    name: str
    """Shown in messages and pages."""
    email: str
    """Where alerts go."""
    phone: str | None = None
    """Where text alerts go."""
    team: str
    """The team they are in; its manager answers for their leads."""
    calendar: str | None = None
    """When they work, if not when their team does."""
    sms_alerts: bool = False
    """Whether they are alerted by text as well."""
    alert_by: AlertChannels = (Channel.EMAIL,)
    """How alerts reach them, the first choice first: `email`, `sms`, `slack`, `teams`. The first takes each alert, the
    next one when it cannot, e-mail in the end. What tells of a missed promise takes all of them at once. The addresses
    of Slack and Teams are in the alert secret, by person."""
    alerts_per_hour: PositiveInt | None = None
    """Their own budget, instead of `alerts.per_hour`."""
    away: tuple[Absence, ...] = ()
    """Planned leave, without new leads."""
    delegate: str | None = None
    """Who has their leads that are due while they are on leave or switched away, under a cap on this person; while
    this one is away too, their own delegate. Leads of people who are inactive or gone go to the pool."""
    booking_url: WebAddress | None = None
    """Where a call with them is booked; outcomes with `sends_booking_link` send it to their leads."""
    active: bool = True
    """Whether they get leads at all; with `false` they are never chosen."""
    skills: Skills = frozenset()
    """What they can do, in the words that leads use: languages, products, regions, countries."""
    caps: Caps = field(default_factory=Caps)
    """The most they can take; leads of a tier with `counts_to_cap = false` do not count."""

    def absence_at(self, at: datetime) -> Absence | None:
        """Return the planned absence that covers `at`, if any."""
        return next((a for a in self.away if a.start <= at < a.end), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """People with one manager and one calendar."""

    id: str
    name: str
    """Shown in pages and reports."""
    manager: str
    """The person who is alerted of missed leads, and owns unanswered ones."""
    calendar: str
    """When its people work, unless they have a calendar of their own."""


@dataclass(frozen=True, slots=True)
class LeadLimit:
    """A person's caps, and the zone of their days."""

    caps: Caps
    zone: ZoneInfo
