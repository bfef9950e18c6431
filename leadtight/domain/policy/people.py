"""The people of a policy, their teams and their planned absences."""

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from leadtight.domain.model.capacity import Caps
from leadtight.domain.model.message import Channel


@dataclass(frozen=True, slots=True)
class Absence:
    """A stretch in which a person is away, [start, end); with `give_back` they get covered leads back at its end."""

    start: datetime
    end: datetime
    give_back: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who can own a lead; without a calendar of their own they work when their team does.

    `alert_by` is how alerts reach them: the first takes each, the next when it cannot, e-mail in the end. What tells of
    a broken promise takes all of them at once. `alerts_per_hour` is their own budget, instead of everybody's.
    """

    id: str
    name: str
    email: str
    phone: str | None = None
    team: str
    calendar: str | None = None
    sms_alerts: bool = False
    alert_by: tuple[Channel, ...] = (Channel.EMAIL,)
    alerts_per_hour: int | None = None
    away: tuple[Absence, ...] = ()
    delegate: str | None = None
    booking_url: str | None = None
    active: bool = True
    skills: frozenset[str] = frozenset()
    caps: Caps = field(default_factory=Caps)

    def absence_at(self, at: datetime) -> Absence | None:
        """Return the planned absence that covers `at`, if any."""
        return next((a for a in self.away if a.start <= at < a.end), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """People with one manager and one calendar."""

    id: str
    name: str
    manager: str
    calendar: str


@dataclass(frozen=True, slots=True)
class Limit:
    """What somebody can take at most, and the zone in which their days begin."""

    caps: Caps
    zone: ZoneInfo
