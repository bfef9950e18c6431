"""Pools: the people among whom leads rotate, and how one is chosen."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Strategy(StrEnum):
    """How a pool chooses among those who can take a lead; whoever is equal then takes turns."""

    ROUND_ROBIN = "round_robin"
    WEIGHTED = "weighted"
    LEAST_LOADED = "least_loaded"
    BEST_MATCH = "best_match"


class OutsideHours(StrEnum):
    """What happens to somebody who is not at work: they get the lead for when they are, or are passed over."""

    ASSIGN = "assign"
    SKIP = "skip"


class Returning(StrEnum):
    """What somebody who was away comes back to: nothing of what they missed, or a bounded part of it."""

    FRESH = "fresh"
    OWED = "owed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """The people among whom leads of one kind rotate; weights are whole shares.

    `require` names what a person's skills must hold of the lead; while nobody can take it, requirements are given up
    in the order of `relax`. With `returning = "owed"` an absent person is owed at most `owed_at_most` leads.
    `target` is what the pool promises for leads that are handed over to it; `hands_over_to` names the pools to which a
    person may hand its leads over.
    """

    id: str
    members: Mapping[str, int]
    strategy: Strategy = Strategy.WEIGHTED
    require: tuple[str, ...] = ()
    relax: tuple[str, ...] = ()
    outside_hours: OutsideHours = OutsideHours.ASSIGN
    returning: Returning = Returning.FRESH
    owed_at_most: int = 3
    target: str | None = None
    hands_over_to: tuple[str, ...] = ()

    @property
    def weights(self) -> Mapping[str, int]:
        """Return the members' shares: all are equal in a round robin."""
        return dict.fromkeys(self.members, 1) if self.strategy is Strategy.ROUND_ROBIN else self.members
