"""Undo of an outcome.

All values it replaced are restored, and an owner it was taken from is notified.
"""

from datetime import datetime

from leadtight.domain.change import Change, ChangeBuilder
from leadtight.domain.model.codec import from_document, to_document
from leadtight.domain.model.errors import StaleSubmission
from leadtight.domain.model.event import EventKind
from leadtight.domain.model.lead import Lead
from leadtight.domain.ownership.transfer import notify_owners
from leadtight.domain.policy.policy import Policy


def undo_outcome(policy: Policy, lead: Lead, *, version: int, by: str, now: datetime) -> Change | None:
    """Undo the outcome recorded as `version`; None when done already.

    Raises StaleSubmission when the lead has changed since, or the time for it has passed.
    """
    last = lead.last_outcome
    if last is None or last.version < version:
        return None
    if last.version != version or lead.version != version:
        raise StaleSubmission("this lead has changed since")
    if now > last.at + policy.undo_within:
        raise StaleSubmission("the time to undo this has passed")
    if "opted_out" in last.before:
        raise StaleSubmission("an opt-out cannot be undone")
    restored = from_document(Lead, {**to_document(lead), **last.before})
    builder = ChangeBuilder(lead, restored, now)
    builder.event(EventKind.OUTCOME_UNDONE, f"person:{by}", outcome=last.outcome)
    if restored.owner_id != lead.owner_id:
        _restore_owner(builder, policy, lead, by)
    return builder.build()


def _restore_owner(builder: ChangeBuilder, policy: Policy, lead: Lead, by: str) -> None:
    """Return a handed-over lead to its former owner.

    They get a new link, and the other owner a notice.
    """
    builder.set(generation=lead.generation + 1)
    alert, notice = {"reason": "undone", "previous": lead.owner_id}, {"cause": "undone"}
    old = lead.owner_id if lead.owner_id != by else None
    notify_owners(builder, policy, builder.lead.owner_id, old, alert=alert, notice=notice)
