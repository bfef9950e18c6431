"""An outcome is taken back: everything it overwrote is put back, and whoever it was taken from is told."""

from datetime import datetime

from leadtight.domain.change import Change, ChangeBuilder
from leadtight.domain.model.codec import from_document, to_document
from leadtight.domain.model.errors import StaleSubmission
from leadtight.domain.model.event import EventKind
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.message import Template
from leadtight.domain.policy.policy import Policy


def undo_outcome(policy: Policy, lead: Lead, *, version: int, by: str, now: datetime) -> Change | None:
    """Return the change that takes the outcome recorded as `version` back; None when that is done already.

    Raises StaleSubmission when something else has happened since, or the time for it is over.
    """
    last = lead.last_outcome
    if last is None or last.version < version:
        return None
    if last.version != version or lead.version != version:
        raise StaleSubmission("something else has happened on this lead since")
    if now > last.at + policy.undo_within:
        raise StaleSubmission("the time to undo this is over")
    if "opted_out" in last.before:
        raise StaleSubmission("a wish not to be contacted cannot be taken back")
    restored = from_document(Lead, {**to_document(lead), **last.before})
    builder = ChangeBuilder(lead, restored, now)
    builder.event(EventKind.OUTCOME_UNDONE, f"person:{by}", outcome=last.outcome)
    if restored.owner_id != lead.owner_id:
        _give_back(builder, policy, lead, by)
    return builder.build()


def _give_back(builder: ChangeBuilder, policy: Policy, lead: Lead, by: str) -> None:
    """Give a lead that the outcome had handed on back to whoever had it: with a link of their own, and told so."""
    owner, action = builder.lead.owner_id, builder.lead.next_action
    builder.set(generation=lead.generation + 1)
    if owner is not None:
        due = action.due_at if action else builder.lead.promise.deadline
        data = {"due_at": due, "reason": "undone", "previous": lead.owner_id}
        builder.message_person(policy, Template.ALERT_OWNER, owner, **data)
    if lead.owner_id is not None and lead.owner_id != by:
        builder.message_person(policy, Template.LEAD_MOVED, lead.owner_id, to=owner, cause="undone")
