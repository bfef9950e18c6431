"""Pools of people who share leads in turn."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from leadtight.domain.policy.formats import Members


class Strategy(StrEnum):
    """How a pool chooses among eligible people."""

    ROUND_ROBIN = "round_robin"
    WEIGHTED = "weighted"
    LEAST_LOADED = "least_loaded"
    BEST_MATCH = "best_match"


class OutsideHours(StrEnum):
    """What a pool does with people outside their hours.

    They get no lead, or one that counts from their next shift when no colleague is at work, or leads as at any time.
    """

    SKIP = "skip"
    SHIFT_START = "shift_start"
    ASSIGN = "assign"


class CatchUp(StrEnum):
    """How a returning member catches up.

    Not at all, or up to a limit.
    """

    FRESH = "fresh"
    OWED = "owed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """The people who share leads of one kind in turn."""

    id: str
    members: Members
    """Its people, with equal shares (`["ana", "ben"]`) or unequal ones (`{ ana = 2, ben = 1 }`). Each gets exactly
    their share in each full turn."""
    strategy: Strategy = Strategy.WEIGHTED
    """How it chooses among those who can take a lead: `round_robin`, `weighted` by share, `least_loaded` by open leads
    for each share, `best_match` by skills; equals take turns."""
    require: tuple[str, ...] = ()
    """What a person's skills must hold of the lead, where it says so: `language`, `product`, `region`, `country`."""
    relax: tuple[str, ...] = ()
    """Which requirements are given up, in this order, while no member can take the lead; then the catch-all has it."""
    outside_hours: OutsideHours = OutsideHours.SKIP
    """What a person outside their own working hours gets: nothing (`skip`), so that the catch-all person has the lead
    when no member is at work; the lead when no member at work can take it, its clock starting with their next shift
    (`shift_start`); or their turn at any hour, the clock running at once (`assign`)."""
    returning: CatchUp = CatchUp.FRESH
    """Whether a person who was away gets none of the leads they missed (`fresh`), or up to a limit (`owed`)."""
    owed_at_most: int = 3
    """The most missed leads that a person is owed."""
    target: str | None = None
    """What the pool promises for leads that are handed over to it; without one, the lead's own target in the calendar
    of the new owner's team."""
    hands_over_to: tuple[str, ...] = ()
    """To which pools a person may hand a lead over from here, on its page."""

    @property
    def weights(self) -> Mapping[str, int]:
        """Return the members' shares, equal in a round robin."""
        return dict.fromkeys(self.members, 1) if self.strategy is Strategy.ROUND_ROBIN else self.members
