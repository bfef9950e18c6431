"""AWS clients of one session, with short explicit timeouts.

Only the services that are used are loaded.
"""

from functools import cache
from typing import TYPE_CHECKING, Any

import botocore.session
from botocore.config import Config

if TYPE_CHECKING:
    from botocore.client import BaseClient

CONNECT_SECONDS = 1
READ_SECONDS = 2
SEND_READ_SECONDS = 5

REGIONAL_HOST: Any = {"addressing_style": "virtual", "us_east_1_regional_endpoint": "regional"}
"""S3's settings for the host `BUCKET.s3.REGION.amazonaws.com`.

A signed link must name it: S3 redirects a new bucket's requests from the global host for up to a day, and the signature
covers the host. https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
"""


@cache
def _session() -> botocore.session.Session:
    return botocore.session.get_session()


@cache
def client(service: str, *, attempts: int = 3, read_seconds: int = READ_SECONDS) -> Any:
    """Return this process's client of a service.

    `attempts` is 1 for senders: a retry inside the SDK after a lost answer would send twice, unseen by the outbox.
    """
    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=read_seconds,
        retries={"total_max_attempts": attempts, "mode": "standard"},
        # Without both, S3's links are signed by a retired algorithm, or for a host that redirects new buckets.
        signature_version="s3v4" if service == "s3" else None,
        s3=REGIONAL_HOST if service == "s3" else None,
    )
    made: BaseClient = _session().create_client(service, config=config)
    return made


def forget_clients() -> None:
    """Discard the session and its clients.

    Tests that change the account or the endpoint start afresh.
    """
    client.cache_clear()
    _session.cache_clear()
