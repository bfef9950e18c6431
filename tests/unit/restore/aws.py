# ruff: noqa: N803 - the arguments are named as AWS names them
"""AWS as it documents restores, where moto does otherwise.

A restored table is created for a while and then without its stream, tags, time to live, protection and recovery; each
update takes a while, in which no other is accepted.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from typing import Any

import botocore.session
from botocore.exceptions import ClientError
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ARN = "arn:aws:dynamodb:eu-central-1:111122223333:table/"
PAGE = 3


class Killed(KeyboardInterrupt):
    """The operator's machine stops right after a call."""


def refusal(code: str, message: str = "") -> ClientError:
    """Return AWS's error of a code."""
    return ClientError({"Error": {"Code": code, "Message": message or code}}, "call")


@dataclass
class Clock:
    """Time that passes only in pauses."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def pause(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class Calls:
    """Every call of every service, in order.

    `kill_after` stops the run right after a call of that number; `refuse` raises instead of the next calls of a name.
    """

    names: list[str] = field(default_factory=list)
    kill_after: int | None = None
    refuse: dict[str, list[ClientError]] = field(default_factory=dict)

    def make(self, name: str, call: Callable[..., Any], /, *args: Any, **params: Any) -> Any:
        if self.refuse.get(name):
            raise self.refuse[name].pop(0)
        answer = call(*args, **params)
        self.names.append(name)
        if self.kill_after == len(self.names):
            self.kill_after = None
            raise Killed
        return answer


class Service:
    """A client whose calls are noted and validated."""

    def __init__(self, name: str, twin: Any, calls: Calls) -> None:
        self._name = name
        self._twin = twin
        self._calls = calls

    def __getattr__(self, name: str) -> Any:
        return getattr(self._twin, name) if name == "get_paginator" else partial(self._make, name)

    def _make(self, name: str, **params: Any) -> Any:
        shape = service_model(self._name).operation_model(operation_of(name)).input_shape
        assert shape is not None
        report = ParamValidator().validate(params, shape)
        assert not report.has_errors(), report.generate_report()
        return self._calls.make(name, getattr(self._twin, name), **params)


@cache
def service_model(name: str) -> ServiceModel:
    """Return botocore's model of a service."""
    return botocore.session.get_session().get_service_model(name)


def operation_of(name: str) -> str:
    """Return the operation of a method, such as `ListObjectsV2`."""
    return "".join(part.capitalize() for part in name.split("_"))


@dataclass
class Table:
    """One table with what DynamoDB knows of it."""

    name: str
    items: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    created_at: datetime = NOW - timedelta(days=100)
    made_at: datetime = NOW
    active_from: datetime = NOW
    indexed_from: datetime = NOW
    backups_from: datetime = NOW
    stream: dict[str, Any] = field(default_factory=dict)
    is_protected: bool = False
    is_encrypted: bool = True
    recovers: bool = False
    ttl: str | None = None
    tags: dict[str, str] = field(default_factory=dict)
    source: str | None = None

    def put(self, *items: dict[str, Any]) -> None:
        for item in items:
            self.items[item["pk"]["S"], item["sk"]["S"]] = copy.deepcopy(item)


