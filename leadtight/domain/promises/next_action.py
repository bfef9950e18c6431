"""Texts of next actions."""

from leadtight.domain.model.lead import Lead
from leadtight.domain.model.message import Channel


def first_action(lead: Lead) -> str:
    """Return the next action while the first answer is owed."""
    if Channel.EMAIL in lead.unreachable:
        return action_after_bounce(lead)
    if not lead.inquiry.is_reachable:
        return f"Find a way to reach {lead.inquiry.display_name}, or close the lead"
    verb = "Call" if lead.inquiry.phone else "Write to"
    return f"{verb} {lead.inquiry.display_name}"


def action_after_bounce(lead: Lead) -> str:
    """Return the next action for a lead whose mail bounces."""
    name = lead.inquiry.display_name
    if lead.inquiry.phone:
        return f"Mail bounces: phone {name}"
    return f"Mail bounces: find another way to reach {name}"
