"""Whose turn it is: smooth weighted rotation, exact in every window.

Each turn, every eligible member earns their weight; the one with the most credit takes the lead and pays the
sum of the weights that took part (the smooth weighted round robin of nginx). With equal weights this is plain
round robin; with any weights, each window of `sum(weights)` turns gives everyone exactly their weight.
Somebody who cannot take part neither earns nor pays, so nobody comes back to a flood of owed leads; a pool may let
them earn all the same, up to a bound (R7).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """A pool's rotation: how many turns it has taken and each member's credit."""

    pool_id: str
    turn: int = 0
    credits: Mapping[str, int] = field(default_factory=dict)

    def take(
        self, weights: Mapping[str, int], *, absent: Mapping[str, int] | None = None, owed_at_most: int = 0
    ) -> tuple[str, "Rotation"]:
        """Return who is next among `weights` (person id to positive weight, in pool order), and the rotation after it.

        People in `absent` earn too, until they are owed `owed_at_most` leads; whoever is chosen pays all that was
        earned, so that no credit appears or vanishes. Raises ValueError when nobody takes part.
        """
        if not weights:
            raise ValueError("nobody to choose from")
        credit_of = self.credits.get
        earned = {p: credit_of(p, 0) + w for p, w in weights.items()}
        chosen = max(earned, key=earned.__getitem__)
        banked = self._banked(absent or {}, owed_at_most * (sum(weights.values()) + sum((absent or {}).values())))
        earned[chosen] -= sum(weights.values()) + sum(now - self.credits.get(p, 0) for p, now in banked.items())
        after = {**self.credits, **banked, **earned}
        return chosen, Rotation(pool_id=self.pool_id, turn=self.turn + 1, credits=after)

    def _banked(self, absent: Mapping[str, int], most: int) -> Mapping[str, int]:
        before = {p: self.credits.get(p, 0) for p in absent}
        return {p: max(before[p], min(before[p] + w, most)) for p, w in absent.items()}
