"""A stage minute by minute: what runs, counts and stops.

Only ids, visibility and tries come from the template; what the stage does is written here by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.infra.synth import FUNCTIONS, Synthesised
from tests.watching.aws_services import AsyncCalls, Function, Queue, Schedule, StreamReader
from tests.watching.cloudwatch import OK, Alarm, Metrics, Reading, alarms_of, resource_id

HOUR, DAY = 60, 24 * 60
QUIET = ("Unowned", "Overdue", "Messages", "Digests")
ALLOWED = {"nightly": 27 * HOUR, "weekly": 8 * DAY, "reconcile": 13 * HOUR, "collect": 20}
"""Minutes after which the sweep counts a run as overdue."""


@dataclass(slots=True)
class Lead:
    """A lead by minutes: posted, and assigned."""

    posted: int
    assigned: int | None = None


@dataclass(slots=True)
class StageModel:
    """One stage, whose parts can be stopped."""

    template: Synthesised
    metrics: Metrics = field(default_factory=Metrics)
    now: int = 0
    functions: dict[str, Function] = field(default_factory=dict)
    queues: dict[str, Queue] = field(default_factory=dict)
    readers: dict[str, StreamReader] = field(default_factory=dict)
    schedules: dict[str, Schedule] = field(default_factory=dict)
    calls: dict[str, AsyncCalls] = field(default_factory=dict)
    handled: dict[str, bool] = field(default_factory=dict)
    consumed: dict[str, bool] = field(default_factory=dict)
    marks: dict[str, int] = field(default_factory=dict)
    leads: list[Lead] = field(default_factory=list)
    table_answers: bool = True
    backed_up: bool = True
    rows: int = 0
    """Rows that a sweep has written since the readers last polled."""

    @property
    def namespace(self) -> str:
        """Return the namespace of the stage's own metrics."""
        return str(self.template.function("sla")["Environment"]["Variables"]["POWERTOOLS_METRICS_NAMESPACE"])

    def own(self, name: str, value: float, **dimensions: str) -> None:
        """Write a metric, as a function does by its log."""
        self.metrics.put(self.namespace, name, self.now, value, **dimensions)

    def post(self) -> None:
        """Receive a lead: stored, or spilled in an outage."""
        self.functions["intake"].start(self.now)
        if self.table_answers:
            self.leads.append(Lead(self.now))
        else:
            self.queues["spill"].send(self.now)

    def step(self) -> None:
        """Live through one minute."""
        for schedule in self.schedules.values():
            schedule.step(self.now)
        for calls in self.calls.values():
            calls.step(self.now)
        if self.backed_up and self.now % DAY == 4 * HOUR:
            self.back_up("BackupJobsCompleted")
        self._read_streams()
        for name, queue in self.queues.items():
            if self.consumed.get(name, False):
                queue.receive(self.now, lambda minute, name=name: self._handle(name))  # type: ignore[misc]
            queue.report(self.now)
        self.now += 1

    def back_up(self, ended: str) -> None:
        """Write how a backup ended; there are no zeros."""
        [vault] = self.template.of_type("Backup::BackupVault")
        dimensions = {"BackupVaultName": vault, "ResourceType": "DynamoDB"}
        self.metrics.put("AWS/Backup", f"NumberOf{ended}", self.now, 1, **dimensions)

    def _handle(self, name: str) -> bool:
        if name == "spill" and not self.table_answers:
            return False
        return self.handled.get(name, True)

    def _read_streams(self) -> None:
        written, self.rows = self.rows, 0
        fresh = [lead for lead in self.leads if lead.posted == self.now]
        for name, reader in self.readers.items():
            before = len(reader.function.runs)
            reader.step(self.now, written + 3 * len(fresh), [lead.posted for lead in fresh])
            if name == "route" and len(reader.function.runs) > before:
                self._assign()

    def _assign(self) -> int:
        waiting = [lead for lead in self.leads if lead.assigned is None]
        for lead in waiting:
            lead.assigned = self.now
        return len(waiting)

    def sweep(self) -> None:
        """Write what a sweep of sla measures, and repair."""
        self.rows += 1
        oldest = min((lead.posted for lead in self.leads if lead.assigned is None), default=self.now)
        self.own("BacklogAgeUnowned", 60 * (self.now - oldest), service="sla")
        for kind in QUIET[1:]:
            self.own(f"BacklogAge{kind}", 0, service="sla")
        self.own("SweepRepairs", self._assign(), service="sla")
        overdue = sum(self.now - self.marks.setdefault(run, self.now) > most for run, most in ALLOWED.items())
        for name in ("SweepUnfinished", "ReviewMailsLost", "BudgetUsed"):
            self.own(name, 0, service="sla")
        self.own("RunsOverdue", overdue, service="sla")

    def fetch(self) -> None:
        """Write what a sweep of collect measures."""
        self.marks["collect"] = self.now
        self.own("SweepUnfinished", 0, service="collect")
        self.own("QuarantineWaiting", 0, service="collect")

    def reconcile(self) -> None:
        """Write what a reconciliation finds."""
        self.marks["reconcile"] = self.now
        self.own("DeliveriesMissed", 0, service="collect")

    def report(self, kind: str) -> None:
        """Write what a night or a review counts."""
        self.marks[kind] = self.now
        self.own("ReportProblems", 0, service="report")


