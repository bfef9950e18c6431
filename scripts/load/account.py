"""One AWS account with the services that the adapters call.

Each has its quota and its call durations.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from botocore.exceptions import ClientError, ConnectTimeoutError

from scripts.load.capacity import TokenBucket
from scripts.load.clock import VirtualClock
from scripts.load.dynamo import UNANSWERED
from scripts.load.meter import Meter
from scripts.load.quotas import PRICES, TIMES, Quotas

DAY = 86_400
SCHEDULER_LATE = 60.0
"""A schedule fires within the minute after its time."""


@dataclass(frozen=True, slots=True)
class DeliveredMessage:
    """A message that a provider accepted.

    `at` is in seconds; lead and message ids are Leadtight's.
    """

    at: float
    to: str
    lead_id: str
    message_id: str
    content: bytes | str
    """The text, where `Account.keeps_words`."""


@dataclass
class Account:
    """The AWS clients by service, with the received data.

    It is in `mails`, `texts` and `files`.
    """

    clock: VirtualClock
    quotas: Quotas
    meter: Meter
    chance: Random
    secrets: Mapping[str, Mapping[str, Any]]
    deliver: Callable[[str, str, float], None]
    """Puts a body into a queue after a delay."""

    is_down: Callable[[str], bool] = lambda _: False
    """Returns whether a service is down."""

    keeps_words: bool = False
    mails: list[DeliveredMessage] = field(default_factory=list)
    texts: list[DeliveredMessage] = field(default_factory=list)
    files: dict[tuple[str, str], tuple[bytes, str, datetime]] = field(default_factory=dict)
    armed: dict[str, float] = field(default_factory=dict)
    """Time of the first alarm of each lead, by id."""

    def __post_init__(self) -> None:
        """Begin with every quota unused."""
        self._rates = {
            "mails": TokenBucket.full(self.quotas.mails),
            "texts": TokenBucket.full(self.quotas.texts),
            "schedules": TokenBucket.full(self.quotas.schedules),
        }
        self._gone: set[str] = set()

    def client(self, service: str, **_: Any) -> Any:
        """Return a service, as `leadtight.adapters.aws.clients.client` does.

        Raises the errors of an outage.
        """
        if self.is_down(service):
            self.clock.sleep(UNANSWERED)
            raise ConnectTimeoutError(endpoint_url=service)
        return {
            "ses": Ses(self),
            "sns": Sns(self),
            "sqs": Sqs(self),
            "scheduler": Scheduler(self),
            "secretsmanager": Secrets(self),
            "s3": SimulatedBuckets(self),
        }[service]

    def admit(self, kind: str, code: str, operation: str) -> None:
        """Use one unit of a rate.

        Raises ClientError where it is used up.
        """
        rate = self._rates[kind]
        if not rate.has_any(self.clock.now):
            self.meter.refuse(kind)
            raise refusal(code, operation)
        rate.take(1)


def refusal(code: str, operation: str) -> ClientError:
    """Return botocore's exception for an error of a service."""
    return ClientError({"Error": {"Code": code, "Message": code}}, operation)


@dataclass
class Ses:
    """Mails and their send events."""

    account: Account

    def send_raw_email(self, *, Destinations: list[str], RawMessage: Any, Tags: Any, **_: Any) -> Any:  # noqa: N803
        """Accept a mail.

        Raises ClientError (`Throttling`) beyond the rate or the day's quota.
        """
        account, now = self.account, self.account.clock.now
        account.clock.sleep(TIMES.mail)
        account.admit("mails", "Throttling", "SendRawEmail")
        today = sum(1 for mail in account.mails if mail.at > now - DAY) if len(account.mails) >= 200 else 0
        if max(today, len(account.mails) if now < DAY else 0) >= account.quotas.mails_a_day:
            account.meter.refuse("mails a day")
            raise refusal("Throttling", "SendRawEmail")
        tags = {tag["Name"]: tag["Value"] for tag in Tags}
        account.meter.use("mails")
        raw = RawMessage["Data"] if account.keeps_words else b""
        account.mails.append(
            DeliveredMessage(
                account.clock.now, Destinations[0], tags.get("lead_id", ""), tags.get("message_id", ""), raw
            )
        )
        name = f"ses-{len(account.mails)}"
        event = {
            "eventType": "Send",
            "mail": {"messageId": name, "tags": {tag: [value] for tag, value in tags.items()}},
        }
        account.deliver("receipts", json.dumps(event), 1.0)
        return {"MessageId": name}


