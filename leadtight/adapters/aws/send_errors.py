"""Providers' errors: about the message, the account, or the moment.

Only an error about the message, or about its recipient, is final. One about the account (a sender that is not verified,
the sandbox, a pause, a used-up quota, a missing permission) is mended by a person: the message waits meanwhile.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from botocore.exceptions import ClientError

from leadtight.domain.model.errors import OptedOut, SendFailed, SendRefused, SendThrottled

IsFinal = Callable[[ClientError], bool]
"""Checks whether every other try of the same message would fail alike."""

THROTTLED = frozenset(
    {"Throttling", "ThrottlingException", "Throttled", "ThrottledException", "TooManyRequestsException"}
)
_MAIL = frozenset({"MessageRejected", "InvalidParameterValue", "ValidationError"})
_ACCOUNT = re.compile(
    r"not verified|failed the check|paused|suspended|sandbox|disabled|shut ?down|under review", re.IGNORECASE
)
"""Words of a rejection by SES that concerns every mail of the account.

https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-error-messages.html
"""

_SNS = frozenset({"InvalidParameter", "InvalidParameterValue", "ValidationError"})
_CALL = frozenset(
    {"InvalidParameterException", "InvalidRequestException", "ResourceNotFoundException"}
    | {"DestinationNotAllowedException", "OutboundContactNotPermittedException"}
)
_TEXT = frozenset(
    {"DESTINATION_PHONE_NUMBER_BLOCKED_BY_PROTECT_NUMBER_OVERRIDE"}
    | {"DESTINATION_COUNTRY_BLOCKED_BY_PROTECT_CONFIGURATION", "DESTINATION_COUNTRY_BLOCKED", "COUNTRY_NOT_ENABLED"}
    | {"INTERNATIONAL_SENDING_NOT_SUPPORTED", "INVALID_PARAMETER", "FIELD_VALIDATION_FAILED", "CANNOT_PARSE"}
    | {"MAXIMUM_SIZE_EXCEEDED", "PRICE_OVER_THRESHOLD", "INVALID_IDENTITY_FOR_DESTINATION_COUNTRY"}
    | {"SENDER_ID_NOT_SUPPORTED"}
)
"""Reasons of AWS End User Messaging that concern the text, its number or the number's country."""


def failure(error: ClientError, is_final: IsFinal) -> SendRefused | SendFailed:
    """Classify a provider's error.

    A used-up quota is no throttling: it lasts for hours.
    """
    reason = f"{_code(error)}: {_message(error)}"
    if _code(error) == "OptedOut" or error.response.get("Reason") == "DESTINATION_PHONE_NUMBER_OPTED_OUT":
        return OptedOut(reason)
    if is_final(error):
        return SendRefused(reason)
    if _code(error) in THROTTLED and "quota" not in reason.casefold():
        return SendThrottled(reason)
    return SendFailed(reason)


def about_the_mail(error: ClientError) -> bool:
    """Check whether SES rejects this mail, not the account."""
    return _code(error) in _MAIL and not _ACCOUNT.search(_message(error))


def about_the_sms(error: ClientError) -> bool:
    """Check whether SNS rejects this text or number."""
    return _code(error) in _SNS


def about_the_call(error: ClientError) -> bool:
    """Check whether Amazon Connect rejects this call."""
    return _code(error) in _CALL


def about_the_text(error: ClientError) -> bool:
    """Check whether End User Messaging rejects this text."""
    return error.response.get("Reason") in _TEXT


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _message(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Message", ""))
