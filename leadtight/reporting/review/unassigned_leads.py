"""Ownerless leads while their pool had capacity (J9)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from leadtight.domain.calendar.timestamps import format_timestamp, midnight
from leadtight.domain.model.capacity import HOUR, Day, OwnerState
from leadtight.domain.model.event import Event, fold
from leadtight.domain.model.lead import Lead
from leadtight.domain.policy.people import LeadLimit
from leadtight.domain.policy.policy import Policy
from leadtight.domain.routing.selection import pool_for
from leadtight.reporting.facts.periods import ReportPeriod, local_day
from leadtight.reporting.facts.table import FactTable, instant
from leadtight.reporting.metrics.invariants import OwnerlessLead, ownerless
from leadtight.reporting.metrics.presence import without_leave

Histories = Callable[[str], tuple[Event, ...]]
"""All events of one lead."""


@dataclass(frozen=True, slots=True)
class FreeCapacity:
    """Pool members who could have had an ownerless lead.

    The person who was free first comes first; `since` is when.
    """

    people: tuple[str, ...]
    since: datetime

    def as_json(self) -> dict[str, object]:
        """Return it as reports write it."""
        return {"had_room": list(self.people), "had_room_from": format_timestamp(self.since)}


@dataclass(frozen=True, slots=True)
class _OwnedLead:
    """A lead that counts towards a person's caps."""

    since: datetime
    closed_at: datetime | None


def room_for_unassigned(
    table: FactTable, period: ReportPeriod, policy: Policy, grace: timedelta, history: Histories
) -> Mapping[str, FreeCapacity]:
    """Return who had capacity for ownerless leads, by lead.

    In `period`, while the lead had been without an owner for longer than `grace`. The pool is the one to which the
    policy sends the lead as it was then. A person is free while their calendar is open, they are active and not on
    planned leave, and below their caps by the leads that they have at `as_of`: a lead that has moved on meanwhile, and
    a switch to away by hand, leave no trace in the facts.
    """
    rooms = ((lead, _room(table, lead, period, policy, grace, history)) for lead in ownerless(table, period, grace))
    return {lead.lead_id: room for lead, room in rooms if room}


def _room(
    table: FactTable, lead: OwnerlessLead, period: ReportPeriod, policy: Policy, grace: timedelta, history: Histories
) -> FreeCapacity | None:
    begin, end = max(lead.since + grace, period.start), lead.until
    lead_then = _as_of(end, history(lead.lead_id))
    if lead_then is None:
        return None
    members = pool_for(policy, lead_then).members.keys() - set(policy.inactive)
    first = {person: _first_free(table, policy, person, begin, end) for person in members}
    free = sorted((at, person) for person, at in first.items() if at)
    return FreeCapacity(tuple(person for _, person in free), free[0][0]) if free else None


def _as_of(end: datetime, events: tuple[Event, ...]) -> Lead | None:
    """Return the lead as it was before `end`.

    None when its events are inconsistent, which the nightly problems report.
    """
    try:
        return fold(event for event in events if event.at < end)
    except Exception:  # noqa: BLE001 - a pure fold: whatever it raises, this lead's events are at fault
        return None


def _first_free(table: FactTable, policy: Policy, person: str, begin: datetime, end: datetime) -> datetime | None:
    limit = policy.limits.get(person)
    owned = _owned_leads(table, policy, person, end) if limit else ()
    at_work = policy.calendar_of(person).open_between(begin, end)
    absences = policy.people[person].away
    stretches = (rest for stretch in at_work for rest in without_leave(absences, *stretch))
    moments = (at for stretch in stretches for at in (_changes(limit, owned, *stretch) if limit else stretch[:1]))
    return next((at for at in moments if limit is None or not _full(limit, owned, at)), None)


def _owned_leads(table: FactTable, policy: Policy, person: str, end: datetime) -> tuple[_OwnedLead, ...]:
    rows = table.rows(
        "select epoch_us(owner_since) as since, epoch_us(closed_at) as closed from counted where owner = $person"
        " and owner_since < $end and list_contains($tiers, tier) order by owner_since",
        {"person": person, "end": end, "tiers": [tier.id for tier in policy.tiers if tier.counts_to_cap]},
    )
    spans = ((instant(row["since"]), instant(row["closed"])) for row in rows)
    return tuple(_OwnedLead(since, closed) for since, closed in spans if since)


def _changes(limit: LeadLimit, owned: tuple[_OwnedLead, ...], start: datetime, end: datetime) -> list[datetime]:
    """Return when capacity may have become free in a stretch.

    At its start, at midnight, or when a cap frees up.
    """
    first, last = local_day(start, limit.zone), local_day(end, limit.zone)
    midnights = (midnight(first + timedelta(days=n), limit.zone) for n in range(1, (last - first).days + 1))
    let_go = (at for lead in owned for at in (lead.since + HOUR, lead.closed_at) if at)
    return [start, *sorted(at for at in (*midnights, *let_go) if start < at < end)]


def _full(limit: LeadLimit, owned: tuple[_OwnedLead, ...], at: datetime) -> bool:
    had = [lead for lead in owned if lead.since <= at]
    still_open = sum(lead.closed_at is None or lead.closed_at > at for lead in had)
    state = OwnerState(person_id="", open=still_open, recent=tuple(lead.since for lead in had))
    return bool(state.full(limit.caps, Day.of(at, limit.zone)))