@dataclass
class Sns:
    """Texts."""

    account: Account

    def publish(self, *, PhoneNumber: str, Message: str, **_: Any) -> Any:  # noqa: N803
        """Accept a text.

        Raises ClientError beyond the rate; beyond the month's spending SNS accepts and drops it.
        """
        account = self.account
        account.clock.sleep(TIMES.text)
        account.admit("texts", "Throttling", "Publish")
        if account.meter.used["texts"] * PRICES.text >= account.quotas.texts_a_month:
            account.meter.refuse("texts a month")
        else:
            account.meter.use("texts")
        account.texts.append(DeliveredMessage(account.clock.now, PhoneNumber, "", "", Message))
        return {"MessageId": f"sns-{len(account.texts)}"}


@dataclass
class Sqs:
    """Messages of the queues."""

    account: Account

    def send_message(self, *, QueueUrl: str, MessageBody: str, DelaySeconds: int = 0, **_: Any) -> Any:  # noqa: N803
        """Accept a message."""
        account = self.account
        account.clock.sleep(TIMES.queue)
        account.meter.use("messages")
        if "lead_id" in MessageBody:
            account.armed.setdefault(str(json.loads(MessageBody).get("lead_id")), account.clock.now)
        account.deliver(QueueUrl.rpartition("/")[2], MessageBody, float(DelaySeconds))
        return {"MessageId": "sqs"}

    def send_message_batch(self, *, QueueUrl: str, Entries: list[Any], **_: Any) -> Any:  # noqa: N803
        """Accept up to ten messages."""
        for entry in Entries:
            self.send_message(QueueUrl=QueueUrl, **{k: v for k, v in entry.items() if k != "Id"})
        return {}


@dataclass
class Scheduler:
    """One-time schedules."""

    account: Account

    def create_schedule(self, *, Name: str, ScheduleExpression: str, Target: Any, **_: Any) -> Any:  # noqa: N803
        """Accept a schedule. Raises ClientError beyond the rate."""
        account = self.account
        account.clock.sleep(TIMES.schedule)
        account.admit("schedules", "ThrottlingException", "CreateSchedule")
        account.meter.use("schedules")
        at = datetime.fromisoformat(ScheduleExpression[3:-1]).replace(tzinfo=UTC)
        account.armed.setdefault(str(json.loads(Target["Input"])["lead_id"]), account.clock.now)
        due = (at - account.clock.start) / timedelta(seconds=1) + account.chance.uniform(0, SCHEDULER_LATE)
        queue = Target["Arn"].rpartition(":")[2]
        account.clock.at(due, lambda: self._fire(Name, queue, Target["Input"]))
        return {}

    def delete_schedule(self, *, Name: str, **_: Any) -> Any:  # noqa: N803
        """Delete a schedule."""
        self.account.clock.sleep(TIMES.schedule)
        self.account._gone.add(Name)  # noqa: SLF001 - of one module
        return {}

    def _fire(self, name: str, queue: str, body: str) -> None:
        if name not in self.account._gone:  # noqa: SLF001 - of one module
            self.account.deliver(queue, body, 0.0)


@dataclass
class Secrets:
    """Secrets by name."""

    account: Account

    def get_secret_value(self, *, SecretId: str) -> Any:  # noqa: N803
        """Return a secret."""
        self.account.clock.sleep(TIMES.secret)
        return {"SecretString": json.dumps(self.account.secrets[SecretId])}


@dataclass
class SimulatedBuckets:
    """The buckets; a stored mail is reported to its queue."""

    account: Account

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, ContentType: str = "", **_: Any) -> Any:  # noqa: N803
        """Store a file."""
        account = self.account
        account.clock.sleep(TIMES.file)
        account.meter.use("files")
        account.files[Bucket, Key] = Body, ContentType, account.clock.instant()
        if Bucket == "mails":
            notice = {"Records": [{"eventName": "ObjectCreated:Put", "s3": {"object": {"key": Key}}}]}
            account.deliver("mails", json.dumps(notice), 0.5)
        return {}

    def generate_presigned_url(self, operation: str, *, Params: Any, ExpiresIn: int) -> str:  # noqa: N803
        """Return an address with the file and its expiry."""
        return f"https://{Params['Bucket']}.s3.eu-central-1.amazonaws.com/{Params['Key']}?X-Amz-Expires={ExpiresIn}"

    def head_object(self, *, Bucket: str, Key: str, **_: Any) -> Any:  # noqa: N803
        """Return that a file exists. Raises ClientError otherwise."""
        self.account.clock.sleep(TIMES.file)
        if (Bucket, Key) not in self.account.files:
            raise refusal("404", "HeadObject")
        return {}

    def get_object(self, *, Bucket: str, Key: str, **_: Any) -> Any:  # noqa: N803
        """Return a file. Raises ClientError for a missing one."""
        self.account.clock.sleep(TIMES.file)
        if (Bucket, Key) not in self.account.files:
            raise refusal("NoSuchKey", "GetObject")
        body, kind, at = self.account.files[Bucket, Key]
        return {"Body": io.BytesIO(body), "ContentType": kind, "LastModified": at}
