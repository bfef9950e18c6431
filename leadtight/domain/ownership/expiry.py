"""Expiry: an untouched lead moves to another owner (D3).

This holds however old the lead is (R12). The limit is fixed on arrival, by the tier. The timer counts from the owner's
first moment or latest touch: a recorded outcome of any kind. `ChangeBuilder` keeps it, so that every move and every
touch restarts it. A follow-up that an outcome planned beyond the limit is waited for.
"""

from dataclasses import replace
from datetime import datetime

from leadtight.domain.change import ChangeBuilder, expiry_clock
from leadtight.domain.model.capacity import Roster
from leadtight.domain.model.event import EventKind
from leadtight.domain.model.message import Template
from leadtight.domain.model.rotation import Rotation
from leadtight.domain.model.sla import EXPIRY, SlaTimer
from leadtight.domain.ownership.transfer import transfer_as_chosen
from leadtight.domain.policy.policy import Policy
from leadtight.domain.promises.deadlines import reassigned_due
from leadtight.domain.promises.owner_window import open_window
from leadtight.domain.routing.selection import choose

EXPIRED = "expired"
ACTOR = "system:sla"


def expire(
    builder: ChangeBuilder, policy: Policy, clock: SlaTimer, rotation: Rotation, roster: Roster, now: datetime
) -> None:
    """Move an expired lead to its pool's next member.

    Its present owner is passed over; without another member the manager gets it. Former owners are not passed over:
    this is a new round, not a missed deadline. The last one available keeps it, is reminded, and is watched again.
    """
    lead, old = builder.lead, str(builder.lead.owner_id)
    receipt, moved = choose(policy, lead, rotation, roster, now, not_again=frozenset({old}))
    if receipt.found_nobody:
        receipt = replace(receipt, owner=policy.manager_of(old))
    if receipt.owner == old:
        _watch_on(builder, policy, clock, now)
        return
    builder.set(past_owners=tuple(dict.fromkeys([*lead.past_owners, old])))
    start = receipt.clock_starts_at or now
    open_window(builder, policy, start, reassigned_due(policy, lead.team_promise, start), now)
    transfer_as_chosen(
        builder,
        policy,
        (receipt, moved),
        roster,
        EventKind.LEAD_EXPIRED,
        actor=ACTOR,
        reason=EXPIRED,
        untouched_since=clock.started_at,
    )


def _watch_on(builder: ChangeBuilder, policy: Policy, clock: SlaTimer, now: datetime) -> None:
    """Restart the only available owner's timer, and remind them."""
    lead, owner = builder.lead, str(builder.lead.owner_id)
    due = lead.next_action.due_at if lead.next_action else lead.team_promise.deadline
    builder.stop(EXPIRY)
    builder.start(*expiry_clock(lead, now))
    builder.event(EventKind.OWNER_REMINDED, ACTOR, target=clock.target, owner=owner)
    builder.message_person(policy, Template.REMIND, owner, due_at=due, target=clock.target)


def renew_expiry(builder: ChangeBuilder, policy: Policy, now: datetime) -> None:
    """Put the lead's expiry under its tier's present limit.

    Where that time has passed already, it counts from `now`.
    """
    lead, running = builder.lead, builder.lead.clock(EXPIRY)
    tier = next((t for t in policy.tiers if t.id == lead.promise.tier), None)
    if tier is None or lead.owned_since is None or tier.expire_after == lead.expire_after:
        return
    since = running.started_at if running else max(lead.owned_since, lead.touched_at or lead.owned_since)
    if tier.expire_after and since + tier.expire_after <= now:
        since = now
    builder.set(expire_after=tier.expire_after)
    builder.stop(EXPIRY)
    builder.start(*expiry_clock(builder.lead, since))


def wait_for_follow_up(builder: ChangeBuilder, now: datetime) -> None:
    """Count the expiry from a follow-up beyond the limit.

    An outcome has just planned the lead's next action. Until a time further away than the limit, leaving the lead alone
    is the plan; a nearer one does not extend the limit.
    """
    lead, running = builder.lead, builder.lead.clock(EXPIRY)
    if not lead.is_open or lead.owned_since is None or lead.next_action is None or lead.expire_after is None:
        return
    since = max(lead.owned_since, lead.touched_at or lead.owned_since)
    if running and running.started_at <= now:
        since = max(since, running.started_at)
    if since + lead.expire_after <= now:  # a follow-up that was waited for is replaced by another person
        since = now
    planned = lead.next_action.due_at
    builder.stop(EXPIRY)
    builder.start(*expiry_clock(lead, planned if planned > since + lead.expire_after else since))
