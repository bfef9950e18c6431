"""What a restore leaves out, set one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from leadtight.restore.tables import Tables
from leadtight.restore.waiting import Waiting

STREAM = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
TTL_ATTRIBUTE = "expires_at"


class TableSettings:
    """Gives a restored table what DynamoDB does not restore.

    While one change is under way the table accepts no other, so each waits until the table is active.
    """

    def __init__(self, dynamodb: Any, tables: Tables, waiting: Waiting) -> None:
        """Take DynamoDB's client, and the tables."""
        self._dynamodb = dynamodb
        self._tables = tables
        self._waiting = waiting

    def complete(self, name: str, tags: Mapping[str, str], *, protect: bool = True) -> tuple[str, ...]:
        """Set what is missing; return its names."""
        done = []
        for missing in self._each_missing(name, tags, protect=protect):
            self._waiting.tell(f"{name}: setting {missing}")
            self._set(name, missing, tags)
            self._tables.wait_until_ready(name)
            done.append(missing)
        return tuple(done)

    def missing(self, name: str, tags: Mapping[str, str], *, protect: bool = True) -> tuple[str, ...]:
        """Return the names of what is not set."""
        return tuple(self._each_missing(name, tags, protect=protect))

    def tags_of(self, arn: str) -> dict[str, str]:
        """Return a table's tags, without AWS's own."""
        tags = self._call("list_tags_of_resource", ResourceArn=arn)["Tags"]
        return {tag["Key"]: tag["Value"] for tag in tags if not tag["Key"].startswith("aws:")}

    def _each_missing(self, name: str, tags: Mapping[str, str], *, protect: bool) -> Iterator[str]:
        """Yield each missing setting, looked at when its turn comes."""
        if not tags.items() <= self.tags_of(self._tables.existing(name).arn).items():
            yield "tags"
        backups = self._call("describe_continuous_backups", TableName=name)["ContinuousBackupsDescription"]
        if backups.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus") != "ENABLED":
            yield "point-in-time recovery"
        if protect and not self._tables.existing(name).is_protected:
            yield "deletion protection"
        if not self._tables.existing(name).is_encrypted:
            yield "encryption"
        if self._tables.existing(name).stream_arn is None:
            yield "stream"
        ttl = self._call("describe_time_to_live", TableName=name)["TimeToLiveDescription"]
        if ttl.get("TimeToLiveStatus") not in ("ENABLED", "ENABLING"):
            yield "time to live"

    def _set(self, name: str, setting: str, tags: Mapping[str, str]) -> None:
        if setting == "tags":
            pairs = [{"Key": key, "Value": value} for key, value in sorted(tags.items())]
            self._call("tag_resource", ResourceArn=self._tables.existing(name).arn, Tags=pairs)
        elif setting == "point-in-time recovery":
            recovery = {"PointInTimeRecoveryEnabled": True}
            self._call("update_continuous_backups", TableName=name, PointInTimeRecoverySpecification=recovery)
        elif setting == "time to live":
            live = {"Enabled": True, "AttributeName": TTL_ATTRIBUTE}
            self._call("update_time_to_live", TableName=name, TimeToLiveSpecification=live)
        else:
            self._call("update_table", TableName=name, **_UPDATES[setting])

    def _call(self, operation: str, **params: Any) -> Any:
        return self._waiting.attempt(lambda: getattr(self._dynamodb, operation)(**params))


_UPDATES: Mapping[str, Mapping[str, Any]] = {
    "deletion protection": {"DeletionProtectionEnabled": True},
    "encryption": {"SSESpecification": {"Enabled": True}},
    "stream": {"StreamSpecification": STREAM},
}
