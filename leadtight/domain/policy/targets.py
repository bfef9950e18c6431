"""Targets: how soon something must have happened, for which leads, and what follows when it has not."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from typing import Literal

from leadtight.domain.policy.conditions import Condition

MANAGER = "manager"
CLOSE: Literal["close"] = "close"


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationLevel:
    """Who else hears of a missed deadline, and how long after it: `manager` or a person's id."""

    after: timedelta
    notify: str = MANAGER


@dataclass(frozen=True, slots=True, kw_only=True)
class Reassignment:
    """Move a missed lead on `after` the deadline with a new window, at most so many times, then the manager owns it."""

    after: timedelta
    within: timedelta
    at_most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A promise: how long until something must have happened, and what follows when it has not.

    Either `within` working time of `calendar`, or `by` a time of day on its next business day; `by` the close is the
    end of the working day, today's when there is still one.
    """

    id: str
    calendar: str
    within: timedelta | None = None
    by: time | Literal["close"] | None = None
    warn_at: tuple[float, ...] = ()
    escalate: tuple[EscalationLevel, ...] = ()
    reassign: Reassignment | None = None
    remind_every: timedelta = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """A class of leads; the first tier whose condition holds is the lead's. A source may have a target of its own.

    A lead that its owner has not touched for `expire_after`, by the clock, goes to somebody else.
    """

    id: str
    target: str
    target_by_source: Mapping[str, str] = field(default_factory=dict)
    when: Condition = field(default_factory=Condition)
    pool: str | None = None
    counts_to_cap: bool = True
    expire_after: timedelta | None = None
    sequence: str | None = None
