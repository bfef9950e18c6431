"""Messages of a queue that were given up, looked through for somebody: those of receipts name who was written to."""

from collections.abc import Callable
from typing import Any

from leadtight.adapters.aws import clients

HIDDEN_SECONDS = 60
"""A message that was looked at is not seen again for so long: time enough to look at all of them once."""


class DeadLetterQueues:
    """Some dead-letter queues."""

    def __init__(self, *queues: str) -> None:
        """Take the queues' names."""
        self._queues = queues

    def drop(self, names: Callable[[str], bool], *, apply: bool) -> int:
        """Return how many messages name somebody; delete them when `apply` says so, and leave the others."""
        return sum(self._drop(queue, names, apply=apply) for queue in self._queues)

    def _drop(self, queue: str, names: Callable[[str], bool], *, apply: bool) -> int:
        sqs = clients.client("sqs")
        url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        found, seen = 0, list[dict[str, Any]]()
        while messages := sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=HIDDEN_SECONDS
        ).get("Messages"):
            for message in messages:
                named = names(message["Body"])
                found += named
                if named and apply:
                    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                else:
                    seen.append(message)
        for message in seen:
            sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0)
        return found
