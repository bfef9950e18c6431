"""Port of the store of leads.

The table is the truth.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from leadtight.app.ports.guards import AlreadyTaken, Full, Guard
    from leadtight.app.ports.history import HistoryPage
    from leadtight.domain.change import Change
    from leadtight.domain.model.capacity import Roster
    from leadtight.domain.model.consent_record import ConsentRecord
    from leadtight.domain.model.event import Event
    from leadtight.domain.model.lead import Lead
    from leadtight.domain.model.rotation import Rotation


@dataclass(frozen=True, slots=True, kw_only=True)
class NewerLeadExists:
    """A person has a newer lead than the decision knew.

    Nothing was stored.
    """

    lead_ids: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingState:
    """Lead, rotation and people as one consistent read saw them."""

    lead: Lead | None
    rotation: Rotation
    roster: Roster


class LeadStore(Protocol):
    """Leads, their histories, rotations and guards.

    The table is the truth.
    """

    def create(
        self,
        change: Change,
        guard: Guard,
        person_keys: Iterable[str],
        now: datetime,
        known: frozenset[str] = frozenset(),
    ) -> AlreadyTaken | Full | NewerLeadExists | None:
        """Store a new lead under its guard in one transaction.

        Return who took the guard if it is taken; else which of its counts is full; else, when a person key's latest
        lead is not among those that the decision `known` of, these others. A lead that is excluded never takes the
        place of a person's latest one.
        """

    def merge(
        self, change: Change, guard: Guard, person_keys: Iterable[str], now: datetime
    ) -> AlreadyTaken | Full | None:
        """Store a change of a lead under a guard.

        It is one transaction; the person keys lead to the lead from now on. Returns who took the guard if it is taken,
        else which of its counts is full. Raises Conflict when the lead has moved on.
        """

    def taken_by(self, guard: Guard, now: datetime) -> AlreadyTaken | None:
        """Return the taker of a guard; None when free."""

    def load(self, lead_id: str) -> Lead | None:
        """Return a lead as it is now."""

    def load_for_routing(self, lead_id: str, pool_id: str, people: Iterable[str]) -> RoutingState:
        """Return a lead, rotation and owner states in one read."""

    def commit(self, change: Change) -> None:
        """Store a change in one transaction.

        Raises Conflict when the lead or the rotation has moved on. Storing the very same change twice succeeds: the
        second finds its own work.
        """

    def commit_all(self, changes: Sequence[Change]) -> None:
        """Store changes of several leads in one transaction.

        Each was decided on the result of the one before it. They move one pool's rotation from where the first found it
        to where the last leaves it, and so people's states. Raises Conflict when any of it has moved on: then none is
        stored. Storing the very same changes twice succeeds.
        """

    def leads_of(self, person_keys: Iterable[str]) -> tuple[str, ...]:
        """Return the ids of a person's leads, in order."""

    def consents(self, person_keys: Iterable[str]) -> tuple[ConsentRecord, ...]:
        """Return a person's consent prompts, ticked or not, oldest first."""

    def history(self, lead_id: str) -> tuple[Event, ...]:
        """Return a lead's events, oldest first."""

    def history_page(self, lead_id: str, most: int, before: str | None = None) -> HistoryPage:
        """Return the latest `most` events of a lead, or fewer.

        It returns fewer where they are large; with `before`, those before that cursor.
        """

    def due_leads(
        self, owner_id: str | None, before: datetime, limit: int, after: tuple[datetime, str] | None = None
    ) -> tuple[Lead, ...]:
        """Return an owner's open leads due at `before`, earliest first.

        They have a wake time at or before it. Owner None stands for the unowned leads. With `after`, the wake time and
        id of a lead, only later ones are returned; empty when there are no more.
        """

    def load_all(self, lead_ids: Sequence[str]) -> tuple[Lead, ...]:
        """Return existing leads in the requested order."""

    def waiting_in_short(self, limit: int | None = None) -> tuple[Lead, ...]:
        """Return summaries of leads that wait for a pool member.

        The earliest promise of their team comes first (`in_short`).
        """

    def owners(self) -> tuple[str, ...]:
        """Return everyone who ever owned a lead.

        They may have left the policy since.
        """

    def set_away(self, person_id: str, until: datetime | None) -> None:
        """Switch a person away until an instant, or back."""
