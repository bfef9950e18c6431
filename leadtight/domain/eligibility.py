"""Who of a pool can take a lead now, and why the others cannot."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial

from leadtight.domain.capacity import Day, OwnerState, Roster
from leadtight.domain.lead import Inquiry, Lead
from leadtight.domain.policy import OutsideHours, Policy, Pool

ASKABLE = ("language", "product", "region", "country")
"""What a pool may require of a person's skills, as the lead names it."""

_AWAY = ("switched away", "on leave", "outside")
"""How the reasons of those begin who would be here on another day."""

Reasons = dict[str, str]
"""Why somebody cannot take a lead, by person."""

Wishes = tuple[tuple[str, frozenset[str]], ...]
"""What a lead asks for, and the skills of which any meets it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standings:
    """How people stand to a lead before a decision; each mapping names only those of whom there is something to say.

    `absent` is why they take no lead now, `lacks` what the pool requires and they do not have, `full` the cap that they
    have reached, `loads` how many leads they have open and `matches` how many of the lead's wishes they meet.
    """

    absent: Reasons
    lacks: Mapping[str, tuple[str, ...]]
    full: Reasons
    loads: Mapping[str, int]
    matches: Mapping[str, int]

    def left_out(self, given_up: tuple[str, ...]) -> Reasons:
        """Return who takes no part, and why, when some requirements are given up."""
        whys = {needs: _lack(needs, given_up) for needs in set(self.lacks.values())}
        unskilled = {p: why for p, needs in self.lacks.items() if (why := whys[needs])}
        return self.full | unskilled | self.absent  # of several reasons the last one here is told

    def away(self) -> Iterator[str]:
        """Yield who would be here on another day."""
        return (person for person, why in self.absent.items() if why.startswith(_AWAY))


class Eligibility:
    """The questions that decide who of some people can take `lead` at `now`.

    Each is asked of everybody at once, and only of those whom it can concern: a pool may have hundreds of people.
    """

    def __init__(
        self, policy: Policy, lead: Lead, pool: Pool, roster: Roster, now: datetime, not_again: frozenset[str]
    ) -> None:
        """Take everything that one decision knows."""
        self._policy, self._lead, self._pool, self._now = policy, lead, pool, now
        self._roster, self._not_again = roster, not_again

    def standings(self, people: Collection[str]) -> Standings:
        """Return how people stand to the lead."""
        states = [self._roster[p] for p in people if p in self._roster]
        wishes = tuple(_wishes(self._lead.inquiry))
        needs = tuple(wish for wish in wishes if wish[0] in self._pool.require)
        return Standings(
            absent=self._outside_hours(people) | self._away(people, states) | self._never(people),
            lacks=self._lacks(people, needs) if needs else {},
            full=self._full(states) if self._lead.counts_to_cap else {},
            loads={state.person_id: state.open for state in states if state.open},
            matches=self._matches(people, wishes) if wishes else {},
        )

    def _never(self, people: Collection[str]) -> Reasons:
        inactive, never = self._policy.inactive, self._policy.inactive | self._not_again
        return {p: "inactive" if p in inactive else "already had this lead" for p in people if p in never}

    def _away(self, people: Collection[str], states: Collection[OwnerState]) -> Reasons:
        now, leaves = self._now, self._policy.leaves
        absences = [(p, self._policy.people[p].absence_at(now)) for p in people if p in leaves]
        switched = [(s.person_id, s.away_until) for s in states if s.away_until and now < s.away_until]
        planned = {p: f"on leave until {absence.end.isoformat()}" for p, absence in absences if absence}
        return planned | {p: f"switched away until {until.isoformat()}" for p, until in switched}

    def _outside_hours(self, people: Collection[str]) -> Reasons:
        if self._pool.outside_hours is OutsideHours.ASSIGN:
            return {}
        calendars = {p: self._policy.calendar_of(p) for p in people}
        opens = {c.id: c.next_open(self._now) for c in {c.id: c for c in calendars.values()}.values()}
        closed = ((p, opens[c.id]) for p, c in calendars.items() if opens[c.id] > self._now)
        return {p: f"outside working hours until {at.isoformat()}" for p, at in closed}

    def _lacks(self, people: Collection[str], needs: Wishes) -> Mapping[str, tuple[str, ...]]:
        skills, nothing = self._policy.skills, frozenset[str]()
        lacks = {s: tuple([name for name, words in needs if not words & s]) for s in {*skills.values(), nothing}}
        return {p: missing for p in people if (missing := lacks[skills.get(p, nothing)])}

    def _matches(self, people: Collection[str], wishes: Wishes) -> Mapping[str, int]:
        skills = self._policy.skills
        counts = {s: sum([bool(words & s) for _, words in wishes]) for s in set(skills.values())}
        return {p: count for p in people if p in skills and (count := counts[skills[p]])}

    def _full(self, states: Collection[OwnerState]) -> Reasons:
        limits, day_in = self._policy.limits, cache(partial(Day.of, self._now))
        limited = [(state, limits[state.person_id]) for state in states if state.person_id in limits]
        return {s.person_id: why for s, limit in limited if (why := s.full(limit.caps, day_in(limit.zone)))}


def _lack(needs: tuple[str, ...], given_up: tuple[str, ...]) -> str:
    """Return the reason of somebody who does not have what is needed; empty when all of it is given up."""
    return next((f"lacks the {need}" for need in needs if need not in given_up), "")


def _wishes(inquiry: Inquiry) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield what the lead asks for and the skills that meet it: de-AT is met by de, too."""
    for name in ASKABLE:
        value = str(getattr(inquiry, name)).casefold()
        if value:
            yield name, frozenset({value, value.partition("-")[0]} if name == "language" else {value})
