"""Creations that AWS refuses before another resource exists.

CloudFormation orders resources by their references and DependsOn alone; whatever neither names is created at the same
time. The emulators create resources one after the other and check none of this.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.aws_rules.calls import API
from tests.aws_rules.resolved import Body

Pairs = Iterator[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class OrderRule:
    """A creation that needs another one first."""

    says: str
    source: str
    pairs: Callable[[Body], Pairs]


def references(value: Any) -> Iterator[str]:
    """Yield the logical ids that a value names."""
    match value:
        case {"Ref": str(id_)}:
            yield id_
        case {"Fn::GetAtt": [str(id_), *_]}:
            yield id_
        case {"Fn::Sub": _}:
            text = json.dumps(value)
            yield from (part.split("}")[0].split(".")[0] for part in text.split("${")[1:])
        case dict():
            for each in value.values():
                yield from references(each)
        case list():
            for each in value:
                yield from references(each)


def missing(body: Body) -> list[str]:
    """Return a line for each creation without its order."""
    resources = body["Resources"]
    return [
        f"{dependent} does not wait for {needed}: {rule.says} ({rule.source})"
        for rule in RULES.values()
        for dependent, needed in rule.pairs(resources)
        if needed not in _before(dependent, resources)
    ]


def _before(logical_id: str, resources: Body) -> set[str]:
    """Return everything that is created before a resource."""
    before, waiting = set[str](), [logical_id]
    while waiting:
        resource = resources.get(waiting.pop(), {})
        depends = resource.get("DependsOn", [])
        named = {*([depends] if isinstance(depends, str) else depends), *references(resource.get("Properties", {}))}
        waiting += named - before
        before |= named
    return before


def _of(resources: Body, kind: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield from ((id_, r.get("Properties", {})) for id_, r in resources.items() if r["Type"] == f"AWS::{kind}")


def _policies(resources: Body, kind: str, targets: str, target: str) -> Iterator[str]:
    """Yield the policies of a queue, topic, bucket or role."""
    for id_, properties in _of(resources, kind):
        if target in references(properties[targets]):
            yield id_


def _allowing(resources: Body, service: str, kind: str, targets: str, target: str) -> Iterator[str]:
    for id_ in _policies(resources, kind, targets, target):
        if service in json.dumps(resources[id_]["Properties"]):
            yield id_


def _notifications(resources: Body) -> Pairs:
    for bucket, properties in _of(resources, "S3::Bucket"):
        for queue in set(references(properties.get("NotificationConfiguration", {}))):
            kind, targets = {
                "AWS::SQS::Queue": ("SQS::QueuePolicy", "Queues"),
                "AWS::SNS::Topic": ("SNS::TopicPolicy", "Topics"),
            }[resources[queue]["Type"]]
            policies = list(_allowing(resources, "s3.amazonaws.com", kind, targets, queue))
            yield from ((bucket, policy) for policy in policies or ["a policy that lets S3 send"])


def _mail_events(resources: Body) -> Pairs:
    for destination, properties in _of(resources, "SES::ConfigurationSetEventDestination"):
        for topic in references(properties["EventDestination"].get("SnsDestination", {})):
            policies = list(_allowing(resources, "ses.amazonaws.com", "SNS::TopicPolicy", "Topics", topic))
            yield from ((destination, policy) for policy in policies or ["a policy that lets SES publish"])


def _sources(resources: Body) -> Pairs:
    for mapping, properties in _of(resources, "Lambda::EventSourceMapping"):
        for function in references(properties["FunctionName"]):
            [role] = references(resources[function]["Properties"]["Role"])
            yield from ((mapping, policy) for policy in _policies(resources, "IAM::Policy", "Roles", role))


def _destinations(resources: Body) -> Pairs:
    for config, properties in _of(resources, "Lambda::EventInvokeConfig"):
        for function in references(properties["FunctionName"]):
            [role] = references(resources[function]["Properties"]["Role"])
            yield from ((config, policy) for policy in _policies(resources, "IAM::Policy", "Roles", role))


def _receiving(resources: Body) -> Pairs:
    for rule, properties in _of(resources, "SES::ReceiptRule"):
        actions = properties["Rule"].get("Actions", [])
        for bucket in (id_ for action in actions for id_ in references(action.get("S3Action", {}))):
            policies = list(_allowing(resources, "ses.amazonaws.com", "S3::BucketPolicy", "Bucket", bucket))
            yield from ((rule, policy) for policy in policies or ["a policy that lets SES store"])


def _backups(resources: Body) -> Pairs:
    for selection, properties in _of(resources, "Backup::BackupSelection"):
        yield from ((selection, role) for role in references(properties["BackupSelection"]["IamRoleArn"]))


def _mappings(resources: Body) -> Pairs:
    """Yield mappings of domains, which name stages by text."""
    for mapping, properties in _of(resources, "ApiGatewayV2::ApiMapping"):
        for stage, of_stage in _of(resources, "ApiGatewayV2::Stage"):
            if of_stage["ApiId"] == properties["ApiId"]:
                yield mapping, stage


def _tables(resources: Body) -> Pairs:
    for table, properties in _of(resources, "Glue::Table"):
        named = properties["DatabaseName"]
        for database, of_database in _of(resources, "Glue::Database"):
            if {"Ref": database} == named or of_database["DatabaseInput"].get("Name") == named:
                yield table, database


def _filters(resources: Body) -> Pairs:
    for policy, properties in _of(resources, "Logs::MetricFilter"):
        named = properties["LogGroupName"]
        for group, of_group in _of(resources, "Logs::LogGroup"):
            if named in ({"Ref": group}, of_group.get("LogGroupName")):
                yield policy, group


def _functions(resources: Body) -> Pairs:
    for function, properties in _of(resources, "Lambda::Function"):
        group = properties.get("LoggingConfig", {}).get("LogGroup")
        for log, of_log in _of(resources, "Logs::LogGroup"):
            if group in ({"Ref": log}, of_log.get("LogGroupName")):
                yield function, log


def _groups(resources: Body) -> Pairs:
    for schedule, properties in _of(resources, "Scheduler::Schedule"):
        for group, of_group in _of(resources, "Scheduler::ScheduleGroup"):
            if properties.get("GroupName") in ({"Ref": group}, of_group.get("Name")):
                yield schedule, group


RULES: dict[str, OrderRule] = {
    "notifications": OrderRule(
        "S3 sends a test message when the notification is created, and refuses it without permission",
        f"{API}AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html",
        _notifications,
    ),
    "mail events": OrderRule(
        "SES publishes to the topic when the destination is created",
        f"{API}ses/latest/dg/event-publishing-add-event-destination-sns.html",
        _mail_events,
    ),
    "sources": OrderRule(
        "Lambda checks when the mapping is created that the function's role may read the source",
        f"{API}lambda/latest/dg/services-sqs-configure.html",
        _sources,
    ),
    "destinations": OrderRule(
        "Lambda checks when the destination is set that the function's role may send to it",
        f"{API}lambda/latest/dg/invocation-async-retain-records.html",
        _destinations,
    ),
    "receiving": OrderRule(
        "SES writes a test object when the rule is created",
        f"{API}ses/latest/dg/receiving-email-permissions.html",
        _receiving,
    ),
    "backups": OrderRule(
        "AWS Backup assumes the role when the selection is created",
        f"{API}aws-backup/latest/devguide/assigning-resources.html",
        _backups,
    ),
    "domains": OrderRule(
        "a mapping is refused while its stage does not exist",
        f"{API}apigateway/latest/developerguide/http-api-mappings.html",
        _mappings,
    ),
    "tables": OrderRule(
        "Glue refuses a table of a database that does not exist",
        f"{API}glue/latest/webapi/API_CreateTable.html",
        _tables,
    ),
    "filters": OrderRule(
        "CloudWatch Logs refuses a filter of a group that does not exist",
        f"{API}AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html",
        _filters,
    ),
    "logs": OrderRule(
        "a function that runs first creates its group itself, and CloudFormation then finds it taken",
        f"{API}lambda/latest/dg/monitoring-cloudwatchlogs-loggroups.html",
        _functions,
    ),
    "schedules": OrderRule(
        "Scheduler refuses a schedule of a group that does not exist",
        f"{API}scheduler/latest/APIReference/API_CreateSchedule.html",
        _groups,
    ),
}
