"""Every part of the local stage, asked one by one."""

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
    """One part: whether it is well, and what it says."""

    name: str
    well: bool
    says: str


class Health:
    """Asks each part how it is; one that does not answer is not well, and hides no other."""

    def __init__(self, info: DevInfo, table: LeadStore, deployed: LocalStack, since: datetime) -> None:
        """Take the addresses and the parts, and since when they run."""
        self._info = info
        self._table = table
        self._deployed = deployed
        self._since = since

    def parts(self, now: datetime) -> tuple[HealthCheck, ...]:
        """Return every part."""
        return (
            _asked("API", self._api),
            _asked("Table", self._leads),
            _asked("Sweep", lambda: self._sweep(now)),
            *self._queues(),
        )

    def _api(self) -> HealthCheck:
        json = fetch_json(f"{self._info.api_url}/health")
        return HealthCheck(
            name="API", well=json["status"] == "ok", says=f"version {json['version']}, policy {json['policy']}"
        )

    def _leads(self) -> HealthCheck:
        self._table.load("")
        return HealthCheck(name="Table", well=True, says=f"{self._info.table} answers")

    def _sweep(self, now: datetime) -> HealthCheck:
        last = self._deployed.last_log("sla", "swept", now)
        if last is None:
            is_young = now - self._since < SWEEP_IS_LATE_AFTER
            says = "runs within its first minute" if is_young else "has not run in the last hour"
            return HealthCheck(name="Sweep", well=is_young, says=says)
        at, counts = last
        repairs = sum(counts[key] for key in ("routed", "rung", "sent"))
        is_well = now - at < SWEEP_IS_LATE_AFTER and not counts["faults"]
        says = f"{span(now - at)} ago: {repairs} repairs, {counts['faults']} faults"
        return HealthCheck(name="Sweep", well=is_well, says=says)

    def _queues(self) -> Iterator[HealthCheck]:
        try:
            yield from (_queue(queue) for queue in self._deployed.queues())
        except UNREACHABLE as error:
            yield HealthCheck(name="Queues", well=False, says=str(error))


def _asked(name: str, ask: Callable[[], HealthCheck]) -> HealthCheck:
    try:
        return ask()
    except UNREACHABLE as error:
        return HealthCheck(name=name, well=False, says=str(error))


def _queue(queue: QueueDepth) -> HealthCheck:
    if queue.is_dead_letters:
        waiting = queue.waiting + queue.later
        return HealthCheck(
            name=f"Queue {queue.name}", well=waiting == 0, says=f"{waiting} kept" if waiting else "nothing kept"
        )
    says = f"{queue.waiting} waiting, {queue.later} for later or being handled"
    return HealthCheck(name=f"Queue {queue.name}", well=True, says=says)
