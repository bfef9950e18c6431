"""Selection of a lead's owner, with a receipt."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from leadtight.domain.model.capacity import OwnerState, Roster
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.rotation import LEAD, Rotation, UnknownRotation
from leadtight.domain.policy.evaluation import Arrival, holds
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.pools import CatchUp, OutsideHours, Pool, Strategy
from leadtight.domain.policy.rules import RoutingRule
from leadtight.domain.routing.eligibility import SKILL_FIELDS, CandidateAssessment, Eligibility, away
from leadtight.domain.routing.receipt import (
    ALL_FULL,
    CLAIMED,
    EXISTING_OWNER,
    HANDED_OVER,
    NO_ELIGIBLE_REP,
    ROTATION,
    Receipt,
    by_reason,
    finalists,
)


def rule_for(policy: Policy, lead: Lead) -> RoutingRule:
    """Return the first routing rule that holds.

    A checked policy always has one. A tier that names a pool replaces it, unless the rule prefers the existing owner. A
    handover overrides all rules.
    """
    if lead.handover and lead.handover.pool in policy.pools:
        return RoutingRule(id=HANDED_OVER, pool=lead.handover.pool)
    arrival = Arrival.of(lead)
    possible = (policy.routing.rules[n] for n in policy.rule_index.possible(arrival.normalized, arrival.inquiry))
    rule = next(rule for rule in possible if holds(rule.when, policy, arrival))
    tier = next((t for t in policy.tiers if t.id == lead.promise.tier), None)
    if rule.to_existing_owner or tier is None or tier.pool is None:
        return rule
    return RoutingRule(id=f"tier:{tier.id}", pool=tier.pool)


def pool_for(policy: Policy, lead: Lead) -> Pool:
    """Return the pool to which a lead is routed."""
    return policy.pools[rule_for(policy, lead).pool]


def candidates_for(policy: Policy, lead: Lead) -> tuple[Pool, tuple[str, ...]]:
    """Return the pool, and the people whose states routing needs.

    They are its members, and the existing owner if the rule prefers them.
    """
    rule = rule_for(policy, lead)
    pool = policy.pools[rule.pool]
    owners = [lead.known_owner_id] if rule.to_existing_owner and lead.known_owner_id in policy.people else []
    return pool, tuple(dict.fromkeys([*pool.members, *(k for k in (*owners, _claiming_owner(policy, lead)) if k)]))


def choose(
    policy: Policy,
    lead: Lead,
    rotation: Rotation,
    roster: Roster,
    now: datetime,
    *,
    not_again: frozenset[str],
    needed_at: datetime | None = None,
) -> tuple[Receipt, Rotation | None]:
    """Choose the owner; return the receipt and the moved rotation.

    The rotation is None when it did not decide. `not_again` are people who must not get this lead now: those who
    already let it lapse. People outside their hours are considered as the pool says; those at work by `needed_at`,
    else now, are in their hours.
    """
    rule = rule_for(policy, lead)
    pool = policy.pools[rule.pool]
    eligibility = Eligibility(policy, lead, pool, roster, now, not_again, needed_at or now)
    decision = _Decision(policy, rule, pool, rotation, now, lead.id)
    if claims := _claiming_owner(policy, lead):
        return decision.receipt(claims, CLAIMED, {claims: 1}, eligibility.assess({claims: 1}), {}), None
    owner = _existing_owner(lead, rule, roster)
    if owner:
        assessment = eligibility.assess({owner: 1})
        if not assessment.ineligible(SKILL_FIELDS):
            return decision.receipt(owner, EXISTING_OWNER, {owner: 1}, assessment, {}), None
    weights = pool.weights if owner is None or owner in pool.members else {owner: 1, **pool.weights}
    assessment = eligibility.assess(weights)
    first = _first_round(pool, weights, assessment)
    if owner and first.gives_up and _could_begin(pool, owner, assessment):
        alone = {owner: 1}
        receipt = decision.receipt(owner, EXISTING_OWNER, alone, eligibility.assess(alone), {})
        return replace(receipt, clock_starts_at=assessment.off_duty.get(owner)), None
    return decision.by_rotation(weights, assessment, first)


class _Decision:
    def __init__(
        self, policy: Policy, rule: RoutingRule, pool: Pool, rotation: Rotation, now: datetime, lead_id: str
    ) -> None:
        self._policy, self._rule, self._pool, self._rotation, self._now = policy, rule, pool, rotation, now
        self._lead_id = lead_id

    def by_rotation(
        self, weights: Mapping[str, int], assessment: CandidateAssessment, first: "_Round"
    ) -> tuple[Receipt, Rotation | None]:
        pool, left_out, relaxed = self._pool, first.left_out, first.relaxed
        taking = dict(weights)
        for person in left_out:
            taking.pop(person, None)
        among = finalists(pool.strategy, taking, assessment.loads, assessment.matches)
        if not among:
            only_full = any(reason == assessment.full.get(person) for person, reason in left_out.items())
            owner, reason = self._policy.routing.catch_all, ALL_FULL if only_full else NO_ELIGIBLE_REP
            return self.receipt(owner, reason, weights, assessment, left_out, relaxed), None
        unknown = self._rotation if isinstance(self._rotation, UnknownRotation) else None
        rotation = unknown.drawn(among, self._lead_id) if unknown else self._rotation.among(weights)
        absent = away(left_out) if pool.returning is CatchUp.OWED else ()
        earning = {p: weights[p] for p in absent if p in pool.members}
        owner, moved = rotation.take(among, absent=earning, owed_at_most=pool.owed_at_most)
        receipt = self.receipt(owner, ROTATION, weights, assessment, left_out, relaxed)
        begins = assessment.off_duty.get(owner)
        return replace(
            receipt, credits=rotation.credits, per_lead=LEAD, earning=tuple(earning), clock_starts_at=begins
        ), None if unknown else moved

    def receipt(
        self,
        owner: str,
        reason: str,
        weights: Mapping[str, int],
        assessment: CandidateAssessment,
        left_out: Mapping[str, str],
        relaxed: tuple[str, ...] = (),
    ) -> Receipt:
        return Receipt(
            owner=owner,
            reason=reason,
            rule=self._rule.id,
            pool=self._pool.id,
            people=tuple(weights),
            turn=self._rotation.turn,
            credits=self._rotation.credits,
            per_lead=self._rotation.per_lead,
            policy_version=self._policy.version,
            at=self._now,
            weights={p: weight for p, weight in weights.items() if weight != 1},
            left_out=by_reason(left_out),
            loads=assessment.loads,
            matches=assessment.matches,
            strategy=self._pool.strategy,
            relaxed=relaxed,
        )


def _existing_owner(lead: Lead, rule: RoutingRule, roster: Roster) -> str | None:
    """Return the existing owner, where the rule prefers them (R13)."""
    owner = lead.known_owner_id
    return owner if rule.to_existing_owner and owner is not None and owner in roster else None


def _claiming_owner(policy: Policy, lead: Lead) -> str | None:
    """Return the member who already talks to the person.

    They own the lead first, before all rules (R13).
    """
    mine = lead.owner_id is None and lead.claimed_by in policy.people and lead.claimed_by not in policy.inactive
    return lead.claimed_by if mine else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Round:
    """The ineligible people, and what is given up.

    `relaxed` are requirements; with `off_duty_too` people outside their hours are eligible.
    """

    left_out: Mapping[str, str]
    relaxed: tuple[str, ...]
    off_duty_too: bool

    @property
    def gives_up(self) -> bool:
        return self.off_duty_too or bool(self.relaxed)


def _first_round(pool: Pool, weights: Mapping[str, int], assessment: CandidateAssessment) -> _Round:
    """Return the first round with a candidate, else the last."""
    *earlier, last = _rounds(pool, assessment)
    return next((one for one in earlier if len(one.left_out) < len(weights)), last)


def _rounds(pool: Pool, assessment: CandidateAssessment) -> Iterator[_Round]:
    """Yield the rounds of a choice, each gives up more.

    People at work come first, then those whose next shift is awaited, and only then the next requirement is given up.
    """
    waits = (False, True) if pool.outside_hours is OutsideHours.SHIFT_START else (False,)
    for count in range(len(pool.relax) + 1):
        for off_duty_too in waits:
            left_out = assessment.ineligible(pool.relax[:count], off_duty_too=off_duty_too)
            yield _Round(left_out=left_out, relaxed=pool.relax[:count], off_duty_too=off_duty_too)


def _could_begin(pool: Pool, owner: str, assessment: CandidateAssessment) -> bool:
    """Return whether an existing owner may begin with their shift."""
    waits = pool.outside_hours is OutsideHours.SHIFT_START
    return waits and owner not in assessment.ineligible(SKILL_FIELDS, off_duty_too=True)


def owner_after_assignment(policy: Policy, lead: Lead, receipt: Receipt, roster: Roster) -> OwnerState | None:
    """Return the chosen person's state after this lead.

    None where no cap or load was checked.
    """
    person, state = policy.people[receipt.owner], roster.get(receipt.owner)
    is_counted = person.caps.are_set or receipt.strategy is Strategy.LEAST_LOADED
    if state is None or not state.is_readable or not is_counted or not lead.counts_to_cap or receipt.found_nobody:
        return None
    return state.after_one_more(person.caps, receipt.at)
