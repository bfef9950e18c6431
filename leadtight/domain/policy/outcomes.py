"""Outcomes and stages of a policy."""

from dataclasses import dataclass
from datetime import timedelta

from leadtight.domain.model.enrolment import OutcomeMeaning
from leadtight.domain.model.stage import Stage
from leadtight.domain.policy.formats import PositiveDuration, WebAddress

OBJECTION = "objection:"
"""Prefix of the names of objections; the rest is the type (G4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """The page or document that answers an objection."""

    title: str
    """What the mail calls it."""
    url: WebAddress
    """Where it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeRule:
    """What a recorded outcome does with the lead."""

    id: str
    label: str
    """The words on the button."""
    contact: bool
    """Whether it is a contact by itself, and stops the clock of the first answer. It needs `means` (`reply` or
    `booking`), and no outcome that closes a lead has it: a change of stage and an attempt are no contact."""
    asks_how: bool = False
    """Whether the person who records it may state how they spoke (`spoke_by`): then, and only then, it is a contact.
    For outcomes that close a lead."""
    stage: Stage | None = None
    """The stage that the lead moves to; none leaves it where it is."""
    next_action: str | None = None
    """What its owner does next; `{name}` is the lead's name. Needed unless the stage is won or lost."""
    after: timedelta | None = None
    """When that is due, in the time of `targets.next_action`'s calendar. Needed unless the stage is won or lost, or
    `pool` is given."""
    counted_in: str | None = None
    """Another calendar that `after` is counted in; `always` counts hours by the clock. It is due at the next opening
    when that falls outside hours."""
    calls: bool = False
    """Whether `next_action` is a call: it is then due at the first minute in which its owner works and the lead may be
    called (08:00 to 21:00 where they are, less in some states)."""
    needs_reason: bool = False
    """Whether a reason must be given, as for a lost lead."""
    needs_time: bool = False
    """Whether the time that the person asked for must be given, as for a call back. It is read on the
    lead's own clock."""
    pool: str | None = None
    """The pool that goes on with the lead: it has its new owner at once, and its target says by when, instead of
    `after`."""
    means: OutcomeMeaning | None = None
    """What it says of the person, as sequences stop on it: `reply`, `booking`, `won`, `lost`, `opt_out`,
    `disqualified`, `no_response`. Left out, it is what the stage says: `call_booked`, `won` or `lost`. `opt_out` ends
    every channel for the person; `no_response` needs five unanswered attempts, or a manager."""
    sequence: str | None = None
    """The sequence that the lead enters then, instead of any other."""
    sequence_after: PositiveDuration = timedelta()
    """How long after the outcome it enters, by the clock; at once when left out."""
    stop_sequence: bool = False
    """Whether the outcome stops the lead's sequence, whatever it says."""
    sends_booking_link: bool = False
    """Whether the lead gets the booking link of its owner, else of the company, by mail: once."""
    asset: Asset | None = None
    """What answers an objection: mailed once to a lead that agreed to such mails (see
    `messaging.sequence_mail_basis`)."""

    @property
    def closes(self) -> bool:
        """Return whether the lead is closed by this outcome."""
        return self.stage is not None and self.stage.is_closed

    @property
    def is_conversation(self) -> bool:
        """Whether recording it is a contact by itself (F12, Q3).

        It states what the lead said. A stage says nothing of the kind.
        """
        return self.contact and not self.closes and self.means in _SAID_IN_CONVERSATION

    @property
    def says(self) -> OutcomeMeaning | None:
        """Return what the outcome means.

        That is what the policy says, else what its stage implies.
        """
        return self.means or (_SAID_BY_STAGE.get(self.stage) if self.stage else None)


_SAID_IN_CONVERSATION = frozenset({OutcomeMeaning.REPLY, OutcomeMeaning.BOOKING})
_SAID_BY_STAGE = {
    Stage.CALL_BOOKED: OutcomeMeaning.BOOKING,
    Stage.WON: OutcomeMeaning.WON,
    Stage.LOST: OutcomeMeaning.LOST,
}


OWNER = "owner"


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRule:
    """Limit and owner of a stage (I6)."""

    owner: str
    """Who hears of a lead that stays too long: `owner` (the lead's), `manager` (theirs) or a person's id. The lead's
    owner gets the task in any case."""
    limit: PositiveDuration
    """How long a lead may stay, by the clock; the task comes at the next opening, and not before an agreed next action
    is due."""
    exit: tuple[Stage, ...]
    """The stages that an outcome may take it to from here."""
    counted_in: str | None = None
    """The calendar whose working time `limit` counts, instead of hours by the clock."""
    bypass: str | None = None
    """The pool to which a lead goes that stays longer, instead of raising a task; counted from the assignment on. It
    waits only for a time that was agreed with the person."""
    sequence: str | None = None
    """The sequence of a lead that was reached and then stays here without another touch."""
    start_after: PositiveDuration = timedelta()
    """After how long, by the clock, it enters; every touch counts anew."""
