"""Time of the next call: working and permitted (G1)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from leadtight.domain.calendar.business_hours import Calendar
from leadtight.domain.compliance.contact_hours import DAYS_LOOKED, ContactWindow, first_permitted
from leadtight.domain.model.lead import Lead
from leadtight.domain.policy.outcomes import OutcomeRule
from leadtight.domain.policy.policy import Policy
from leadtight.domain.promises.deadlines import due_after, next_action_target


def next_action_due(
    policy: Policy, lead: Lead, rule: OutcomeRule, now: datetime, windows: Sequence[ContactWindow]
) -> datetime:
    """Return when an outcome's next action is due.

    A call is due in a minute in which its owner works and the lead may be called; `windows` are those hours, by place.
    """
    if not rule.calls or rule.after is None:
        return due_after(policy, lead, rule, now)
    working = policy.calendars[next_action_target(policy, lead.team_promise.calendar).calendar]
    counted = policy.calendars[rule.counted_in] if rule.counted_in else working
    owner = policy.people.get(lead.owner_id or "")
    return call_due(policy.calendar_of(owner.id) if owner else working, windows, counted.add(now, rule.after))


def call_due(working: Calendar, windows: Sequence[ContactWindow], at: datetime) -> datetime:
    """Return the first working and permitted minute from `at`.

    Without `windows` no place is known, and working time decides. Where the two never meet within two weeks, the
    permitted hours decide.
    """
    due = working.next_open(at)
    while (permitted := first_permitted(windows, due)) is not None and permitted != due:
        due = working.next_open(permitted)
        if due - at > timedelta(days=DAYS_LOOKED):
            return first_permitted(windows, at) or due
    return due
