"""A raw mail in the bucket, over moto.

The collect function makes it one lead, or part of the lead that it answers.
"""

import json
import re
from base64 import b64encode
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import boto3
import pytest

from functions.collect import handler
from functions.collect.handler import handle as collect
from functions.intake.handler import handle as intake
from functions.respond.handler import handle as respond
from functions.route.handler import handle as route
from leadtight import bootstrap
from leadtight.domain.intake.quarantine import Reason
from leadtight.domain.policy.sources import Webhook
from leadtight.policy import loader as policies
from tests.integration.conftest import MONDAY_NINE, REGION, Stage, queue_record
from tests.integration.http_events import request
from tests.lambda_context import CONTEXT
from tests.scenarios.test_invitations import calendar, invite
from tests.unit.adapters.email.letters import bounce, mail
from tests.unit.adapters.email.posts import BREVO, POSTMARK, USER


def notification(*files: str) -> dict[str, Any]:
    """Return S3's notification batch for new mails."""

    def body(file: str) -> str:
        entity = {"bucket": {"name": "mails"}, "object": {"key": quote_plus(file, safe="/"), "size": 1}}
        return json.dumps({"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "s3": entity}]})

    return {"Records": [queue_record(body(file), f"m-{number}") for number, file in enumerate(files)]}


def drop(file: str, raw: bytes) -> dict[str, Any]:
    boto3.client("s3", region_name=REGION).put_object(Bucket="mails", Key=file, Body=raw)
    return notification(file)


def leads(stage: Stage) -> list[dict[str, Any]]:
    return [json.loads(item["doc"]["S"]) for item in stage.items("LEAD")]


def kinds(stage: Stage) -> list[str]:
    return [json.loads(item["doc"]["S"])["kind"] for item in stage.items("EVENT#")]


@pytest.mark.proves("A2")
@pytest.mark.slow
def test_a_raw_mail_is_one_lead_its_reply_an_activity_and_a_redelivery_nothing(stage: Stage, context: Any) -> None:
    event = drop("ses/a b+c", mail("Please call me."))
    for _ in range(3):
        assert collect(event, context) == {"batchItemFailures": []}
    [lead] = leads(stage)
    assert lead["source"] == "email"
    assert lead["inquiry"]["email"] == "ada@example.com"
    assert lead["inquiry"]["message"] == "Please call me."
    assert lead["inquiry"]["fields"] == {
        "subject": "Solar roof",
        "message_id": "m1@example.com",
        "mail_file": "ses/a b+c",
    }
    route(stage.inserted("LEAD"), context)
    respond(stage.inserted("MSG#acknowledge"), context)
    [sent] = [item["pk"]["S"].removeprefix("MAIL#") for item in stage.items("MAIL")]
    answer = mail(
        "Tuesday suits me.",
        headers={
            "From": "bo@example.com",
            "Message-ID": "<m2@example.com>",
            "In-Reply-To": f"<{sent}@eu-central-1.amazonses.com>",
        },
    )
    event = drop("ses/2", answer)
    for _ in range(2):
        assert collect(event, context) == {"batchItemFailures": []}
    [lead] = leads(stage)
    assert kinds(stage).count("inquiry_joined") == 1
    assert lead["first_contact_at"] is None
    assert len(stage.items("MSG#wrote_again")) == 1
    assert len(stage.items("MSG#acknowledge")) == 1


def hooked(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    policy = replace(policies.shipped(), webhooks={"inbox": Webhook(id="inbox", provider=name, source="inbox_mail")})
    monkeypatch.setattr(bootstrap, "policy", lambda: policy)
    secret = json.dumps({"inbox": {"signing": [USER]}})
    boto3.client("secretsmanager", region_name=REGION).put_secret_value(SecretId="webhook-secret", SecretString=secret)


def post(body: bytes, **headers: str) -> dict[str, Any]:
    defaults = {"content-type": "application/json", "authorization": f"Basic {b64encode(USER.encode()).decode()}"}
    return intake(
        request("POST /webhooks/{provider}", body=body, headers=defaults | headers, provider="inbox"), CONTEXT
    )


def in_bucket() -> list[str]:
    listing = boto3.client("s3", region_name=REGION).list_objects_v2(Bucket="mails")
    return [item["Key"] for item in listing.get("Contents", ())]


def test_a_mail_posted_by_a_provider_is_stored_before_acceptance_and_read_as_any_other(
    stage: Stage, context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    hooked(monkeypatch, "postmark")
    body = json.dumps({**POSTMARK, "TextBody": "x" * 100_000}).encode()
    assert [post(body)["statusCode"] for _ in range(2)] == [200, 200]
    [file] = in_bucket()
    assert stage.items("") == []
    for _ in range(2):
        assert collect(notification(file), context) == {"batchItemFailures": []}
    [lead] = leads(stage)
    assert (lead["source"], lead["inquiry"]["email"]) == ("inbox_mail", "ada@example.com")


def test_a_posted_mail_costs_one_call_after_its_secret(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    hooked(monkeypatch, "brevo")
    post(json.dumps({"items": [BREVO]}).encode())
    with stage.counted() as calls:
        post(json.dumps({"items": [{**BREVO, "MessageId": "<m9@example.com>"}]}).encode())
    assert calls == ["s3:PutObject"]


def test_an_unproved_or_oversized_posted_mail_is_refused_and_not_stored(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hooked(monkeypatch, "postmark")
    assert post(b"{}", authorization="Basic eDp5")["statusCode"] == 401
    assert post(b"x" * (5 * 1024 * 1024 + 1))["statusCode"] == 413
    assert in_bucket() == []


LAMBDA_PAYLOAD = 6 * 1024 * 1024
"""Most bytes of a synchronous Lambda event: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""


def test_a_posted_mail_of_the_documented_size_reaches_the_function_and_is_stored(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    hooked(monkeypatch, "postmark")
    guide = Path("docs/guides/channels.md").read_text(encoding="utf-8")
    [megabytes] = re.findall(r"posts it to a webhook, up to (\d+) MB", guide)
    frame = json.dumps({**POSTMARK, "TextBody": ""}).encode()
    body = json.dumps({**POSTMARK, "TextBody": "x" * (int(megabytes) * 1024 * 1024 - len(frame))}).encode()
    assert len(body) == int(megabytes) * 1024 * 1024
    event = request("POST /webhooks/{provider}", body=body, headers={"x-filler": "y" * 10_240}, provider="inbox")
    assert event["isBase64Encoded"], "as API Gateway sends multipart posts"
    assert len(json.dumps(event)) < LAMBDA_PAYLOAD
    assert post(body)["statusCode"] == 200
    assert len(in_bucket()) == 1


def test_a_mail_costs_its_file_one_transaction_and_its_mark(stage: Stage, context: Any) -> None:
    event = drop("ses/1", mail())
    with stage.counted() as calls:
        collect(event, context)
    assert calls == ["s3:GetObject", "dynamodb:TransactWriteItems", "dynamodb:PutItem"]


@pytest.mark.proves("A13")
def test_a_mail_whose_notice_was_lost_is_found_within_a_day_and_is_one_lead(
    stage: Stage, context: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    eleven_hours_ago = MONDAY_NINE - timedelta(hours=11)
    monkeypatch.setattr("moto.s3.models.utcnow", lambda: eleven_hours_ago.replace(tzinfo=None))
    collect(drop("ses/told", mail()), context)
    drop("ses/lost", mail("Is anybody there?", headers={"From": "bo@example.com", "Message-ID": "<m2@example.com>"}))
    for _ in range(2):
        assert collect({"reconcile": True}, context) is None
    assert sorted(lead["inquiry"]["email"] for lead in leads(stage)) == ["ada@example.com", "bo@example.com"]
    assert '"DeliveriesMissed":[1.0,0.0]' in capsys.readouterr().out
    day = eleven_hours_ago.astimezone(bootstrap.policy().company.zone).date()
    result = json.loads(bootstrap.report_files().get(f"reconciliation/dt={day}/email.bucket") or b"")
    assert (result["channel"], result["listed"], len(result["missed"])) == ("email", 2, 1)
    assert result["missed"] == result["taken"]


@pytest.mark.proves("G2")
def test_an_invitation_in_the_bucket_books_the_call_of_its_guest(stage: Stage, context: Any) -> None:
    collect(drop("ses/1", mail()), context)
    invitation = drop("ses/2", invite(calendar()))
    for _ in range(2):
        assert collect(invitation, context) == {"batchItemFailures": []}
    [lead] = leads(stage)
    assert lead["stage"] == "call_booked"
    assert kinds(stage).count("call_booked") == 1


def test_a_bounce_report_bounces_its_mail(stage: Stage, context: Any) -> None:
    collect(drop("ses/1", mail()), context)
    respond(stage.inserted("MSG#acknowledge"), context)
    [sent] = [item["pk"]["S"].removeprefix("MAIL#") for item in stage.items("MAIL")]
    event = drop("ses/2", bounce(f"{sent}@eu-central-1.amazonses.com"))
    for _ in range(2):
        collect(event, context)
    [message] = stage.items("MSG#acknowledge")
    assert message["status"]["S"] == "bounced"
    assert kinds(stage).count("message_bounced") == 1
    assert len(leads(stage)) == 1


def test_a_suspected_mail_is_held_with_its_location_and_released_by_a_person(stage: Stage, context: Any) -> None:
    collect(drop("ses/1", mail(headers={"X-SES-Spam-Verdict": "FAIL"})), context)
    assert leads(stage) == []
    [delivery] = bootstrap.app().quarantine.suspected(9)
    assert (delivery.reason, delivery.file, delivery.content) == (Reason.SPAM, "ses/1", "")
    bootstrap.app().quarantine.release(delivery.id, "mia", bootstrap.clock()())
    assert len(leads(stage)) == 1


def test_a_missing_mail_stays_in_the_queue_without_delaying_others(stage: Stage, context: Any) -> None:
    drop("ses/2", mail())
    assert collect(notification("ses/1", "ses/2"), context) == {"batchItemFailures": [{"itemIdentifier": "m-0"}]}
    assert len(leads(stage)) == 1


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "mails"}),
        json.dumps({"Records": [{"eventName": "ObjectRemoved:Delete", "s3": {"object": {"key": "x"}}}]}),
        json.dumps(
            {
                "Records": [
                    {"eventName": "ObjectCreated:Put", "s3": {"object": {"key": "ses/AMAZON_SES_SETUP_NOTIFICATION"}}}
                ]
            }
        ),
    ],
)
def test_other_aws_notifications_are_accepted_and_ignored(body: str, stage: Stage, context: Any) -> None:
    assert collect({"Records": [queue_record(body)]}, context) == {"batchItemFailures": []}
    assert stage.items("") == []


def test_the_log_contains_no_personal_data(stage: Stage, context: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    logged: list[str] = []
    monkeypatch.setattr(handler.logger, "info", lambda message, **fields: logged.append(f"{message} {fields}"))
    collect(drop("ses/1", mail("Private words")), context)
    collect(drop("ses/2", b"\0"), context)
    assert len(logged) == 2
    assert not [word for word in ("ada@", "Obi", "Private", "Solar") if word in str(logged)]


def test_a_mail_that_is_not_a_report_does_not_build_the_reports_use_case(stage: Stage, context: Any) -> None:
    collect(drop("ses/1", mail()), context)
    assert len(leads(stage)) == 1
    assert "delivery_reports" not in vars(bootstrap.app())
