"""Enrolment of a lead in a sequence (G8).

It keeps the plan as it was at the start, so that no deployment changes it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class OutcomeMeaning(StrEnum):
    """What an outcome says; sequences stop on it."""

    REPLY = "reply"
    BOOKING = "booking"
    WON = "won"
    LOST = "lost"
    OPT_OUT = "opt_out"
    DISQUALIFIED = "disqualified"
    NO_RESPONSE = "no_response"

    @property
    def is_answer(self) -> bool:
        """Return whether the person answered, which resets their attempts."""
        return self in (OutcomeMeaning.REPLY, OutcomeMeaning.BOOKING)


class StepAction(StrEnum):
    """Action of a step: message, call or task.

    Messages and calls are automatic, tasks are the owner's.
    """

    EMAIL = "email"
    SMS = "sms"
    VOICE = "voice"
    TASK = "task"


class EnrolmentOrigin(StrEnum):
    """Cause of an enrolment."""

    TIER = "tier"
    OUTCOME = "outcome"
    STAGE = "stage"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStep:
    """One step with its time.

    `within` is the time that the owner has for a task.
    """

    id: str
    action: StepAction
    what: str
    at: datetime
    within: timedelta = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """One lead's enrolment in one sequence.

    `id` is unique per lead. Before `starts_at` it only waits, and has no plan yet. `steps` are those still to come.
    While `awaits_outcome` the latest step is a task whose outcome is not recorded yet: nothing follows before it (G10).
    `calling` is the step of a call that waits for its outcome; its `at` is when it becomes a task. A finished one stays
    on the lead, so that its last message can still be distinguished from a stopped one.
    """

    id: str
    sequence: str
    origin: EnrolmentOrigin
    starts_at: datetime
    stop_on: tuple[OutcomeMeaning, ...]
    started: bool = False
    policy_version: str = ""
    calendar: str = ""
    steps: tuple[PlannedStep, ...] = ()
    last_at: datetime | None = None
    awaits_outcome: bool = False
    calling: PlannedStep | None = None
    max_attempts: int = 0
    retire: str | None = None

    @property
    def due_at(self) -> datetime | None:
        """Return when something is due.

        None while it waits for an outcome, and at its end.
        """
        if not self.started:
            return self.starts_at
        if self.calling:
            return self.calling.at
        return self.steps[0].at if self.steps and not self.awaits_outcome else None

    @property
    def is_over(self) -> bool:
        """Return whether every step is finished."""
        return self.started and not self.steps and not self.awaits_outcome
