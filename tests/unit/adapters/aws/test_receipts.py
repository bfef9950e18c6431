"""Reports on mails, read from every event that SES documents."""

import json
from collections.abc import Mapping
from typing import Any

import botocore.session
import pytest

from leadtight.adapters.aws import receipts
from leadtight.adapters.aws.notifications import Unread
from leadtight.app.messaging.delivery_reports import DeliveryReceipt, DeliveryReport
from tests.recorded_events import names, recorded, wrapped

Outcome = tuple[DeliveryReceipt, str] | Unread | None
ACCEPTED, DELIVERED = (DeliveryReceipt.ACCEPTED, ""), (DeliveryReceipt.DELIVERED, "")
COMPLAINED = (DeliveryReceipt.COMPLAINED, "complaint")


def bounced(detail: str) -> Outcome:
    return DeliveryReceipt.BOUNCED, detail


def undelivered(detail: str) -> Outcome:
    return DeliveryReceipt.UNDELIVERED, detail


def suppressed(why: str) -> Outcome:
    command = "aws sesv2 delete-suppressed-destination --email-address ADDRESS"
    return undelivered(f"mail is suppressed by SES ({why}); to send there again: {command}")


OUTCOMES: Mapping[str, Outcome] = {
    "send": ACCEPTED,
    "delivery": DELIVERED,
    "identity-delivery": DELIVERED,
    "bounce-permanent-general": bounced("smtp; 550 5.1.1 user unknown"),
    "bounce-permanent-no-email": bounced("smtp; 550 5.1.1 mailbox does not exist"),
    "bounce-of-several-recipients": bounced("smtp; 550 5.1.1 user unknown"),
    "identity-bounce-permanent": bounced("smtp; 550 5.1.1 user unknown"),
    "bounce-permanent-suppressed": suppressed("Suppressed"),
    "bounce-permanent-on-account-suppression-list": suppressed("OnAccountSuppressionList"),
    "bounce-permanent-on-tenant-suppression-list": suppressed("OnTenantSuppressionList"),
    "bounce-permanent-email-validation-suppressed": suppressed("EmailValidationSuppressed"),
    "complaint-on-account-suppression-list": suppressed("after a complaint"),
    "bounce-undetermined": undelivered("bounced"),
    "bounce-transient-general": undelivered("bounced: smtp; 421 4.0.0 try again later"),
    "bounce-transient-mailbox-full": undelivered("the mailbox is full: smtp; 452 4.2.2 mailbox full"),
    "identity-bounce-transient": undelivered("the mailbox is full: smtp; 452 4.2.2 mailbox full"),
    "bounce-transient-message-too-large": undelivered(
        "the mail is too large: smtp; 552 5.3.4 message size exceeds fixed limit"
    ),
    "bounce-transient-custom-timeout-exceeded": undelivered("it took too long: smtp; 451 4.4.1 no answer from host"),
    "bounce-transient-content-rejected": undelivered("the content was rejected: smtp; 554 5.6.0 content rejected"),
    "bounce-transient-attachment-rejected": undelivered(
        "the attachment was rejected: smtp; 554 5.6.1 attachment rejected"
    ),
    "reject": undelivered("SES rejected it: Bad content"),
    "rendering-failure": undelivered("SES could not render it: Attribute 'name' is not present in the rendering data."),
    **dict.fromkeys(
        ("complaint-without-report", "complaint-abuse", "complaint-fraud", "complaint-other", "complaint-virus"),
        COMPLAINED,
    ),
    "identity-complaint": COMPLAINED,
    **dict.fromkeys(("complaint-not-spam", "complaint-auth-failure", "open", "click", "subscription")),
    **dict.fromkeys(name for name in names("ses") if name.startswith("delivery-delay-")),
    "identity-subscription-succeeded": Unread.NOTICE,
}
OF_TEXTS: Mapping[str, Outcome] = {
    **dict.fromkeys(("text-sent", "text-queued", "text-pending"), ACCEPTED),
    **dict.fromkeys(("text-successful", "text-delivered"), DELIVERED),
    "text-invalid": bounced("invalid: Destination phone number is invalid"),
    "text-blocked-opted-out": bounced("blocked: Phone number has opted out"),
    "text-invalid-message": undelivered("invalid message: Message body is invalid"),
    "text-unreachable": undelivered("unreachable: Phone is currently unreachable/unavailable"),
    "text-carrier-unreachable": undelivered("carrier unreachable: Phone carrier is currently unreachable/unavailable"),
    "text-blocked": undelivered("blocked: Phone has blocked SMS"),
    "text-carrier-blocked": undelivered("carrier blocked: Phone carrier has blocked this message"),
    "text-protect-blocked": undelivered("protect blocked: Message has been blocked by protect configuration"),
    "text-spam": undelivered("spam: Message was identified as spam"),
    "text-ttl-expired": undelivered("ttl expired: Message has expired"),
    "text-unknown": None,
}


