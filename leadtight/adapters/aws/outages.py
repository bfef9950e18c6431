"""Temporary failures of AWS, and requests that it always refuses."""

REFUSED = frozenset(
    {
        *("ValidationException", "ValidationError", "SerializationException"),
        *("ItemCollectionSizeLimitExceededException", "ItemCollectionSizeLimitExceeded"),
    }
)
"""Error codes of requests that are refused on every try.

They apply to requests and to items of a transaction, mostly for their size:
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
"""


def is_outage(error: BaseException) -> bool:
    """Check whether a failed call may succeed later, unchanged.

    It was throttled, refused for now, or not answered.
    """
    from botocore.exceptions import BotoCoreError, ClientError  # imported here: needed only after a failure
    from pynamodb.exceptions import PynamoDBException

    is_of_aws = isinstance(error, BotoCoreError | ClientError | PynamoDBException)
    return is_of_aws and not is_permanently_refused(error)


def is_permanently_refused(error: BaseException) -> bool:
    """Check whether the table will never accept the request.

    So are an item over 400 KB and a transaction over 4 MB.
    """
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
