"""Event sources of the functions: HTTP, stream and queues.

Concurrency is limited by the account.
"""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from types import SimpleNamespace
from typing import Any
from zlib import crc32

from infra.limits import SHARDS
from scripts.load.clock import FunctionTimeout, VirtualClock, limited
from scripts.load.meter import Meter
from scripts.load.quotas import TIMES, Quotas

Handler = Callable[[Any, Any], Any]
TIMEOUTS = {"intake": 20, "route": 30, "respond": 60, "sla": 120, "collect": 300, "desk": 10}
"""Seconds, as in `infra/stack.py`; a test compares them."""

MEMORY_GB = {"intake": 1.0}
BATCH = 10
STREAM_TRIES = 5
AGAIN = 1.0
"""Seconds until a poller retries a refused start."""


@dataclass
class Functions:
    """Runs handlers with limited concurrency.

    `reserved` starts are kept for one function each.
    """

    clock: VirtualClock
    meter: Meter
    quotas: Quotas
    handlers: Mapping[str, Handler]
    reserved: Mapping[str, int] = field(default_factory=dict)
    running: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)

    def may_start(self, name: str) -> bool:
        """Return whether a function has a start left."""
        if name in self.reserved:
            return self.running[name] < self.reserved[name]
        open_to_all = self.quotas.functions - sum(self.reserved.values())
        return sum(n for other, n in self.running.items() if other not in self.reserved) < open_to_all

    def run(self, name: str, event: Any, records: int = 1) -> Any:
        """Run a function and return its result.

        Its exceptions propagate; the clock ends what takes too long.
        """
        self.running[name] += 1
        began = self.clock.now
        context = SimpleNamespace(
            function_name=name,
            memory_limit_in_mb=int(MEMORY_GB.get(name, 0.5) * 1024),
            invoked_function_arn=f"arn:aws:lambda:eu-central-1:123456789012:function:{name}",
            aws_request_id="request",
            get_remaining_time_in_millis=lambda: int(1000 * (TIMEOUTS[name] - (self.clock.now - began))),
        )

        def work() -> Any:
            self.clock.sleep(TIMES.work * records)
            return self.handlers[name](event, context)

        try:
            return limited(TIMEOUTS[name], self.clock, work)
        except (Exception, FunctionTimeout) as error:
            self.failed[f"{name} {type(error).__name__}"] += 1
            raise
        finally:
            self.running[name] -= 1
            self.meter.use("invocations")
            self.meter.use("gb_seconds", (self.clock.now - began) * MEMORY_GB.get(name, 0.5))


@dataclass
class ShardLane:
    """One shard's records for one reader, in order.

    A batch at a time, retried until it is given up.
    """

    functions: Functions
    name: str
    waiting: deque[Any] = field(default_factory=deque)
    is_busy: bool = False

    def put(self, record: Any) -> None:
        """Deliver a record after the stream's delay."""
        self.waiting.append(record)
        if not self.is_busy:
            self.is_busy = True
            self.functions.clock.after(TIMES.stream, self._work)

    def _work(self) -> None:
        clock = self.functions.clock
        while self.waiting:
            while not self.functions.may_start(self.name):
                clock.sleep(AGAIN)
            batch = [self.waiting.popleft() for _ in range(min(BATCH, len(self.waiting)))]
            self._handle(batch)
        self.is_busy = False

    def _handle(self, batch: list[Any]) -> None:
        for tries in range(STREAM_TRIES + 1):
            try:
                self.functions.run(self.name, {"Records": batch}, len(batch))
            except (Exception, FunctionTimeout):  # noqa: BLE001 - Lambda tries the batch again
                self.functions.clock.sleep(min(2**tries, 60))
            else:
                return
        self.functions.failed[f"{self.name} gave up {len(batch)} records"] += 1


@dataclass
class StreamReader:
    """Feeds a function the new items that pass its filter.

    `at_once` batches of a shard are handled at a time.
    """

    functions: Functions
    name: str
    at_once: int
    wants: Callable[[Mapping[str, Any]], bool]
    shards: int = SHARDS

    def __post_init__(self) -> None:
        """Create the lanes."""
        self._lanes = [ShardLane(self.functions, self.name) for _ in range(self.shards * self.at_once)]

    def offer(self, item: Mapping[str, Any]) -> None:
        """Deliver a new item that passes the filter."""
        if self.wants(item):
            keys = {"pk": item["pk"], "sk": item["sk"]}
            record = {"eventID": "1", "eventName": "INSERT", "eventSource": "aws:dynamodb"}
            change = {"Keys": keys, "NewImage": item, "SequenceNumber": "1"}
            lane = crc32(item["pk"]["S"].encode()) % len(self._lanes)
            self._lanes[lane].put({**record, "dynamodb": change})

    @property
    def waiting(self) -> int:
        """Return the number of waiting records."""
        return sum(len(lane.waiting) for lane in self._lanes)


@dataclass
class QueuePoller:
    """Feeds a function the messages of a queue.

    At most `at_once` batches are handled at a time; failed messages come again.
    """

    functions: Functions
    name: str
    at_once: int
    tries: int = 5
    running: int = 0
    waiting: deque[tuple[str, int]] = field(default_factory=deque)
    dead: list[str] = field(default_factory=list)
    message_count: int = 0
    """Messages in the queue: visible, invisible or in progress."""

    def put(self, body: str, delay: float, received: int = 1) -> None:
        """Make a message visible after a delay in seconds."""
        self.message_count += 1
        self.functions.clock.after(delay + TIMES.queued, lambda: self._seen(body, received))

    def _seen(self, body: str, received: int) -> None:
        self.waiting.append((body, received))
        self._poll()

    def _poll(self) -> None:
        while self.waiting and self.running < self.at_once:
            if not self.functions.may_start(self.name):
                self.functions.clock.after(AGAIN, self._poll)
                return
            batch = [self.waiting.popleft() for _ in range(min(BATCH, len(self.waiting)))]
            self.running += 1
            self.functions.clock.after(0, partial(self._handle, batch))

    def _handle(self, batch: list[tuple[str, int]]) -> None:
        records = [
            {
                "messageId": str(number),
                "body": body,
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:queue",
                "attributes": {"ApproximateReceiveCount": str(received)},
            }
            for number, (body, received) in enumerate(batch)
        ]
        try:
            answer = self.functions.run(self.name, {"Records": records}, len(batch))
            failed = {failure["itemIdentifier"] for failure in (answer or {}).get("batchItemFailures", ())}
        except (Exception, FunctionTimeout):  # noqa: BLE001 - the whole batch comes again
            failed = {record["messageId"] for record in records}
        self.running -= 1
        self.message_count -= len(batch)
        for number, (body, received) in enumerate(batch):
            if str(number) in failed:
                self._again(body, received)
        self._poll()

    def _again(self, body: str, received: int) -> None:
        if received >= self.tries:
            self.dead.append(body)
        else:
            self.put(body, 6.0 * TIMEOUTS[self.name], received + 1)


def response(status: int, title: str) -> dict[str, Any]:
    """Return an answer of the API itself."""
    return {"statusCode": status, "headers": {}, "body": json.dumps({"title": title})}
