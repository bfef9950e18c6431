"""Put open leads under the deployed policy, after a preview."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from leadtight.app.commit import TRIES_OF_ONE_LEAD, commit_with_retry
from leadtight.app.ports.alarms import Alarms
from leadtight.app.ports.leads import LeadStore
from leadtight.domain.change import Change
from leadtight.domain.enforcement.rearm import deadline_of, rearm, versions_of
from leadtight.domain.model.errors import NotFound
from leadtight.domain.model.lead import Lead
from leadtight.domain.policy.policy import Policy

AT_ONCE = 200
"""Leads that one call changes.

The next call finds the rest: a changed lead is done.
"""

MOST_READ = 10_000
FAR = timedelta(days=3650)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadSelection:
    """A selection of open leads by exactly one criterion.

    It is a lead, a pool, an owner, or (`everything`) all owned leads.
    """

    lead: str | None = None
    pool: str | None = None
    owner: str | None = None
    everything: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RearmedLead:
    """One lead's deadline before and after.

    Both are the same when only later steps change.
    """

    lead_id: str
    owner: str
    pool: str
    old_deadline: datetime | None
    new_deadline: datetime | None
    old_policy_version: str
    new_policy_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RearmResult:
    """Re-armed leads, and the number left for later calls."""

    applied: bool
    leads: tuple[RearmedLead, ...]
    left: int


class Rearm:
    """Re-arms leads that are not under the current policy; idempotent."""

    def __init__(self, policy: Policy, store: LeadStore, alarms: Alarms) -> None:
        """Take the policy that is deployed and the ports."""
        self._policy = policy
        self._store = store
        self._alarms = alarms

    def rearm(self, chosen: LeadSelection, now: datetime, *, apply: bool) -> RearmResult:
        """Return old and new deadlines; store them with `apply`.

        Raises NotFound when there is no such lead, pool or person.
        """
        due = ((lead, rearm(self._policy, lead, now)) for lead in self._leads(chosen, now))
        waiting = [(lead, change) for lead, change in due if change]
        now_done = [self._rearm_lead(lead, now) if apply else change for lead, change in islice(waiting, AT_ONCE)]
        done = tuple(_rearmed_lead(change) for change in now_done if change)
        return RearmResult(applied=apply, leads=done, left=max(0, len(waiting) - AT_ONCE))

    def arm_again(self, now: datetime, *, after: int, apply: bool) -> int:
        """Count open leads with an alarm, and arm some again.

        With `apply` it arms the next `AT_ONCE` of them, those that come `after` so many. Each is armed as it stands: no
        lead changes. It is for after a restore, or when schedules were lost; an armed lead stays armed.
        """
        owners: list[str | None] = [None, *sorted({*self._policy.people, *self._store.owners()})]
        waiting = [lead for owner in owners for lead in self._store.due_leads(owner, now + FAR, MOST_READ)]
        for lead in waiting[after : after + AT_ONCE] if apply else ():
            self._alarms.arm(lead, now)
        return len(waiting)

    def _leads(self, chosen: LeadSelection, now: datetime) -> Iterable[Lead]:
        if chosen.lead is not None:
            lead = self._store.load(chosen.lead)
            if lead is None:
                raise NotFound(f"there is no lead {chosen.lead!r}")
            return [lead]
        owners = sorted({*self._policy.people, *self._store.owners()})
        if chosen.owner is not None:
            if chosen.owner not in owners:
                raise NotFound(f"{chosen.owner!r} is not a person in the policy, and has never owned a lead")
            owners = [chosen.owner]
        if chosen.pool is not None and chosen.pool not in self._policy.pools:
            raise NotFound(f"there is no pool {chosen.pool!r} in the deployed policy")
        leads = (lead for owner in owners for lead in self._store.due_leads(owner, now + FAR, MOST_READ))
        return (lead for lead in leads if chosen.pool in (None, lead.pool_id))

    def _rearm_lead(self, lead: Lead, now: datetime) -> Change | None:
        """Store the re-armed lead, decided on its current state.

        The index it was found in may be a moment behind.
        """
        change = commit_with_retry(
            self._store,
            self._alarms,
            lambda: self._store.load(lead.id),
            lambda current: rearm(self._policy, current, now) if current else None,
            now,
            subject=f"lead {lead.id}",
            tries=TRIES_OF_ONE_LEAD,
        )
        if change:
            self._alarms.disarm(lead)
        return change


def _rearmed_lead(change: Change) -> RearmedLead:
    old, new = change.before, change.after
    assert old is not None, "only stored leads are re-armed"
    return RearmedLead(
        lead_id=new.id,
        owner=new.owner_id or "",
        pool=new.pool_id or "",
        old_deadline=deadline_of(old),
        new_deadline=deadline_of(new),
        old_policy_version=versions_of(old),
        new_policy_version=versions_of(new),
    )
