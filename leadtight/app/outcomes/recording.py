"""Record decisions on a lead: read, decide, commit, arm."""

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
from leadtight.domain.compliance.contact_hours import ContactWindow
from leadtight.domain.compliance.send_permission import Windows
from leadtight.domain.model.codec import from_document
from leadtight.domain.model.errors import InvalidInquiry, NotFound, Problem
from leadtight.domain.model.event import Event
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.rotation import Rotation
from leadtight.domain.model.stored_file import StoredFile
from leadtight.domain.outcomes.first_contact import SpokeBy
from leadtight.domain.outcomes.recording import record_outcome
from leadtight.domain.ownership.handover import ReceivingPool
from leadtight.domain.policy.policy import Policy

Read = Callable[[], tuple["LeadView", ReceivingPool]]
Decide = Callable[["LeadView", ReceivingPool], Change | None]
MOST_EVENTS = 500
"""Events of a lead in one page or API answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeForm:
    """A submitted outcome, with the lead's version on the page."""

    outcome: str
    submission: int
    note: str = ""
    reason: str = ""
    follow_up: str = ""
    happened_at: str = ""
    spoke_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadView:
    """A lead as a user may see it.

    It has its history only where that was requested; older events are `before` a cursor. `recorded` says that this very
    request changed it, and not an earlier one like it. `do_not_call` says why its number must not be called, where that
    was requested.
    """

    lead: Lead
    person: str
    history: tuple[Event, ...] = ()
    recorded: bool = field(default=False, compare=False)
    do_not_call: str = ""
    before: str | None = None


def files_of(view: LeadView) -> tuple[StoredFile, ...]:
    """Return the files of a lead's inquiries, first inquiry first."""
    joined = (event.data.get("inquiry") for event in view.history)
    kept = (file for inquiry in joined if isinstance(inquiry, dict) for file in inquiry.get("files", ()))
    files = (*view.lead.inquiry.files, *(from_document(StoredFile, file) for file in kept))
    return tuple({file.key: file for file in files}.values())


class OutcomeRecorder:
    """The common part of recording by page, key or proof."""

    def __init__(
        self, policy: Policy, store: LeadStore, alarms: Alarms, zone_of: TimezoneResolver, windows: Windows
    ) -> None:
        """Take the policy and the ports."""
        self._policy = policy
        self._windows = windows
        self._store = store
        self._alarms = alarms
        self._zone_of = zone_of
        self._opt_out = OptOut(store, alarms)

    def fetch(self, lead_id: str, pool_id: str | None) -> tuple[Lead, ReceivingPool]:
        """Return a lead and its receiving pool in one read."""
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
        """Return the reader of a lead for a person's outcome."""

        def read() -> tuple[LeadView, ReceivingPool]:
            lead, receiving = self.fetch(lead_id, self.leads_to(outcome))
            return LeadView(lead=lead, person=by), receiving

        return read

    def leads_to(self, outcome: str) -> str | None:
        """Return the pool that an outcome hands the lead to."""
        rule = self._policy.outcomes.get(outcome)
        return rule.pool if rule else None

    def outcome(self, form: OutcomeForm, now: datetime, view: LeadView, receiving: ReceivingPool) -> Change | None:
        """Return the change by an outcome form.

        Raises what `record_outcome` raises.
        """
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
            spoke_by=form.spoke_by,
            call_warning=view.do_not_call,
            receiving=receiving,
            windows=self.windows(view.lead),
        )

    def is_call(self, form: OutcomeForm) -> bool:
        """Return whether a form reports a call."""
        rule = self._policy.outcomes.get(form.outcome)
        return form.spoke_by == SpokeBy.PHONE or (rule is not None and rule.calls)

    def windows(self, lead: Lead) -> tuple[ContactWindow, ...]:
        """Return the permitted calling hours of a lead, by place."""
        return self._windows(lead.inquiry.phone, lead.inquiry) if lead.inquiry.phone else ()

    def change(self, read: Read, decide: Decide, now: datetime, guard: Guard | None = None) -> LeadView:
        """Store the decision on a lead, and return the lead.

        It reads and decides again after a conflict. A `guard` taken for the very same request means that it was done
        before. Raises what the decision raises, and Conflict when all tries were lost.
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
        """Store a change, under a guard if there is one.

        Returns who took the guard before, for the very same request.
        """
        if guard is None:
            self._store.commit(change)
            return None
        taken = self._store.merge(change, guard, (), now)
        assert not isinstance(taken, Full), "an outcome is one more of no window"
        if taken and taken.fingerprint != guard.fingerprint:
            raise InvalidInquiry([Problem("Idempotency-Key", "this key was used before with other content")])
        return taken

    def _agreed(self, text: str, lead: Lead, now: datetime) -> datetime | None:
        """Return the agreed time, in the lead's local time (G5)."""
        if not text:
            return None
        return _typed("follow_up", text, self._zone_of(self._policy.company.zone, lead.inquiry, now).zone)

    def _rearm(self, change: Change, now: datetime) -> None:
        """Arm the next alarm and disarm the old one.

        An old alarm that is near is left to ring without effect: that costs less than a call.
        """
        self._alarms.arm(change.after, now)
        is_near = change.after.wake_at is not None and change.after.wake_at - now <= NEAR
        if change.before is not None and not is_near:
            self._alarms.disarm(change.before)


def _typed(field: str, text: str, zone: ZoneInfo) -> datetime | None:
    """Parse a typed local time of `zone`; empty means none."""
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidInquiry([Problem(field, "this is not a valid date and time")]) from error
