"""Leads as the tests of the core need them."""

from datetime import datetime
from typing import Any

from leadtight.domain.enforcement.due_steps import run_due_steps
from leadtight.domain.intake.arrival import receive
from leadtight.domain.model.inquiry import Inquiry
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.rotation import Rotation
from leadtight.domain.ownership.assignment import assign
from leadtight.domain.policy.policy import Policy

INQUIRY = {"name": "Ada Obi", "email": "ada@example.com", "message": "urgent"}


def new_lead(policy: Policy, now: datetime, **inquiry: Any) -> Lead:
    """Return a lead that just arrived, hot by default."""
    change = receive(
        policy,
        Inquiry(**(INQUIRY | inquiry)),
        lead_id="L1",
        source="api",
        form=None,
        received_at=now,
        now=now,
    )
    return change.after


def owned_lead(policy: Policy, now: datetime, **inquiry: Any) -> Lead:
    """Return a lead that has just got its owner."""
    change = assign(policy, new_lead(policy, now, **inquiry), Rotation(pool_id="inbound"), {}, now)
    assert change is not None
    return change.after


def rung(policy: Policy, lead: Lead) -> Lead:
    """Return the lead after its alarm has rung on time."""
    assert lead.wake_at is not None
    change = run_due_steps(policy, lead, Rotation(pool_id="inbound"), {}, lead.wake_at)
    assert change is not None
    return change.after
