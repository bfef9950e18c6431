"""Smooth weighted rotation, exact in every window of turns.

It stays fair through every edit of the shares. Each turn, every eligible member earns their share of one lead; the one
with the most credit takes the lead and pays it (the smooth weighted round robin of nginx). With equal weights this is
plain round robin; with any weights, each window of `sum(weights)` turns gives each member exactly their weight. Credit
is counted in leads and not in weights, so it is worth the same after weights or members change (Fagin and Williams, A
fair carpool scheduling algorithm, 1983). A member who cannot take part neither earns nor pays, so no one returns to a
flood of owed leads; a pool may let them earn all the same, up to a bound (R7). Decision 0064 derives the bounds of
credit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import accumulate
from math import gcd
from typing import Any

LEAD = 5_354_228_880
"""The credit that one lead is worth: every number of equal shares up to 24 divides it, so these are exact."""

FINEST = 1_000_000
"""Most parts of a lead: shares that need more are rounded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """A pool's rotation: turns taken, and credit by member.

    Credit is in parts of a lead. `per_lead` is the worth of a lead in these credits: LEAD, or 0 when they were stored
    in the weights of their time.
    """

    pool_id: str
    turn: int = 0
    credits: Mapping[str, int] = field(default_factory=dict)
    per_lead: int = LEAD

    @classmethod
    def upgrade(cls, document: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return a stored document in the current form.

        Credits used to be in weights.
        """
        return document if "per_lead" in document else {**document, "per_lead": 0}

    def among(self, weights: Mapping[str, int]) -> Rotation:
        """Return the rotation among the present members and weights.

        Members who left are settled: what they owed or were owed comes off the credit or the debt of those who stay. So
        credits still sum to zero, and no member is further from their share than before.
        """
        balance = self._in_leads(sum(weights.values()))
        if balance.keys() <= weights.keys():
            return self if balance is self.credits else self._with(balance)
        return self._with(_settled({p: credit for p, credit in balance.items() if p in weights}))

    def take(
        self, weights: Mapping[str, int], *, absent: Mapping[str, int] | None = None, owed_at_most: int = 0
    ) -> tuple[str, Rotation]:
        """Return the next of `weights`, and the rotation after them.

        `weights` maps person ids to positive weights, in pool order. People in `absent` earn too, until they are owed
        `owed_at_most` leads; the chosen person pays all that was earned, so that no credit appears or vanishes. Raises
        ValueError without candidates.
        """
        if not weights:
            raise ValueError("no candidate to choose from")
        away = absent or {}
        shares = shares_of_a_lead({**weights, **away})
        owned = self._in_leads(sum(weights.values()) + sum(away.values()))
        balance = {p: owned.get(p, 0) + shares[p] for p in weights}
        chosen = max(balance, key=balance.__getitem__)
        most = owed_at_most * sum(shares.values())
        banked = {p: max(credit := owned.get(p, 0), min(credit + shares[p], most)) for p in away}
        earned = sum(shares[p] for p in weights) + sum(now - owned.get(p, 0) for p, now in banked.items())
        balance[chosen] -= earned
        return chosen, Rotation(pool_id=self.pool_id, turn=self.turn + 1, credits={**owned, **banked, **balance})

    def _with(self, balance: Mapping[str, int]) -> Rotation:
        return Rotation(pool_id=self.pool_id, turn=self.turn, credits=balance)

    def _in_leads(self, total_weight: int) -> Mapping[str, int]:
        """Return the owned in parts of a lead.

        Those stored in weights count by today's, and as one lead at most.
        """
        if self.per_lead == LEAD:
            return self.credits
        worth = max([total_weight, *map(abs, self.credits.values())])
        return {p: credit * (LEAD // worth) for p, credit in self.credits.items()}


class UnknownRotation(Rotation):
    """The rotation of a pool whose row cannot be read.

    Turns are drawn by lot, and nothing is stored.
    """

    def drawn(self, weights: Mapping[str, int], lead_id: str) -> Rotation:
        """Return a rotation whose next member is drawn by lot.

        The draw is in proportion to `weights` and fixed for a lead.
        """
        place = int.from_bytes(sha256(lead_id.encode()).digest()[:8]) % sum(weights.values())
        ends = zip(weights, accumulate(weights.values()), strict=True)
        drawn = next(person for person, end in ends if place < end)
        return Rotation(pool_id=self.pool_id, credits={drawn: LEAD})


def shares_of_a_lead(weights: Mapping[str, int]) -> Mapping[str, int]:
    """Return what each member earns of one lead.

    It is in exact proportion to positive weights, together at most LEAD. Weights that need more than FINEST parts of a
    lead are rounded to that, but never to zero.
    """
    common = gcd(*weights.values())
    total = sum(weights.values())
    parts = {p: w // common for p, w in weights.items()}
    if total // common > FINEST:
        parts = {p: max(1, w * FINEST // total) for p, w in weights.items()}
    unit = LEAD // sum(parts.values())
    return {p: part * unit for p, part in parts.items()}


def _settled(balance: Mapping[str, int]) -> Mapping[str, int]:
    """Return credits that sum to zero.

    The excess comes off the side that has it, in proportion.
    """
    surplus = sum(balance.values())
    sign = 1 if surplus > 0 else -1
    side = {p: credit for p, credit in balance.items() if credit * sign > 0}
    settled, left = dict(balance), abs(surplus)
    whole = sum(map(abs, side.values()))
    for person, credit in side.items():
        share = left * abs(credit) // whole
        settled[person] -= sign * share
        left, whole = left - share, whole - abs(credit)
    return settled


def former_turn(balance: Mapping[str, int], weights: Mapping[str, int]) -> str:
    """Return who was next by former credits, in weights."""
    return max(weights, key=lambda person: balance.get(person, 0) + weights[person])
