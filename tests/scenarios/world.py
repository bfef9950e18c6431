"""The whole pipeline on a virtual clock.

The use cases of the six functions over the memory twins.

Everything happens at its exact instant: the stream at once, alarms when they are due, the sweep every five minutes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from leadtight.adapters.memory.alarms import MemoryAlarms
from leadtight.adapters.memory.ports import PUBLIC_URL, InMemoryPorts
from leadtight.adapters.memory.rows import FreedCapacity
from leadtight.adapters.memory.senders import SentMail
from leadtight.app.intake.receive import IntakeResult
from leadtight.app.intake.submission import Submission
from leadtight.app.messaging.delivery_reports import DeliveryReceipt, DeliveryReport
from leadtight.app.outcomes.recording import LeadView, OutcomeForm
from leadtight.app.sla.sla import Alarm
from leadtight.app.sweep import SweepResult
from leadtight.application import Application
from leadtight.domain.model.capacity import Caps
from leadtight.domain.model.event import Event, EventKind
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.message import Channel, Message, Template
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.trust import Submitter
from leadtight.policy import loader as policies

MONDAY_NINE = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
"""Monday 09:00 in Berlin: the office of the shipped policy has just opened."""

HOT, WARM = "Please call me today", "I have a question"
SWEEP_EVERY = timedelta(minutes=5)


@dataclass
class LossyAlarms(MemoryAlarms):
    """Alarms that can be lost on their way."""

    lost: bool = False

    def arm(self, lead: Lead, now: datetime) -> None:
        """Remember the lead, unless alarms are being lost."""
        if not self.lost:
            super().arm(lead, now)


@dataclass
class World:
    """One deployment in memory, with switches for failures.

    `alarms.lost` and `mailer.failures` are two more.
    """

    policy: Policy = field(default_factory=policies.shipped)
    now: datetime = MONDAY_NINE
    stream_down: bool = False
    stream_doubled: bool = False
    sweeping: bool = True

    def __post_init__(self) -> None:
        """Wire the use cases as the functions do."""
        self.alarms = LossyAlarms()
        self.twins = InMemoryPorts(alarms=self.alarms)
        self.table, self.links, self.call_lists = self.twins.table, self.twins.links, self.twins.call_lists
        self.mailer, self.texter, self.chat = self.twins.mailer, self.twins.texter, self.twins.chat
        self.caller = self.twins.caller
        self.retries = self.twins.retries
        self.swept: list[SweepResult] = []
        self._names = count(1)
        self._streamed = 0
        self._next_sweep = self.now + SWEEP_EVERY
        self.govern(self.policy)

    def govern(self, policy: Policy) -> None:
        """Deploy a policy for the use cases from now on."""
        self.policy, made = policy, Application(policy, self.twins)
        self.intake, self.quick_add, self.programs = made.intake, made.quick_add, made.lead_api
        self.route, self.respond, self.digest, self.sla = made.route, made.respond, made.digest, made.sla
        self.delivery_reports, self.unconfirmed = made.delivery_reports, made.unconfirmed
        self.dispatch = made.dispatch
        self.desk, self.asking, self.unsubscribe = made.desk, made.contact_check, made.unsubscribe
        self.proofs = made.proofs

    def new_id(self) -> str:
        """Return the next id."""
        return self.twins.new_id()

    # events

    def receive(
        self,
        *,
        source: str = "api",
        form: str | None = None,
        key: str | None = None,
        phone_proof: str = "verified",
        **body: Any,
    ) -> str:
        """Receive a lead and return its id.

        By default a hot one whose number is verified.
        """
        number = next(self._names)
        fields = {"name": f"Ada Obi {number}", "email": f"ada{number}@example.com", "message": HOT} | body
        submission = Submission(
            source=source, form=form, key=key, body=fields, caller=Submitter.PROVIDER, phone_proof=phone_proof
        )
        return self.submit(submission).lead_id

    def submit(self, submission: Submission) -> IntakeResult:
        """Send a submission unchanged and return the answer."""
        accepted = self.intake.receive(submission, self.now)
        self.run_stream()
        return accepted

    def advance(self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> None:
        """Let time pass; due events happen at their instant."""
        end = self.now + timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        self.run_stream()
        while (at := self._next_at()) <= end:
            self.now = max(self.now, at)
            self._ring()
            self._work_outbox()
            self._sweep()
        self.now = end

    def press(self, lead_id: str, outcome: str, **form: Any) -> LeadView:
        """Submit an outcome by the owner's latest alert link."""
        token = self.link(lead_id)
        view = self.desk.look(token, self.now)
        fields: dict[str, Any] = {"submission": view.lead.version} | form
        return self.press_form(token, OutcomeForm(outcome=outcome, **fields))

    def press_form(self, token: str, form: OutcomeForm) -> LeadView:
        """Submit a form that was opened before."""
        view = self.desk.record(token, form, self.now)
        self.run_stream()
        return view

    def undo(self, lead_id: str) -> LeadView:
        """Take back the lead's latest outcome."""
        last = self.lead(lead_id).last_outcome
        return self.desk.undo(self.link(lead_id), last.version if last else 0, self.now)

    def report(self, sent: SentMail, reported: DeliveryReceipt, detail: str = "") -> bool:
        """Report a mail's delivery as its provider."""
        provider_id = f"mail-{self.mailer.sent.index(sent) + 1}"
        envelope = sent.envelope
        return self.delivery_reports.record(
            DeliveryReport(
                provider_id=provider_id,
                reported=reported,
                detail=detail,
                lead_id=envelope.lead_id,
                message_id=envelope.message_id,
            ),
            self.now,
        )

    def run_stream(self) -> None:
        """Deliver the table's stream; in an outage it is lost."""
        while self._streamed < len(self.table.inserted):
            record = self.table.inserted[self._streamed]
            self._streamed += 1
            for _ in range(0 if self.stream_down else 1 + self.stream_doubled):
                self.stream(record)

    def stream(self, record: Lead | Message | FreedCapacity) -> None:
        """Deliver one record to route and respond."""
        if isinstance(record, FreedCapacity):
            list(self.route.freed(record.person_id, self.now))
        elif isinstance(record, Lead):
            self.route.route(record, self.now)
        else:
            while (sent := self.respond.deliver(record.lead_id, record.id, self.now)) is not None:
                if not self.respond.is_due_again(sent, self.now):
                    break  # else the function raises, and the stream redelivers

    def sweep(self) -> SweepResult:
        """Sweep once, now."""
        swept = self.sla.sweep(self.now)
        self.swept.append(swept)
        self.run_stream()
        return swept

    # views

    def lead(self, lead_id: str) -> Lead:
        """Return a lead as stored."""
        lead = self.table.load(lead_id)
        assert lead is not None
        return lead

    def alarm(self, lead_id: str) -> Alarm:
        """Return the alarm that the lead's present state arms."""
        lead = self.lead(lead_id)
        return Alarm(lead_id=lead_id, token=lead.wake_token, pool_id=lead.pool_id or "")

    def link(self, lead_id: str, person: str | None = None) -> str:
        """Return the outcome token in a person's latest mail.

        The owner's, unless a person is named.
        """
        to = self.policy.people[person or self.lead(lead_id).owner_id or ""].email
        mails = (m.mail.text for m in reversed(self.mailer.sent) if m.permission.address == to and _about(m, lead_id))
        return next(link[1] for text in mails if (link := re.search(rf"{PUBLIC_URL}/o/(\S+)", text)))

    def mails(self, lead_id: str, template: Template) -> list[SentMail]:
        """Return a lead's mails from one template."""
        return [m for m in self.mailer.sent if _about(m, lead_id) and m.permission.purpose is template]

    def kinds(self, lead_id: str) -> list[EventKind]:
        """Return a lead's event kinds in order, without messages."""
        return [e.kind for e in self.table.history(lead_id) if not e.kind.startswith("message_")]

    def events(self, lead_id: str, kind: EventKind) -> list[Event]:
        """Return a lead's events of one kind, in order."""
        return [e for e in self.table.history(lead_id) if e.kind is kind]

    def message(self, lead_id: str, template: Template, channel: Channel = Channel.EMAIL) -> Message:
        """Return a lead's latest message of one kind."""
        messages = [m for m in self.table.messages(lead_id) if m.template is template and m.channel is channel]
        return messages[-1]

    def owners(self) -> list[str]:
        """Return all leads' first owners in order of assignment."""
        assigned = [e for e in self.table._events.values() if e.kind is EventKind.LEAD_ASSIGNED]
        return [str(e.data["owner"]) for e in sorted(assigned, key=lambda e: int(e.data["receipt"]["turn"]))]

    def repairs(self) -> int:
        """Return how many repairs the sweeps have made so far."""
        return sum(swept.repairs for swept in self.swept)

    def lead_ids(self) -> list[str]:
        """Return the ids of all leads, in order of arrival."""
        return [r.id for r in self.table.inserted if isinstance(r, Lead)]

    def _next_at(self) -> datetime:
        return min(at for at in (self.alarms.next_at(), self.retries.next_at(), self._next_sweep) if at)

    def _ring(self) -> None:
        for lead in self.alarms.due(self.now):
            self.sla.on_alarm(
                Alarm(lead_id=lead.id, token=lead.wake_token, pool_id=lead.pool_id or ""),
                self.now,
            )
            self.run_stream()

    def _work_outbox(self) -> None:
        if self.retries.due(self.now):
            self.dispatch.work(self.now)
            self.run_stream()

    def _sweep(self) -> None:
        if self.now >= self._next_sweep:
            self._next_sweep += SWEEP_EVERY
            if self.sweeping:
                self.sweep()


def _about(mail: SentMail, lead_id: str) -> bool:
    return mail.envelope.lead_id == lead_id


def with_pool(policy: Policy, members: Mapping[str, int]) -> Policy:
    """Return the policy with other members of the inbound pool."""
    inbound = replace(policy.pools["inbound"], members=members)
    return replace(policy, pools={**policy.pools, "inbound": inbound})


def without_caps(policy: Policy) -> Policy:
    """Return the policy without anybody's caps."""
    return replace(policy, people={name: replace(p, caps=Caps()) for name, p in policy.people.items()})
