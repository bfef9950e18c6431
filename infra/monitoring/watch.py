"""The operators' topic, and every alarm of a stage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aws_cdk import Duration
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct, IDependable

from infra.function import LeadFunction
from infra.http_api import PublicHttpApi
from infra.monitoring import backups, functions, messages, queues, requests, work
from infra.monitoring.alarms import AT_ONCE, OperatorAlarms
from infra.monitoring.operators import operators_topic
from infra.stage import StageSettings

SCHEDULED = ("sla", "collect", "report")


class Watch(Construct):
    """The operators' topic and the alarms that publish to it."""

    def __init__(self, scope: Construct, id_: str, *, stage: StageSettings) -> None:
        super().__init__(scope, id_)
        self.operators = operators_topic(self, "Operators", stage=stage)
        self._stage = stage
        self._alarms = OperatorAlarms(self, stage=stage, topic=self.operators)

    def functions(self, units: Mapping[str, LeadFunction]) -> None:
        """Watch errors and starts.

        Errors of intake and desk are 5xx answers, which have their own alarm. A failed sweep rings at once.
        """
        for name in ("route", "respond", "collect", "report"):
            functions.errors(self._alarms, units[name])
        functions.errors(self._alarms, units["sla"], AT_ONCE)
        functions.throttles(self._alarms, list(units.values()))
        functions.lost_starts(self._alarms, [units[name] for name in SCHEDULED])

    def stream(self, unit: LeadFunction, reader: lambda_.EventSourceMapping, *, swept_by: IDependable) -> None:
        """Watch one reader of the stream."""
        functions.stream_lag(self._alarms, unit)
        functions.stream_stopped(self._alarms, unit, reader, after=swept_by)

    def schedules(self, groups: Sequence[str]) -> None:
        """Watch the groups of schedules."""
        functions.schedules(self._alarms, groups)

    def dead_letters(self, dead: Mapping[str, sqs.IQueue]) -> None:
        """Watch every queue of failures."""
        for name, queue in dead.items():
            queues.dead_letters(self._alarms, name, queue)

    def backlogs(self, work_queues: Mapping[str, tuple[sqs.IQueue, Duration]]) -> None:
        """Watch how long the oldest message of each queue waits."""
        for name, (queue, older_than) in work_queues.items():
            queues.backlog(self._alarms, name, queue, older_than=older_than)

    def spill(self, queue: sqs.IQueue) -> None:
        """Watch the queue that is empty while the table answers."""
        queues.held(self._alarms, "spill", queue)

    def requests(self, api: PublicHttpApi) -> None:
        """Watch the answers of the public API."""
        requests.server_errors(self._alarms, api)
        requests.client_errors(self._alarms, api)
        requests.refusals(self._alarms, api, self._stage)
        requests.too_large(self._alarms, api, self._stage)

    def messages(self) -> None:
        """Watch whether messages arrive."""
        messages.to_the_team(self._alarms, self._stage)
        messages.to_leads(self._alarms, self._stage)
        messages.unknown_events(self._alarms, self._stage)
        messages.text_spending(self._alarms, self._stage)
        messages.reputation(self._alarms)

    def backups(self, vault: str, *, copied_to: str | None) -> None:
        """Watch the table's backups."""
        backups.failures(self._alarms, vault, copied_to=copied_to)
        backups.missing(self._alarms, self._stage, vault)

    def work(self, *, swept_by: IDependable) -> None:
        """Watch what the product measures about its own work."""
        work.sweeps(self._alarms, self._stage, after=swept_by)
        work.backlogs(self._alarms, self._stage)
        work.runs(self._alarms, self._stage)
        work.people(self._alarms, self._stage)
        work.data(self._alarms, self._stage)
