"""Signed addresses of files, in every region that has S3.

They name the region's own host, and are signed by version 4.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import botocore.session
import pytest

from leadtight.adapters.aws import clients
from leadtight.adapters.aws.s3 import S3Files, S3Uploads
from tests.aws_answers import with_status

SOON = timedelta(minutes=5)
BUCKET = "leadtight-prod-reports"
_SESSION = botocore.session.get_session()
REGIONS = {
    region: partition["outputs"]["dnsSuffix"]
    for partition in _SESSION.get_data("partitions")["partitions"]
    for region in _SESSION.get_available_regions("s3", partition["id"])
}
"""Regions with S3 and their domains, as botocore's models list them."""


@pytest.fixture
def presign(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., str]]:
    """Return addresses of existing files, signed in a region."""

    def _presigned(region: str, bucket: str = BUCKET, endpoint: str = "") -> str:
        for name, value in {
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_SESSION_TOKEN": "the role's session",
            "AWS_DEFAULT_REGION": region,
            "AWS_ENDPOINT_URL": endpoint,
        }.items():
            monkeypatch.setenv(name, value)
        clients.forget_clients()
        clients._session().register("before-send.s3.HeadObject", with_status(200))
        return str(S3Files(bucket).presign("weekly/index.html", SOON))

    yield _presigned
    clients.forget_clients()


def test_botocore_knows_the_regions_of_every_partition() -> None:
    assert {"us-east-1", "eu-central-1", "af-south-1", "cn-north-1", "us-gov-west-1", "eusc-de-east-1"} <= {*REGIONS}


@pytest.mark.parametrize("region", REGIONS)
def test_an_address_names_the_regions_host_and_is_signed_by_version_4(presign: Callable[..., str], region: str) -> None:
    address = urlsplit(presign(region))
    query = parse_qs(address.query)
    assert (address.scheme, address.netloc) == ("https", f"{BUCKET}.s3.{region}.{REGIONS[region]}")
    assert query["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
    assert query["X-Amz-Credential"][0].split("/")[2:] == [region, "s3", "aws4_request"]
    assert query["X-Amz-Expires"] == ["300"]
    assert query["X-Amz-Security-Token"] == ["the role's session"], "no address outlives the role's session"


def test_a_download_is_signed_in_the_same_way_with_its_name(presign: Callable[..., str]) -> None:
    presign("eu-west-1")
    address = urlsplit(str(S3Uploads("uploads").address("uploads/1/0", "roof.jpg", SOON)))
    assert address.netloc == "uploads.s3.eu-west-1.amazonaws.com"
    assert parse_qs(address.query)["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
    assert parse_qs(address.query)["response-content-disposition"] == ["attachment; filename*=UTF-8''roof.jpg"]


def test_a_bucket_with_dots_is_named_in_the_path_as_its_certificate_requires(presign: Callable[..., str]) -> None:
    address = urlsplit(presign("eu-west-1", bucket="reports.example.com"))
    assert (address.netloc, address.path) == (
        "s3.eu-west-1.amazonaws.com",
        "/reports.example.com/weekly/index.html",
    )


def test_the_local_clouds_address_is_one_that_a_browser_opens(presign: Callable[..., str]) -> None:
    address = urlsplit(presign("eu-central-1", endpoint="http://127.0.0.1:4566"))
    assert (address.netloc, address.path) == ("127.0.0.1:4566", f"/{BUCKET}/weekly/index.html")
