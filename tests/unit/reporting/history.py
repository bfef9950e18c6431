"""Histories made by the real rules, for tests of reports.

Stored in the memory twin.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial

from leadtight.adapters.memory.files import MemoryFiles
from leadtight.adapters.memory.table import MemoryTable
from leadtight.adapters.presentation.timeline import sentence
from leadtight.app.ports.guards import Guard
from leadtight.domain.change import Change
from leadtight.domain.enforcement.due_steps import run_due_steps
from leadtight.domain.intake.arrival import receive
from leadtight.domain.model.event import Event, EventKind
from leadtight.domain.model.inquiry import Inquiry
from leadtight.domain.model.lead import Lead
from leadtight.domain.outcomes.recording import record_outcome
from leadtight.domain.outcomes.undo import undo_outcome
from leadtight.domain.ownership.assignment import assign
from leadtight.domain.policy.policy import Policy
from leadtight.policy import loader as policies
from leadtight.reporting.review.service import ReportService


def utc(text: str) -> datetime:
    """Return the instant that `2026-03-02 09:00` names in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@dataclass
class History:
    """A company's leads, recorded call by call."""

    policy: Policy = field(default_factory=policies.shipped)
    table: MemoryTable = field(default_factory=MemoryTable)
    files: MemoryFiles = field(default_factory=MemoryFiles)

    def reports(self, files: MemoryFiles | None = None) -> ReportService:
        """Return the reports of this company."""
        kept = self.files if files is None else files
        return ReportService(
            self.policy, self.table, kept, self.name, self.lost_reason, self.link, partial(sentence, self.policy)
        )

    def name(self, lead_id: str) -> str | None:
        lead = self.table.load(lead_id)
        return lead.inquiry.display_name if lead else None

    def lost_reason(self, lead_id: str) -> str | None:
        lead = self.table.load(lead_id)
        return lead.lost_reason if lead else None

    def link(self, lead_id: str, generation: int, person_id: str, now: datetime) -> str:
        return f"https://api.example/o/{lead_id}.{generation}.{person_id}.{int(now.timestamp())}"

    def lead(self, lead_id: str) -> Lead:
        lead = self.table.load(lead_id)
        assert lead is not None
        return lead

    def receive(
        self,
        lead_id: str,
        at: str,
        *,
        message: str = "",
        source: str = "web_form",
        value: Decimal | None = None,
        came_at: str | None = None,
    ) -> None:
        """Record a lead without an owner.

        Its source says that it came in at `came_at`.
        """
        now = utc(at)
        came = utc(came_at or at)
        inquiry = Inquiry(name=f"Person {lead_id}", email=f"{lead_id}@private.example", message=message, value=value)
        change = receive(self.policy, inquiry, lead_id=lead_id, source=source, form=None, received_at=came, now=now)
        guard = Guard(source="test", key=lead_id, fingerprint=lead_id, expires_at=now + timedelta(days=1))
        self.table.create(change, guard, (), now)

    def assign(self, lead_id: str, at: str) -> None:
        state = self.table.load_for_routing(lead_id, "inbound", self.policy.pools["inbound"].members)
        self._commit(assign(self.policy, self.lead(lead_id), state.rotation, state.roster, utc(at)))

    def arrive(self, lead_id: str, at: str, *, message: str = "", source: str = "web_form") -> None:
        """Record a lead, and assign it a second later."""
        self.receive(lead_id, at, message=message, source=source)
        state = self.table.load_for_routing(lead_id, "inbound", self.policy.pools["inbound"].members)
        later = utc(at) + timedelta(seconds=1)
        self._commit(assign(self.policy, self.lead(lead_id), state.rotation, state.roster, later))

    def ring(self, lead_id: str, at: str) -> None:
        state = self.table.load_for_routing(lead_id, "inbound", self.policy.pools["inbound"].members)
        self._commit(run_due_steps(self.policy, self.lead(lead_id), state.rotation, state.roster, utc(at)))

    def outcome(self, lead_id: str, at: str, outcome: str, reason: str = "", spoke_by: str | None = None) -> None:
        lead = self.lead(lead_id)
        by = lead.owner_id or "mia"
        stated = "phone" if self.policy.outcomes[outcome].asks_how else ""
        self._commit(
            record_outcome(
                self.policy,
                lead,
                outcome,
                by=by,
                submission=lead.version,
                now=utc(at),
                reason=reason,
                note="private",
                spoke_by=stated if spoke_by is None else spoke_by,
            )
        )

    def undo(self, lead_id: str, at: str) -> None:
        lead = self.lead(lead_id)
        self._commit(undo_outcome(self.policy, lead, version=lead.version, by="mia", now=utc(at)))

    def sent(self, lead_id: str, at: str, kind: EventKind = EventKind.MESSAGE_SENT) -> None:
        """Log the result of a message."""
        event = Event(
            id=f"alert_owner-2-0.1.{kind}",
            lead_id=lead_id,
            at=utc(at),
            kind=kind,
            actor="system:respond",
            data={"template": "alert_owner"},
        )
        self.table._events[lead_id, event.id] = event

    def _commit(self, change: Change | None) -> None:
        assert change is not None
        self.table.commit(change)
