"""A new owner's window on a lead due before."""

from datetime import datetime

from leadtight.domain.change import ChangeBuilder
from leadtight.domain.model.lead import Lead, NextAction
from leadtight.domain.model.sla import ARRIVAL, FIRST_RESPONSE, NEXT_ACTION
from leadtight.domain.policy.policy import Policy
from leadtight.domain.promises.deadlines import first_response_clock, next_action_clock
from leadtight.domain.promises.first_promise import first_promise_clock
from leadtight.domain.promises.next_action import first_action
from leadtight.domain.promises.stall import postponed


def open_window(builder: ChangeBuilder, policy: Policy, start: datetime, due: datetime, now: datetime) -> None:
    """Give the new owner a window from `start` until `due`.

    It replaces the timers of the first answer or the next action; the first promise is watched beside it.
    """
    lead, promise = builder.lead, builder.lead.team_promise
    if _owes_the_answer(lead):
        clock = first_response_clock(policy, promise, hops=lead.hops, owned_at=now, start=start, due_at=due)
    else:
        clock = next_action_clock(policy, due, start, promise.calendar)
    others = lead.without_clocks(ARRIVAL, FIRST_RESPONSE, NEXT_ACTION).clocks
    builder.set(
        next_action=NextAction(what=_what(lead), due_at=due),
        clocks=(*postponed(others, due), clock, *first_promise_clock(policy, lead, due, now)),
    )


def _owes_the_answer(lead: Lead) -> bool:
    return lead.clock(FIRST_RESPONSE) is not None or lead.first_contact_at is None


def _what(lead: Lead) -> str:
    return first_action(lead) if lead.next_action is None or _owes_the_answer(lead) else lead.next_action.what
