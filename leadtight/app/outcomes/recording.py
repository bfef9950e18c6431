"""Record on a lead: read it, decide, store the decision in one transaction, arm what comes next."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from leadtight.app.commit import TRIES_OF_ONE_LEAD, retry_on_conflict
from leadtight.app.compliance.opt_out import OptOut
from leadtight.app.ports.alarms import NEAR, Alarms
from leadtight.app.ports.contact_points import TimezoneResolver
from leadtight.app.ports.guards import AlreadyTaken, Full, Guard
from leadtight.app.ports.leads import LeadStore
from leadtight.domain.change import Change
from leadtight.domain.model.codec import from_document
from leadtight.domain.model.errors import InvalidInquiry, NotFound, Problem
from leadtight.domain.model.event import Event
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.rotation import Rotation
from leadtight.domain.model.stored_file import StoredFile
from leadtight.domain.outcomes.recording import record_outcome
from leadtight.domain.ownership.handover import ReceivingPool
from leadtight.domain.policy.policy import Policy

Read = Callable[[], tuple["LeadView", ReceivingPool]]
Decide = Callable[["LeadView", ReceivingPool], Change | None]
MOST_EVENTS = 500
"""Events of a lead that a page, or one answer of the API, is made of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeForm:
    """What a person submitted: the outcome, and the lead's version when the page was made."""

    outcome: str
    submission: int
    note: str = ""
    reason: str = ""
    follow_up: str = ""
    happened_at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadView:
    """A lead as a user may see it; its history only where that was asked for, and older events only `before` a place.

    `recorded` tells that this very request changed it, and not one like it before. `do_not_call` says why its number
    is not to be called, where that was asked for.
    """

    lead: Lead
    person: str
    history: tuple[Event, ...] = ()
    recorded: bool = field(default=False, compare=False)
    do_not_call: str = ""
    before: str | None = None


def files_of(view: LeadView) -> tuple[StoredFile, ...]:
    """Return the files that came with a lead's inquiries, the first inquiry's first."""
    joined = (event.data.get("inquiry") for event in view.history)
    kept = (file for inquiry in joined if isinstance(inquiry, dict) for file in inquiry.get("files", ()))
    files = (*view.lead.inquiry.files, *(from_document(StoredFile, file) for file in kept))
    return tuple({file.key: file for file in files}.values())


class OutcomeRecorder:
    """What everybody who records on leads shares, by page, by key or by proof."""

    def __init__(self, policy: Policy, store: LeadStore, alarms: Alarms, zone_of: TimezoneResolver) -> None:
        """Take the policy and the ports."""
        self._policy = policy
        self._store = store
        self._alarms = alarms
        self._zone_of = zone_of
        self._opt_out = OptOut(store, alarms)

    def fetch(self, lead_id: str, pool_id: str | None) -> tuple[Lead, ReceivingPool]:
        """Return a lead, and with it the pool that may get it, in one read."""
        pool = self._policy.pools.get(pool_id or "")
        if pool is None:
            lead, receiving = self._store.load(lead_id), ReceivingPool(rotation=Rotation(pool_id=""), roster={})
        else:
            state = self._store.load_for_routing(lead_id, pool.id, pool.members)
            lead, receiving = state.lead, ReceivingPool(rotation=state.rotation, roster=state.roster)
        if lead is None:
            raise NotFound("This lead no longer exists.")
        return lead, receiving

    def reading(self, lead_id: str, outcome: str, by: str) -> Read:
        """Return how to read a lead on which `by` records an outcome."""

        def read() -> tuple[LeadView, ReceivingPool]:
            lead, receiving = self.fetch(lead_id, self.leads_to(outcome))
            return LeadView(lead=lead, person=by), receiving

        return read

    def leads_to(self, outcome: str) -> str | None:
        """Return the pool that an outcome hands the lead on to, if it does."""
        rule = self._policy.outcomes.get(outcome)
        return rule.pool if rule else None

    def outcome(self, form: OutcomeForm, now: datetime, view: LeadView, receiving: ReceivingPool) -> Change | None:
        """Return the change that a form makes; raises what `record_outcome` raises."""
        return record_outcome(
            self._policy,
            view.lead,
            form.outcome,
            by=view.person,
            submission=form.submission,
            now=now,
            note=form.note,
            reason=form.reason,
            follow_up_at=self._agreed(form.follow_up, view.lead, now),
            claimed_at=_typed("happened_at", form.happened_at, self._policy.company.zone),
            receiving=receiving,
        )

    def change(self, read: Read, decide: Decide, now: datetime, guard: Guard | None = None) -> LeadView:
        """Store what is decided on what was read, and return the lead as it is then.

        Whoever loses a race reads again; a `guard` that was taken for the very same thing means that it is done.
        Raises what the decision raises, and Conflict when it lost every one of its tries.
        """

        def attempt() -> tuple[LeadView, Change | None]:
            view, receiving = read()
            change = decide(view, receiving)
            return view, change if change and self._commit(change, guard, now) is None else None

        view, change = retry_on_conflict(attempt, "the lead of an outcome", TRIES_OF_ONE_LEAD)
        if change is None:
            return view
        self._rearm(change, now)
        if change.opt_outs:
            self._opt_out.elsewhere(change.after, change.after.opted_out, now)
        return LeadView(lead=change.after, person=view.person, recorded=True)

    def _commit(self, change: Change, guard: Guard | None, now: datetime) -> AlreadyTaken | None:
        """Store a change, under a guard if there is one; return who took it before for the very same thing."""
        if guard is None:
            self._store.commit(change)
            return None
        taken = self._store.merge(change, guard, (), now)
        assert not isinstance(taken, Full), "an outcome is one more of no window"
        if taken and taken.fingerprint != guard.fingerprint:
            raise InvalidInquiry([Problem("Idempotency-Key", "this key was used before with other content")])
        return taken

    def _agreed(self, text: str, lead: Lead, now: datetime) -> datetime | None:
        """Return the time that a person asked for, as their own wall clock shows it (G5)."""
        if not text:
            return None
        return _typed("follow_up", text, self._zone_of(self._policy.company.zone, lead.inquiry, now).zone)

    def _rearm(self, change: Change, now: datetime) -> None:
        """Arm what comes next, and disarm what came before.

        A near alarm takes two calls to arm: the one before it is left to ring unheard rather than spend a third.
        """
        self._alarms.arm(change.after, now)
        is_near = change.after.wake_at is not None and change.after.wake_at - now <= NEAR
        if change.before is not None and not is_near:
            self._alarms.disarm(change.before)


def _typed(field: str, text: str, zone: ZoneInfo) -> datetime | None:
    """Return the instant that somebody typed as the wall clock of `zone` shows it; empty means none."""
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidInquiry([Problem(field, "this is not a valid date and time")]) from error
