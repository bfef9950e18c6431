"""Promises and their SLA timers."""

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
    """A first-response deadline as it was made.

    The lead's own promise on arrival never changes with its owner (F1, F9). `calendar` is the one it is counted in when
    that is not its target's own.
    """

    tier: str
    target: str
    policy_version: str
    starts_at: datetime
    deadline: datetime
    calendar: str | None = None


class StepKind(StrEnum):
    """Kinds of timer steps."""

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
    """A step at a time, unless its timer stops first."""

    kind: StepKind
    at: datetime
    level: int = 0
    notify: str | None = None

    @property
    def is_first_escalation(self) -> bool:
        """Return whether this step is the first escalation.

        It alerts a person besides the owner.
        """
        return self.kind is StepKind.ESCALATE and self.level == 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SlaTimer:
    """A running promise: deadline and remaining steps, in time order."""

    target: str
    started_at: datetime
    deadline: datetime
    policy_version: str
    steps: tuple[TimerStep, ...]
