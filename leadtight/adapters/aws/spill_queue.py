"""Form posts that the table did not take, in a queue until it does."""

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
        """Keep a post. Raises what the queue raised: then nobody has it, and its sender must not be told so."""
        clients.client("sqs").send_message(QueueUrl=self._queue_url, MessageBody=json.dumps(to_document(spilled)))


def read(body: str) -> SpilledFormPost:
    """Return what a message of the queue holds. Raises ValueError, KeyError or TypeError for a body that is none."""
    return from_document(SpilledFormPost, json.loads(body))