def stage_model(template: Synthesised) -> StageModel:
    """Return the stage of a template, healthy and new."""
    stage = StageModel(template)
    metrics = stage.metrics
    stage.functions = {name: Function(metrics, template.function_id(name)) for name in FUNCTIONS}
    stage.queues = _queues(template, metrics)
    stage.consumed = {name: True for name, queue in stage.queues.items() if queue.dead}
    failed, stream_failed = stage.queues["failed"], stage.queues["stream-failed"]
    stage.calls = {name: AsyncCalls(stage.functions[name], failed) for name in ("sla", "collect", "report")}
    for id_, mapping in template.of_type("Lambda::EventSourceMapping").items():
        if "StartingPosition" in mapping["Properties"]:
            name = _function_of(mapping["Properties"], stage.functions)
            stage.readers[name] = StreamReader(metrics, id_, stage.functions[name], stream_failed)
    stage.schedules = _schedules(stage)
    return stage


def _queues(template: Synthesised, metrics: Metrics) -> dict[str, Queue]:
    queues: dict[str, Queue] = {}
    by_id: dict[str, Queue] = {}
    for id_, resource in template.of_type("SQS::Queue").items():
        properties = resource["Properties"]
        queue = Queue(metrics, id_, visibility=properties.get("VisibilityTimeout", 30) // 60)
        name = properties["QueueName"].removeprefix("leadtight-").partition("-")[2]
        queues[name] = by_id[id_] = queue
    for id_, resource in template.of_type("SQS::Queue").items():
        if redrive := resource["Properties"].get("RedrivePolicy"):
            by_id[id_].tries = redrive["maxReceiveCount"]
            by_id[id_].dead = by_id[resource_id(redrive["deadLetterTargetArn"])]
    return queues


def _function_of(mapping: Mapping[str, Any], functions: Mapping[str, Function]) -> str:
    id_ = resource_id(mapping["FunctionName"])
    return next(name for name, function in functions.items() if function.id == id_)


def _schedules(stage: StageModel) -> dict[str, Schedule]:
    """Return the recurring schedules, each with its work."""
    [recurring] = [
        id_
        for id_, group in stage.template.of_type("Scheduler::ScheduleGroup").items()
        if group["Properties"]["Name"].endswith("-recurring")
    ]

    def schedule(name: str, work: Callable[[], None], is_due: Callable[[int], bool]) -> Schedule:
        call = stage.calls[name].call
        return Schedule(stage.metrics, recurring, lambda minute: call(minute, work), is_due)

    # Scheduler is up to a minute late, so that sweeps are four to six minutes apart.
    return {
        "sweep": schedule("sla", stage.sweep, lambda m: (m - (m // 5) % 2) % 5 == 3),
        "collect": schedule("collect", stage.fetch, lambda m: m % 5 == 4),
        "reconcile": schedule("collect", stage.reconcile, lambda m: m % (6 * HOUR) == 70),
        "nightly": schedule("report", lambda: stage.report("nightly"), lambda m: m % DAY == 3 * HOUR + 15),
        "weekly": schedule("report", lambda: stage.report("weekly"), lambda m: m % (7 * DAY) == 4 * HOUR),
    }


def live(stage: StageModel, until: int, events: Mapping[int, Iterable[Callable[[], None]]]) -> None:
    """Let the stage live, with events on the way."""
    while stage.now < until:
        for event in events.get(stage.now, ()):
            event()
        stage.step()


def evaluated(stage: StageModel, name: str, reading: Reading) -> Alarm:
    """Return an alarm after all that the stage lived."""
    alarm = alarms_of(stage.template.body)[name]
    if _can_ring(alarm, stage.metrics):
        for minute in range(1, stage.now):
            alarm.evaluate(stage.metrics, minute, reading)
    else:
        alarm.state = OK
        alarm.history.append((1, OK))
    return alarm


def _can_ring(alarm: Alarm, metrics: Metrics) -> bool:
    """Return whether any sample could make an alarm ring.

    Without one above zero none does whose threshold is not below zero, unless it misses data.
    """
    if alarm.missing == "breaching" or alarm.comparison == "LessThanThreshold":
        return True
    samples = (metrics.samples.get(metric.key, {}) for metric in alarm.metrics)
    return any(value > 0 for by_minute in samples for values in by_minute.values() for value in values)
