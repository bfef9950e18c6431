"""Promises and the clocks that watch them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

FIRST_RESPONSE = "first_response"
NEXT_ACTION = "next_action"
STAGE = "stage"
UNTOUCHED = "untouched"
COVER = "cover"
ARRIVAL = "arrival"
EXPIRY = "expiry"


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A first-response deadline as it was made: the lead's own on arrival is never changed by its owners (F1, F9).

    `calendar` is the one it is counted in when that is not its target's own.
    """

    tier: str
    target: str
    policy_version: str
    starts_at: datetime
    deadline: datetime
    calendar: str | None = None


class StepKind(StrEnum):
    """What happens at a step of a clock."""

    WARN = "warn"
    BREACH = "miss"
    ESCALATE = "escalate"
    REASSIGN = "reassign"
    REMIND = "remind"
    STALL = "stall"
    GIVE_BACK = "give_back"
    EXPIRE = "expire"
    ASK = "ask"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerStep:
    """One thing that happens at a fixed time unless the clock stops first."""

    kind: StepKind
    at: datetime
    level: int = 0
    notify: str | None = None

    @property
    def is_first_escalation(self) -> bool:
        """Tell whether this is when a person besides the owner is told for the first time."""
        return self.kind is StepKind.ESCALATE and self.level == 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SlaTimer:
    """A running promise: its deadline and the steps that are still to come, in time order."""

    target: str
    started_at: datetime
    deadline: datetime
    policy_version: str
    steps: tuple[TimerStep, ...]
