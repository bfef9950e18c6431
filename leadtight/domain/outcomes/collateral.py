"""Mails that an outcome sends once (G2, G4).

They are the booking link and the asset of an objection.
"""

from leadtight.domain.change import ChangeBuilder
from leadtight.domain.model.message import LEAD, Template
from leadtight.domain.policy.outcomes import OutcomeRule
from leadtight.domain.policy.policy import Policy


def queue_collateral(builder: ChangeBuilder, policy: Policy, rule: OutcomeRule) -> None:
    """Queue an outcome's mails to the lead, unless queued before.

    Permission is checked when they are sent. The record of them survives undo: the mail has gone out by then.
    """
    if not builder.lead.is_open or not builder.lead.inquiry.email:
        return
    if rule.sends_booking_link and policy.booking_url_of(builder.lead.owner_id) and _is_new(builder, "booking_link"):
        builder.message(Template.BOOKING_LINK, LEAD)
    if rule.asset and _is_new(builder, rule.id):
        builder.message(Template.ASSET, LEAD, objection=rule.id, title=rule.asset.title, url=rule.asset.url)


def _is_new(builder: ChangeBuilder, name: str) -> bool:
    """Return whether the lead gets this first, and record it."""
    if name in builder.lead.sent_once:
        return False
    builder.set(sent_once=(*builder.lead.sent_once, name))
    return True
