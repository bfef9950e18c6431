"""One stage in an account: unchanged handlers and adapters.

They are composed over services that keep their limits.
"""

from __future__ import annotations

import json
import logging
import os
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import count
from random import Random
from typing import Any
from unittest.mock import patch

from aws_lambda_powertools import Metrics
from aws_lambda_powertools.metrics.provider.cloudwatch_emf.cloudwatch import AmazonCloudWatchEMFProvider

from infra.limits import LARGE, SHARDS, Limits
from leadtight import bootstrap
from leadtight.domain.policy.policy import Policy
from leadtight.policy import loader as policies
from scripts.load.account import Account
from scripts.load.capacity import TokenBucket
from scripts.load.clock import FunctionTimeout, VirtualClock
from scripts.load.dynamo import Client
from scripts.load.functions import Functions, QueuePoller, StreamReader, response
from scripts.load.isolation import isolated
from scripts.load.meter import Meter
from scripts.load.progress import Progress
from scripts.load.quotas import NORMAL, Quotas

MONDAY_NINE = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
"""Monday 09:00 in Berlin, when the policy's office opens."""

SWEEP_EVERY = 300.0
QUEUE_URL = "https://sqs.eu-central-1.amazonaws.com/123456789012"
SETTINGS = {
    "AWS_REGION": "eu-central-1",
    "LEADTIGHT_TABLE": "leadtight",
    "LEADTIGHT_SCHEDULE_GROUP": "leadtight",
    "LEADTIGHT_SCHEDULER_ROLE_ARN": "arn:aws:iam::123456789012:role/scheduler",
    "LEADTIGHT_PUBLIC_URL": "https://leads.example.com",
    "LEADTIGHT_MAIL_FROM": "hello@leads.example.com",
    "LEADTIGHT_CONFIGURATION_SET": "leadtight",
    "LEADTIGHT_REPORTS_BUCKET": "reports",
    "LEADTIGHT_MAIL_BUCKET": "mails",
    "LEADTIGHT_UPLOADS_BUCKET": "uploads",
    "LEADTIGHT_LINK_SECRET_ARN": "link",
    "LEADTIGHT_WEBHOOK_SECRET_ARN": "webhooks",
    "LEADTIGHT_API_SECRET_ARN": "api",
    "LEADTIGHT_ALERT_SECRET_ARN": "alert",
    "LEADTIGHT_ALARM_QUEUE_URL": f"{QUEUE_URL}/alarms",
    "LEADTIGHT_COLLECT_QUEUE_URL": f"{QUEUE_URL}/collect",
    "LEADTIGHT_SPILL_QUEUE_URL": f"{QUEUE_URL}/spill",
    "LEADTIGHT_RETRY_QUEUE_URL": f"{QUEUE_URL}/retries",
    "LEADTIGHT_ALARM_QUEUE_ARN": "arn:aws:sqs:eu-central-1:123456789012:alarms",
    "POWERTOOLS_SERVICE_NAME": "load",
    "POWERTOOLS_METRICS_NAMESPACE": "Load",
}
SECRETS = {"link": {"current": "k1", "k1": "a key of tests"}, "webhooks": {}, "api": {}, "alert": {}}
SPILL_TRIES = 1_000


def queues(limits: Limits) -> dict[str, tuple[str, int, int]]:
    """Return each queue's reader, concurrent batches and tries.

    They are those of `infra/stack.py`.
    """
    return {
        "alarms": ("sla", limits.alarms, 5),
        "collect": ("collect", limits.others, 5),
        "mails": ("collect", limits.others, 5),
        "spill": ("intake", limits.others, SPILL_TRIES),
        "receipts": ("respond", limits.others, 5),
        "retries": ("respond", limits.retries, 5),
    }


