"""Who gets the lead: one person, and a receipt that says why and why nobody else."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from leadtight.domain.conditions import Arrival, holds
from leadtight.domain.lead import Lead
from leadtight.domain.policy import Policy, Pool, RoutingRule
from leadtight.domain.rotation import Rotation


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerState:
    """What the table knows of a person besides the policy: the manual switch."""

    person_id: str
    away_until: datetime | None = None


Roster = Mapping[str, OwnerState]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One member of the pool as the decision saw them; an empty `left_out` means they took part."""

    person: str
    weight: int
    left_out: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Why this person owns this lead (capability Q8): enough to compute the owner again."""

    owner: str
    reason: str
    rule: str
    pool: str
    candidates: tuple[Candidate, ...]
    turn: int
    credits: Mapping[str, int]
    policy_version: str
    at: datetime

    def recompute(self) -> str | None:
        """Return the owner that this receipt's own figures lead to; None when nobody took part."""
        weights = {c.person: c.weight for c in self.candidates if not c.left_out}
        if not weights:
            return None
        return Rotation(pool_id=self.pool, turn=self.turn, credits=self.credits).take(weights)[0]


ROTATION = "rotation"
NO_ELIGIBLE_REP = "no_eligible_rep"


def rule_for(policy: Policy, lead: Lead) -> RoutingRule:
    """Return the first routing rule that holds; a checked policy always has one.

    A tier that names a pool stands in for it, unless the rule sends the lead to somebody who knows it already.
    """
    arrival = Arrival.of(lead)
    rule = next(r for r in policy.routing.rules if holds(r.when, policy, arrival))
    tier = next((t for t in policy.tiers if t.id == lead.promise.tier), None)
    if rule.to_existing_owner or tier is None or tier.pool is None:
        return rule
    return RoutingRule(id=f"tier:{tier.id}", pool=tier.pool)


def pool_for(policy: Policy, lead: Lead) -> tuple[str, Pool]:
    """Return the id of the rule that sends a lead somewhere, and its pool."""
    rule = rule_for(policy, lead)
    return rule.id, policy.pools[rule.pool]


def choose(
    policy: Policy,
    lead: Lead,
    rotation: Rotation,
    roster: Roster,
    now: datetime,
    *,
    not_again: frozenset[str],
) -> tuple[Receipt, Rotation | None]:
    """Return the receipt and the moved rotation; the rotation is None when the catch-all person gets the lead.

    `not_again` names people who must not get this lead now: those who already let it lapse.
    """
    rule, pool = pool_for(policy, lead)
    candidates = tuple(
        Candidate(person=p, weight=w, left_out=_left_out(policy, p, roster, now, not_again))
        for p, w in pool.members.items()
    )
    weights = {c.person: c.weight for c in candidates if not c.left_out}
    owner, moved = rotation.take(weights) if weights else (policy.routing.catch_all, None)
    receipt = Receipt(
        owner=owner,
        reason=ROTATION if moved else NO_ELIGIBLE_REP,
        rule=rule,
        pool=pool.id,
        candidates=candidates,
        turn=rotation.turn,
        credits=rotation.credits,
        policy_version=policy.version,
        at=now,
    )
    return receipt, moved


def _left_out(policy: Policy, person_id: str, roster: Roster, now: datetime, not_again: frozenset[str]) -> str:
    state = roster.get(person_id)
    if person_id in not_again:
        return "already had this lead"
    if state and state.away_until and now < state.away_until:
        return f"switched away until {state.away_until.isoformat()}"
    absence = policy.people[person_id].absence_at(now)
    if absence:
        return f"on leave until {absence.end.isoformat()}"
    return ""
