"""Signed pages for people: see a lead, record what happened, take it back."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from leadtight.app.links import Links
from leadtight.app.ports import NEAR, Alarms, LeadStore
from leadtight.app.unsubscribe import OptOut
from leadtight.domain.change import Change
from leadtight.domain.contact import Evidence
from leadtight.domain.desk import prove_outcome, record_outcome
from leadtight.domain.errors import Conflict, InvalidInquiry, LinkOver, NotFound, Problem
from leadtight.domain.event import Event
from leadtight.domain.handover import Receiving, hand_over
from leadtight.domain.lead import Lead
from leadtight.domain.links import Claims, Purpose
from leadtight.domain.policy import Policy
from leadtight.domain.rotation import Rotation
from leadtight.domain.undo import undo_outcome

Decide = Callable[["Seen", Receiving], Change | None]
TRIES = 5


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
class HandOverForm:
    """What a person submitted to hand a lead over: the pool, the lead's version when the page was made, and why."""

    pool: str
    submission: int
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A lead as the holder of a link may see it; its history only where that was asked for."""

    lead: Lead
    person: str
    history: tuple[Event, ...] = ()


class Desk:
    """What a signed link lets its holder do. Looking changes nothing."""

    def __init__(self, policy: Policy, store: LeadStore, alarms: Alarms, links: Links) -> None:
        """Take the policy and the ports."""
        self._policy = policy
        self._store = store
        self._alarms = alarms
        self._links = links
        self._opt_out = OptOut(store, alarms)

    def look(self, token: str, now: datetime) -> Seen:
        """Return the lead behind an outcome link.

        Raises InvalidLink when the link is not ours, LinkOver when it has expired or the lead has moved to somebody
        else, NotFound when the lead is gone.
        """
        return self._read(token, now)[0]

    def show(self, token: str, now: datetime) -> Seen:
        """Return the lead behind an outcome link with its history; raises what `look` raises."""
        seen = self.look(token, now)
        return replace(seen, history=self._store.history(seen.lead.id))

    def record(self, token: str, form: OutcomeForm, now: datetime) -> Seen:
        """Record an outcome and return the lead as it is then; the same form twice is one outcome.

        Raises InvalidInquiry and StaleSubmission as the rules do, besides what `look` raises.
        """
        return self._change(
            partial(self._read, token, now, self._leads_to(form.outcome)),
            lambda seen, receiving: record_outcome(
                self._policy,
                seen.lead,
                form.outcome,
                by=seen.person,
                submission=form.submission,
                now=now,
                note=form.note,
                reason=form.reason,
                follow_up_at=self._typed("follow_up", form.follow_up),
                claimed_at=self._typed("happened_at", form.happened_at),
                receiving=receiving,
            ),
            now,
        )

    def hand_over(self, token: str, form: HandOverForm, now: datetime) -> Seen:
        """Hand the lead over to another pool and return it as it is then; the same form twice is one move.

        Raises InvalidInquiry and StaleSubmission as the rules do, besides what `look` raises.
        """
        return self._change(
            partial(self._read, token, now, form.pool),
            lambda seen, receiving: hand_over(
                self._policy,
                seen.lead,
                form.pool,
                receiving,
                by=seen.person,
                submission=form.submission,
                now=now,
                reason=form.reason,
            ),
            now,
        )

    def prove(self, lead_id: str, outcome: str, by: str, evidence: Evidence, now: datetime) -> Seen:
        """Record what a provider's event, a mail's headers or a call log shows that `by` did; one proof counts once.

        Whoever calls has made sure that the proof is genuine. Raises InvalidInquiry as the rule does, NotFound when
        there is no such lead.
        """

        def read() -> tuple[Seen, Receiving]:
            lead, receiving = self._fetch(lead_id, self._leads_to(outcome))
            return Seen(lead=lead, person=by), receiving

        return self._change(
            read,
            lambda seen, receiving: prove_outcome(
                self._policy, seen.lead, outcome, by=by, evidence=evidence, now=now, receiving=receiving
            ),
            now,
        )

    def undo(self, token: str, version: int, now: datetime) -> Seen:
        """Take back the outcome that was recorded as `version`; doing it twice is harmless."""
        return self._change(
            partial(self._read, token, now),
            lambda seen, _: undo_outcome(self._policy, seen.lead, version=version, by=seen.person, now=now),
            now,
        )

    def report_path(self, token: str, now: datetime) -> str:
        """Return the path of the report that a report link opens."""
        return self._links.open(token, Purpose.REPORT, now).subject

    def _leads_to(self, outcome: str) -> str | None:
        """Return the pool that an outcome hands the lead on to, if it does."""
        rule = self._policy.outcomes.get(outcome)
        return rule.pool if rule else None

    def _read(self, token: str, now: datetime, pool_id: str | None = None) -> tuple[Seen, Receiving]:
        """Return the lead behind an outcome link, and the pool that may get it."""
        claims = self._links.open(token, Purpose.OUTCOME, now)
        lead, receiving = self._fetch(claims.subject, pool_id)
        self._check_still_theirs(claims, lead)
        return Seen(lead=lead, person=claims.person), receiving

    def _fetch(self, lead_id: str, pool_id: str | None) -> tuple[Lead, Receiving]:
        """Return a lead, and with it the pool that may get it, in one read."""
        pool = self._policy.pools.get(pool_id or "")
        if pool is None:
            lead, receiving = self._store.load(lead_id), Receiving(rotation=Rotation(pool_id=""), roster={})
        else:
            state = self._store.load_for_routing(lead_id, pool.id, pool.members)
            lead, receiving = state.lead, Receiving(rotation=state.rotation, roster=state.roster)
        if lead is None:
            raise NotFound("This lead does not exist any more.")
        return lead, receiving

    def _change(self, read: Callable[[], tuple[Seen, Receiving]], decide: Decide, now: datetime) -> Seen:
        for _ in range(TRIES):
            seen, receiving = read()
            change = decide(seen, receiving)
            if change is None:
                return seen
            try:
                self._store.commit(change)
            except Conflict:
                continue
            self._rearm(change, now)
            if change.opt_outs:
                self._opt_out.elsewhere(change.after, change.after.opted_out, now)
            return Seen(lead=change.after, person=seen.person)
        raise Conflict("the lead kept changing while the outcome was recorded")

    def _typed(self, field: str, text: str) -> datetime | None:
        """Return the instant that somebody typed as the company's wall clock shows it; empty means none."""
        if not text:
            return None
        try:
            at = datetime.fromisoformat(text)
        except ValueError as error:
            raise InvalidInquiry([Problem(field, "this is not a date and a time")]) from error
        return (at if at.tzinfo else at.replace(tzinfo=self._policy.company.zone)).astimezone(UTC)

    def _rearm(self, change: Change, now: datetime) -> None:
        """Arm what comes next. An old alarm that is near is left to ring unheard: that costs less than a call."""
        self._alarms.arm(change.after, now)
        is_near = change.after.wake_at is not None and change.after.wake_at - now <= NEAR
        if change.before is not None and not is_near:
            self._alarms.disarm(change.before)

    def _check_still_theirs(self, claims: Claims, lead: Lead) -> None:
        is_owner = claims.person == lead.owner_id and claims.generation == lead.generation
        is_manager = claims.person in (self._policy.manager_of(lead.owner_id), self._policy.routing.catch_all)
        if not is_owner and not is_manager and not self._hears_of_misses(claims.person):
            owner, last = self._policy.person_name(lead.owner_id), lead.last_outcome
            theirs = last is not None and last.by == claims.person
            more = "What you recorded is kept" if theirs else "Tell them if you have spoken to the person"
            raise LinkOver(f"This lead is now with {owner}. {more}.")

    def _hears_of_misses(self, person_id: str) -> bool:
        """Tell whether escalations go to this person by name: the link they are sent must open."""
        return any(rung.notify == person_id for target in self._policy.targets.values() for rung in target.escalate)
