"""What an outcome sends to the lead by mail, once: the link to book a call, and what answers an objection (G2, G4)."""

from leadtight.domain.change import ChangeBuilder
from leadtight.domain.model.message import LEAD, Template
from leadtight.domain.policy.outcomes import OutcomeRule
from leadtight.domain.policy.policy import Policy


def queue_collateral(builder: ChangeBuilder, policy: Policy, rule: OutcomeRule) -> None:
    """Owe the lead what an outcome sends, unless it was owed before; whether it may be sent is asked then.

    What is remembered outlives undo: the mail has gone out by then.
    """
    if not builder.lead.is_open or not builder.lead.inquiry.email:
        return
    if rule.sends_booking_link and policy.booking_url_of(builder.lead.owner_id) and _is_new(builder, "booking_link"):
        builder.message(Template.BOOKING_LINK, LEAD)
    if rule.asset and _is_new(builder, rule.id):
        builder.message(Template.ASSET, LEAD, objection=rule.id, title=rule.asset.title, url=rule.asset.url)


def _is_new(builder: ChangeBuilder, name: str) -> bool:
    """Tell whether the lead gets this for the first time, and remember it."""
    if name in builder.lead.sent_once:
        return False
    builder.set(sent_once=(*builder.lead.sent_once, name))
    return True