@dataclass
class DynamoTwin:
    """Tables, with the states that AWS documents."""

    clock: Clock
    restores_in: timedelta = timedelta(seconds=25)
    updates_in: timedelta = timedelta(seconds=15)
    fills_index_in: timedelta = timedelta(seconds=20)
    tables: dict[str, Table] = field(default_factory=dict)
    moments: list[tuple[datetime, dict[tuple[str, str], dict[str, Any]]]] = field(default_factory=list)
    backups: dict[str, tuple[datetime, Table]] = field(default_factory=dict)

    def remember(self, name: str) -> None:
        """Note a table's items at this moment, to be restored."""
        self.moments.append((self.clock(), copy.deepcopy(self.tables[name].items)))

    def describe_table(self, TableName: str) -> dict[str, Any]:
        table, now = self._table(TableName), self.clock()
        status = "ACTIVE" if now >= table.active_from else "CREATING" if now < table.made_at else "UPDATING"
        index: dict[str, Any] = {"IndexName": "gsi1", "IndexStatus": "ACTIVE"}
        if now < table.indexed_from:
            index |= {"IndexStatus": "CREATING", "Backfilling": now >= table.active_from}
        description = {
            "TableName": TableName,
            "TableArn": ARN + TableName,
            "TableStatus": status,
            "CreationDateTime": table.created_at,
            "GlobalSecondaryIndexes": [index],
            "DeletionProtectionEnabled": table.is_protected,
        }
        if table.is_encrypted:
            description["SSEDescription"] = {"Status": "ENABLED", "SSEType": "KMS"}
        if table.stream:
            description |= {"StreamSpecification": table.stream, "LatestStreamArn": f"{ARN}{TableName}/stream/1"}
        if table.source:
            description["RestoreSummary"] = {"SourceTableArn": ARN + table.source, "RestoreInProgress": False}
        return {"Table": description}

    def describe_continuous_backups(self, TableName: str) -> dict[str, Any]:
        if TableName not in self.tables:
            raise refusal("TableNotFoundException")
        if not self.tables[TableName].recovers:
            return {
                "ContinuousBackupsDescription": {
                    "PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "DISABLED"}
                }
            }
        recovery = {
            "PointInTimeRecoveryStatus": "ENABLED",
            "EarliestRestorableDateTime": NOW - timedelta(days=35),
            "LatestRestorableDateTime": self.clock() - timedelta(minutes=5),
        }
        return {"ContinuousBackupsDescription": {"PointInTimeRecoveryDescription": recovery}}

    def restore_table_to_point_in_time(
        self, SourceTableName: str, TargetTableName: str, RestoreDateTime: datetime
    ) -> None:
        window = self.describe_continuous_backups(SourceTableName)["ContinuousBackupsDescription"]
        recovery = window["PointInTimeRecoveryDescription"]
        if not recovery["EarliestRestorableDateTime"] <= RestoreDateTime <= recovery["LatestRestorableDateTime"]:
            raise refusal("InvalidRestoreTimeException")
        items = [items for at, items in self.moments if at <= RestoreDateTime][-1]
        self._create(TargetTableName, items, SourceTableName)

    def restore_table_from_backup(self, TargetTableName: str, BackupArn: str) -> None:
        _, backup = self.backups[BackupArn]
        self._create(TargetTableName, backup.items, backup.name)
        self.tables[TargetTableName].is_encrypted = False

    def describe_backup(self, BackupArn: str) -> dict[str, Any]:
        made_at, _ = self.backups[BackupArn]
        return {"BackupDescription": {"BackupDetails": {"BackupCreationDateTime": made_at}}}

    def update_table(self, TableName: str, **change: Any) -> None:
        table = self._active(TableName)
        table.stream = change.get("StreamSpecification", table.stream)
        table.is_protected = change.get("DeletionProtectionEnabled", table.is_protected)
        table.is_encrypted = table.is_encrypted or "SSESpecification" in change
        table.active_from = self.clock() + self.updates_in

    def update_continuous_backups(self, TableName: str, PointInTimeRecoverySpecification: dict[str, bool]) -> None:
        table = self._active(TableName)
        if self.clock() < table.backups_from:
            raise refusal("ContinuousBackupsUnavailableException", "Backups are being enabled for the table")
        table.recovers = PointInTimeRecoverySpecification["PointInTimeRecoveryEnabled"]

    def describe_time_to_live(self, TableName: str) -> dict[str, Any]:
        ttl = self._table(TableName).ttl
        return {"TimeToLiveDescription": {"TimeToLiveStatus": "ENABLING" if ttl else "DISABLED"}}

    def update_time_to_live(self, TableName: str, TimeToLiveSpecification: dict[str, Any]) -> None:
        table = self._active(TableName)
        if table.ttl:
            raise refusal("ValidationException", "Time to live has been modified multiple times")
        table.ttl = TimeToLiveSpecification["AttributeName"]

    def list_tags_of_resource(self, ResourceArn: str) -> dict[str, Any]:
        table = self._table(ResourceArn.rpartition("/")[2])
        return {"Tags": [{"Key": key, "Value": value} for key, value in table.tags.items()]}

    def tag_resource(self, ResourceArn: str, Tags: list[dict[str, str]]) -> None:
        assert not [tag for tag in Tags if tag["Key"].startswith("aws:")], "AWS reserves this prefix"
        self._active(ResourceArn.rpartition("/")[2]).tags |= {tag["Key"]: tag["Value"] for tag in Tags}

    def delete_table(self, TableName: str) -> None:
        if self._active(TableName).is_protected:
            raise refusal("ValidationException", "Resource cannot be deleted as it is currently protected")
        del self.tables[TableName]

    def scan(self, TableName: str, **options: Any) -> dict[str, Any]:
        assert not (options.get("ConsistentRead") and "IndexName" in options), "an index has no consistent reads"
        is_index, keys = "IndexName" in options, sorted(self._table(TableName).items)
        start = options.get("ExclusiveStartKey")
        rest = [key for key in keys if not start or key > (start["pk"]["S"], start["sk"]["S"])]
        page = [self.tables[TableName].items[key] for key in rest[:PAGE]]
        answer: dict[str, Any] = {"Items": [copy.deepcopy(i) for i in page if not is_index or "gsi1pk" in i]}
        if len(rest) > PAGE:
            answer["LastEvaluatedKey"] = {"pk": page[-1]["pk"], "sk": page[-1]["sk"]}
        return answer

    def put_item(self, TableName: str, Item: dict[str, Any], ConditionExpression: str = "") -> None:
        table = self._table(TableName)
        if ConditionExpression and (Item["pk"]["S"], Item["sk"]["S"]) in table.items:
            assert ConditionExpression == "attribute_not_exists(pk)"
            raise refusal("ConditionalCheckFailedException")
        table.put(Item)

    def update_item(self, TableName: str, Key: dict[str, Any], **update: Any) -> None:
        item = self._table(TableName).items.setdefault((Key["pk"]["S"], Key["sk"]["S"]), dict(Key))
        sets, _, adds = update["UpdateExpression"].partition(" ADD ")
        values, names = update["ExpressionAttributeValues"], update["ExpressionAttributeNames"]
        for each in sets.removeprefix("SET ").split(", "):
            name, _, value = each.partition(" = ")
            item[names.get(name, name)] = values[value]
        name, _, value = adds.partition(" ")
        if "SS" in values[value]:
            item[name] = {"SS": sorted({*item.get(name, {}).get("SS", ()), *values[value]["SS"]})}
        else:
            item[name] = {"N": str(int(item.get(name, {}).get("N", "0")) + int(values[value]["N"]))}

    def transact_write_items(self, TransactItems: list[dict[str, Any]]) -> None:
        put = TransactItems[0]["Put"]
        key = put["Item"]["pk"]["S"], put["Item"]["sk"]["S"]
        if key in self._table(put["TableName"]).items:
            error = refusal("TransactionCanceledException")
            error.response["CancellationReasons"] = [{"Code": "ConditionalCheckFailed"}]
            raise error
        self._table(put["TableName"]).put(put["Item"])
        for each in TransactItems[1:]:
            self.update_item(**each["Update"])

    def get_paginator(self, name: str) -> Any:
        assert name == "list_tables"
        return Pages(lambda: iter([{"TableNames": sorted(self.tables)}]))

    def _create(self, name: str, items: dict[tuple[str, str], dict[str, Any]], source: str) -> None:
        if name in self.tables:
            raise refusal("TableAlreadyExistsException")
        ready = self.clock() + self.restores_in
        self.tables[name] = Table(
            name,
            copy.deepcopy(items),
            created_at=self.clock(),
            made_at=ready,
            active_from=ready,
            indexed_from=ready + self.fills_index_in,
            backups_from=ready + timedelta(seconds=40),
            source=source,
        )

    def _table(self, name: str) -> Table:
        if name not in self.tables:
            raise refusal("ResourceNotFoundException")
        return self.tables[name]

    def _active(self, name: str) -> Table:
        table = self._table(name)
        if self.clock() < table.active_from:
            raise refusal("ResourceInUseException", "Attempt to change a resource which is still in use")
        return table


