"""The dashboard of promises, messages, waits and faults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.function import LeadFunction
from infra.http_api import PublicHttpApi
from infra.monitoring.alarms import own_metric
from infra.stage import StageSettings

HOUR = Duration.hours(1)
WIDTH, HEIGHT = 12, 6
CHANNELS = ("email", "sms", "slack", "teams", "voice")
FATES = ("MessagesSent", "MessagesConfirmed", "MessagesBounced", "MessagesRefused", "MessagesDead")


class Dashboard(Construct):
    """What operators look at first: the runbook explains it."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        stage: StageSettings,
        units: Mapping[str, LeadFunction],
        queues: Mapping[str, sqs.IQueue],
        api: PublicHttpApi,
    ) -> None:
        super().__init__(scope, id_)
        self._stage = stage
        self.board = cloudwatch.Dashboard(
            self, "Board", dashboard_name=f"leadtight-{stage.name}", default_interval=Duration.days(7)
        )
        self.board.add_widgets(*self._promises())
        self.board.add_widgets(*self._messages())
        self.board.add_widgets(*self._waits(queues))
        self.board.add_widgets(*self._faults(list(units.values()), api))
        self.board.add_widgets(*self._work(list(units.values())))

    @property
    def url(self) -> str:
        """Return its address in the console."""
        region = self._stage.file.region
        return f"https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}#dashboards/dashboard/{self.board.dashboard_name}"

    def _promises(self) -> list[cloudwatch.IWidget]:
        kept, broken = (self._own(f"Promises{fate}", "sum", service="leads") for fate in ("Kept", "Broken"))
        times = {"time to owner": "SecondsToOwner", "time to reply": "SecondsToReply"}
        seconds = [
            self._own(name, statistic, label=f"{label}, {statistic}", service="leads")
            for label, name in times.items()
            for statistic in ("p50", "p90")
        ]
        return [_graph("Promises kept and broken", [kept, broken]), _graph("Time to owner and reply, seconds", seconds)]

    def _messages(self) -> list[cloudwatch.IWidget]:
        sent = [
            self._own("MessagesSent", "sum", label=channel, service="messages", channel=channel) for channel in CHANNELS
        ]
        fates = [
            self._own(fate, "sum", label=f"{fate.removeprefix('Messages').lower()}, {to}", service="messages", to=to)
            for to in ("team", "lead")
            for fate in FATES[1:]
        ]
        return [_graph("Messages sent, by channel", sent), _graph("What became of messages", fates)]

    def _waits(self, queues: Mapping[str, sqs.IQueue]) -> list[cloudwatch.IWidget]:
        ages = [
            queue.metric_approximate_age_of_oldest_message(period=HOUR, statistic="max", label=name)
            for name, queue in queues.items()
        ]
        backlogs = [
            self._own(f"BacklogAge{kind}", "max", label=kind.lower(), service="sla")
            for kind in ("Unowned", "Overdue", "Messages", "Digests")
        ]
        return [_graph("Oldest message of each queue, seconds", ages), _graph("Oldest due work, seconds", backlogs)]

    def _faults(self, units: Sequence[LeadFunction], api: PublicHttpApi) -> list[cloudwatch.IWidget]:
        errors = [unit.function.metric_errors(period=HOUR, statistic="sum", label=unit.name) for unit in units]
        throttles = [
            unit.function.metric_throttles(period=HOUR, statistic="sum", label=f"{unit.name} throttled")
            for unit in units
        ]
        answers = [
            api.api.metric_count(period=HOUR, statistic="sum", label="requests"),
            api.api.metric_client_error(period=HOUR, statistic="sum", label="4xx"),
            api.api.metric_server_error(period=HOUR, statistic="sum", label="5xx"),
        ]
        return [
            _graph("Errors and throttles of functions", [*errors, *throttles]),
            _graph("Answers of the API", answers),
        ]

    def _work(self, units: Sequence[LeadFunction]) -> list[cloudwatch.IWidget]:
        starts = [unit.function.metric_invocations(period=HOUR, statistic="sum", label=unit.name) for unit in units]
        budgets = [
            self._own(f"BudgetUsed{channel}", "max", label=channel.lower(), service="sla")
            for channel in ("Email", "Sms", "Voice")
        ]
        repairs = self._own("SweepRepairs", "sum", label="repairs of sweeps", service="sla")
        return [
            _graph("Starts of functions, which cost", starts),
            _graph("Budgets used in percent; repairs", [*budgets, repairs]),
        ]

    def _own(self, name: str, statistic: str, *, label: str = "", **dimensions: str) -> cloudwatch.Metric:
        metric = own_metric(self._stage, name, statistic, period=HOUR, **dimensions)
        return metric.with_(label=label) if label else metric


def _graph(title: str, metrics: Sequence[cloudwatch.IMetric]) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(title=title, left=list(metrics), width=WIDTH, height=HEIGHT)
