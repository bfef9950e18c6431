"""Permissions to send, as the rules grant them, for tests."""

from leadtight.domain.compliance.send_permission import Permission
from leadtight.domain.model.message import Channel, Template


def to_lead(channel: Channel, address: str, purpose: Template = Template.ACKNOWLEDGE) -> Permission:
    """Return the permission to write to or call a lead."""
    return Permission(
        person="key", channel=channel, purpose=purpose, address=address, policy_version="1", basis="inquiry"
    )


def to_person(channel: Channel, person: str = "ana") -> Permission:
    """Return the permission to alert a team member."""
    return Permission(
        person=person,
        channel=channel,
        purpose=Template.ALERT_OWNER,
        address=person,
        policy_version="1",
        basis="team",
    )
