"""Hints to the collect function that deliveries can be fetched."""

import json
import logging
from collections.abc import Sequence

from botocore.exceptions import BotoCoreError, ClientError

from leadtight.adapters.aws import clients

logger = logging.getLogger(__name__)
AT_ONCE = 10
"""Most messages of one SendMessageBatch call."""


class QueueHints:
    """Hints sent through a queue.

    A hint that cannot be sent is only logged: the sweep finds the delivery.
    """

    def __init__(self, queue_url: str) -> None:
        """Take the queue's address."""
        self._queue_url = queue_url

    def __call__(self, *held_ids: str) -> None:
        """Send hints that deliveries can be fetched."""
        for start in range(0, len(held_ids), AT_ONCE):
            self._send(held_ids[start : start + AT_ONCE])

    def _send(self, held_ids: Sequence[str]) -> None:
        entries = [{"Id": str(n), "MessageBody": json.dumps({"held_id": id_})} for n, id_ in enumerate(held_ids)]
        try:
            refused = (
                clients.client("sqs").send_message_batch(QueueUrl=self._queue_url, Entries=entries).get("Failed", [])
            )
        except (ClientError, BotoCoreError) as error:
            logger.warning("hint_not_sent held=%s: %s", ",".join(held_ids), error)
        else:
            for entry in refused:
                logger.warning("hint_not_sent held=%s: %s", held_ids[int(entry["Id"])], entry.get("Code"))
