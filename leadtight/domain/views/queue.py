"""Order of an owner's queue of open leads (B3).

By breach time, the longest overdue first; then by tier, score and id. Until something is overdue, a lead that waits for
its first answer is as urgent as any colder one that does: so a hot lead that arrives later comes before a cold one that
is not yet due, however close that one's deadline is.
"""

from collections.abc import Iterable
from datetime import datetime

from leadtight.domain.model.lead import Lead
from leadtight.domain.model.sla import FIRST_RESPONSE
from leadtight.domain.policy.policy import Policy


def due_at(lead: Lead) -> datetime:
    """Return when the owner of an open lead must act.

    That is the first answer's deadline, else the next action's.
    """
    clock = lead.clock(FIRST_RESPONSE)
    if clock:
        return clock.deadline
    return lead.next_action.due_at if lead.next_action else lead.team_promise.deadline


def in_order(policy: Policy, leads: Iterable[Lead], now: datetime) -> tuple[Lead, ...]:
    """Return open leads in working order.

    It is a total order, independent of the input's.
    """
    places = {tier.id: place for place, tier in enumerate(policy.tiers)}

    def place(lead: Lead) -> int:
        return places.get(lead.promise.tier, len(places))

    all_leads = tuple(leads)
    waiting = [(place(lead), due_at(lead)) for lead in all_leads if _waits_for_its_answer(lead, now)]
    soonest = {tier: min(due for other, due in waiting if other >= tier) for tier, _ in waiting}

    def urgency(lead: Lead) -> tuple[datetime, int, datetime, int, str]:
        due = due_at(lead)
        breach_at = soonest[place(lead)] if _waits_for_its_answer(lead, now) else due
        return breach_at, place(lead), due, -lead.score.total, lead.id

    return tuple(sorted(all_leads, key=urgency))


def _waits_for_its_answer(lead: Lead, now: datetime) -> bool:
    return lead.clock(FIRST_RESPONSE) is not None and due_at(lead) >= now