@dataclass
class Pages:
    """A paginator."""

    pages: Callable[[], Iterator[dict[str, Any]]]

    def paginate(self) -> Iterator[dict[str, Any]]:
        return self.pages()


@dataclass
class BackupTwin:
    """AWS Backup, whose jobs restore into DynamoDB's tables."""

    dynamodb: DynamoTwin
    points: dict[str, tuple[str, datetime, Table]] = field(default_factory=dict)
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    outcomes: list[str] = field(default_factory=list)

    def get_paginator(self, name: str) -> Pages:
        assert name == "list_backup_vaults"
        return Pages(lambda: iter([{"BackupVaultList": [{"BackupVaultName": "Default"}, {"BackupVaultName": "ours"}]}]))

    def describe_recovery_point(self, BackupVaultName: str, RecoveryPointArn: str) -> dict[str, Any]:
        vault, made_at, _ = self.points.get(RecoveryPointArn, ("", NOW, None))
        if vault != BackupVaultName:
            raise refusal("ResourceNotFoundException")
        return {"Status": "COMPLETED", "CreationDate": made_at}

    def get_recovery_point_restore_metadata(self, BackupVaultName: str, RecoveryPointArn: str) -> dict[str, Any]:
        self.describe_recovery_point(BackupVaultName, RecoveryPointArn)
        return {"RestoreMetadata": {"originalTableName": "leadtight-prod", "encryptionType": "Default"}}

    def start_restore_job(self, RecoveryPointArn: str, IdempotencyToken: str, **job: Any) -> dict[str, str]:
        if IdempotencyToken not in self.jobs:
            self.jobs[IdempotencyToken] = job | {"Status": self.outcomes.pop(0) if self.outcomes else "RUNNING"}
            _, _, table = self.points[RecoveryPointArn]
            if self.jobs[IdempotencyToken]["Status"] == "RUNNING":
                self.dynamodb._create(job["Metadata"]["targetTableName"], table.items, table.name)
        return {"RestoreJobId": IdempotencyToken}

    def describe_restore_job(self, RestoreJobId: str) -> dict[str, str]:
        status = self.jobs[RestoreJobId]["Status"]
        if status == "FAILING":
            self.jobs[RestoreJobId]["Status"] = "FAILED"
        return {"Status": "RUNNING" if status == "FAILING" else status, "StatusMessage": "no access to the table"}


