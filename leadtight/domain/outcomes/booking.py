"""Bookings made by known persons themselves (G2).

Their lead moves to the booked stage and waits for the call.
"""

from dataclasses import dataclass
from datetime import datetime

from leadtight.domain.change import ChangeBuilder
from leadtight.domain.model.enrolment import OutcomeMeaning
from leadtight.domain.model.event import EventKind
from leadtight.domain.model.lead import Lead, NextAction
from leadtight.domain.model.sla import STAGE, UNTOUCHED
from leadtight.domain.model.stage import Stage
from leadtight.domain.policy.outcomes import OutcomeRule
from leadtight.domain.policy.policy import Policy
from leadtight.domain.promises.deadlines import due_after, next_action_clock
from leadtight.domain.promises.stall import stall_clocks
from leadtight.domain.sequences import progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """A booked call; its time is None when unreadable."""

    starts_at: datetime | None = None


def book(builder: ChangeBuilder, policy: Policy, booking: Booking, source: str, now: datetime) -> None:
    """Move an open lead to `call_booked`, where its stage permits.

    This ends a sequence that stops on a booking. The person acted, not the team: it is not a contact, and a running
    first-response timer goes on (Q3). After a first answer, the next action is the policy's for a booked call, due
    before the call at the latest.
    """
    previous = builder.lead
    builder.event(EventKind.CALL_BOOKED, "lead", source=source, starts_at=booking.starts_at)
    builder.set(unanswered=0)
    if previous.enrolment and OutcomeMeaning.BOOKING in previous.enrolment.stop_on:
        progress.end(builder, OutcomeMeaning.BOOKING)
    here = policy.stages.get(previous.stage)
    if here is None or Stage.CALL_BOOKED in here.exit:
        builder.set(stage=Stage.CALL_BOOKED)
    rule = next((r for r in policy.outcomes.values() if r.stage is Stage.CALL_BOOKED), None)
    if rule and previous.first_contact_at is not None:
        _prepare(builder, policy, rule, booking, now)
        _watch(builder, policy, previous, now)


def _prepare(builder: ChangeBuilder, policy: Policy, rule: OutcomeRule, booking: Booking, now: datetime) -> None:
    lead, starts_at = builder.lead, booking.starts_at
    due = due_after(policy, lead, rule, now)
    if starts_at and starts_at > now:
        due = min(due, starts_at)
    action = (rule.next_action or "").replace("{name}", lead.inquiry.display_name)
    clock = next_action_clock(policy, due, now, lead.team_promise.calendar)
    builder.set(next_action=NextAction(what=action, due_at=due))
    builder.start(clock)


def _watch(builder: ChangeBuilder, policy: Policy, previous: Lead, now: datetime) -> None:
    watching = stall_clocks(policy, builder.lead, previous, now)
    builder.stop(STAGE, UNTOUCHED)
    builder.start(*watching)
