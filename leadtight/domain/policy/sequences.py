"""What a sequence is, as the policy says it: steps at times, and what ends it."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from leadtight.domain.model.enrolment import Means, StepAction

LEAST_ATTEMPTS = 5
"""So many unanswered attempts before somebody may close a lead as no response without a manager (G6)."""

ATTEMPTS_BEFORE_RETIRING = range(6, 13)


ALWAYS_STOP = frozenset({Means.WON, Means.LOST, Means.OPT_OUT, Means.DISQUALIFIED})
STOP_ON = ALWAYS_STOP | {Means.REPLY, Means.BOOKING}


class Basis(StrEnum):
    """What allows the mails of a sequence: consent to them, or the inquiry itself where the law is content with it."""

    CONSENT = "consent"
    INQUIRY = "inquiry"


@dataclass(frozen=True, slots=True, kw_only=True)
class SequenceStep:
    """One step, `after` the start: `what` is a template's name or the words of a task (`{name}` is the lead's).

    A call has the words of the task that it becomes without an outcome. A task is due `within` so much working time of
    the sequence's calendar.
    """

    id: str
    after: timedelta
    action: StepAction
    what: str
    within: timedelta = timedelta(hours=4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence:
    """Steps over days and channels. `retire` is the outcome of a lead that never answers `max_attempts` attempts."""

    id: str
    calendar: str
    steps: tuple[SequenceStep, ...]
    stop_on: frozenset[Means] = STOP_ON
    max_attempts: int = 8
    retire: str | None = None

    def sends(self, action: StepAction) -> bool:
        """Tell whether any of its steps is of this kind."""
        return any(step.action is action for step in self.steps)
