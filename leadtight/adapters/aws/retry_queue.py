"""Outbox retries within seconds, by a delayed queue message.

A message that cannot be sent is logged; the sweep does the work.
"""

import json
import logging
import math
from datetime import datetime, timedelta

from botocore.exceptions import BotoCoreError, ClientError

from leadtight.adapters.aws import clients
from leadtight.app.ports.alarms import NEAR
from leadtight.domain.calendar.timestamps import format_timestamp

RETRY_SCHEMA = "leadtight.retry/1"
LONGEST_DELAY = int(NEAR.total_seconds())
"""Longest delay of SQS.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
"""

logger = logging.getLogger(__name__)


class QueueRetries:
    """Retries by a queue, at most one for each second.

    One is enough, because everything due is sent together.
    """

    def __init__(self, queue_url: str) -> None:
        """Take the queue's address."""
        self._queue_url = queue_url
        self._asked = set[datetime]()

    def at(self, when: datetime, now: datetime) -> None:
        """Schedule a retry in the second after `when`.

        It works on everything that is due by then.
        """
        due = next_second(when)
        if when - now > NEAR or due in self._asked:
            return
        wait = min(math.ceil((due - now).total_seconds()), LONGEST_DELAY)
        body = json.dumps({"schema": RETRY_SCHEMA, "due": format_timestamp(due)})
        try:
            clients.client("sqs").send_message(QueueUrl=self._queue_url, MessageBody=body, DelaySeconds=wait)
        except (ClientError, BotoCoreError) as error:
            logger.warning("retry_not_sent due=%s: %s", format_timestamp(due), error)
        else:
            self._asked = {scheduled for scheduled in self._asked if scheduled >= now} | {due}


def next_second(at: datetime) -> datetime:
    """Round an instant up to a whole second.

    What is due within one second is retried together.
    """
    return at if not at.microsecond else at.replace(microsecond=0) + timedelta(seconds=1)