def outcome(body: str) -> Outcome:
    read = receipts.read(body)
    return (read.reported, read.detail) if isinstance(read, DeliveryReport) else read


def test_every_recorded_event_has_an_expected_outcome() -> None:
    assert sorted(OUTCOMES) == list(names("ses"))
    assert sum(name.startswith("delivery-delay-") for name in OUTCOMES) == 10


@pytest.mark.parametrize("name", names("ses"))
def test_an_event_is_read_raw_and_from_its_envelope(name: str) -> None:
    body = json.dumps(recorded("ses", name))
    assert outcome(body) == outcome(wrapped(body)) == outcome(json.dumps({"Message": body})) == OUTCOMES[name]


def test_every_event_of_a_text_in_the_services_model_is_recorded() -> None:
    model = botocore.session.get_session().get_service_model("pinpoint-sms-voice-v2")
    event_type: Any = model.shape_for("EventType")
    kinds = {kind for kind in event_type.enum if kind.startswith("TEXT_")} - {"TEXT_ALL"}
    assert {recorded("texts", name)["eventType"] for name in names("texts")} == kinds
    assert sorted(OF_TEXTS) == list(names("texts"))


@pytest.mark.parametrize("name", names("texts"))
def test_an_event_of_a_text_is_read_with_our_ids(name: str) -> None:
    event = recorded("texts", name)
    body = json.dumps(event)
    assert outcome(body) == outcome(wrapped(body)) == OF_TEXTS[name]
    report = receipts.read(body)
    if isinstance(report, DeliveryReport):
        assert (report.lead_id, report.message_id) == ("L1", "acknowledge-1-1")
        assert report.provider_id == event["messageId"]


@pytest.mark.parametrize("context", [None, {}, {"account": "another"}])
def test_an_event_of_a_text_without_our_ids_is_matched_by_the_services(context: object) -> None:
    report = receipts.read(json.dumps({**recorded("texts", "text-delivered"), "context": context}))
    assert isinstance(report, DeliveryReport)
    assert (report.lead_id, report.message_id) == (None, None)


@pytest.mark.parametrize("change", [{"eventType": "TEXT_NEW"}, {"messageId": None}, {"context": "L1"}])
def test_an_event_of_a_text_that_is_not_understood_is_unknown(change: dict[str, object]) -> None:
    assert receipts.read(json.dumps({**recorded("texts", "text-delivered"), **change})) is Unread.UNKNOWN


def test_a_report_names_its_message_by_our_ids_and_by_the_providers() -> None:
    event = recorded("ses", "delivery")
    report = receipts.read(json.dumps(event))
    assert isinstance(report, DeliveryReport)
    assert (report.lead_id, report.message_id) == ("L1", "acknowledge-1-0")
    assert report.provider_id == event["mail"]["messageId"]


def test_an_event_without_our_tags_is_matched_by_the_providers_id() -> None:
    for name, tags in (("identity-delivery", None), ("delivery", {}), ("delivery", {"lead_id": []})):
        event = recorded("ses", name)
        event["mail"]["tags"] = tags
        report = receipts.read(json.dumps(event))
        assert isinstance(report, DeliveryReport)
        assert (report.lead_id, report.message_id) == (None, None)


def test_only_a_bounce_without_a_named_reason_may_be_an_automatic_reply() -> None:
    marked = [
        name
        for name in names("ses")
        if getattr(receipts.read(json.dumps(recorded("ses", name))), "may_be_auto_reply", False)
    ]
    assert marked == ["bounce-transient-general"]


@pytest.mark.parametrize(
    "body",
    [
        "Successfully validated SNS topic for Amazon SES event publishing.",
        "Successfully validated SNS topic for Amazon Pinpoint event publishing.\n",
        '{"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "mails", "RequestId": "1", "HostId": "h"}',
    ],
)
def test_a_test_of_the_topic_is_a_notice(body: str) -> None:
    assert receipts.read(body) is receipts.read(wrapped(body)) is Unread.NOTICE


@pytest.mark.parametrize(
    "body",
    [
        *("", "not json", "[1]", "null", "7", '"text"', "{}", '{"mail": {"messageId": "p-1"}}', "[" * 100_000),
        *(
            '{"eventType": "Invented", "mail": {"messageId": "p-1"}}',
            '{"eventType": "Bounce", "mail": {"messageId": "p"}}',
        ),
        *('{"eventType": "Delivery"}', '{"eventType": "Delivery", "mail": []}', '{"eventType": ["Delivery"]}'),
        '{"Type": "SubscriptionConfirmation", "SubscribeURL": "https://sns.eu-central-1.amazonaws.com/"}',
        '{"Type": "UnsubscribeConfirmation", "SubscribeURL": "https://sns.eu-central-1.amazonaws.com/"}',
    ],
)
def test_a_body_that_is_not_understood_is_told_from_one_that_changes_nothing(body: str) -> None:
    assert receipts.read(body) is Unread.UNKNOWN
    assert receipts.read(wrapped(body)) is Unread.UNKNOWN
