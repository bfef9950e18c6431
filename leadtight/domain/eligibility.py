"""Who of a pool can take a lead now, and why the others cannot."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from leadtight.domain.capacity import OwnerState, Roster
from leadtight.domain.lead import Inquiry, Lead
from leadtight.domain.policy import OutsideHours, Policy, Pool

ASKABLE = ("language", "product", "region", "country")
"""What a pool may require of a person's skills, as the lead names it."""


@dataclass(slots=True)
class Standing:
    """One person before a decision: why they are absent, what they lack, and which cap they have reached."""

    person: str
    weight: int
    absent: str
    lacks: tuple[str, ...]
    full: str
    load: int
    match: int

    @property
    def is_away(self) -> bool:
        """Tell whether the person would be here on another day."""
        return self.absent.startswith(("switched away", "on leave", "outside"))

    def left_out(self, given_up: tuple[str, ...]) -> str:
        """Return why this person takes no part when some requirements are given up; empty when they do."""
        if self.absent or not self.lacks:
            return self.absent or self.full
        missing = [need for need in self.lacks if need not in given_up]
        return f"lacks the {missing[0]}" if missing else self.full


class Eligibility:
    """The questions that decide whether somebody can take `lead` at `now`."""

    def __init__(
        self, policy: Policy, lead: Lead, pool: Pool, roster: Roster, now: datetime, not_again: frozenset[str]
    ) -> None:
        """Take everything that one decision knows."""
        self._policy, self._lead, self._pool, self._now = policy, lead, pool, now
        self._roster, self._not_again = roster, not_again
        self._wishes = tuple(_wishes(lead.inquiry))
        self._needs = tuple(name for name, _ in self._wishes if name in pool.require)
        self._opens: dict[str, datetime] = {}

    def standing(self, person_id: str, weight: int) -> Standing:
        """Return how a person stands to the lead."""
        person = self._policy.people[person_id]
        state = self._roster.get(person_id)
        skills = person.skills
        held = [name for name, words in self._wishes if words & skills] if skills else ()
        return Standing(
            person=person_id,
            weight=weight,
            absent=self._absent(person_id, state),
            lacks=tuple(n for n in self._needs if n not in held) if self._needs else (),
            full=self._full(person_id, state) if state and person.caps.are_set else "",
            load=state.open if state else 0,
            match=len(held),
        )

    def _absent(self, person_id: str, state: OwnerState | None) -> str:
        person = self._policy.people[person_id]
        if not person.active:
            return "inactive"
        if person_id in self._not_again:
            return "already had this lead"
        if state and state.away_until and self._now < state.away_until:
            return f"switched away until {state.away_until.isoformat()}"
        absence = person.absence_at(self._now) if person.away else None
        if absence:
            return f"on leave until {absence.end.isoformat()}"
        return self._outside_hours(person_id) if self._pool.outside_hours is OutsideHours.SKIP else ""

    def _outside_hours(self, person_id: str) -> str:
        calendar = self._policy.calendar_of(person_id)
        if calendar.id not in self._opens:
            self._opens[calendar.id] = calendar.next_open(self._now)
        opens = self._opens[calendar.id]
        return f"outside working hours until {opens.isoformat()}" if opens > self._now else ""

    def _full(self, person_id: str, state: OwnerState) -> str:
        if not self._lead.counts_to_cap:
            return ""
        return state.full(self._policy.people[person_id].caps, self._policy.calendar_of(person_id).zone, self._now)


def _wishes(inquiry: Inquiry) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield what the lead asks for and the skills that meet it: de-AT is met by de, too."""
    for name in ASKABLE:
        value = str(getattr(inquiry, name)).casefold()
        if value:
            yield name, frozenset({value, value.partition("-")[0]} if name == "language" else {value})
