"""Event delivery: the stream, the queues and the sweep schedule."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from leadtight.adapters.memory.rows import FreedCapacity
from leadtight.app.ports.alarms import NEAR
from leadtight.app.sla.sla import Alarm
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.message import Message
from leadtight.domain.roster.availability import is_active_member, is_available
from leadtight.simulation.faults import FaultKind

if TYPE_CHECKING:
    from leadtight.app.intake.deliveries import SettledItem
    from leadtight.app.intake.form_posts import SpilledFormPost
    from leadtight.simulation.run import SimulationRun

Record = Lead | Message | FreedCapacity
SWEEP_EVERY = timedelta(minutes=5)
ASKED_AFTER = 6
"""Of so many sweeps, one looks for absent owners.

Most often no one needs cover.
"""

RETENTION = timedelta(hours=24)
"""Time for which a stream keeps its records."""

RECEIVES = 3
"""Deliveries of a message before its queue gives up.

The queue of spilled posts does not give up within a run.
"""

SPILLED = "spilled"

VISIBILITY = timedelta(minutes=2)
REDRIVE = timedelta(minutes=10)
"""Time after which an operator redrives dead letters.

It applies where nothing else would find them.
"""

LATE, LATE_MAIL, LATE_POST = 1_800, 900, 300
"""Most seconds of a delay, for mails and spilled posts.

