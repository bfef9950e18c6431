"""Selection of a lead's owner, with a receipt."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from leadtight.domain.model.capacity import OwnerState, Roster
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.rotation import LEAD, Rotation, UnknownRotation
from leadtight.domain.policy.evaluation import Arrival, holds
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.pools import CatchUp, Pool, Strategy
from leadtight.domain.policy.rules import RoutingRule
from leadtight.domain.routing.eligibility import SKILL_FIELDS, CandidateAssessment, Eligibility
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
) -> tuple[Receipt, Rotation | None]:
    """Choose the owner; return the receipt and the moved rotation.

    The rotation is None when it did not decide. `not_again` are people who must not get this lead now: those who
    already let it lapse.
    """
    rule = rule_for(policy, lead)
    pool = policy.pools[rule.pool]
    eligibility = Eligibility(policy, lead, pool, roster, now, not_again)
    decision = _Decision(policy, rule, pool, rotation, now, lead.id)
    if claims := _claiming_owner(policy, lead):
        return decision.receipt(claims, CLAIMED, {claims: 1}, eligibility.assess({claims: 1}), {}), None
    owner = _existing_owner(lead, rule, roster)
    if owner:
        assessment = eligibility.assess({owner: 1})
        if not assessment.ineligible(SKILL_FIELDS):
            return decision.receipt(owner, EXISTING_OWNER, {owner: 1}, assessment, {}), None
    weights = pool.weights if owner is None or owner in pool.members else {owner: 1, **pool.weights}
    return decision.by_rotation(weights, eligibility.assess(weights))


class _Decision:
    def __init__(
        self, policy: Policy, rule: RoutingRule, pool: Pool, rotation: Rotation, now: datetime, lead_id: str
    ) -> None:
        self._policy, self._rule, self._pool, self._rotation, self._now = policy, rule, pool, rotation, now
        self._lead_id = lead_id

    def by_rotation(
        self, weights: Mapping[str, int], assessment: CandidateAssessment
    ) -> tuple[Receipt, Rotation | None]:
        pool = self._pool
        left_out, relaxed = _ineligible(pool, weights, assessment)
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
        away = assessment.away() if pool.returning is CatchUp.OWED else ()
        earning = {p: weights[p] for p in away if p in pool.members}
        owner, moved = rotation.take(among, absent=earning, owed_at_most=pool.owed_at_most)
        receipt = self.receipt(owner, ROTATION, weights, assessment, left_out, relaxed)
        return replace(
            receipt, credits=rotation.credits, per_lead=LEAD, earning=tuple(earning)
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


def _ineligible(
    pool: Pool, weights: Mapping[str, int], assessment: CandidateAssessment
) -> tuple[Mapping[str, str], tuple[str, ...]]:
    """Return the ineligible people, and the requirements given up.

    As few as possible are given up to find a candidate.
    """
    for count in range(len(pool.relax) + 1):
        given_up = pool.relax[:count]
        left_out = assessment.ineligible(given_up)
        if len(left_out) < len(weights):
            return left_out, given_up
    return assessment.ineligible(pool.relax), pool.relax


def owner_after_assignment(policy: Policy, lead: Lead, receipt: Receipt, roster: Roster) -> OwnerState | None:
    """Return the chosen person's state after this lead.

    None where no cap or load was checked.
    """
    person, state = policy.people[receipt.owner], roster.get(receipt.owner)
    is_counted = person.caps.are_set or receipt.strategy is Strategy.LEAST_LOADED
    if state is None or not state.is_readable or not is_counted or not lead.counts_to_cap or receipt.found_nobody:
        return None
    return state.after_one_more(person.caps, receipt.at)
