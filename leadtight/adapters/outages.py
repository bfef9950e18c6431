"""Is it AWS that failed, and not the request?"""


def is_outage(error: BaseException) -> bool:
    """Tell whether a call was throttled, refused or not answered: it may succeed later, unchanged."""
    from botocore.exceptions import BotoCoreError, ClientError  # here: asked only when something has failed
    from pynamodb.exceptions import PynamoDBException

    return isinstance(error, BotoCoreError | ClientError | PynamoDBException)
