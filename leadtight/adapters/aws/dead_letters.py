"""Dead-letter queues, searched for messages about one person.

Messages of the receipts queue name their recipients.
"""

from collections.abc import Callable
from typing import Any

from leadtight.adapters.aws import clients

HIDDEN_SECONDS = 60
"""Seconds for which a received message stays hidden.

Long enough to look at every message once.
"""


class DeadLetterQueues:
    """Some dead-letter queues."""

    def __init__(self, *queues: str) -> None:
        """Take the queues' names."""
        self._queues = queues

    def drop(self, names: Callable[[str], bool], *, apply: bool) -> int:
        """Count the messages that match; with `apply`, delete them.

        All other messages stay.
        """
        return sum(self._drop(queue, names, apply=apply) for queue in self._queues)

    def _drop(self, queue: str, names: Callable[[str], bool], *, apply: bool) -> int:
        sqs = clients.client("sqs")
        url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        dropped, received = 0, list[dict[str, Any]]()
        while messages := sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=HIDDEN_SECONDS
        ).get("Messages"):
            for message in messages:
                is_match = names(message["Body"])
                dropped += is_match
                if is_match and apply:
                    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                else:
                    received.append(message)
        for message in received:
            sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0)
        return dropped
