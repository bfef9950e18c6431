"""The people of the policy, their leads and their availability."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from leadtight.app.ports.leads import LeadStore
from leadtight.domain.policy.people import Person
from leadtight.domain.policy.policy import Policy

AWAY_FOR = timedelta(hours=1)
MOST = 200
# Later than the alarm of every open lead.
ALWAYS = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLine:
    """One person's current state.

    `open_leads` counts those of their queue.
    """

    person: Person
    team: str
    is_manager: bool
    pools: tuple[str, ...]
    open_leads: int
    away_until: datetime | None


class PersonStates:
    """Reader and switch of people's availability."""

    def __init__(self, policy: Policy, table: LeadStore) -> None:
        """Take the policy's people and the table with their state."""
        self._policy = policy
        self._table = table

    def lines(self, now: datetime) -> tuple[PersonLine, ...]:
        """Return all people in the order of the policy."""
        # The read of routing; without a lead it returns just the people.
        roster = self._table.load_for_routing("", "", self._policy.people).roster
        return tuple(self._line(person, roster[person.id].away_until, now) for person in self._policy.people.values())

    def knows(self, person_id: str) -> bool:
        """Return whether the policy has this person."""
        return person_id in self._policy.people

    def send_away(self, person_id: str, now: datetime) -> None:
        """Mark a person away for an hour, without new leads."""
        self._table.set_away(person_id, now + AWAY_FOR)

    def bring_back(self, person_id: str) -> None:
        """End a person's absence."""
        self._table.set_away(person_id, None)

    def _line(self, person: Person, switched_until: datetime | None, now: datetime) -> PersonLine:
        leave = person.absence_at(now)
        ends = [until for until in (switched_until, leave and leave.end) if until and until > now]
        return PersonLine(
            person=person,
            team=self._policy.teams[person.team].name,
            is_manager=any(team.manager == person.id for team in self._policy.teams.values()),
            pools=tuple(pool.id for pool in self._policy.pools.values() if person.id in pool.members),
            open_leads=len(self._table.due_leads(person.id, ALWAYS, MOST)),
            away_until=max(ends, default=None),
        )
