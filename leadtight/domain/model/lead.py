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
    """A lead's points by rule, and their total (B1).

    They are fixed on arrival.
    """

    total: int = 0
    breakdown: Mapping[str, int] = field(default_factory=dict)
    policy_version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """Why a lead is excluded (F12).

    It names the exclude rule that the lead met on arrival, and that rule's reason.
    """

    rule: str
    reason: str
    policy_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """The receiving pool of a lead, and its promise (R4)."""

    pool: str
    promise: Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class NextAction:
    """The owner's next action and its deadline.

    `agreed` tells that the person asked for that time.
    """

    what: str
    due_at: datetime
    agreed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedOutcome:
    """The latest outcome.

    `before` holds the values that undo restores; `submission` makes a second press harmless. `at` is when it was
    recorded, `claimed_at` when it happened according to the person, if they said so.
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
    """One lead. `version` counts its transactions, `generation` its owners.

    `claimed_by` is the team member who was talking to the person when it arrived, and so owns it first (R13).
    `sent_once` names mails after outcomes that are not sent again: `booking_link`, and objections. `concern` was raised
    by a message: no step of a sequence is sent before a person acts (H5). `unreachable` are the channels whose messages
    bounced, `not_reached` the team members whose alerts did. `says_contacted` is the lead's answer to the contact
    check: `yes`, `no`, or empty. `escalated_at` is when a manager, or the person the policy names, was last alerted of
    an overdue action. `sender_unproved` tells that it came by a mail of an unverified sender: no other sender's mails
    join it. `touched_at` is the latest outcome, a contact or not, recorded by the owner of the time (D3).
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
        """Return whether anything is still due on this lead."""
        return not self.stage.is_closed and self.excluded is None

    @property
    def receives_messages(self) -> bool:
        """Return whether it may receive its person's next messages.

        The latest such lead does.
        """
        return self.excluded is None and not self.sender_unproved

    @property
    def is_waiting(self) -> bool:
        """Return whether it waits for its pool (C6).

        The catch-all person holds it meanwhile. A contact, closing or a move ends the wait.
        """
        return self.is_open and self.waiting_since is not None and self.waiting_since == self.owned_since

    @property
    def last_inquiry(self) -> datetime:
        """Return when this person last wrote.

        That is on arrival, or with an inquiry that has joined the lead since.
        """
        return self.last_inquiry_at or self.received_at

    @property
    def wake_token(self) -> str:
        """Return the token of the lead's current alarm.

        It names the state that armed it.
        """
        return str(self.version)

    @property
    def team_promise(self) -> Promise:
        """Return the promise of the present team.

        That is the pool's it was handed over to, else its own.
        """
        return self.handover.promise if self.handover else self.promise

    @property
    def estimated_value(self) -> Decimal | None:
        """Return the inquiry's estimated value, in the company's currency."""
        return self.inquiry.value

    @property
    def answered_at(self) -> datetime | None:
        """Return when the promise stopped running.

        That is at the first contact, or when the lead was closed before one.
        """
        return min((at for at in (self.first_contact_at, self.closed_at) if at), default=None)

    def is_breached(self, now: datetime) -> bool:
        """Return whether the first-response promise is broken (F9, F10).

        It is computed from times, whenever anything ran.
        """
        return self.excluded is None and (self.answered_at or now) > self.promise.deadline

    def clock(self, target: str) -> SlaTimer | None:
        """Return the running timer of a target, if any."""
        return next((c for c in self.clocks if c.target == target), None)

    def with_clock(self, clock: SlaTimer) -> Self:
        """Return the lead with a timer replaced or added.

        The timer comes last.
        """
        return replace(self, clocks=(*self.without_clocks(clock.target).clocks, clock))

    def without_clocks(self, *targets: str) -> Self:
        """Return the lead without the timers of these targets."""
        return replace(self, clocks=tuple(c for c in self.clocks if c.target not in targets))
