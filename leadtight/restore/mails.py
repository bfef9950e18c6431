"""Stored mails, announced to their queue once more."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from urllib.parse import quote_plus

from leadtight.restore.errors import RestoreStopped
from leadtight.restore.waiting import Waiting

AT_ONCE = 10
"""Messages of one call, the most that SQS accepts."""


class MailAnnouncer:
    """Puts mails on the queue as their bucket would.

    The objects stay as they are: with their time, which is the lead's, their version and their expiry.
    """

    def __init__(self, s3: Any, sqs: Any, waiting: Waiting) -> None:
        """Take the clients of both services."""
        self._s3 = s3
        self._sqs = sqs
        self._waiting = waiting

    def announce(self, bucket: str, queue: str, since: datetime) -> int:
        """Announce the mails stored since a moment; return their number."""
        files = [*self._stored_since(bucket, since)]
        url = self._waiting.attempt(lambda: self._sqs.get_queue_url(QueueName=queue))["QueueUrl"]
        for start in range(0, len(files), AT_ONCE):
            self._send(url, files[start : start + AT_ONCE])
        return len(files)

    def _stored_since(self, bucket: str, since: datetime) -> Iterator[str]:
        token: dict[str, str] = {}
        while True:
            page = self._page(bucket, token)
            yield from (str(item["Key"]) for item in page.get("Contents", ()) if item["LastModified"] >= since)
            if not page.get("IsTruncated"):
                return
            token = {"ContinuationToken": page["NextContinuationToken"]}

    def _page(self, bucket: str, token: dict[str, str]) -> Any:
        return self._waiting.attempt(lambda: self._s3.list_objects_v2(Bucket=bucket, **token))

    def _send(self, url: str, files: Iterable[str]) -> None:
        entries = [{"Id": str(number), "MessageBody": notice(file)} for number, file in enumerate(files)]
        answer = self._waiting.attempt(lambda: self._sqs.send_message_batch(QueueUrl=url, Entries=entries))
        if answer.get("Failed"):
            raise RestoreStopped(f"{len(answer['Failed'])} mails were not announced; run the same command again")


def notice(file: str) -> str:
    """Return the body with which a bucket announces an object."""
    return json.dumps({"Records": [{"eventName": "ObjectCreated:Put", "s3": {"object": {"key": quote_plus(file)}}}]})
