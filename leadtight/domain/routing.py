"""Who gets the lead: one person, and a receipt that says why and why nobody else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from leadtight.domain.capacity import OwnerState, Roster
from leadtight.domain.conditions import Arrival, holds
from leadtight.domain.eligibility import ASKABLE, Eligibility, Standing
from leadtight.domain.lead import Lead
from leadtight.domain.policy import Policy, Pool, Returning, RoutingRule, Strategy
from leadtight.domain.rotation import Rotation


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One person as the decision saw them; an empty `left_out` means they took part."""

    person: str
    weight: int
    left_out: str = ""
    load: int = 0
    match: int = 0


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
    strategy: Strategy = Strategy.WEIGHTED
    relaxed: tuple[str, ...] = ()

    @property
    def found_nobody(self) -> bool:
        """Tell whether nobody of the pool could take the lead."""
        return self.reason in (NO_ELIGIBLE_REP, ALL_FULL)

    def recompute(self) -> str | None:
        """Return the owner that this receipt's own figures lead to; None when nobody took part."""
        weights = finalists(self.strategy, self.candidates)
        if not weights:
            return None
        return Rotation(pool_id=self.pool, turn=self.turn, credits=self.credits).take(weights)[0]


ROTATION = "rotation"
EXISTING_OWNER = "existing_owner"
NO_ELIGIBLE_REP = "no_eligible_rep"
ALL_FULL = "all_full"
HANDED_OVER = "handed_over"


def finalists(strategy: Strategy, candidates: Sequence[Candidate]) -> Mapping[str, int]:
    """Return the weights of those among whom the rotation decides: the strategy narrows who takes part."""
    taking = [c for c in candidates if not c.left_out]
    if strategy is Strategy.LEAST_LOADED and taking:
        least = min(c.load / c.weight for c in taking)
        taking = [c for c in taking if c.load / c.weight == least]
    if strategy is Strategy.BEST_MATCH and taking:
        best = max(c.match for c in taking)
        taking = [c for c in taking if c.match == best]
    return {c.person: c.weight for c in taking}


def rule_for(policy: Policy, lead: Lead) -> RoutingRule:
    """Return the first routing rule that holds; a checked policy always has one.

    A tier that names a pool stands in for it, unless the rule sends the lead to somebody who knows it already. Whoever
    handed the lead over has decided above all rules.
    """
    if lead.handover and lead.handover.pool in policy.pools:
        return RoutingRule(id=HANDED_OVER, pool=lead.handover.pool)
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


def people_for(policy: Policy, lead: Lead) -> tuple[str, ...]:
    """Return whose states routing must know: the pool's members, and who knows the lead if the rule asks for them."""
    rule = rule_for(policy, lead)
    members = policy.pools[rule.pool].members
    known = [lead.known_owner_id] if rule.to_existing_owner and lead.known_owner_id in policy.people else []
    return tuple(dict.fromkeys([*members, *(k for k in known if k)]))


def choose(
    policy: Policy,
    lead: Lead,
    rotation: Rotation,
    roster: Roster,
    now: datetime,
    *,
    not_again: frozenset[str],
) -> tuple[Receipt, Rotation | None]:
    """Return the receipt and the moved rotation; the rotation is None when it was nobody's turn.

    `not_again` names people who must not get this lead now: those who already let it lapse.
    """
    rule = rule_for(policy, lead)
    pool = policy.pools[rule.pool]
    eligibility = Eligibility(policy, lead, pool, roster, now, not_again)
    known = _who_knows(lead, rule, roster, eligibility)
    outsiders = [known] if known and known.person not in pool.members else []
    standings = [*outsiders, *(eligibility.standing(p, pool.weight(p)) for p in pool.members)]
    candidates, relaxed = _considered(pool, standings)
    if known and not known.left_out(ASKABLE):
        owner, reason, moved, relaxed = known.person, EXISTING_OWNER, None, ()
        candidates = (_seen(known, ASKABLE),)
    else:
        owner, reason, moved = _by_turn(policy, pool, rotation, candidates, standings)
    receipt = Receipt(
        owner=owner,
        reason=reason,
        rule=rule.id,
        pool=pool.id,
        candidates=candidates,
        turn=rotation.turn,
        credits=rotation.credits,
        policy_version=policy.version,
        at=now,
        strategy=pool.strategy,
        relaxed=relaxed,
    )
    return receipt, moved


def _who_knows(lead: Lead, rule: RoutingRule, roster: Roster, eligibility: Eligibility) -> Standing | None:
    """Return how the person stands who knows the lead already, where the rule prefers them (R13)."""
    known = lead.known_owner_id
    return eligibility.standing(known, 1) if rule.to_existing_owner and known is not None and known in roster else None


def _considered(pool: Pool, standings: Sequence[Standing]) -> tuple[tuple[Candidate, ...], tuple[str, ...]]:
    """Return the candidates and the requirements that had to be given up, as few as it takes to find somebody."""
    for count in range(len(pool.relax) + 1):
        given_up = pool.relax[:count]
        if any(not s.left_out(given_up) for s in standings):
            return tuple(_seen(s, given_up) for s in standings), given_up
    return tuple(_seen(s, pool.relax) for s in standings), pool.relax


def _seen(standing: Standing, given_up: tuple[str, ...]) -> Candidate:
    return Candidate(
        person=standing.person,
        weight=standing.weight,
        left_out=standing.left_out(given_up),
        load=standing.load,
        match=standing.match,
    )


def _by_turn(
    policy: Policy, pool: Pool, rotation: Rotation, candidates: Sequence[Candidate], standings: Sequence[Standing]
) -> tuple[str, str, Rotation | None]:
    weights = finalists(pool.strategy, candidates)
    if not weights:
        only_full = any(s.full and s.left_out(pool.relax) == s.full for s in standings)
        return policy.routing.catch_all, ALL_FULL if only_full else NO_ELIGIBLE_REP, None
    earning = pool.returning is Returning.OWED
    absent = {s.person: s.weight for s in standings if earning and s.is_away and s.person in pool.members}
    owner, moved = rotation.take(weights, absent=absent, owed_at_most=pool.owed_at_most)
    return owner, ROTATION, moved


def taken(policy: Policy, lead: Lead, receipt: Receipt, roster: Roster) -> OwnerState | None:
    """Return the chosen person's state after this lead, where a cap or a load was asked about it."""
    person, state = policy.people[receipt.owner], roster.get(receipt.owner)
    asked = person.caps.are_set or receipt.strategy is Strategy.LEAST_LOADED
    if state is None or not asked or not lead.counts_to_cap or receipt.found_nobody:
        return None
    return state.after_one_more(person.caps, receipt.at)
