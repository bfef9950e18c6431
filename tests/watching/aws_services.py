"""The metrics of Lambda, SQS, Scheduler and streams, modelled.

Written from AWS's documentation: which datapoints there are, when, and which there are not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from tests.watching.cloudwatch import Metrics

LEFT_OUT_AFTER = 3
"""Receives after which SQS leaves a message out of the oldest age."""

ACTIVE_FOR = 6 * 60
"""Minutes without a message or a call after which SQS stops its metrics."""

WAKES_IN = 15
"""Minutes until metrics of an inactive queue may begin again."""

ASYNC_RETRIES = (1, 2)
"""Minutes before Lambda's two retries of an asynchronous call."""

SCHEDULE_RETRIES = 5


@dataclass(slots=True)
class Function:
    """A Lambda function: what it counts by starts and errors."""

    metrics: Metrics
    id: str
    fails: Callable[[int], bool] = lambda minute: False
    throttled: bool = False
    runs: list[int] = field(default_factory=list)

    def start(self, minute: int) -> bool:
        """Start once; return whether it succeeded.

        A start that is refused is no invocation, and has no datapoint of errors.
        """
        if self.throttled:
            self._put("Throttles", minute, 1)
            return False
        failed = self.fails(minute)
        self._put("Invocations", minute, 1)
        self._put("Errors", minute, int(failed))
        self._put("Throttles", minute, 0)
        if not failed:
            self.runs.append(minute)
        return not failed

    def _put(self, name: str, minute: int, value: float) -> None:
        self.metrics.put("AWS/Lambda", name, minute, value, FunctionName=self.id)


@dataclass(slots=True)
class Message:
    """A message of a queue, by minutes."""

    sent: int
    visible_at: int
    receives: int = 0


@dataclass(slots=True)
class Queue:
    """A queue: visibility, tries, and its metrics each minute."""

    metrics: Metrics
    id: str
    visibility: int = 1
    tries: int | None = None
    dead: Queue | None = None
    messages: list[Message] = field(default_factory=list)
    touched: int = -ACTIVE_FOR - 1
    woken: int = 0

    def send(self, minute: int, delay: int = 0) -> None:
        """Add a message, perhaps delayed."""
        self._touch(minute)
        self.messages.append(Message(sent=minute, visible_at=minute + delay))

    def receive(self, minute: int, handle: Callable[[int], bool]) -> None:
        """Let a consumer have every visible message.

        A handled one is deleted, the others come again; after the last try they move on.
        """
        self._touch(minute)
        for message in [m for m in self.messages if m.visible_at <= minute]:
            if self.tries is not None and message.receives >= self.tries:
                self.messages.remove(message)
                if self.dead:
                    self.dead.send(minute)
                continue
            message.receives += 1
            message.visible_at = minute + self.visibility
            if handle(minute):
                self.messages.remove(message)

    def report(self, minute: int) -> None:
        """Write a minute's metrics while the queue is active."""
        if self.messages:
            self._touch(minute)
        if minute - self.touched > ACTIVE_FOR or minute < self.woken:
            return
        visible = sum(m.visible_at <= minute for m in self.messages)
        in_flight = sum(m.visible_at > minute and m.receives > 0 for m in self.messages)
        ages = [minute - m.sent for m in self.messages if m.receives < LEFT_OUT_AFTER]
        self._put("ApproximateNumberOfMessagesVisible", minute, visible)
        self._put("ApproximateNumberOfMessagesNotVisible", minute, in_flight)
        self._put("ApproximateAgeOfOldestMessage", minute, 60 * max(ages, default=0))

    def _touch(self, minute: int) -> None:
        if minute - self.touched > ACTIVE_FOR:
            self.woken = minute + WAKES_IN
        self.touched = minute

    def _put(self, name: str, minute: int, value: float) -> None:
        self.metrics.put("AWS/SQS", name, minute, value, QueueName=self.id)


@dataclass(slots=True)
class AsyncCalls:
    """Asynchronous calls of a function: two retries, then its destination."""

    function: Function
    destination: Queue
    reachable: bool = True
    due: list[tuple[int, int, Callable[[], None]]] = field(default_factory=list)

    def call(self, minute: int, work: Callable[[], None]) -> None:
        """Accept a call, whose first successful attempt does its work."""
        self.due.append((minute, 0, work))

    def step(self, minute: int) -> None:
        """Make the due attempts."""
        now = [call for call in self.due if call[0] <= minute]
        self.due = [call for call in self.due if call[0] > minute]
        for _, tried, work in now:
            if self.function.start(minute):
                work()
            elif tried < len(ASYNC_RETRIES):
                self.due.append((minute + ASYNC_RETRIES[tried], tried + 1, work))
            else:
                self._drop(minute)

    def _drop(self, minute: int) -> None:
        put, name = self.function.metrics.put, self.function.id
        put("AWS/Lambda", "AsyncEventsDropped", minute, 1, FunctionName=name)
        if self.reachable:
            self.destination.send(minute)
        else:
            put("AWS/Lambda", "DestinationDeliveryFailures", minute, 1, FunctionName=name)


@dataclass(slots=True)
class Schedule:
    """A schedule: attempts on its target, retries, drops."""

    metrics: Metrics
    group: str
    target: Callable[[int], None]
    is_due: Callable[[int], bool]
    enabled: bool = True
    reaches: bool = True
    retries: list[tuple[int, int]] = field(default_factory=list)

    def step(self, minute: int) -> None:
        """Invoke the target when due, and when a retry is."""
        if self.enabled and self.is_due(minute):
            self._attempt(minute, 0)
        for at, tried in [r for r in self.retries if r[0] <= minute]:
            self.retries.remove((at, tried))
            self._attempt(minute, tried)

    def _attempt(self, minute: int, tried: int) -> None:
        self._put("InvocationAttemptCount", minute)
        if self.reaches:
            self.target(minute)
            return
        self._put("TargetErrorCount", minute)
        if tried < SCHEDULE_RETRIES:
            self.retries.append((minute + 2**tried, tried + 1))
        else:
            self._put("InvocationDroppedCount", minute)

    def _put(self, name: str, minute: int) -> None:
        self.metrics.put("AWS/Scheduler", name, minute, 1, ScheduleGroup=self.group)


@dataclass(slots=True)
class StreamReader:
    """A reader of the table's stream: polls, filters, retries, lags.

    A record that fails five times goes to the queue of failures. While it is retried, its shard waits.
    """

    metrics: Metrics
    mapping_id: str
    function: Function
    failures: Queue
    enabled: bool = True
    silent_when_idle: bool = False
    waiting: list[tuple[int, int]] = field(default_factory=list)

    def step(self, minute: int, written: int, wanted: Iterable[int] = ()) -> None:
        """Poll a minute: rows `written`, of which some are `wanted`."""
        self.waiting += [(at, 0) for at in wanted]
        if not self.enabled:
            return
        if written or not self.silent_when_idle:
            self.metrics.put("AWS/Lambda", "PolledEventCount", minute, written, EventSourceMappingUUID=self.mapping_id)
        for at, tried in list(self.waiting):
            self.waiting.remove((at, tried))
            self._invoke(minute, at, tried)

    def _invoke(self, minute: int, at: int, tried: int) -> None:
        age = 60_000 * (minute - at)
        self.metrics.put("AWS/Lambda", "IteratorAge", minute, age, FunctionName=self.function.id)
        while tried <= SCHEDULE_RETRIES:
            if self.function.start(minute):
                return
            tried += 1
            if self.function.throttled:  # Lambda waits for capacity, and counts no try
                self.waiting.append((at, tried - 1))
                return
        self.failures.send(minute)
