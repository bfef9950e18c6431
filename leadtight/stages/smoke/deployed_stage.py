"""A deployed stage, as its AWS services describe it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from leadtight.adapters.aws import clients

FUNCTIONS = ("intake", "route", "respond", "sla", "desk", "collect", "report")
FUNCTION_SECONDS = 310
"""How long an invocation may take: the report's five minutes, and an answer."""

AT_ONCE = 100
"""Most alarm names in one call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmState:
    """An alarm: its state, and the topics that it tells."""

    name: str
    state: str
    reason: str = ""
    enabled: bool = True
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """An address of the operators' topic."""

    address: str
    confirmed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingIdentity:
    """The sender's identity at SES, and its account.

    `mail_from` is None for an identity without a MAIL FROM domain of its own.
    """

    name: str
    verified: bool
    dkim: str
    mail_from: str | None
    in_sandbox: bool
    sending: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """The answer of a function, or its error."""

    answer: Any = None
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """One line of a function's log."""

    group: str
    text: str


@dataclass(frozen=True, kw_only=True)
class DeployedStage:
    """One stack: its outputs, its resources and their state.

    `resources` are physical ids by type.
    """

    stack: str
    outputs: Mapping[str, str]
    resources: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    logical_ids: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def find(cls, stack: str) -> DeployedStage:
        """Return a stack with all its resources.

        Raises ClientError when there is none.
        """
        cloudformation = clients.client("cloudformation")
        [described] = cloudformation.describe_stacks(StackName=stack)["Stacks"]
        outputs = {entry["OutputKey"]: entry["OutputValue"] for entry in described.get("Outputs", ())}
        resources: dict[str, tuple[str, ...]] = {}
        logical: dict[str, str] = {}
        for page in cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack):
            for entry in page["StackResourceSummaries"]:
                kind, id_ = entry["ResourceType"], entry.get("PhysicalResourceId", "")
                resources[kind] = (*resources.get(kind, ()), id_)
                logical[entry["LogicalResourceId"]] = id_
        return cls(stack=stack, outputs=outputs, resources=resources, logical_ids=logical)

    @property
    def region(self) -> str:
        """Return the region that the clients speak to."""
        return str(clients.client("cloudformation").meta.region_name)

    def physical(self, logical_id: str) -> str:
        """Return a resource by the start of its logical id.

        Raises KeyError when the stack has none.
        """
        for name, id_ in self.logical_ids.items():
            if name.startswith(logical_id):
                return id_
        raise KeyError(f"{self.stack} has no {logical_id}")

    def status(self) -> str:
        """Return the stack's status."""
        [described] = clients.client("cloudformation").describe_stacks(StackName=self.stack)["Stacks"]
        return str(described["StackStatus"])

    def alarm_names(self) -> tuple[str, ...]:
        """Return the alarms of the template."""
        return self.resources.get("AWS::CloudWatch::Alarm", ()) + self.resources.get(
            "AWS::CloudWatch::CompositeAlarm", ()
        )

    def alarms(self) -> Mapping[str, AlarmState]:
        """Return those alarms of the template that exist, by name."""
        names, found = self.alarm_names(), dict[str, AlarmState]()
        for first in range(0, len(names), AT_ONCE):
            answer = clients.client("cloudwatch").describe_alarms(
                AlarmNames=list(names[first : first + AT_ONCE]),
                AlarmTypes=["MetricAlarm", "CompositeAlarm"],
                MaxRecords=AT_ONCE,
            )
            for each in (*answer.get("MetricAlarms", ()), *answer.get("CompositeAlarms", ())):
                found[each["AlarmName"]] = _alarm(each)
        return found

    def set_alarm(self, name: str, state: str, reason: str) -> None:
        """Put an alarm into a state, until its next evaluation."""
        clients.client("cloudwatch").set_alarm_state(AlarmName=name, StateValue=state, StateReason=reason)

    def alarm_actions(self, name: str, since: datetime) -> tuple[str, ...]:
        """Return what an alarm's actions said since then."""
        answer = clients.client("cloudwatch").describe_alarm_history(
            AlarmName=name, HistoryItemType="Action", StartDate=since
        )
        return tuple(str(item["HistorySummary"]) for item in answer["AlarmHistoryItems"])

    def dead_letters(self) -> Mapping[str, int]:
        """Return the approximate number of dead letters, by queue."""
        sqs, waiting = clients.client("sqs"), dict[str, int]()
        for url in self.resources.get("AWS::SQS::Queue", ()):
            name = url.rpartition("/")[2]
            if name.endswith(("-dead", "-failed")):
                counted = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
                waiting[name] = int(counted["Attributes"]["ApproximateNumberOfMessages"])
        return waiting

    def subscriptions(self) -> tuple[Subscription, ...]:
        """Return the addresses of the operators' topic."""
        pages = clients.client("sns").get_paginator("list_subscriptions_by_topic")
        entries = (
            entry
            for page in pages.paginate(TopicArn=self.outputs["OperatorsTopicArn"])
            for entry in page["Subscriptions"]
        )
        return tuple(
            Subscription(address=entry["Endpoint"], confirmed=entry["SubscriptionArn"].startswith("arn:"))
            for entry in entries
        )

    def sending_identity(self, name: str) -> SendingIdentity:
        """Return the sender's identity and what its account may send."""
        ses = clients.client("sesv2")
        identity, account = ses.get_email_identity(EmailIdentity=name), ses.get_account()
        mail_from = identity.get("MailFromAttributes", {})
        return SendingIdentity(
            name=name,
            verified=bool(identity.get("VerifiedForSendingStatus")),
            dkim=str(identity.get("DkimAttributes", {}).get("Status", "")),
            mail_from=mail_from.get("MailFromDomainStatus") if mail_from.get("MailFromDomain") else None,
            in_sandbox=not account.get("ProductionAccessEnabled"),
            sending=bool(account.get("SendingEnabled", True)),
        )

    def invoke(self, function: str, payload: Mapping[str, Any]) -> Invocation:
        """Invoke a function and return its answer or its error."""
        lambda_ = clients.client("lambda", attempts=1, read_seconds=FUNCTION_SECONDS)
        try:
            answer = lambda_.invoke(
                FunctionName=self.outputs[f"{function.capitalize()}Function"], Payload=json.dumps(payload).encode()
            )
        except ClientError as error:
            return Invocation(error=str(error))
        text = answer["Payload"].read().decode()
        return Invocation(error=text) if answer.get("FunctionError") else Invocation(answer=json.loads(text or "null"))

    def log_groups(self) -> tuple[str, ...]:
        """Return the log groups of the stack's functions."""
        return tuple(group for group in self.resources.get("AWS::Logs::LogGroup", ()) if not group.endswith("/http"))

    def log_lines(self, phrases: Iterable[str], since: datetime) -> Iterator[LogLine]:
        """Yield the lines with one of these phrases since then."""
        pattern = " ".join(f'?"{phrase}"' for phrase in phrases)
        pages = clients.client("logs", read_seconds=30).get_paginator("filter_log_events")
        for group in self.log_groups():
            for page in pages.paginate(
                logGroupName=group, startTime=int(since.timestamp() * 1000), filterPattern=pattern
            ):
                yield from (LogLine(group=group, text=str(event["message"])) for event in page["events"])

    def schedules(self, prefix: str = "lead-") -> tuple[str, ...]:
        """Return the names of the group's schedules."""
        pages = clients.client("scheduler").get_paginator("list_schedules")
        found = pages.paginate(GroupName=self.outputs["ScheduleGroup"], NamePrefix=prefix)
        return tuple(str(entry["Name"]) for page in found for entry in page["Schedules"])

    def drop_schedules(self, prefix: str) -> None:
        """Delete schedules by prefix, such as a lead's.

        They would ring in vain: an erased lead has another token.
        """
        scheduler, group = clients.client("scheduler"), self.outputs["ScheduleGroup"]
        for name in self.schedules(prefix):
            try:
                scheduler.delete_schedule(GroupName=group, Name=name)
            except scheduler.exceptions.ResourceNotFoundException:
                continue  # it rang meanwhile

    def metric_sum(
        self, namespace: str, name: str, since: datetime, until: datetime, **dimensions: str
    ) -> float | None:
        """Return the sum of a metric within a time.

        None when nothing was written.
        """
        points = clients.client("cloudwatch").get_metric_statistics(
            Namespace=namespace,
            MetricName=name,
            Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
            StartTime=since - timedelta(minutes=1),
            EndTime=until + timedelta(minutes=1),
            Period=60,
            Statistics=["Sum"],
        )["Datapoints"]
        return sum(float(point["Sum"]) for point in points) if points else None


def _alarm(described: Mapping[str, Any]) -> AlarmState:
    return AlarmState(
        name=described["AlarmName"],
        state=str(described.get("StateValue", "")),
        reason=str(described.get("StateReason", "")),
        enabled=bool(described.get("ActionsEnabled", True)),
        topics=tuple(described.get("AlarmActions", ())),
    )
