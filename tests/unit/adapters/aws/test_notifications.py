"""Notifications of the mail bucket."""

import json

import pytest

from leadtight.adapters.aws import notifications
from leadtight.adapters.aws.notifications import Unread
from tests.recorded_events import wrapped


def announced(body: str) -> tuple[str, ...] | Unread:
    event = notifications.content(body)
    return event if isinstance(event, Unread) else notifications.mail_files(event)


def notification(*files: tuple[str, str]) -> str:
    return json.dumps({"Records": [{"eventName": name, "s3": {"object": {"key": key}}} for name, key in files]})


@pytest.mark.parametrize(
    ("body", "files"),
    [
        (notification(("ObjectCreated:Put", "ses/a+b%26c"), ("ObjectCreated:Copy", "ses/2")), ("ses/a b&c", "ses/2")),
        (notification(("ObjectRemoved:Delete", "ses/1"), ("ObjectCreated:Put", "ses/2")), ("ses/2",)),
        (notification(("ObjectCreated:Put", "ses/AMAZON_SES_SETUP_NOTIFICATION")), ()),
        (notification(("s3:ObjectCreated:Put", "ses/1")), ()),
        ('{"Records": []}', ()),
        ('{"Service": "Amazon S3", "Event": "s3:TestEvent", "Time": "2026-11-23T08:00:00Z"}', Unread.NOTICE),
        ('{"Event": "s3:Other"}', Unread.UNKNOWN),
        ('{"Records": 7}', Unread.UNKNOWN),
        ('{"Records": [7]}', Unread.UNKNOWN),
        ('{"Records": [{"eventName": "ObjectCreated:Put", "s3": {"object": {"key": 7}}}]}', Unread.UNKNOWN),
    ],
)
def test_a_notification_of_the_bucket_names_the_new_mails(body: str, files: tuple[str, ...] | Unread) -> None:
    assert announced(body) == announced(wrapped(body)) == files


def test_the_shape_of_a_body_has_names_and_no_values() -> None:
    body = {"eventType": "Invented" * 20, "x" * 99: "ada@example.com", "mail": {"destination": ["ada@example.com"]}}
    assert notifications.shape(body) == {
        "fields": ["eventType", "mail", "x" * 40],
        "eventType": ("Invented" * 20)[:40],
    }
    assert notifications.shape(["ada@example.com"]) == "list"
