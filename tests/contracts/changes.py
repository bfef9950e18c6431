"""Changes as the core makes them, for table tests."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from leadtight.app.ports.guards import Guard
from leadtight.app.ports.leads import LeadStore
from leadtight.domain.change import Change
from leadtight.domain.intake.arrival import receive
from leadtight.domain.model.event import Event, EventKind
from leadtight.domain.model.inquiry import Inquiry
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.message import Message
from leadtight.domain.model.rotation import Rotation
from leadtight.domain.ownership.assignment import assign
from leadtight.domain.policy.policy import Policy
from leadtight.policy import loader as policies

POLICY = policies.shipped()
NOW = datetime(2026, 11, 23, 9, 0, 0, 123_456, tzinfo=UTC)


def arrival(lead_id: str = "L1", now: datetime = NOW, **inquiry: Any) -> Change:
    """Return the change that an inquiry makes."""
    fields = {"name": "Ada Obi", "email": "ada@example.com", "message": "urgent"} | inquiry
    return receive(POLICY, Inquiry(**fields), lead_id=lead_id, source="api", form=None, received_at=now, now=now)


def guard(key: str, source: str = "api", fingerprint: str = "f", until: datetime = NOW + timedelta(days=30)) -> Guard:
    """Return a guard."""
    return Guard(source=source, key=key, fingerprint=fingerprint, expires_at=until)


def stored(table: LeadStore, lead_id: str = "L1", now: datetime = NOW, **inquiry: Any) -> Lead:
    """Store a new lead and return it."""
    change = arrival(lead_id, now, **inquiry)
    assert table.create(change, guard(lead_id), (), now) is None
    return change.after


def assignment(lead: Lead, rotation: Rotation, now: datetime = NOW) -> Change:
    """Return the change that gives a lead its owner."""
    change = assign(POLICY, lead, rotation, {}, now)
    assert change is not None
    return change


def among(people: list[str]) -> Policy:
    """Return the policy with these people in its inbound pool."""
    new_people = {p: replace(POLICY.people["ana"], id=p) for p in people}
    pool = replace(POLICY.pools["inbound"], members=dict.fromkeys(people, 1))
    return replace(POLICY, people={**POLICY.people, **new_people}, pools={**POLICY.pools, "inbound": pool})


def rotation_of(table: LeadStore) -> Rotation:
    """Return the inbound pool's rotation as stored."""
    return table.load_for_routing("L1", "inbound", ()).rotation


def sent(message: Message, at: datetime = NOW, kind: EventKind = EventKind.MESSAGE_SENT) -> Event:
    """Return the event of a message."""
    return Event(
        id=f"{message.id}.{message.attempts}.{kind}",
        lead_id=message.lead_id,
        at=at,
        kind=kind,
        actor="system:respond",
        data={"message": message.id},
    )
