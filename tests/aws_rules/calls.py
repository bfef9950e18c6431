"""Rules about calls that AWS documents and its models lack.

Each has the page that states it. The emulators of the suites keep few of them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from email import message_from_bytes
from zoneinfo import available_timezones

from tests.aws_rules import items
from tests.aws_rules.items import Params

E164 = re.compile(r"\+[1-9]\d{1,14}")
TAG = re.compile(r"[A-Za-z0-9_-]{1,256}")
NOT_IN_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
SCHEDULE = re.compile(
    r"at\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\)|rate\((1 (minute|hour|day)|([2-9]|[1-9]\d+) (minute|hour|day)s)\)"
    r"|cron\(\S+( \S+){5}\)"
)
API = "https://docs.aws.amazon.com/"
SES, SQS, SNS = (f"{API}{path}" for path in ("ses/latest", "AWSSimpleQueueService/latest", "sns/latest"))


@dataclass(frozen=True, slots=True)
class CallRule:
    """What AWS documents about some operations."""

    says: str
    source: str
    operations: frozenset[str]
    violations: Callable[[Params], Iterable[object]]


def _rule(says: str, source: str, operations: str, violations: Callable[[Params], Iterable[object]]) -> CallRule:
    return CallRule(says, source, frozenset(operations.split()), violations)


def _tags(params: Params) -> Iterator[str]:
    for tag in params.get("Tags", ()):
        yield from (part for part in (tag["Name"], tag["Value"]) if not TAG.fullmatch(part))


def _addresses(params: Params) -> Iterator[str]:
    for address in (params.get("Source", "x"), *params.get("Destinations", ())):
        if not address.isascii() or len(address.rpartition("<")[2].partition("@")[0]) > 64:
            yield address


def _long_lines(params: Params) -> Iterator[int]:
    yield from (len(line) for line in params["RawMessage"]["Data"].splitlines() if len(line) > 998)


def _bare_headers(params: Params) -> Iterator[str]:
    message = message_from_bytes(params["RawMessage"]["Data"])
    yield from (name for name, value in message.items() if not (name + str(value)).isascii())
    yield from (name for name in ("From", "To") if len(message.get_all(name, [])) != 1)


def _bodies(params: Params) -> list[str]:
    entries = params.get("Entries", [params])
    return [entry["MessageBody"] for entry in entries]


def _batch_ids(params: Params) -> Iterator[object]:
    ids = [entry["Id"] for entry in params["Entries"]]
    yield from (id_ for id_ in ids if not re.fullmatch(r"[A-Za-z0-9_-]{1,80}", id_) or ids.count(id_) > 1)
    if not 1 <= len(ids) <= 10:
        yield ids


def _outside(params: Params, **ranges: tuple[int, int]) -> Iterator[object]:
    for entry in (params, *params.get("Entries", ())):
        for name, (least, most) in ranges.items():
            if name in entry and not least <= entry[name] <= most:
                yield name, entry[name]


def _numbers(params: Params) -> Iterator[str]:
    names = ("PhoneNumber", "DestinationPhoneNumber", "SourcePhoneNumber", "DestinationPhoneNumber")
    yield from (params[name] for name in names if name in params and not E164.fullmatch(params[name]))


def _keys(params: Params) -> Iterator[str]:
    key = params["Key"]
    if len(key.encode()) > 1024 or {".", ".."}.intersection(key.split("/")) or "\0" in key:
        yield key


def _headers(params: Params) -> Iterator[str]:
    headers = [
        str(value)
        for name, value in params.items()
        if name.startswith(("Content", "ResponseContent", "CacheControl")) and isinstance(value, str)
    ]
    yield from (header for header in headers if not re.fullmatch(r"[\x20-\x7e]*", header))
    if sum(map(len, headers)) > 8192:
        yield f"{sum(map(len, headers))} bytes of headers"


def _contact_attributes(params: Params) -> Iterator[object]:
    attributes: Mapping[str, str] = params.get("Attributes", {})
    yield from (key for key in attributes if not re.fullmatch(r"[A-Za-z0-9_-]+", key))
    size = sum(len(f"{key}{value}".encode()) for key, value in attributes.items())
    if size > 32_768:
        yield f"{size} bytes"


def _input(params: Params) -> Iterator[str]:
    text = params["Target"].get("Input", "{}")
    try:
        json.loads(text)
    except ValueError:
        yield text
    if len(text.encode()) > 256 * 1024:
        yield f"{len(text.encode())} bytes"


RULES: dict[str, CallRule] = {
    "ses-tags": _rule(
        "tags consist of at most 256 ASCII letters, digits, _ and -",
        f"{SES}/APIReference/API_MessageTag.html",
        "ses:SendRawEmail",
        _tags,
    ),
    "ses-addresses": _rule(
        "addresses are ASCII (no SMTPUTF8), with at most 64 characters before the @",
        f"{SES}/APIReference/API_SendRawEmail.html",
        "ses:SendRawEmail",
        _addresses,
    ),
    "ses-recipients": _rule(
        "a message has 1 to 50 recipients",
        f"{SES}/APIReference/API_SendRawEmail.html",
        "ses:SendRawEmail",
        lambda params: [] if 1 <= len(params["Destinations"]) <= 50 else [len(params["Destinations"])],
    ),
    "ses-size": _rule(
        "a message has at most 10 MB",
        f"{SES}/APIReference/API_SendRawEmail.html",
        "ses:SendRawEmail",
        lambda params: [n] if (n := len(params["RawMessage"]["Data"])) > 10 * 1024 * 1024 else [],
    ),
    "ses-lines": _rule(
        "a line has at most 998 characters",
        f"{SES}/dg/send-email-raw.html",
        "ses:SendRawEmail",
        _long_lines,
    ),
    "ses-headers": _rule(
        "headers are ASCII, and From and To occur once",
        f"{SES}/dg/header-fields.html",
        "ses:SendRawEmail",
        _bare_headers,
    ),
    "phone-numbers": _rule(
        "numbers are E.164",
        f"{SNS}/api/API_Publish.html",
        "sns:Publish connect:StartOutboundVoiceContact pinpoint-sms-voice-v2:SendTextMessage",
        _numbers,
    ),
    "text-length": _rule(
        "a text has 1 to 1,600 characters",
        f"{SNS}/api/API_Publish.html",
        "sns:Publish",
        lambda params: [n] if "PhoneNumber" in params and not 1 <= (n := len(params["Message"])) <= 1600 else [],
    ),
    "sqs-characters": _rule(
        "a body has only characters of XML",
        f"{SQS}/APIReference/API_SendMessage.html",
        "sqs:SendMessage sqs:SendMessageBatch",
        lambda params: [body[:90] for body in _bodies(params) if not body or NOT_IN_XML.search(body)],
    ),
    "sqs-size": _rule(
        "the bodies of a call have at most 1 MiB",
        f"{SQS}/APIReference/API_SendMessageBatch.html",
        "sqs:SendMessage sqs:SendMessageBatch",
        lambda params: [n] if (n := sum(len(body.encode()) for body in _bodies(params))) > 1024 * 1024 else [],
    ),
    "sqs-batch": _rule(
        "a batch has 1 to 10 entries with ids of their own, of at most 80 letters, digits, - and _",
        f"{SQS}/APIReference/API_SendMessageBatchRequestEntry.html",
        "sqs:SendMessageBatch sqs:DeleteMessageBatch",
        _batch_ids,
    ),
    "sqs-ranges": _rule(
        "delays are at most 900 s, receives are 1 to 10 messages, waits 20 s, and invisibility is at most 12 h",
        f"{SQS}/APIReference/API_ReceiveMessage.html",
        "sqs:SendMessage sqs:SendMessageBatch sqs:ReceiveMessage sqs:ChangeMessageVisibility",
        lambda params: _outside(
            params,
            DelaySeconds=(0, 900),
            MaxNumberOfMessages=(1, 10),
            WaitTimeSeconds=(0, 20),
            VisibilityTimeout=(0, 43_200),
        ),
    ),
    "sqs-attributes": _rule(
        "a message has at most 10 attributes",
        f"{SQS}/SQSDeveloperGuide/sqs-message-metadata.html",
        "sqs:SendMessage sqs:SendMessageBatch",
        lambda params: [
            len(entry["MessageAttributes"])
            for entry in params.get("Entries", [params])
            if len(entry.get("MessageAttributes", ())) > 10
        ],
    ),
    "queue-names": _rule(
        "a queue's name has at most 80 letters, digits, - and _",
        f"{SQS}/APIReference/API_GetQueueUrl.html",
        "sqs:GetQueueUrl",
        lambda params: [] if re.fullmatch(r"[A-Za-z0-9_-]{1,80}", params["QueueName"]) else [params["QueueName"]],
    ),
    "schedule-expressions": _rule(
        "a schedule is at(time), rate(value unit) or cron(six fields)",
        f"{API}scheduler/latest/APIReference/API_CreateSchedule.html",
        "scheduler:CreateSchedule",
        lambda params: [] if SCHEDULE.fullmatch(text := params["ScheduleExpression"]) else [text],
    ),
    "schedule-zones": _rule(
        "a zone is one of the IANA database",
        f"{API}scheduler/latest/UserGuide/schedule-types.html",
        "scheduler:CreateSchedule",
        lambda params: {params.get("ScheduleExpressionTimezone", "UTC")} - available_timezones(),
    ),
    "schedule-input": _rule(
        "the input is JSON of at most 256 KiB",
        f"{API}scheduler/latest/APIReference/API_Target.html",
        "scheduler:CreateSchedule",
        _input,
    ),
    "s3-keys": _rule(
        "a key has at most 1,024 bytes and no part . or ..",
        f"{API}AmazonS3/latest/userguide/object-keys.html",
        "s3:PutObject s3:GetObject s3:DeleteObject s3:HeadObject s3:CopyObject",
        _keys,
    ),
    "s3-headers": _rule(
        "headers are printable ASCII of at most 8 KB",
        f"{API}AmazonS3/latest/API/RESTCommonRequestHeaders.html",
        "s3:PutObject s3:GetObject",
        _headers,
    ),
    "contact-attributes": _rule(
        "a contact has attributes of at most 32,768 bytes, with keys of letters, digits, - and _",
        f"{API}connect/latest/APIReference/API_StartOutboundVoiceContact.html",
        "connect:StartOutboundVoiceContact",
        _contact_attributes,
    ),
    "invoke-payload": _rule(
        "the payload of an invocation has at most 6 MB",
        f"{API}lambda/latest/dg/gettingstarted-limits.html",
        "lambda:Invoke",
        lambda params: [n] if (n := len(params.get("Payload", b""))) > 6 * 1024 * 1024 else [],
    ),
    **{
        f"dynamodb-{name}": _rule(
            says,
            f"{API}amazondynamodb/latest/{page}",
            " ".join(f"dynamodb:{operation}" for operation in items.OPERATIONS),
            violations,
        )
        for name, (says, page, violations) in items.RULES.items()
    },
}
