"""A lead: a state machine with a promise attached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Self

from leadtight.domain.model.concern import RaisedConcern
from leadtight.domain.model.enrolment import Enrolment
from leadtight.domain.model.inquiry import Inquiry
from leadtight.domain.model.message import Channel
from leadtight.domain.model.sla import Promise, SlaTimer
from leadtight.domain.model.stage import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What a lead was worth on arrival: the points of each rule that held; they sum to the total (B1)."""

    total: int = 0
    breakdown: Mapping[str, int] = field(default_factory=dict)
    policy_version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """Why a lead counts for nothing (F12): the rule of the policy that it met on arrival, and that rule's reason."""

    rule: str
    reason: str
    policy_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """The pool that a lead was moved to, and what that pool's team promised when it took it (R4)."""

    pool: str
    promise: Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class NextAction:
    """What the owner does next, and by when; `agreed` tells that the person asked for that time."""

    what: str
    due_at: datetime
    agreed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedOutcome:
    """The latest outcome; `before` is what undo puts back; `submission` makes a second press harmless.

    `at` is when it was recorded, `claimed_at` when the person says it happened, where they said so.
    """

    outcome: str
    by: str
    at: datetime
    submission: int
    version: int
    before: Mapping[str, Any]
    claimed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """One lead, whole. `version` counts its transactions; `generation` counts its owners.

    `claimed_by` is who of the team was talking to the person when it arrived, and so owns it first (R13).
    `sent_once` names what it was mailed after an outcome and gets no second time: `booking_link`, and objections.
    `concern` is what a message of theirs raised: no step of a sequence goes out before a person acts (H5).
    `unreachable` are the channels whose messages came back, `not_reached` the people of the team whose alerts did.
    `says_contacted` is what the lead itself answered when it was asked: `yes`, `no`, or nothing yet.
    `escalated_at` is when a manager, or the person the policy names, was last told that what is due is not done.
    `sender_unproved` tells that it came by a mail whose sender may be anybody: it leads no other sender's mails to it.
    `touched_at` is the latest outcome, a contact or not, that somebody recorded who owned it then (D3).
    """

    id: str
    source: str
    form: str | None = None
    received_at: datetime
    recorded_at: datetime
    inquiry: Inquiry
    promise: Promise
    score: Score = field(default_factory=Score)
    known_owner_id: str | None = None
    claimed_by: str | None = None
    earlier_lead_ids: tuple[str, ...] = ()
    also_from: tuple[str, ...] = ()
    last_inquiry_at: datetime | None = None
    counts_to_cap: bool = True
    excluded: Exclusion | None = None
    expire_after: timedelta | None = None
    stage: Stage = Stage.NEW
    owner_id: str | None = None
    pool_id: str | None = None
    owned_since: datetime | None = None
    waiting_since: datetime | None = None
    first_assigned_at: datetime | None = None
    first_owner_id: str | None = None
    past_owners: tuple[str, ...] = ()
    handover: Handover | None = None
    hops: int = 0
    generation: int = 0
    first_contact_at: datetime | None = None
    first_contact_by: str | None = None
    last_contact_at: datetime | None = None
    proofs: tuple[str, ...] = ()
    touched_at: datetime | None = None
    escalated_at: datetime | None = None
    attempts: int = 0
    unanswered: int = 0
    next_action: NextAction | None = None
    clocks: tuple[SlaTimer, ...] = ()
    status_notes: str = ""
    lost_reason: str = ""
    last_outcome: RecordedOutcome | None = None
    enrolment: Enrolment | None = None
    opted_out: tuple[Channel, ...] = ()
    sent_once: tuple[str, ...] = ()
    concern: RaisedConcern | None = None
    unreachable: tuple[Channel, ...] = ()
    not_reached: tuple[str, ...] = ()
    says_contacted: str = ""
    closed_at: datetime | None = None
    wake_at: datetime | None = None
    sender_unproved: bool = False
    version: int = 0

    @property
    def is_open(self) -> bool:
        """Tell whether anything is still due on this lead."""
        return not self.stage.is_closed and self.excluded is None

    @property
    def leads_its_person(self) -> bool:
        """Tell whether what its person writes next belongs to it, as far as it is the latest one."""
        return self.excluded is None and not self.sender_unproved

    @property
    def is_waiting(self) -> bool:
        """Tell whether it waits for somebody of its pool, with whoever caught it because nobody there could take it.

        It waits no more once a contact was made, or it was closed or moved (C6).
        """
        return self.is_open and self.waiting_since is not None and self.waiting_since == self.owned_since

    @property
    def last_inquiry(self) -> datetime:
        """Return when this person last wrote: on arrival, or with an inquiry that joined the lead since."""
        return self.last_inquiry_at or self.received_at

    @property
    def wake_token(self) -> str:
        """Return the token an alarm must carry to be heard: it names the state that armed it."""
        return str(self.version)

    @property
    def team_promise(self) -> Promise:
        """Return the promise that its present team keeps: of the pool it was handed over to, else its own."""
        return self.handover.promise if self.handover else self.promise

    @property
    def estimated_value(self) -> Decimal | None:
        """Return what the inquiry says it is worth, in the company's currency."""
        return self.inquiry.value

    @property
    def answered_at(self) -> datetime | None:
        """Return when the promise stopped running: at the first contact, or when the lead was closed before one."""
        return min((at for at in (self.first_contact_at, self.closed_at) if at), default=None)

    def is_breached(self, now: datetime) -> bool:
        """Tell whether the first-response promise is broken: computed from times, whatever ran when (F9, F10)."""
        return self.excluded is None and (self.answered_at or now) > self.promise.deadline

    def clock(self, target: str) -> SlaTimer | None:
        """Return the running clock of a target, if it runs."""
        return next((c for c in self.clocks if c.target == target), None)

    def with_clock(self, clock: SlaTimer) -> Self:
        """Return the lead with a clock, last, in place of the one of its target."""
        return replace(self, clocks=(*self.without_clocks(clock.target).clocks, clock))

    def without_clocks(self, *targets: str) -> Self:
        """Return the lead without the clocks of these targets."""
        return replace(self, clocks=tuple(c for c in self.clocks if c.target not in targets))
