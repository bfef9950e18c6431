"""Is it AWS that failed, or will it refuse this very request for ever?"""

REFUSED = frozenset(
    {
        *("ValidationException", "ValidationError", "SerializationException"),
        *("ItemCollectionSizeLimitExceededException", "ItemCollectionSizeLimitExceeded"),
    }
)
"""Codes of requests, and of items in a transaction, that are refused however often they are made: too large, above all.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
"""


def is_outage(error: BaseException) -> bool:
    """Tell whether a call was throttled, refused or not answered: it may succeed later, unchanged."""
    from botocore.exceptions import BotoCoreError, ClientError  # here: asked only when something has failed
    from pynamodb.exceptions import PynamoDBException

    is_of_aws = isinstance(error, BotoCoreError | ClientError | PynamoDBException)
    return is_of_aws and not is_refused_for_good(error)


def is_refused_for_good(error: BaseException) -> bool:
    """Tell whether a call asked for what the table never does: an item over 400 KB, a transaction over 4 MB."""
    from botocore.exceptions import ClientError, ParamValidationError
    from pynamodb.exceptions import PynamoDBException, TransactWriteError

    codes: set[str | None] = set()
    if isinstance(error, ClientError):
        codes.add(error.response.get("Error", {}).get("Code"))
    if isinstance(error, PynamoDBException):
        codes.add(error.cause_response_code)
    if isinstance(error, TransactWriteError):
        codes |= {reason.code for reason in error.cancellation_reasons if reason}
    cause = getattr(error, "cause", None)
    return bool(codes & REFUSED) or isinstance(error, ParamValidationError) or isinstance(cause, ParamValidationError)
