"""Let the local cloud confirm mails.

It supports only the way that AWS had before configuration sets.
"""

from __future__ import annotations

from typing import Literal, get_args

import boto3
from botocore.config import Config

from leadtight.devstage.local_cloud import REGION, LocalCloud

Kind = Literal["Bounce", "Complaint", "Delivery"]


def connect_receipts(cloud: LocalCloud, *, identity: str, topic_arn: str) -> None:
    """Publish delivery events of mails to a topic.

    On AWS the configuration set's events go there. The emulator stores the event destination of a configuration set and
    publishes nothing to it.
    """
    ses = boto3.client(
        "ses",
        endpoint_url=cloud.endpoint,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(connect_timeout=1, read_timeout=5),
    )
    for kind in get_args(Kind):
        ses.set_identity_notification_topic(Identity=identity, NotificationType=kind, SnsTopic=topic_arn)