@dataclass
class LoadStage:
    """One stage.

    Use it in `with stage.running():`; `visit` sends requests, `run` lets time pass.
    """

    quotas: Quotas = NORMAL
    policy: Policy = field(default_factory=policies.shipped)
    start: datetime = MONDAY_NINE
    seed: int = 1
    secrets: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    limits: Limits = LARGE
    outages: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """Seconds (from, to) in which a service is down."""

    answers: Counter[int] = field(default_factory=Counter)
    """Number of API answers by status."""

    def __post_init__(self) -> None:
        """Create the parts."""
        from functions.collect.handler import handle as collect
        from functions.desk.handler import handle as desk
        from functions.intake.handler import handle as intake
        from functions.respond.handler import handle as respond
        from functions.route.handler import handle as route
        from functions.sla.handler import handle as sla

        handlers = {"intake": intake, "route": route, "respond": respond, "sla": sla, "collect": collect, "desk": desk}
        self.clock, self.meter, self.chance = VirtualClock(self.start), Meter(), Random(self.seed)
        self._numbers = count(1)
        self.functions = Functions(self.clock, self.meter, self.quotas, handlers, self.limits.reserved)
        self.queues = {name: QueuePoller(self.functions, *how) for name, how in queues(self.limits).items()}
        self.account = Account(
            self.clock, self.quotas, self.meter, self.chance, SECRETS | dict(self.secrets), self._deliver, self.is_down
        )
        shards = max(SHARDS, int(self.quotas.table_writes // self.quotas.partition_writes))
        self.readers = (
            StreamReader(self.functions, "route", self.limits.routing, _is_lead_or_frees, shards),
            StreamReader(self.functions, "respond", self.limits.sending, _is_message, shards),
        )
        self.table = Client(self.clock, self.quotas, self.meter, self.chance, self._inserted, self.is_down)
        self._requests = TokenBucket.full(self.limits.requests, self.limits.burst)
        self.metrics = defaultdict[str, float](float)
        """Sum of each metric that the functions wrote."""

        self.events: list[tuple[float, dict[str, Any]]] = []
        """Events of all leads, with the second of their write."""

    @contextmanager
    def running(self) -> Iterator[LoadStage]:
        """Let bootstrap compose this stage, and restore it afterwards."""
        with ExitStack() as stack:
            stack.enter_context(patch.dict(os.environ, SETTINGS))
            table = stack.enter_context(self.table.serving())
            bootstrap.forget()
            stack.callback(bootstrap.forget)
            stack.enter_context(patch("leadtight.adapters.aws.clients.client", self.account.client))
            stack.enter_context(patch.object(bootstrap, "table", _CachedTable(table)))
            stack.enter_context(patch.object(bootstrap, "clock", lambda: self.clock.instant))
            stack.enter_context(patch.object(bootstrap, "policy", lambda: self.policy))
            stack.enter_context(patch("leadtight.adapters.clock_and_ids.new_id", lambda: f"L{next(self._numbers):08d}"))
            stack.enter_context(patch("leadtight.adapters.dynamodb.connection.random", self.chance))
            stack.enter_context(isolated())
            stack.enter_context(patch.object(Metrics, "add_metric", self._count))
            stack.enter_context(patch.object(AmazonCloudWatchEMFProvider, "flush_metrics", lambda *_, **__: None))
            stack.callback(logging.disable, logging.root.manager.disable)
            logging.disable(logging.CRITICAL)
            self.clock.after(SWEEP_EVERY, self._sweep)
            yield self

    def is_down(self, service: str) -> bool:
        """Return whether a service is down now."""
        start, end = self.outages.get(service, (0.0, 0.0))
        return start <= self.clock.now < end

    def run(self, seconds: float, progress: Progress | None = None) -> None:
        """Let time pass up to a second."""
        self.clock.run(seconds, progress.show if progress else lambda _: None)

    def visit(self, event: Mapping[str, Any], function: str = "intake") -> dict[str, Any]:
        """Send a request and return its answer.

        Call it from a task of the clock.
        """
        answer = self._visit(event, function)
        self.answers[int(answer["statusCode"])] += 1
        return answer

    def _visit(self, event: Mapping[str, Any], function: str) -> dict[str, Any]:
        self.meter.use("requests")
        if not self._requests.has_any(self.clock.now, self.limits.burst):
            self.meter.refuse("requests")
            return response(429, "Too Many Requests")
        self._requests.take(1)
        if not self.functions.may_start(function):
            self.meter.refuse("functions")
            return response(503, "Service Unavailable")
        try:
            answer: dict[str, Any] = self.functions.run(function, event)
        except Exception:  # noqa: BLE001 - the API says so and no more
            return response(500, "Internal Server Error")
        return answer

    def mail(self, name: str, content: bytes) -> None:
        """Receive a mail, as SES stores it."""
        self.account.client("s3").put_object(Bucket="mails", Key=name, Body=content)

    def _count(self, name: str, unit: object = None, value: float = 0, **_: object) -> None:
        self.metrics[name] += value

    def _deliver(self, queue: str, body: str, delay: float) -> None:
        self.queues[queue].put(body, delay)

    def _inserted(self, item: Mapping[str, Any]) -> None:
        if item["sk"]["S"].startswith("EVENT#"):
            self.events.append((self.clock.now, json.loads(item["doc"]["S"])))
        for reader in self.readers:
            reader.offer(item)

    def _sweep(self) -> None:
        self.clock.after(SWEEP_EVERY, self._sweep)
        for name in ("sla", "collect"):
            self.clock.after(0, partial(self._run_sweep, name))

    def _run_sweep(self, name: str) -> None:
        while not self.functions.may_start(name):
            self.clock.sleep(1)
        try:
            self.functions.run(name, {"sweep": True})
        except (Exception, FunctionTimeout):  # noqa: BLE001 - counted as failed; the next one comes
            return


class _CachedTable:
    """Stands for `bootstrap.table`, which is a cached function."""

    def __init__(self, table: Any) -> None:
        self._table = table

    def __call__(self) -> Any:
        return self._table

    def cache_clear(self) -> None:
        """Keep this stage's table."""


def _is_message(item: Mapping[str, Any]) -> bool:
    return str(item["sk"]["S"]).startswith("MSG#")


def _is_lead_or_frees(item: Mapping[str, Any]) -> bool:
    return item["sk"]["S"] == "LEAD" or "frees" in item