@dataclass
class S3Twin:
    """A bucket's objects with their times."""

    objects: dict[str, datetime] = field(default_factory=dict)

    def list_objects_v2(self, Bucket: str, ContinuationToken: str = "") -> dict[str, Any]:
        keys = [key for key in sorted(self.objects) if key > ContinuationToken]
        contents = [{"Key": key, "LastModified": self.objects[key]} for key in keys[:PAGE]]
        more = {"IsTruncated": True, "NextContinuationToken": keys[PAGE - 1]} if len(keys) > PAGE else {}
        return {"Contents": contents, **more}


@dataclass
class SqsTwin:
    """The queues' bodies."""

    sent: list[tuple[str, str]] = field(default_factory=list)

    def get_queue_url(self, QueueName: str) -> dict[str, str]:
        return {"QueueUrl": QueueName}

    def send_message_batch(self, QueueUrl: str, Entries: list[dict[str, str]]) -> dict[str, Any]:
        assert 0 < len(Entries) <= 10
        self.sent += [(QueueUrl, entry["MessageBody"]) for entry in Entries]
        return {"Successful": []}


@dataclass
class SchedulerTwin:
    """The names of a group's schedules."""

    names: set[str] = field(default_factory=set)

    def list_schedules(self, GroupName: str, NextToken: str = "") -> dict[str, Any]:
        names = [name for name in sorted(self.names) if name > NextToken]
        more = {"NextToken": names[PAGE - 1]} if len(names) > PAGE else {}
        return {"Schedules": [{"Name": name} for name in names[:PAGE]], **more}

    def delete_schedule(self, GroupName: str, Name: str) -> None:
        if Name not in self.names:
            raise refusal("ResourceNotFoundException")
        self.names.remove(Name)