Only its notice finds a mail, so it comes before a run ends. A spilled post has no owner until it is taken, so it comes
soon after the faults end.
"""


class EventDelivery:
    """Delivers events of one run's functions.

    On the way they may be lost, late, doubled or poison.
    """

    def __init__(self, run: SimulationRun) -> None:
        """Take the run."""
        self._run = run
        self._streamed = self._ticks = 0
        self.armed: list[Lead] = []
        self.mails = defaultdict[str, set[str]](set)
        """Leads or quarantined deliveries by the file of their mail."""
        self.spilled: list[SpilledFormPost] = []
        self._retries = set[datetime]()
        self.took: Callable[[SpilledFormPost, SettledItem], None] = lambda spilled, settled: None
        """Called when a spilled post was taken."""

    # the stream

    def stream_new(self) -> None:
        """Deliver new records by the stream."""
        inserted = self._run.deployment.table.inserted
        while self._streamed < len(inserted):
            record = inserted[self._streamed]
            self._streamed += 1
            fault = self._run.faults.to("stream")
            if fault is FaultKind.POISON and self._streamed > 1:
                self._stream(inserted[self._streamed - 2], None)  # the rest of its batch
            self._stream(record, fault)

    def _stream(self, record: Record, fault_kind: FaultKind | None) -> None:
        late = LATE if fault_kind is FaultKind.LATE else 2
        for _ in range(copies(fault_kind)):
            self._run.soon(0.05, late, self._carried(record, self._run.now))

    def _carried(self, record: Record, since: datetime, tries: int = 0) -> Callable[[], None]:
        run = self._run

        def carry() -> None:
            if run.is_down("consumers"):
                return run.at(run.back_at(), carry) if run.back_at() - since < RETENTION else None
            if run.invoke("stream", lambda now: self.handle(record, now)) or run.now - since >= RETENTION:
                return None
            return run.soon(1, min(2 ** (tries + 1), 60), self._carried(record, since, tries + 1))

        return carry

    def handle(self, record: Record, now: datetime) -> None:
        """Process one record, as functions route and respond do."""
        deployment = self._run.deployment
        if isinstance(record, FreedCapacity):
            list(deployment.route.freed(record.person_id, now))
        elif isinstance(record, Lead):
            deployment.route.route(record, now)
        else:
            while (sent := deployment.respond.deliver(record.lead_id, record.id, now)) is not None:
                if not deployment.respond.is_due_again(sent, now):
                    break

    # the queues

    def arm(self, lead: Lead, now: datetime) -> None:
        """Schedule an alarm to the minute, and near ones exactly.

        The schedule is exact to the minute, the queue to the second.
        """
        self.armed.append(lead)
        at, chance = lead.wake_at or now, self._run.chance
        ways = [chance.uniform(0, 60)]
        ways += [chance.uniform(0, 1)] if at - now <= NEAR else []
        for seconds in ways:
            fault = self._run.faults.to("alarm")
            late = chance.uniform(0, LATE) if fault is FaultKind.LATE else 0
            for _ in range(copies(fault)):
                self._run.at(at + timedelta(seconds=seconds + late), self._queued("alarm", self._rings(lead)))

    def _rings(self, lead: Lead) -> Callable[[datetime], object]:
        return lambda now: self.ring(lead, now)

    def ring(self, lead: Lead, now: datetime) -> None:
        """Fire the alarm that a state of a lead armed."""
        alarm = Alarm(lead_id=lead.id, token=lead.wake_token, pool_id=lead.pool_id or "")
        self._run.deployment.sla.on_alarm(alarm, now)

    def hint(self, held_id: str) -> None:
        """Report that an announced lead can be fetched."""
        fault = self._run.faults.to("hint")
        for _ in range(copies(fault)):
            task = self._queued("collect", lambda now: self._run.deployment.collect.collect(held_id, now))
            self._run.soon(0.05, LATE if fault is FaultKind.LATE else 2, task)

    def mail_stored(self, file: str) -> None:
        """Report that a mail was stored.

        A bucket reports at least once.
        """
        fault = self._run.faults.to("stored")
        for _ in range(copies(fault)):
            task = self._queued("mail", lambda now: self.take_mail(file, now))
            self._run.soon(0.05, LATE_MAIL if fault is FaultKind.LATE else 2, task)

    def spill(self, spilled: SpilledFormPost) -> None:
        """Deliver a spilled post until it is taken.

        The real queue tries a thousand times.
        """
        self.spilled.append(spilled)
        fault = self._run.faults.to("spilled")
        for _ in range(copies(fault)):
            task = self._queued(SPILLED, lambda now: self.take_spilled(spilled))
            self._run.soon(0.05, LATE_POST if fault is FaultKind.LATE else 2, task)

    def take_spilled(self, spilled: SpilledFormPost) -> None:
        """Take a post at its time of posting.

        The function intake does the same.
        """
        deployment = self._run.deployment
        form = self._run.policy.forms[spilled.form]
        settled = deployment.form_intake.take(form, spilled.posted, spilled.at, by_visitor=False)
        if settled:
            self.took(spilled, settled)

    def take_mail(self, file: str, now: datetime) -> None:
        """Take a stored mail, as the function collect does."""
        settled = self._run.deployment.mails.take(file, now)
        self.mails[file].add(settled.id)

    def _queued(self, label: str, work: Callable[[datetime], object], received: int = 1) -> Callable[[], None]:
        run = self._run

        def receive() -> None:
            if run.is_down("consumers"):
                return run.at(run.back_at(), receive)
            if run.invoke(label, work):
                return None
            if received < RECEIVES or label == SPILLED:
                return run.at(run.now + VISIBILITY, self._queued(label, work, received + 1))
            return run.at(run.now + REDRIVE, self._queued(label, work)) if label == "mail" else None

        return receive

    def retry(self, when: datetime) -> None:
        """Schedule work on the outbox.

        Of several retries in the same second the first is enough.
        """
        second = when.replace(microsecond=0)
        if second in self._retries:
            return
        self._retries.add(second)
        fault = self._run.faults.to("retry")
        late = self._run.chance.uniform(1, LATE if fault is FaultKind.LATE else 2)
        for _ in range(copies(fault)):
            self._run.at(when + timedelta(seconds=late), self._queued("retry", self._work_outbox(second)))

    def _work_outbox(self, second: datetime) -> Callable[[datetime], object]:
        def work(now: datetime) -> object:
            self._retries.discard(second)
            return self._run.deployment.dispatch.work(now)

        return work

    # the clock

    def start_sweeping(self) -> None:
        """Sweep every five minutes from now on."""
        self._run.at(self._run.now + SWEEP_EVERY, self._sweep)

    def _sweep(self) -> None:
        run = self._run
        run.at(run.now + SWEEP_EVERY, self._sweep)
        self._ticks += 1
        if run.is_down("consumers"):
            return
        if self._may_find_something():
            run.invoke("sweep", lambda now: run.swept.append(run.deployment.sla.sweep(now)))
        if any(delivery.next_try_at for delivery in run.deployment.table.every_held()):
            run.invoke("collect", run.deployment.collect.sweep)

    def _may_find_something(self) -> bool:
        """Return whether a sweep may find something to do.

        Leads or messages may be due, waiting or in need of cover. Other sweeps are skipped.
        """
        run = self._run
        table, soon = run.deployment.table, run.now + run.skew
        if any(message.next_try_at <= soon for message in table.every_owed()):
            return True
        owners = set[str | None]()
        for lead in table.every_lead():
            if lead.wake_at and (lead.is_waiting or lead.wake_at <= soon):
                return True
            if lead.wake_at:
                owners.add(lead.owner_id)
        if not all(is_active_member(run.policy, owner) for owner in owners if owner):
            return True
        return self._ticks % ASKED_AFTER == 0 and self._is_anyone_away(owners)

    def _is_anyone_away(self, owners: set[str | None]) -> bool:
        run = self._run
        roster = {state.person_id: state for state in run.deployment.table.every_owner()}
        return not all(
            is_available(run.policy, owner, roster, now) for owner in owners if owner for now in run.clocks()
        )


def copies(fault_kind: FaultKind | None) -> int:
    """Return how many times something is delivered."""
    return {FaultKind.LOST: 0, FaultKind.POISON: 0, FaultKind.TWICE: 2}.get(fault_kind, 1) if fault_kind else 1
