"""Files and mails: stored, replaced and missing.

S3 must behave like memory.
"""

from collections.abc import Iterator
from datetime import timedelta

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from leadtight.adapters.aws import clients
from leadtight.adapters.aws.s3 import S3Files, S3Mails, S3Uploads
from leadtight.adapters.memory.files import MemoryFiles, MemoryMails, MemoryUploads
from leadtight.adapters.reconciliation_files import FileReconciliations
from leadtight.app.ports.files import MailFiles, UploadFiles
from leadtight.domain.intake.reconciliation import Reconciliation
from tests.aws_answers import with_status
from tests.contracts.changes import NOW
from tests.contracts.conftest import REGION


@pytest.fixture(params=["memory", "s3"])
def bucket(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Return a bucket's name; empty stands for memory."""
    if request.param == "memory":
        yield ""
        return
    for name, value in {"AWS_ACCESS_KEY_ID": "t", "AWS_SECRET_ACCESS_KEY": "t", "AWS_DEFAULT_REGION": REGION}.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        clients.forget_clients()
        where = {"LocationConstraint": REGION}
        boto3.client("s3", region_name=REGION).create_bucket(Bucket="files", CreateBucketConfiguration=where)  # type: ignore[arg-type]  # a region
        yield "files"
        clients.forget_clients()


@pytest.fixture
def files(bucket: str) -> S3Files | MemoryFiles:
    return S3Files(bucket) if bucket else MemoryFiles()


@pytest.fixture
def uploads(bucket: str) -> UploadFiles:
    return S3Uploads(bucket) if bucket else MemoryUploads()


@pytest.fixture
def mails(bucket: str) -> S3Mails | MemoryMails:
    return S3Mails(bucket) if bucket else MemoryMails(NOW)


def test_a_file_has_its_latest_content(files: S3Files | MemoryFiles) -> None:
    assert files.get("weekly/a") is None
    for body in (b"first", "zweite ü".encode()):
        files.put("weekly/a", body, "text/plain")
    files.put("nightly/b", b"", "text/plain")
    assert files.get("weekly/a") == "zweite ü".encode()
    assert files.get("nightly/b") == b""
    assert files.list("weekly/") == ("weekly/a",)
    assert files.list("") == ("nightly/b", "weekly/a")


def test_only_an_existing_file_has_an_address(files: S3Files | MemoryFiles, uploads: UploadFiles) -> None:
    soon = timedelta(minutes=5)
    assert files.presign("weekly/a", soon) is None
    assert uploads.address("uploads/1/0", "roof.jpg", soon) is None
    files.put("weekly/a", b"", "text/html")
    uploads.keep("uploads/1/0", b"", "roof.jpg")
    assert "weekly/a" in (files.presign("weekly/a", soon) or "")
    assert "uploads/1/0" in (uploads.address("uploads/1/0", "roof.jpg", soon) or "")


@pytest.mark.parametrize("bucket", ["s3"], indirect=True)
def test_a_forbidden_file_is_an_error_and_never_missing(bucket: str) -> None:
    clients._session().register("before-send.s3", with_status(403))
    soon = timedelta(minutes=5)
    for read in (
        lambda: S3Files(bucket).get("a"),
        lambda: S3Files(bucket).presign("a", soon),
        lambda: S3Mails(bucket).fetch("a"),
        lambda: S3Uploads(bucket).address("a", "a.jpg", soon),
    ):
        with pytest.raises(ClientError, match="403"):
            read()


def test_an_upload_is_downloaded_under_its_name_and_never_displayed(uploads: UploadFiles) -> None:
    assert uploads.keep("uploads/1/0", b"\xff\xd8\xff", "Dach größe.jpg")
    address = uploads.address("uploads/1/0", "Dach größe.jpg", timedelta(minutes=5))
    assert address is not None
    assert "uploads/1/0" in address
    assert "300" in address
    if isinstance(uploads, S3Uploads):
        assert "response-content-disposition=attachment" in address
        stored = boto3.client("s3", region_name=REGION).get_object(Bucket="files", Key="uploads/1/0")
        assert (stored["ContentType"], stored["Body"].read()) == ("application/octet-stream", b"\xff\xd8\xff")
        assert stored["ContentDisposition"] == "attachment; filename*=UTF-8''Dach%20gr%C3%B6%C3%9Fe.jpg"


@pytest.mark.parametrize("bucket", ["s3"], indirect=True)
def test_an_upload_that_its_bucket_rejects_is_reported_and_logged(
    bucket: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert not S3Uploads(f"{bucket}-that-is-not-there").keep("uploads/1/0", b"x", "x.jpg")
    assert "upload_not_stored: NoSuchBucket" in caplog.text


def test_a_stored_mail_is_returned_unchanged(mails: MailFiles) -> None:
    assert mails.fetch("ses/1") is None
    mails.keep("ses/1", b"\x00raw\xff", "message/rfc822")
    kept = mails.fetch("ses/1")
    assert kept is not None
    assert (kept.content, kept.content_type) == (b"\x00raw\xff", "message/rfc822")
    assert kept.stored_at.tzinfo is not None


def test_mails_are_listed_by_the_time_they_were_stored(mails: MemoryMails | S3Mails) -> None:
    mails.keep("ses/1", b"one", "message/rfc822")
    mails.keep("webhooks/inbox/2", b"two", "application/json")
    stored = mails.fetch("ses/1")
    assert stored is not None
    at, second = stored.stored_at.replace(microsecond=0), timedelta(seconds=1)
    assert sorted(mails.stored_between(at, at + 60 * second)) == ["ses/1", "webhooks/inbox/2"]
    assert list(mails.stored_between(at - second, at)) == []


def test_reconciliation_results_are_replaced_day_by_day(files: S3Files | MemoryFiles) -> None:
    reconciliations = FileReconciliations(files)
    assert reconciliations.find("webhook:ads", NOW.date()) is None
    result = Reconciliation(channel="webhook:ads", day=NOW.date(), as_of=NOW, listed=2, missed=("a",))
    reconciliations.keep(result)
    reconciliations.keep(result)
    assert reconciliations.find("webhook:ads", NOW.date()) == result
    assert reconciliations.find("webhook:other", NOW.date()) is None


def test_a_webhook_named_like_the_mail_bucket_has_its_own_result(files: S3Files | MemoryFiles) -> None:
    reconciliations = FileReconciliations(files)
    for channel in ("email", "webhook:email"):
        reconciliations.keep(Reconciliation(channel=channel, day=NOW.date(), as_of=NOW))
    found = [reconciliations.find(channel, NOW.date()) for channel in ("email", "webhook:email")]
    assert [each.channel for each in found if each] == ["email", "webhook:email"]
