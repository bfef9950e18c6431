"""Report files and mails in S3."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from botocore.exceptions import BotoCoreError, ClientError

from leadtight.adapters.aws import clients
from leadtight.app.ports.files import FileVersion, StoredMail

logger = logging.getLogger(__name__)
NO_TYPE = "application/octet-stream"
"""The content type of uploads, and of mails without a usable one: never run or shown."""

LARGEST_MAIL = 10 * 1024 * 1024
"""The number of bytes of a mail that are read.

The text comes first, and SES accepts mails of 40 MB.
"""


class S3Files:
    """Puts, gets and lists objects of one bucket."""

    def __init__(self, bucket: str) -> None:
        """Take the bucket's name."""
        self._bucket = bucket

    def put(self, key: str, body: bytes, content_type: str) -> None:
        """Store a file."""
        clients.client("s3").put_object(Bucket=self._bucket, Key=key, Body=body, ContentType=content_type)

    def get(self, key: str) -> bytes | None:
        """Return a file, or None when there is none."""
        answer = _existing("get_object", self._bucket, key)
        body: bytes | None = answer and answer["Body"].read()
        return body

    def list(self, prefix: str) -> tuple[str, ...]:
        """Return the keys that start with `prefix`, sorted."""
        pages = clients.client("s3").get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix)
        keys: list[Any] = [item["Key"] for page in pages for item in page.get("Contents", ())]
        return tuple(sorted(keys))

    def presign(self, key: str, expires_in: timedelta) -> str | None:
        """Return a file's temporary address, or None.

        None when there is no such file. The address works until `expires_in` has passed or the role's credentials
        expire.
        """
        return _presigned(self._bucket, key, expires_in)


class S3Mails:
    """The mails of one bucket."""

    def __init__(self, bucket: str) -> None:
        """Take the bucket's name."""
        self._bucket = bucket

    def keep(self, file: str, content: bytes, content_type: str) -> None:
        """Store a mail.

        A content type that is no header has no readable boundary either.
        """
        kind = content_type if content_type.isascii() and content_type.isprintable() else NO_TYPE
        clients.client("s3").put_object(Bucket=self._bucket, Key=file, Body=content, ContentType=kind)

    def fetch(self, file: str) -> StoredMail | None:
        """Return at most the first `LARGEST_MAIL` bytes of a mail.

        None when there is no such mail.
        """
        answer = _existing("get_object", self._bucket, file)
        if answer is None:
            return None
        with answer["Body"] as body:
            content: bytes = body.read(LARGEST_MAIL)
        return StoredMail(
            content=content,
            content_type=str(answer.get("ContentType", "")),
            stored_at=answer["LastModified"].astimezone(UTC),
        )

    def stored_between(self, since: datetime, until: datetime) -> Iterator[str]:
        """Yield the names of mails stored within a time.

        The whole bucket is listed, for S3 has no index by time: one call for every thousand.
        """
        pages = clients.client("s3").get_paginator("list_objects_v2").paginate(Bucket=self._bucket)
        stored = (item for page in pages for item in page.get("Contents", ()))
        yield from (str(item["Key"]) for item in stored if since <= item["LastModified"] < until)


class S3Uploads:
    """Uploads of form posts, which browsers never open."""

    def __init__(self, bucket: str) -> None:
        """Take the bucket's name."""
        self._bucket = bucket

    def keep(self, key: str, content: bytes, name: str) -> bool:
        """Store a file, to be downloaded under its name.

        A refusal by S3 is only logged: the lead is worth more than its file.
        """
        try:
            clients.client("s3").put_object(
                Bucket=self._bucket, Key=key, Body=content, ContentType=NO_TYPE, ContentDisposition=_download(name)
            )
        except (ClientError, BotoCoreError) as error:
            logger.warning("upload_not_stored: %s", type(error).__name__)
            return False
        return True

    def address(self, key: str, name: str, expires_in: timedelta) -> str | None:
        """Return a file's temporary download address, or None.

        None when it has expired or was erased. The address works until `expires_in` has passed or the role's
        credentials expire.
        """
        return _presigned(
            self._bucket,
            key,
            expires_in,
            ResponseContentType=NO_TYPE,
            ResponseContentDisposition=_download(name),
        )


def _presigned(bucket: str, key: str, expires_in: timedelta, **headers: str) -> str | None:
    """Return an object's temporary address, or None."""
    if _existing("head_object", bucket, key) is None:
        return None
    address: str = clients.client("s3").generate_presigned_url(
        "get_object",
        Params={"Bucket": bucket, "Key": key, **headers},
        ExpiresIn=int(expires_in.total_seconds()),
    )
    return address


def _existing(operation: str, bucket: str, key: str) -> Any:
    """Return S3's answer about an object, or None without one.

    S3 answers 404 only to a role that may list the bucket. To others a missing object is forbidden, as a real one is
    to a role without access, and that is raised.
    """
    try:
        return getattr(clients.client("s3"), operation)(Bucket=bucket, Key=key)
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in ("NoSuchKey", "404"):
            return None
        raise


def _download(name: str) -> str:
    """Return the Content-Disposition of a download (RFC 6266).

    The name may have any letters.
    """
    return f"attachment; filename*=UTF-8''{quote(name, safe='')}"


class S3Versions:
    """Every version of one bucket's files."""

    def __init__(self, bucket: str) -> None:
        """Take the bucket's name."""
        self._bucket = bucket

    def versions(self, prefix: str = "") -> tuple[FileVersion, ...]:
        """Return every version, delete markers included: one call per thousand."""
        pages = clients.client("s3").get_paginator("list_object_versions").paginate(Bucket=self._bucket, Prefix=prefix)
        return tuple(
            FileVersion(
                key=version["Key"],
                id=version["VersionId"],
                is_latest=version["IsLatest"],
                is_mark=kind == "DeleteMarkers",
            )
            for page in pages
            for kind in ("Versions", "DeleteMarkers")
            for version in page.get(kind, ())
        )

    def read(self, version: FileVersion) -> bytes:
        """Return at most the first `LARGEST_MAIL` bytes of a version."""
        answer = clients.client("s3").get_object(Bucket=self._bucket, Key=version.key, VersionId=version.id)
        with answer["Body"] as body:
            content: bytes = body.read(LARGEST_MAIL)
        return content

    def delete(self, version: FileVersion) -> None:
        """Delete one version permanently."""
        clients.client("s3").delete_object(Bucket=self._bucket, Key=version.key, VersionId=version.id)
