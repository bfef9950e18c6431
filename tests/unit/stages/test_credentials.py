"""Credentials that do not work, and what to do."""

import pytest
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError, ProfileNotFound, SSOError

from leadtight.stages.credentials import explained, fault_of


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "GetCallerIdentity")


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        (NoCredentialsError(), "set AWS_PROFILE"),
        (SSOError(), "sign in again"),
        (ProfileNotFound(profile="acme"), "list-profiles"),
        (refused("ExpiredToken"), "sign in again"),
        (refused("InvalidClientTokenId"), "correct the access key"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_each_fault_of_credentials_has_its_remedy(error: BotoCoreError | ClientError, remedy: str) -> None:
    assert remedy in explained(error)


@pytest.mark.parametrize("error", [NoRegionError(), refused("ThrottlingException")], ids=["region", "throttled"])
def test_another_error_is_left_as_it_is(error: BotoCoreError | ClientError) -> None:
    assert fault_of(error) is None
    assert explained(error) == str(error)
