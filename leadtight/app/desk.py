"""Signed pages for people: see a lead, record what happened, take it back."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from leadtight.app.links import Links
from leadtight.app.ports import NEAR, Alarms, LeadStore
from leadtight.domain.change import Change
from leadtight.domain.contact import Evidence
from leadtight.domain.desk import prove_outcome, record_outcome, undo_outcome
from leadtight.domain.errors import Conflict, InvalidInquiry, LinkOver, NotFound, Problem
from leadtight.domain.event import Event
from leadtight.domain.lead import Lead
from leadtight.domain.links import Claims, Purpose
from leadtight.domain.policy import Policy

Decide = Callable[["Seen"], Change | None]
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

    def look(self, token: str, now: datetime) -> Seen:
        """Return the lead behind an outcome link.

        Raises InvalidLink when the link is not ours, LinkOver when it has expired or the lead has moved to somebody
        else, NotFound when the lead is gone.
        """
        claims = self._links.open(token, Purpose.OUTCOME, now)
        lead = self._load(claims.subject)
        self._check_still_theirs(claims, lead)
        return Seen(lead=lead, person=claims.person)

    def show(self, token: str, now: datetime) -> Seen:
        """Return the lead behind an outcome link with its history; raises what `look` raises."""
        seen = self.look(token, now)
        return replace(seen, history=self._store.history(seen.lead.id))

    def record(self, token: str, form: OutcomeForm, now: datetime) -> Seen:
        """Record an outcome and return the lead as it is then; the same form twice is one outcome.

        Raises InvalidInquiry and StaleSubmission as the rules do, besides what `look` raises.
        """
        return self._change(
            partial(self.look, token, now),
            lambda seen: record_outcome(
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
            ),
            now,
        )

    def prove(self, lead_id: str, outcome: str, by: str, evidence: Evidence, now: datetime) -> Seen:
        """Record what a provider's event, a mail's headers or a call log shows that `by` did; one proof counts once.

        Whoever calls has made sure that the proof is genuine. Raises InvalidInquiry as the rule does, NotFound when
        there is no such lead.
        """
        return self._change(
            lambda: Seen(lead=self._load(lead_id), person=by),
            lambda seen: prove_outcome(self._policy, seen.lead, outcome, by=by, evidence=evidence, now=now),
            now,
        )

    def undo(self, token: str, version: int, now: datetime) -> Seen:
        """Take back the outcome that was recorded as `version`; doing it twice is harmless."""
        return self._change(
            partial(self.look, token, now),
            lambda seen: undo_outcome(self._policy, seen.lead, version=version, by=seen.person, now=now),
            now,
        )

    def report_path(self, token: str, now: datetime) -> str:
        """Return the path of the report that a report link opens."""
        return self._links.open(token, Purpose.REPORT, now).subject

    def _load(self, lead_id: str) -> Lead:
        lead = self._store.load(lead_id)
        if lead is None:
            raise NotFound("This lead does not exist any more.")
        return lead

    def _change(self, see: Callable[[], Seen], decide: Decide, now: datetime) -> Seen:
        for _ in range(TRIES):
            seen = see()
            change = decide(seen)
            if change is None:
                return seen
            try:
                self._store.commit(change)
            except Conflict:
                continue
            self._rearm(change, now)
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
            owner = self._policy.person_name(lead.owner_id)
            raise LinkOver(f"This lead is now with {owner}. Tell them if you have spoken to the person.")

    def _hears_of_misses(self, person_id: str) -> bool:
        """Tell whether escalations go to this person by name: the link they are sent must open."""
        return any(rung.notify == person_id for target in self._policy.targets.values() for rung in target.escalate)
