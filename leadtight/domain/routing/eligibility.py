"""Eligibility of a pool's people for a lead."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from itertools import chain, filterfalse

from leadtight.domain.model.capacity import Day, OwnerState, Roster
from leadtight.domain.model.inquiry import Inquiry
from leadtight.domain.model.lead import Lead
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.pools import OutsideHours, Pool, Strategy

SKILL_FIELDS = ("language", "product", "region", "country")
"""Fields of a lead that a pool may require of a person's skills."""

_AWAY = ("switched away", "on leave", "outside")
"""Prefixes of the reasons of people who would be available on another day."""

Reasons = dict[str, str]
"""Reasons of ineligibility, by person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateAssessment:
    """Per-person facts of one routing decision.

    An absent person has nothing to note. `absent` is why they take no lead now, `off_duty` when those outside their
    hours begin their next shift, `on_leave_then` who of these is on leave by then, `lacks` who lacks each required
    skill, `full` the cap that they have reached, `loads` how many leads they have open and, for the best match,
    `matches` how many of the lead's requested skills they have.
    """

    absent: Reasons
    off_duty: Mapping[str, datetime]
    on_leave_then: Reasons
    lacks: dict[str, list[str]]
    full: Reasons
    loads: Mapping[str, int]
    matches: Mapping[str, int]

    def ineligible(self, given_up: tuple[str, ...], *, off_duty_too: bool = False) -> Reasons:
        """Return the ineligible people with reasons.

        Requirements `given_up` are ignored. With `off_duty_too` people outside their hours are eligible, too.
        """
        reasons = dict(self.full)  # of several reasons the last one counts, so the first requirement comes last
        for need, people in reversed(self.lacks.items()):
            reasons |= dict.fromkeys(people if need not in given_up else (), f"lacks the {need}")
        return reasons | (self.on_leave_then if off_duty_too else self._outside_hours()) | self.absent

    def _outside_hours(self) -> Reasons:
        text_of = cache(datetime.isoformat)  # many people begin at the same time
        return {p: f"outside working hours until {text_of(at)}" for p, at in self.off_duty.items()}


def away(left_out: Mapping[str, str]) -> Iterator[str]:
    """Yield the ineligible people who are only away."""
    return (person for person, reason in left_out.items() if reason.startswith(_AWAY))


class Eligibility:
    """Eligibility of people for `lead` at `now`.

    Each check covers all people at once, and only those that it can concern: a pool may have hundreds of people. A
    person who is at work by `needed_at` is not outside their hours.
    """

    def __init__(
        self,
        policy: Policy,
        lead: Lead,
        pool: Pool,
        roster: Roster,
        now: datetime,
        not_again: frozenset[str],
        needed_at: datetime,
    ) -> None:
        """Keep the input of one decision."""
        self._policy, self._lead, self._pool, self._now = policy, lead, pool, now
        self._roster, self._not_again, self._needed_at = roster, not_again, needed_at

    def assess(self, people: Mapping[str, int]) -> CandidateAssessment:
        """Assess people, in the order of the mapping."""
        states = [*filter(None, map(self._roster.get, people))]
        met = {need: self._skilled_in_any(words) for need, words in _requested_skills(self._lead.inquiry)}
        compared = met.values() if self._pool.strategy is Strategy.BEST_MATCH else ()
        off_duty = self._off_duty(people)
        return CandidateAssessment(
            absent=self._away(people, states) | self._never(people) | _unknown(states),
            off_duty=off_duty,
            on_leave_then=self._on_leave_then(off_duty),
            lacks={need: [*filterfalse(met[need].__contains__, people)] for need in met if need in self._pool.require},
            full=self._full(people) if self._lead.counts_to_cap else {},
            loads={state.person_id: state.open for state in states if state.open},
            matches=Counter(chain.from_iterable(filter(skilled.__contains__, people) for skilled in compared)),
        )

    def _never(self, people: Mapping[str, int]) -> Reasons:
        had_it = {p: "already had this lead" for p in sorted(self._not_again) if p in people}
        return had_it | {p: "inactive" for p in self._policy.inactive if p in people}

    def _away(self, people: Mapping[str, int], states: Collection[OwnerState]) -> Reasons:
        now, text_of = self._now, cache(datetime.isoformat)  # many people return at the same time
        absences = ((p, a.end) for p, a in self._policy.absences if a.start <= now < a.end and p in people)
        planned = {p: f"on leave until {text_of(until)}" for p, until in absences}
        switched = [(s.person_id, s.away_until) for s in states if s.away_until and now < s.away_until]
        return planned | {p: f"switched away until {text_of(until)}" for p, until in switched}

    def _off_duty(self, people: Mapping[str, int]) -> Mapping[str, datetime]:
        if self._pool.outside_hours is OutsideHours.ASSIGN:
            return {}
        calendars = {p: self._policy.calendar_of(p) for p in people}
        opens = {c.id: c.next_open(self._now) for c in {c.id: c for c in calendars.values()}.values()}
        return {p: opens[c.id] for p, c in calendars.items() if opens[c.id] > self._needed_at}

    def _on_leave_then(self, off_duty: Mapping[str, datetime]) -> Reasons:
        absences = ((p, a) for p, a in self._policy.absences if p in off_duty and a.start <= off_duty[p] < a.end)
        return {p: f"on leave until {absence.end.isoformat()}" for p, absence in absences}

    def _skilled_in_any(self, words: Collection[str]) -> frozenset[str]:
        skilled = self._policy.skilled
        skilled_in = [skilled[word] for word in words if word in skilled]
        return skilled_in[0] if len(skilled_in) == 1 else frozenset[str]().union(*skilled_in)

    def _full(self, people: Mapping[str, int]) -> Reasons:
        limits, day_in = self._policy.limits, cache(partial(Day.of, self._now))
        limited = [(self._roster[p], limits[p]) for p in limits if p in people and p in self._roster]
        return {s.person_id: reason for s, limit in limited if (reason := s.full(limit.caps, day_in(limit.zone)))}


def _unknown(states: Collection[OwnerState]) -> Reasons:
    return {s.person_id: "their stored state cannot be read" for s in states if not s.is_readable}


def _requested_skills(inquiry: Inquiry) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield the lead's requested skills, each with matching values.

    A request for de-AT is met by de, too.
    """
    for name in SKILL_FIELDS:
        value = str(getattr(inquiry, name)).casefold()
        if value:
            yield name, frozenset({value, value.partition("-")[0]} if name == "language" else {value})
