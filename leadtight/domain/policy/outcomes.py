"""What each recorded outcome does."""

from dataclasses import dataclass
from datetime import timedelta

from leadtight.domain.model.enrolment import Means
from leadtight.domain.model.stage import Stage

OBJECTION = "objection:"
"""What the names of outcomes begin with that are objections; the rest is its type (G4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """What answers an objection: a page or a document, by its title and address."""

    title: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeRule:
    """What a recorded outcome does: stage, contact or not, the next action and when, and the `pool` that goes on.

    `means` is what it says of the person, as sequences stop on it; `sequence` starts `sequence_after` it.
    With `sends_booking_link` the lead gets the owner's, or the company's; an objection sends its `asset`.
    """

    id: str
    label: str
    contact: bool
    stage: Stage | None = None
    next_action: str | None = None
    after: timedelta | None = None
    counted_in: str | None = None
    needs_reason: bool = False
    needs_time: bool = False
    pool: str | None = None
    means: Means | None = None
    sequence: str | None = None
    sequence_after: timedelta = timedelta()
    stop_sequence: bool = False
    sends_booking_link: bool = False
    asset: Asset | None = None

    @property
    def closes(self) -> bool:
        """Tell whether the lead is closed by this outcome."""
        return self.stage is not None and self.stage.is_closed

    @property
    def says(self) -> Means | None:
        """Return what the outcome says of the person: what the policy gives, else what its stage says already."""
        return self.means or (_SAID_BY_STAGE.get(self.stage) if self.stage else None)


_SAID_BY_STAGE = {Stage.CALL_BOOKED: Means.BOOKING, Stage.WON: Means.WON, Stage.LOST: Means.LOST}


OWNER = "owner"


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRule:
    """What holds of a stage (I6): who answers for it, how long a lead may stay, and where it may go from there.

    `owner` is `owner` (the lead's), `manager` (theirs) or a person's id; `limit` counts days by the clock, or the time
    of the calendar `counted_in`. A lead that stays longer goes to the pool `bypass`, if there is one (B5). One that was
    reached and stays without another touch enters `sequence` after `start_after` (G7).
    """

    owner: str
    limit: timedelta
    exit: tuple[Stage, ...]
    counted_in: str | None = None
    bypass: str | None = None
    sequence: str | None = None
    start_after: timedelta = timedelta()
