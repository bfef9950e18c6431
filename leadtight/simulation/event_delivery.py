"""What delivers: the stream, the queues of alarms and announcements, and the clock that starts the sweeps."""

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
"""Of so many sweeps one asks whether somebody must be covered for: most often there is nobody to do it."""

RETENTION = timedelta(hours=24)
"""How long a stream keeps its records."""

RECEIVES = 3
"""How often a queue hands over a message before it gives it up; that of spilled posts does not within a run."""

SPILLED = "spilled"

VISIBILITY = timedelta(minutes=2)
REDRIVE = timedelta(minutes=10)
"""After how long somebody gives back what a queue gave up, where nothing else would find it."""

LATE, LATE_MAIL, LATE_POST = 1_800, 900, 300
"""Seconds by which something may be late; nothing but its notice finds a mail, so that it comes before a run ends.

A post that was spilled is one before anybody takes it, and has its owner soon after nothing fails any more.
"""


class EventDelivery:
    """Carries what one run's functions hand on; on the way it may be lost, late, doubled or poison."""

    def __init__(self, run: SimulationRun) -> None:
        """Take the run."""
        self._run = run
        self._streamed = self._ticks = 0
        self.armed: list[Lead] = []
        self.mails = defaultdict[str, set[str]](set)
        """By file, the leads or held deliveries that its mail became."""
        self.spilled: list[SpilledFormPost] = []
        self._retries = set[datetime]()
        self.took: Callable[[SpilledFormPost, SettledItem], None] = lambda spilled, settled: None
        """Called when a spilled post was taken."""

    # the stream

    def stream_new(self) -> None:
        """Let the stream carry what is new."""
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
        """Take one record, as the functions route and respond do."""
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
        """Ring at the minute by the schedule, and to the second by the queue when it is near."""
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
        """Ring the alarm that a state of a lead armed."""
        alarm = Alarm(lead_id=lead.id, token=lead.wake_token, pool_id=lead.pool_id or "")
        self._run.deployment.sla.on_alarm(alarm, now)

    def hint(self, held_id: str) -> None:
        """Tell that an announced lead can be fetched."""
        fault = self._run.faults.to("hint")
        for _ in range(copies(fault)):
            task = self._queued("collect", lambda now: self._run.deployment.collect.collect(held_id, now))
            self._run.soon(0.05, LATE if fault is FaultKind.LATE else 2, task)

    def mail_stored(self, file: str) -> None:
        """Tell that a mail was stored; a bucket tells so at least once."""
        fault = self._run.faults.to("stored")
        for _ in range(copies(fault)):
            task = self._queued("mail", lambda now: self.take_mail(file, now))
            self._run.soon(0.05, LATE_MAIL if fault is FaultKind.LATE else 2, task)

    def spill(self, spilled: SpilledFormPost) -> None:
        """Hand over a post that the table did not take, until it is taken: a thousand times, so to speak."""
        self.spilled.append(spilled)
        fault = self._run.faults.to("spilled")
        for _ in range(copies(fault)):
            task = self._queued(SPILLED, lambda now: self.take_spilled(spilled))
            self._run.soon(0.05, LATE_POST if fault is FaultKind.LATE else 2, task)

    def take_spilled(self, spilled: SpilledFormPost) -> None:
        """Take a post as of when it was posted, as the function intake does."""
        deployment = self._run.deployment
        form = self._run.policy.forms[spilled.form]
        settled = deployment.form_door.take(form, spilled.posted, spilled.at, by_visitor=False)
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
        """Have the outbox worked at a time; of those that ask for the same second the first is enough."""
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
        """Tell whether anything is due, waits or must be covered for; a sweep that would find nothing is left out."""
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
        return self._ticks % ASKED_AFTER == 0 and self._is_somebody_away(owners)

    def _is_somebody_away(self, owners: set[str | None]) -> bool:
        run = self._run
        roster = {state.person_id: state for state in run.deployment.table.every_owner()}
        return not all(
            is_available(run.policy, owner, roster, now) for owner in owners if owner for now in run.clocks()
        )


def copies(fault_kind: FaultKind | None) -> int:
    """Return how often something comes."""
    return {FaultKind.LOST: 0, FaultKind.POISON: 0, FaultKind.TWICE: 2}.get(fault_kind, 1) if fault_kind else 1
