"""Targets: deadlines of leads, and what follows a missed one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from leadtight.domain.policy.conditions import Condition
from leadtight.domain.policy.formats import DayTime, PositiveDuration, ProperShares

MANAGER = "manager"
CLOSE: Literal["close"] = "close"


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationLevel:
    """Who else hears of a missed deadline, and when."""

    after: timedelta = timedelta()
    """How much working time after the deadline."""
    notify: str = MANAGER
    """`manager` or a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reassignment:
    """When and how often a missed lead is reassigned."""

    after: timedelta
    """How much working time after the deadline it moves."""
    within: PositiveDuration
    """In how much working time the new owner must answer."""
    at_most: int
    """How often it moves before the manager owns it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A target: a deadline, and what follows a missed one."""

    id: str
    calendar: str
    """The calendar whose time counts, for the deadline and everything after it."""
    within: PositiveDuration | None = None
    """So much working time."""
    by: DayTime | None = None
    """This time on the next business day on which it is still to come; or `close`, the end of the working day, today's
    while it is still on."""
    warn_at: ProperShares = ()
    """At which shares of the window its owner is warned."""
    escalate: tuple[EscalationLevel, ...] = ()
    """Who else hears of a missed deadline, and when."""
    reassign: Reassignment | None = None
    """Moves a missed lead on. Without it, the owner keeps it and is reminded."""
    remind_every: PositiveDuration = timedelta(days=1)
    """How often its owner is reminded once nothing else follows, in working time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """A class of leads; the first whose condition holds applies."""

    id: str
    """The tier's name, in reports and on the lead."""
    target: str
    """The promise that is made to its leads."""
    target_by_source: Mapping[str, str] = field(default_factory=dict)
    """Promises for leads from some sources, instead of the tier's own."""
    when: Condition = field(default_factory=Condition)
    pool: str | None = None
    """The pool that gets its leads, instead of the one that the routing rules name."""
    counts_to_cap: bool = True
    """Whether its leads count towards a person's cap of open leads; those of a tier that is only nurtured need not."""
    expire_after: PositiveDuration = timedelta(days=14)
    """After how long without a recorded outcome by its owner a lead goes to another person of its pool, by the clock;
    counted anew for each owner, and from the follow-up where an outcome planned one that is further away. It is fixed
    when a lead arrives."""
    sequence: str | None = None
    """The sequence that its leads enter as they get their owner."""
    test: bool = False
    """Whether its leads test the deployment (`make smoke`): enforced like any other, and counted in no figure of a
    report. Its `pool` is for tests alone: the members are in no roster."""
