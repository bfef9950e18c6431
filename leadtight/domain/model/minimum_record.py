"""The fields that every stored lead has (A10, I2, I3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadtight.domain.model.errors import LeadtightError

if TYPE_CHECKING:
    from leadtight.domain.model.lead import Lead


class IncompleteLead(LeadtightError):
    """A change would store a lead without a required field."""


def check_record(before: Lead | None, lead: Lead) -> None:
    """Raise IncompleteLead when a change removes a required field.

    What an older version stored without one can still be changed.
    """
    former = missing_fields(before) if before else ()
    if missing := [name for name in missing_fields(lead) if name not in former]:
        raise IncompleteLead(f"lead {lead.id} would be stored without {', '.join(missing)}")


def missing_fields(lead: Lead) -> tuple[str, ...]:
    """List the required fields that a lead lacks.

    Name, company, value, notes and last contact may be unknown or not yet there, and are then stored as such. Every
    lead has a source and its times. An open lead that was assigned has its owner since when, its first owner, and a
    next action with a time. A closed one has the time it was closed, and nothing due.
    """
    required: dict[str, object] = {"id": lead.id, "source": lead.source, "version": lead.version}
    if lead.first_contact_at:
        required["last_contact_at"] = lead.last_contact_at
    if lead.is_open and lead.first_assigned_at:
        required |= {
            "owner_id": lead.owner_id,
            "owned_since": lead.owned_since,
            "first_owner_id": lead.first_owner_id,
            "next_action": lead.next_action,
        }
    if lead.stage.is_closed:
        required |= {"closed_at": lead.closed_at, "an empty next_action": lead.next_action is None}
    return tuple(name for name, value in required.items() if not value)
