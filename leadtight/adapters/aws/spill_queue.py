"""Form posts that wait until the table accepts them."""

import json

from leadtight.adapters.aws import clients
from leadtight.app.intake.form_posts import SpilledFormPost
from leadtight.domain.model.codec import from_document, to_document


class SpillQueue:
    """The queue of spilled posts."""

    def __init__(self, queue_url: str) -> None:
        """Take the queue's address."""
        self._queue_url = queue_url

    def put(self, spilled: SpilledFormPost) -> None:
        """Store a post. Raises the queue's error when that fails.

        Then the post is stored nowhere, and its sender must not be told otherwise.
        """
        clients.client("sqs").send_message(QueueUrl=self._queue_url, MessageBody=json.dumps(to_document(spilled)))


def read(body: str) -> SpilledFormPost:
    """Parse a message of the queue.

    Raises ValueError, KeyError or TypeError for an invalid body.
    """
    return from_document(SpilledFormPost, json.loads(body))
