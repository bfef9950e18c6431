"""What to do about credentials that do not work."""

from __future__ import annotations

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    NoCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)

UNKNOWN = ("InvalidClientTokenId", "SignatureDoesNotMatch", "UnrecognizedClientException")
EXPIRED = ("ExpiredToken", "ExpiredTokenException", "RequestExpired")


def fault_of(error: BotoCoreError | ClientError) -> tuple[str, str] | None:
    """Return what is wrong with the credentials, and the remedy.

    None where the error is about something else.
    """
    if isinstance(error, NoCredentialsError):
        return "the shell has no AWS credentials", "sign in, such as by `aws sso login`, and set AWS_PROFILE"
    if isinstance(error, SSOError | TokenRetrievalError | CredentialRetrievalError):
        return f"the sign-in has expired: {error}", "sign in again (aws sso login)"
    if isinstance(error, ProfileNotFound):
        return str(error), "set AWS_PROFILE to a profile of `aws configure list-profiles`"
    code = error.response["Error"]["Code"] if isinstance(error, ClientError) else ""
    if code in EXPIRED:
        return "the credentials have expired", "sign in again (aws sso login)"
    if code in UNKNOWN:
        return "AWS does not know these credentials", "sign in again, or correct the access key"
    return None


def explained(error: BotoCoreError | ClientError) -> str:
    """Return an error in one line, with its remedy."""
    fault = fault_of(error)
    return f"{fault[0]}: {fault[1]}" if fault else str(error)
