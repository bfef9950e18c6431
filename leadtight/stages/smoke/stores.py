"""Secrets, mails, reports, facts and SES events of a stage."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from leadtight.adapters.aws import clients
from leadtight.adapters.dynamodb import keys
from leadtight.app.ports.files import FileVersion
from leadtight.domain.compliance.send_limits import recipient_key
from leadtight.domain.model.message import Channel
from leadtight.stages.smoke.deployed_stage import DeployedStage

QUERY_SECONDS = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class EventTap:
    """A queue of ours that also gets SES's events."""

    queue_url: str
    subscription: str


class QueryFailed(Exception):
    """Athena did not answer a query."""


class StageStores:
    """What one run reads, writes and removes."""

    def __init__(self, stage: DeployedStage, run: str, sleep: Callable[[float], None]) -> None:
        """Take the stage and the run's id."""
        self._stage = stage
        self._run = run
        self._sleep = sleep

    def secret(self, logical_id: str) -> dict[str, Any]:
        """Return a secret by the start of its logical id."""
        secret = self._stage.physical(logical_id)
        text = clients.client("secretsmanager").get_secret_value(SecretId=secret)["SecretString"]
        document = json.loads(text)
        return document if isinstance(document, dict) else {}

    def put_mail(self, name: str, raw: bytes) -> str:
        """Store a raw mail as SES does; return its key."""
        key = f"ses/smoke-{self._run}-{name}"
        clients.client("s3").put_object(Bucket=self._stage.outputs["MailBucket"], Key=key, Body=raw)
        return key

    def drop_mails(self) -> int:
        """Delete the run's raw mails; return their number."""
        s3, bucket = clients.client("s3"), self._stage.outputs["MailBucket"]
        dropped = 0
        for version in _versions(bucket, f"ses/smoke-{self._run}-"):
            s3.delete_object(Bucket=bucket, Key=version["Key"], VersionId=version["VersionId"])
            dropped += 1
        return dropped

    def mails_left(self) -> tuple[str, ...]:
        """Return the run's raw mails that are still stored."""
        bucket = self._stage.outputs["MailBucket"]
        return tuple(str(version["Key"]) for version in _versions(bucket, f"ses/smoke-{self._run}-"))

    def report(self, key: str) -> bytes | None:
        """Return a file of the reports bucket, if it exists."""
        s3 = clients.client("s3")
        try:
            return bytes(s3.get_object(Bucket=self._stage.outputs["ReportsBucket"], Key=key)["Body"].read())
        except s3.exceptions.NoSuchKey:
            return None

    def count_facts(self, day: str) -> int:
        """Return Athena's count of a night's facts.

        Raises QueryFailed with Athena's reason.
        """
        athena, bucket = clients.client("athena"), self._stage.outputs["ReportsBucket"]
        started = athena.start_query_execution(
            QueryString=f"select count(*) from facts where dt = date '{day}'",
            QueryExecutionContext={"Database": self._stage.outputs["FactsDatabase"]},
            ResultConfiguration={"OutputLocation": f"s3://{bucket}/smoke/{self._run}/"},
        )["QueryExecutionId"]
        status = self._finished(athena, started)
        if status["State"] != "SUCCEEDED":
            raise QueryFailed(str(status.get("StateChangeReason", status["State"])))
        rows = athena.get_query_results(QueryExecutionId=started)["ResultSet"]["Rows"]
        return int(rows[-1]["Data"][0]["VarCharValue"])

    def _finished(self, athena: Any, query: str) -> Mapping[str, Any]:
        waited = 0.0
        while True:
            status: Mapping[str, Any] = athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]["Status"]
            if status["State"] not in ("QUEUED", "RUNNING") or waited >= QUERY_SECONDS:
                return status
            self._sleep(1.0)
            waited += 1.0

    def drop_query_results(self) -> None:
        """Delete what Athena wrote for the run."""
        s3, bucket = clients.client("s3"), self._stage.outputs["ReportsBucket"]
        for version in _versions(bucket, f"smoke/{self._run}/"):
            s3.delete_object(Bucket=bucket, Key=version["Key"], VersionId=version["VersionId"])

    def tap_events(self) -> EventTap:
        """Receive SES's events, by a queue of our own."""
        sqs, topic = clients.client("sqs"), self._stage.outputs["ReceiptsTopicArn"]
        name = f"{self._stage.stack}-smoke-{self._run}"
        url = sqs.create_queue(QueueName=name, Attributes={"MessageRetentionPeriod": "3600"})["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": _lets_publish(topic, arn)})
        answer = clients.client("sns").subscribe(
            TopicArn=topic,
            Protocol="sqs",
            Endpoint=arn,
            Attributes={"RawMessageDelivery": "true"},
            ReturnSubscriptionArn=True,
        )
        return EventTap(queue_url=url, subscription=answer["SubscriptionArn"])

    def tapped(self, tap: EventTap) -> Iterator[dict[str, Any]]:
        """Yield the events of a tap, and remove them."""
        sqs = clients.client("sqs")
        while messages := sqs.receive_message(QueueUrl=tap.queue_url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                sqs.delete_message(QueueUrl=tap.queue_url, ReceiptHandle=message["ReceiptHandle"])
                yield from _event(message["Body"])

    def close_tap(self, tap: EventTap) -> None:
        """Delete the subscription, then the queue."""
        clients.client("sns").unsubscribe(SubscriptionArn=tap.subscription)
        clients.client("sqs").delete_queue(QueueUrl=tap.queue_url)

    def taps_left(self) -> tuple[EventTap, ...]:
        """Return the taps of this and of interrupted runs."""
        urls = clients.client("sqs").list_queues(QueueNamePrefix=f"{self._stage.stack}-smoke-").get("QueueUrls", ())
        pages = clients.client("sns").get_paginator("list_subscriptions_by_topic")
        found = pages.paginate(TopicArn=self._stage.outputs["ReceiptsTopicArn"])
        by_queue = {
            entry["Endpoint"].rpartition(":")[2]: entry["SubscriptionArn"]
            for page in found
            for entry in page["Subscriptions"]
        }
        return tuple(EventTap(queue_url=url, subscription=by_queue.get(url.rpartition("/")[2], "")) for url in urls)

    def forget_sends(self, addresses: tuple[str, ...]) -> None:
        """Delete the counts of automatic mails to these addresses.

        All labels of a simulator address count as one, so another run on the same day would get no reply.
        """
        table, dynamodb = self._stage.outputs["TableName"], clients.client("dynamodb")
        for partition in dict.fromkeys(keys.sent(recipient_key(Channel.EMAIL, address)) for address in addresses):
            dynamodb.delete_item(TableName=table, Key={"pk": {"S": partition}, "sk": {"S": keys.SENT_SK}})


class RecentMails:
    """The mails that were stored since a run began."""

    def __init__(self, bucket: str, since: datetime) -> None:
        """Take the bucket and the run's beginning."""
        self._bucket = bucket
        self._since = since - timedelta(minutes=5)

    def versions(self, prefix: str = "") -> tuple[FileVersion, ...]:
        """Return every version since then, delete markers included."""
        return tuple(
            FileVersion(key=v["Key"], id=v["VersionId"], is_latest=v["IsLatest"], is_mark="Size" not in v)
            for v in _versions(self._bucket, prefix)
            if v["LastModified"] >= self._since
        )

    def read(self, version: FileVersion) -> bytes:
        """Return the content of a version."""
        answer = clients.client("s3").get_object(Bucket=self._bucket, Key=version.key, VersionId=version.id)
        return bytes(answer["Body"].read())

    def delete(self, version: FileVersion) -> None:
        """Delete one version permanently."""
        clients.client("s3").delete_object(Bucket=self._bucket, Key=version.key, VersionId=version.id)


def _versions(bucket: str, prefix: str) -> Iterator[Mapping[str, Any]]:
    pages = clients.client("s3").get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix)
    for page in pages:
        yield from page.get("Versions", ())
        yield from page.get("DeleteMarkers", ())


def _lets_publish(topic: str, queue: str) -> str:
    """Return the policy by which only this topic sends."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _event(body: str) -> Iterator[dict[str, Any]]:
    """Yield the SES event in a message, if any."""
    try:
        document = json.loads(body)
        event = json.loads(document["Message"]) if "Message" in document else document
    except (ValueError, TypeError):
        return
    if isinstance(event, dict):
        yield event
