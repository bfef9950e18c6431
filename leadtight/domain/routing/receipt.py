"""Routing receipts, from which the owner can be recomputed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from leadtight.domain.model.rotation import Rotation, former_turn
from leadtight.domain.policy.pools import Strategy

ROTATION = "rotation"
EXISTING_OWNER = "existing_owner"
CLAIMED = "claimed"
NO_ELIGIBLE_REP = "no_eligible_rep"
ALL_FULL = "all_full"
HANDED_OVER = "handed_over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One considered person; an empty `left_out` means eligible."""

    person: str
    weight: int
    left_out: str = ""
    load: int = 0
    match: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Why this person owns this lead (Q8).

    It has enough to recompute the owner. `people` are all who were considered, in the pool's order. Of each, only
    deviations are kept: a share in `weights` when it is not 1, `loads` (open leads) when they are not 0, for the best
    match the `matches` (requested skills), and in `left_out`, by reason, the ineligible; of these the pool let
    `earning` earn. `per_lead` is the worth of a lead in the credits, as in the rotation. `clock_starts_at` is the next
    shift of an owner who was chosen outside their hours, since no one at work could take the lead.
    """

    owner: str
    reason: str
    rule: str
    pool: str
    people: tuple[str, ...]
    turn: int
    credits: Mapping[str, int]
    policy_version: str
    at: datetime
    weights: Mapping[str, int] = field(default_factory=dict)
    left_out: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    loads: Mapping[str, int] = field(default_factory=dict)
    matches: Mapping[str, int] = field(default_factory=dict)
    strategy: Strategy = Strategy.WEIGHTED
    relaxed: tuple[str, ...] = ()
    earning: tuple[str, ...] = ()
    per_lead: int = 0
    clock_starts_at: datetime | None = None

    @classmethod
    def upgrade(cls, document: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return a stored document in the current form.

        Receipts used to list every candidate with all their figures.
        """
        if "candidates" not in document:
            return document
        return {**document, **_grouped(document["candidates"])}

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """Return all considered people, in the pool's order."""
        left_out = self._left_out()
        return tuple(
            Candidate(
                person=person,
                weight=self.weights.get(person, 1),
                left_out=left_out.get(person, ""),
                load=self.loads.get(person, 0),
                match=self.matches.get(person, 0),
            )
            for person in self.people
        )

    @property
    def found_nobody(self) -> bool:
        """Return whether no pool member could take the lead."""
        return self.reason in (NO_ELIGIBLE_REP, ALL_FULL)

    def recompute(self) -> str | None:
        """Recompute the owner from this receipt.

        None when there were no eligible people.
        """
        left_out = self._left_out()
        taking = {p: self.weights.get(p, 1) for p in self.people if p not in left_out}
        among = finalists(self.strategy, taking, self.loads, self.matches)
        if not among:
            return None
        if not self.per_lead:
            return former_turn(self.credits, among)
        rotation = Rotation(pool_id=self.pool, turn=self.turn, credits=self.credits, per_lead=self.per_lead)
        return rotation.take(among, absent={p: self.weights.get(p, 1) for p in self.earning})[0]

    def _left_out(self) -> Mapping[str, str]:
        return {person: reason for reason, people in self.left_out.items() for person in people}


def finalists(
    strategy: Strategy, taking: Mapping[str, int], loads: Mapping[str, int], matches: Mapping[str, int]
) -> Mapping[str, int]:
    """Return the weights of the rotation's candidates.

    The strategy narrows the eligible people.
    """
    if strategy is Strategy.LEAST_LOADED:
        shares = {p: loads.get(p, 0) / weight for p, weight in taking.items()}
        least = min(shares.values(), default=0)
        return {p: weight for p, weight in taking.items() if shares[p] == least}
    if strategy is Strategy.BEST_MATCH:
        best = max((matches.get(p, 0) for p in taking), default=0)
        return {p: weight for p, weight in taking.items() if matches.get(p, 0) == best}
    return taking


def by_reason(left_out: Mapping[str, str]) -> Mapping[str, tuple[str, ...]]:
    """Group people by the reason of their ineligibility."""
    groups: dict[str, list[str]] = defaultdict(list)
    for person, reason in left_out.items():
        groups[reason].append(person)
    return {reason: tuple(people) for reason, people in groups.items()}


def _grouped(candidates: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Return a list of candidates in the form of deviations."""
    values = {name: {c["person"]: c[name] for c in candidates if c.get(name)} for name in ("left_out", "load", "match")}
    return {
        "people": [c["person"] for c in candidates],
        "weights": {c["person"]: c["weight"] for c in candidates if c["weight"] != 1},
        "left_out": by_reason(values["left_out"]),
        "loads": values["load"],
        "matches": values["match"],
    }
