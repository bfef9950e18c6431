"""Tell the collect function that a held delivery can be fetched."""

import json
import logging

from botocore.exceptions import BotoCoreError, ClientError

from leadtight.adapters import aws

logger = logging.getLogger(__name__)


class QueueHints:
    """Hints by queue. One that cannot be sent is only logged: the sweep finds the delivery."""

    def __init__(self, queue_url: str) -> None:
        """Take the queue's address."""
        self._queue_url = queue_url

    def __call__(self, held_id: str) -> None:
        """Say that a delivery can be fetched."""
        try:
            aws.client("sqs").send_message(QueueUrl=self._queue_url, MessageBody=json.dumps({"held_id": held_id}))
        except (ClientError, BotoCoreError) as error:
            logger.warning("hint_not_sent held=%s: %s", held_id, error)
