"""Waiting leads, assigned as soon as a member has capacity.

Capabilities C6 and C9. Until then the person who caught the lead owns it, by name. This assignment is neither a hop nor
a missed deadline.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from leadtight.domain.change import Change, ChangeBuilder
from leadtight.domain.model.capacity import Roster
from leadtight.domain.model.event import EventKind
from leadtight.domain.model.lead import Lead, NextAction
from leadtight.domain.model.rotation import Rotation
from leadtight.domain.model.sla import ARRIVAL, FIRST_RESPONSE, NEXT_ACTION, SlaTimer
from leadtight.domain.ownership.transfer import transfer_as_chosen
from leadtight.domain.policy.policy import Policy
from leadtight.domain.promises.deadlines import first_response_clock, reassigned_due
from leadtight.domain.promises.first_promise import first_promise_clock
from leadtight.domain.promises.next_action import first_action
from leadtight.domain.routing.selection import choose

CAPACITY_FREED = "capacity_freed"


def by_urgency(policy: Policy, leads: Iterable[Lead]) -> tuple[Lead, ...]:
    """Return waiting leads in the order of assignment.

    It is by deadline, place of the tier, score and id.
    """
    places = {tier.id: place for place, tier in enumerate(policy.tiers)}

    def urgency(lead: Lead) -> tuple[datetime, int, int, str]:
        promise = lead.team_promise
        return promise.deadline, places.get(promise.tier, len(places)), -lead.score.total, lead.id

    return tuple(sorted(leads, key=urgency))


def assign_waiting(policy: Policy, lead: Lead, rotation: Rotation, roster: Roster, now: datetime) -> Change | None:
    """Assign a waiting lead to a member of its pool.

    None when it does not wait, or no member can take it. The ordinary choice decides, so caps, skills and turns hold.
    Its owner, and a person who let it lapse, are passed over.
    """
    if not lead.is_waiting:
        return None
    not_again = frozenset({str(lead.owner_id), *lead.past_owners})
    choice = choose(policy, lead, rotation, roster, now, not_again=not_again)
    if choice[0].found_nobody:
        return None
    builder = ChangeBuilder(lead, lead, now)
    running = lead.clock(FIRST_RESPONSE)
    if running is not None:
        _start_clock(builder, policy, running, choice[0].clock_starts_at, now)
    transfer_as_chosen(
        builder,
        policy,
        choice,
        roster,
        EventKind.LEAD_OFFERED_ON,
        actor="system:route",
        reason=CAPACITY_FREED,
        waiting_since=lead.waiting_since,
    )
    return builder.build()


def _start_clock(
    builder: ChangeBuilder, policy: Policy, running: SlaTimer, works_from: datetime | None, now: datetime
) -> None:
    """Start the new owner's timer.

    It runs to the present deadline while that is in the future, else a new window. An owner outside their hours has at
    least that window from their next shift on.
    """
    lead = builder.lead
    watched: tuple[SlaTimer, ...] = ()
    if running.deadline > now and works_from is None:
        clock = _clock(policy, lead, now, running.started_at, running.deadline)
        clock = replace(clock, steps=tuple(step for step in clock.steps if step.at > now))
    else:
        start = works_from or now
        due = max(running.deadline, reassigned_due(policy, lead.team_promise, start))
        clock = _clock(policy, lead, now, start, due)
        builder.set(next_action=NextAction(what=first_action(lead), due_at=clock.deadline))
        watched = first_promise_clock(policy, lead, clock.deadline, now)
        builder.stop(ARRIVAL, NEXT_ACTION)
    builder.start(clock, *watched)


def _clock(policy: Policy, lead: Lead, now: datetime, start: datetime, due_at: datetime) -> SlaTimer:
    return first_response_clock(policy, lead.team_promise, hops=lead.hops, owned_at=now, start=start, due_at=due_at)
