"""Errors of providers: final, or a reason to wait."""

import pytest
from botocore.exceptions import ClientError

from leadtight.adapters.aws import send_errors
from leadtight.domain.model.errors import OptedOut, SendFailed, SendRefused, SendThrottled

NOT_VERIFIED = (
    "Email address is not verified. The following identities failed the check in region EU-CENTRAL-1: ada@example.com"
)


def error(code: str, message: str = "", reason: str = "") -> ClientError:
    response = {"Error": {"Code": code, "Message": message}} | ({"Reason": reason} if reason else {})
    return ClientError(response, "Send")  # type: ignore[arg-type]  # modelled errors have members beside `Error`


@pytest.mark.parametrize(
    ("code", "message", "kind"),
    [
        ("MessageRejected", NOT_VERIFIED, SendFailed),
        ("MessageRejected", "Email address is not verified.", SendFailed),
        ("MessageRejected", "Sending paused for this account.", SendFailed),
        ("MessageRejected", "Sending suspended for this account. Please check your inbox.", SendFailed),
        ("MessageRejected", "Account is paused", SendFailed),
        ("MessageRejected", "Email rejected: bad content", SendRefused),
        ("MailFromDomainNotVerifiedException", "MX record not found", SendFailed),
        ("MailFromDomainNotVerified", "MX record not found", SendFailed),
        ("ConfigurationSetDoesNotExist", "Configuration set <leadtight-prod> does not exist.", SendFailed),
        ("ConfigurationSetSendingPausedException", "Email sending is disabled.", SendFailed),
        ("AccountSendingPausedException", "Email sending is disabled.", SendFailed),
        ("SendingPausedException", "Email sending is disabled.", SendFailed),
        ("AccountSuspendedException", "The account is suspended.", SendFailed),
        ("LimitExceededException", "Too many resources.", SendFailed),
        ("Throttling", "Maximum sending rate exceeded.", SendThrottled),
        ("ThrottlingException", "Maximum sending rate exceeded.", SendThrottled),
        ("TooManyRequestsException", "Too many requests.", SendThrottled),
        ("Throttling", "Daily message quota exceeded.", SendFailed),
        ("ThrottlingException", "Daily message quota exceeded.", SendFailed),
        ("InvalidParameterValue", "Missing final '@domain'", SendRefused),
        ("ValidationError", "The input fails to satisfy the constraints.", SendRefused),
        *(
            (code, "Common errors: nothing is wrong with the mail.", SendFailed)
            for code in (
                *("AccessDenied", "AccessDeniedException", "ExpiredTokenException", "IncompleteSignature"),
                *("InternalFailure", "InvalidAction", "InvalidClientTokenId", "MalformedQueryString"),
                *("MissingAction", "MissingAuthenticationToken", "NotAuthorized", "OptInRequired"),
                *("RequestExpired", "ServiceUnavailable", "SignatureDoesNotMatch", "UnrecognizedClientException"),
            )
        ),
    ],
)
def test_a_mail_is_final_only_when_the_mail_itself_is_at_fault(code: str, message: str, kind: type) -> None:
    assert type(send_errors.failure(error(code, message), send_errors.about_the_mail)) is kind


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        *((code, SendRefused) for code in ("InvalidParameter", "InvalidParameterValue", "ValidationError")),
        ("OptedOut", OptedOut),
        *((code, SendFailed) for code in ("AuthorizationError", "InternalError", "EndpointDisabled", "NotFound")),
        ("Throttled", SendThrottled),
    ],
)
def test_a_text_by_sns_is_final_only_for_what_it_contains(code: str, kind: type) -> None:
    assert type(send_errors.failure(error(code), send_errors.about_the_sms)) is kind


@pytest.mark.parametrize(
    ("code", "reason", "kind"),
    [
        ("ConflictException", "DESTINATION_PHONE_NUMBER_OPTED_OUT", OptedOut),
        ("ConflictException", "DESTINATION_PHONE_NUMBER_BLOCKED_BY_PROTECT_NUMBER_OVERRIDE", SendRefused),
        ("ConflictException", "DESTINATION_COUNTRY_BLOCKED_BY_PROTECT_CONFIGURATION", SendRefused),
        ("ValidationException", "INVALID_PARAMETER", SendRefused),
        ("ValidationException", "MAXIMUM_SIZE_EXCEEDED", SendRefused),
        ("ValidationException", "PRICE_OVER_THRESHOLD", SendRefused),
        ("ConflictException", "DESTINATION_PHONE_NUMBER_NOT_VERIFIED", SendFailed),
        ("ConflictException", "NO_ORIGINATION_IDENTITIES_FOUND", SendFailed),
        ("ConflictException", "RESOURCE_NOT_ACTIVE", SendFailed),
        ("ValidationException", "SENDER_ID_REQUIRES_REGISTRATION", SendFailed),
        ("ServiceQuotaExceededException", "MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT", SendFailed),
        ("AccessDeniedException", "ACCOUNT_DISABLED", SendFailed),
        ("ResourceNotFoundException", "", SendFailed),
        ("InternalServerException", "", SendFailed),
        ("ThrottlingException", "", SendThrottled),
    ],
)
def test_a_text_by_end_user_messaging_waits_for_what_an_operator_can_mend(code: str, reason: str, kind: type) -> None:
    assert type(send_errors.failure(error(code, reason=reason), send_errors.about_the_text)) is kind
