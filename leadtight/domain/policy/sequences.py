"""Sequences of follow-up steps, as the policy defines them."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from leadtight.domain.model.enrolment import OutcomeMeaning, StepAction
from leadtight.domain.policy.formats import PositiveDuration, Stops

LEAST_ATTEMPTS = 5
"""Least unanswered attempts before a person who is not a manager may close a lead as no response (G6)."""

ATTEMPTS_BEFORE_RETIRING = range(6, 13)

ALWAYS_STOP = frozenset({OutcomeMeaning.WON, OutcomeMeaning.LOST, OutcomeMeaning.OPT_OUT, OutcomeMeaning.DISQUALIFIED})
STOP_ON = ALWAYS_STOP | {OutcomeMeaning.REPLY, OutcomeMeaning.BOOKING}


class LegalBasis(StrEnum):
    """Legal basis of a sequence's mails.

    Consent to them, or the inquiry itself where the law permits it.
    """

    CONSENT = "consent"
    INQUIRY = "inquiry"


@dataclass(frozen=True, slots=True, kw_only=True)
class SequenceStep:
    """One step of a sequence: message, call or task.

    `what` is the name of a template or the words of a task (`{name}` is the lead's); a call has the words of the task
    that it becomes without an outcome.
    """

    id: str
    """The step's name, in the history."""
    after: timedelta
    """How long after the start, by the clock, whole days by the calendar's wall clock; moved to its next opening, and
    never closer to the step before than written, up to a day."""
    action: StepAction
    what: str
    within: PositiveDuration = timedelta(hours=4)
    """How much of the calendar's time the owner has for a task."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence:
    """Steps over days and channels."""

    id: str
    calendar: str
    """In whose hours its steps fall."""
    steps: tuple[SequenceStep, ...]
    """What happens, in order."""
    stop_on: Stops = STOP_ON
    """What ends it before its time, of `reply` and `booking`; both when left out. `won`, `lost`, `opt_out` and
    `disqualified` always do."""
    max_attempts: int = 8
    """How many attempts in a row without an answer before the lead is given up: 6 to 12. Only what people record
    counts, never a message."""
    retire: str | None = None
    """The outcome that then gives the stage; `lost` when left out."""

    def sends(self, action: StepAction) -> bool:
        """Return whether any of its steps is of this kind."""
        return any(step.action is action for step in self.steps)
