"""Versions of files, and messages in dead-letter queues.

An erasure deletes them, in AWS as in memory.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import boto3
import pytest
from moto import mock_aws

from leadtight.adapters.aws import clients
from leadtight.adapters.aws.dead_letters import DeadLetterQueues
from leadtight.adapters.aws.s3 import S3Versions
from leadtight.adapters.memory.files import MemoryDeadLetters, MemoryVersions
from leadtight.app.ports.compliance import DeadLetters
from leadtight.app.ports.files import FileVersion, VersionedFiles
from tests.contracts.conftest import REGION


@pytest.fixture(params=["memory", "aws"])
def is_real(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[bool]:
    """Return whether AWS's stand-in is used."""
    if request.param == "memory":
        yield False
        return
    for name, value in {"AWS_ACCESS_KEY_ID": "t", "AWS_SECRET_ACCESS_KEY": "t", "AWS_DEFAULT_REGION": REGION}.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        clients.forget_clients()
        yield True
        clients.forget_clients()


@dataclass
class Bucket:
    """A versioned bucket, with writes and deletions."""

    versions: VersionedFiles
    put: Callable[[str, bytes], object]
    remove: Callable[[str], object]

    def holds(self, prefix: str = "") -> list[tuple[str, bytes | None, bool]]:
        """Return every version: key, content, whether latest.

        The content of a delete marker is None.
        """
        versions = self.versions.versions(prefix)
        states = [(v.key, None if v.is_mark else self.versions.read(v), v.is_latest) for v in versions]
        return sorted(states, key=lambda state: (state[0], state[1] or b"", state[2]))

    def find(self, key: str, content: bytes | None) -> FileVersion:
        """Return the version of a file that holds this."""
        versions = self.versions.versions(key)
        return next(v for v in versions if (None if v.is_mark else self.versions.read(v)) == content)


@pytest.fixture
def versions(is_real: bool) -> Bucket:
    if not is_real:
        twin = MemoryVersions()
        return Bucket(twin, twin.put, twin.remove)
    s3 = boto3.client("s3", region_name=REGION)
    s3.create_bucket(Bucket="mails", CreateBucketConfiguration={"LocationConstraint": REGION})  # type: ignore[typeddict-item]  # a region
    s3.put_bucket_versioning(Bucket="mails", VersioningConfiguration={"Status": "Enabled"})
    return Bucket(
        S3Versions("mails"),
        lambda key, body: s3.put_object(Bucket="mails", Key=key, Body=body),
        lambda key: s3.delete_object(Bucket="mails", Key=key),
    )


def test_every_version_is_listed_and_readable(versions: Bucket) -> None:
    assert versions.versions.versions() == ()
    for key, body in (("ses/1", b"first"), ("ses/2", b"other"), ("ses/1", b"second")):
        versions.put(key, body)
    assert versions.holds() == [("ses/1", b"first", False), ("ses/1", b"second", True), ("ses/2", b"other", True)]
    assert versions.holds("ses/2") == [("ses/2", b"other", True)]
    assert versions.versions.read(versions.find("ses/1", b"first")) == b"first"


def test_a_version_is_deleted_permanently_and_the_previous_one_is_the_latest(versions: Bucket) -> None:
    for body in (b"first", b"second"):
        versions.put("ses/1", body)
    latest = versions.find("ses/1", b"second")
    previous = versions.find("ses/1", b"first")
    versions.versions.delete(latest)
    versions.versions.delete(latest)
    assert versions.holds() == [("ses/1", b"first", True)]
    versions.versions.delete(previous)  # as listed while it was not the latest
    assert versions.holds() == []


def test_a_removed_file_is_a_marker_over_its_versions(versions: Bucket) -> None:
    versions.put("ses/1", b"first")
    versions.remove("ses/1")
    assert versions.holds() == [("ses/1", None, True), ("ses/1", b"first", False)]
    versions.versions.delete(versions.find("ses/1", None))
    assert versions.holds() == [("ses/1", b"first", True)]


@dataclass
class Dead:
    """Dead-letter queues, with a way to fill them."""

    given_up: DeadLetters
    give_up: Callable[[str], object]


@pytest.fixture
def given_up(is_real: bool) -> Dead:
    if not is_real:
        twin = MemoryDeadLetters()
        return Dead(twin, twin.bodies.append)
    sqs = boto3.client("sqs", region_name=REGION)
    urls = [sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("mails-dead", "spill-dead")]
    turns = iter(urls * 20)
    return Dead(
        DeadLetterQueues("mails-dead", "spill-dead"),
        lambda body: sqs.send_message(QueueUrl=next(turns), MessageBody=body),
    )


def test_only_messages_that_name_the_person_are_dropped_and_only_on_request(given_up: Dead) -> None:
    for number in range(13):
        given_up.give_up(f"to {'ada' if number % 4 == 0 else 'ben'}@example.com {number}")

    def drop(name: str, *, apply: bool) -> int:
        return given_up.given_up.drop(lambda body: name in body, apply=apply)

    assert [drop("ada@", apply=False), drop("ada@", apply=False)] == [4, 4]
    assert drop("ada@", apply=True) == 4
    assert [drop("ada@", apply=True), drop("ben@", apply=False), drop("cem@", apply=True)] == [0, 9, 0]
