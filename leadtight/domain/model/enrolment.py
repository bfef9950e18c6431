"""A lead in a sequence: the plan as it was when it began, kept on the lead so that no deploy changes it (G8)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class OutcomeMeaning(StrEnum):
    """What an outcome says of the person: what a sequence may stop on."""

    REPLY = "reply"
    BOOKING = "booking"
    WON = "won"
    LOST = "lost"
    OPT_OUT = "opt_out"
    DISQUALIFIED = "disqualified"
    NO_RESPONSE = "no_response"

    @property
    def is_answer(self) -> bool:
        """Tell whether the person answered: attempts count anew from here."""
        return self in (OutcomeMeaning.REPLY, OutcomeMeaning.BOOKING)


class StepAction(StrEnum):
    """What happens at a step: a message or a call to the lead by itself, or a task for the owner."""

    EMAIL = "email"
    SMS = "sms"
    VOICE = "voice"
    TASK = "task"


class EnrolmentOrigin(StrEnum):
    """What put a lead into a sequence."""

    TIER = "tier"
    OUTCOME = "outcome"
    STAGE = "stage"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStep:
    """One step with its time; a task's `within` is what its owner has for it."""

    id: str
    action: StepAction
    what: str
    at: datetime
    within: timedelta = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """One lead's way through one sequence; `id` names this one among all of the lead's.

    Before `starts_at` it only waits, and has no plan yet. `steps` are those still to come. While `awaits_outcome` the
    latest step is a task whose outcome nobody has recorded: nothing follows before it (G10). `calling` is the step of a
    call that waits for its outcome; its `at` is when it becomes a task. One without anything to
    come stays on the lead, so that its last message can still be told from one that was stopped.
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
        """Return when something is due; None while it waits for an outcome, and at its end."""
        if not self.started:
            return self.starts_at
        if self.calling:
            return self.calling.at
        return self.steps[0].at if self.steps and not self.awaits_outcome else None

    @property
    def is_over(self) -> bool:
        """Tell whether every step has been taken and dealt with."""
        return self.started and not self.steps and not self.awaits_outcome
