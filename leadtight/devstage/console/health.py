"""Health checks of every part of the local stage."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import PynamoDBException

from leadtight.app.ports.leads import LeadStore
from leadtight.devstage.console.deployed import LocalStack, QueueDepth
from leadtight.devstage.console.sent import fetch_json
from leadtight.devstage.console.times import span
from leadtight.devstage.info import DevInfo

# The local stage sweeps every minute, and the local scheduler looks every ten seconds.
SWEEP_IS_LATE_AFTER = timedelta(minutes=3)
UNREACHABLE = (OSError, BotoCoreError, ClientError, PynamoDBException)


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthCheck:
    """The state of one part."""

    name: str
    is_healthy: bool
    detail: str


class Health:
    """Checks of all parts.

    A part that does not answer is unhealthy and hides no other.
    """

    def __init__(self, info: DevInfo, table: LeadStore, deployed: LocalStack, since: datetime) -> None:
        """Take the addresses, the parts and their start time."""
        self._info = info
        self._table = table
        self._deployed = deployed
        self._since = since

    def parts(self, now: datetime) -> tuple[HealthCheck, ...]:
        """Return every part."""
        return (
            _check("API", self._api),
            _check("Table", self._leads),
            _check("Sweep", lambda: self._sweep(now)),
            *self._queues(),
        )

    def _api(self) -> HealthCheck:
        json = fetch_json(f"{self._info.api_url}/health")
        return HealthCheck(
            name="API", is_healthy=json["status"] == "ok", detail=f"version {json['version']}, policy {json['policy']}"
        )

    def _leads(self) -> HealthCheck:
        self._table.load("")
        return HealthCheck(name="Table", is_healthy=True, detail=f"{self._info.table} answers")

    def _sweep(self, now: datetime) -> HealthCheck:
        last = self._deployed.last_log("sla", "swept", now)
        if last is None:
            is_young = now - self._since < SWEEP_IS_LATE_AFTER
            detail = "runs within its first minute" if is_young else "has not run in the last hour"
            return HealthCheck(name="Sweep", is_healthy=is_young, detail=detail)
        at, counts = last
        repairs = sum(counts[key] for key in ("routed", "rung", "sent"))
        is_well = now - at < SWEEP_IS_LATE_AFTER and not counts["faults"]
        detail = f"{span(now - at)} ago: {repairs} repairs, {counts['faults']} faults"
        return HealthCheck(name="Sweep", is_healthy=is_well, detail=detail)

    def _queues(self) -> Iterator[HealthCheck]:
        try:
            yield from (_queue(queue) for queue in self._deployed.queues())
        except UNREACHABLE as error:
            yield HealthCheck(name="Queues", is_healthy=False, detail=str(error))


def _check(name: str, ask: Callable[[], HealthCheck]) -> HealthCheck:
    try:
        return ask()
    except UNREACHABLE as error:
        return HealthCheck(name=name, is_healthy=False, detail=str(error))


def _queue(queue: QueueDepth) -> HealthCheck:
    if queue.is_dead_letters:
        waiting = queue.waiting + queue.later
        return HealthCheck(
            name=f"Queue {queue.name}",
            is_healthy=waiting == 0,
            detail=f"{waiting} failed" if waiting else "empty",
        )
    detail = f"{queue.waiting} waiting, {queue.later} delayed or in progress"
    return HealthCheck(name=f"Queue {queue.name}", is_healthy=True, detail=detail)
