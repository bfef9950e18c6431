"""`leadtight erase` over moto leaves nothing of a person.

Her words are unmistakable and went through everything.
"""

import json
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from typer.testing import CliRunner

from functions.collect.handler import handle as collect
from functions.intake.handler import handle as intake
from functions.report.handler import handle as report
from functions.respond.handler import handle as respond
from functions.route.handler import handle as route
from leadtight import bootstrap
from leadtight.adapters.dynamodb.table import DynamoTable
from leadtight.app.intake.deliveries import PendingDelivery
from leadtight.app.intake.file_import import ImportRow
from leadtight.app.outcomes.recording import OutcomeForm
from leadtight.cli import app
from leadtight.domain.intake.quarantine import Reason
from leadtight.domain.model.event import fold
from leadtight.domain.model.identity import person_key
from leadtight.domain.model.message import Channel, Status, Template
from tests.integration.conftest import REGION, Stage, queue_record
from tests.integration.deployed_stack import STACK, deploy
from tests.integration.http_events import post_lead
from tests.integration.test_mail_handler import drop
from tests.unit.adapters.email.letters import mail

pytestmark = pytest.mark.slow

MONDAY = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
NEXT_MONDAY = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
ADDRESS, NUMBER = "kanari.vogel@canary.example", "+493098765432"
CANARIES = ("kanari", "98765432")
HER = {
    "name": "Kanari Vogel",
    "email": ADDRESS,
    "phone": NUMBER,
    "company": "Kanari GmbH",
    "message": "urgent, says Kanari",
    "fields": {"garden": "kanari-field"},
    "consent": {"sms": True, "marketing": ["email"], "text": "kanari agrees", "url": "https://x.example/kanari"},
}


@pytest.fixture
def her(stage: Stage, context: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the lead of a person with data everywhere."""
    s3 = boto3.client("s3", region_name=REGION)
    for bucket in ("reports", "mails", "uploads"):
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    at(monkeypatch, MONDAY)
    lead_id: str = json.loads(intake(post_lead(HER, idempotency_key="k-1"), context)["body"])["lead_id"]
    intake(post_lead({"name": "Bo Berg", "email": "bo@example.com", "message": "urgent"}), context)
    route(stage.inserted("LEAD"), context)
    respond(stage.inserted("MSG#"), context)
    write(context, lead_id)
    past = ImportRow(
        number=1, key=ADDRESS, body=HER, past={"stage": "lost", "closed_at": None, "lost_reason": "kanari left"}
    )
    bootstrap.app().file_import.take("crm", [past], MONDAY)
    delivery = PendingDelivery(
        channel="webhook:x", source="x", key="d-1", reason=Reason.UNMAPPED, content=json.dumps(HER)
    )
    bootstrap.app().deliveries.hold(delivery, MONDAY)
    close(lead_id)
    report_of_the_week(context, monkeypatch)
    url = dead_queues()[0]
    for address in (ADDRESS, "bo@example.com"):
        boto3.client("sqs", region_name=REGION).send_message(
            QueueUrl=url, MessageBody=f'{{"destination": "{address}"}}'
        )
    deployed(monkeypatch, context)
    return lead_id


def dead_queues() -> list[str]:
    names = ("leadtight-prod-receipts-dead", "leadtight-prod-spill-dead")
    return [boto3.client("sqs", region_name=REGION).create_queue(QueueName=name)["QueueUrl"] for name in names]


def at(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    monkeypatch.setattr(bootstrap, "clock", lambda: lambda: moment)


def write(context: Any, lead_id: str) -> None:
    """Receive her answer, her auto-reply and a bounce."""
    [sent] = [
        m for m in bootstrap.ports().outbox.messages(lead_id) if m.template is Template.ACKNOWLEDGE and m.provider_id
    ][:1]
    thread = {"From": ADDRESS, "In-Reply-To": f"<{sent.provider_id}@eu-central-1.amazonses.com>"}
    collect(drop("ses/1", mail("Kanari writes again", headers=thread)), context)
    machine = {**thread, "Auto-Submitted": "auto-replied", "Message-ID": "<m2@example.com>"}
    collect(drop("ses/2", mail("Kanari is away", headers=machine)), context)
    collect(drop("ses/3", mail("I am somebody else", headers={"Message-ID": "<m3@example.com>"})), context)
    bounce = {"bounceType": "Permanent", "bouncedRecipients": [{"diagnosticCode": f"550 {ADDRESS} unknown"}]}
    event = {"eventType": "Bounce", "mail": {"messageId": sent.provider_id, "tags": {}}, "bounce": bounce}
    respond({"Records": [queue_record(json.dumps(event))]}, context)


def close(lead_id: str) -> None:
    """Record a note by her owner, then a loss."""
    for outcome, note in (("connected", "kanari-note"), ("lost", "kanari-reason")):
        lead = bootstrap.ports().store.load(lead_id)
        assert lead
        assert lead.owner_id
        token = bootstrap.ports().links.outcome(lead, lead.owner_id, MONDAY).rpartition("/")[2]
        form = OutcomeForm(outcome=outcome, submission=lead.version, note=note, reason=note)
        bootstrap.app().desk.record(token, form, MONDAY)


def report_of_the_week(context: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Write a week, and its page twice.

    An older version names her, too.
    """
    at(monkeypatch, NEXT_MONDAY)
    read = DynamoTable.events_on  # a report reads weeks of mostly empty days, which takes moto long
    monkeypatch.setattr(DynamoTable, "events_on", lambda self, day: read(self, day) if day == MONDAY.date() else ())
    report({"kind": "nightly", "date": "2026-11-16"}, context)
    report({"kind": "weekly", "date": "2026-11-16"}, context)
    page = bootstrap.report_files().get("weekly/2026-W47/index.html")
    assert page
    bootstrap.report_files().put("weekly/2026-W47/index.html", page, "text/html")


OUTPUTS = {
    "TableName": "leadtight",
    "MailBucket": "mails",
    "UploadsBucket": "uploads",
    "ReportsBucket": "reports",
    "ScheduleGroup": "leadtight",
    "AlarmQueueUrl": "",
}


def deployed(monkeypatch: pytest.MonkeyPatch, context: Any, *, broken: bool = False) -> None:
    """Provide the stack to the command.

    Its report function may fail.
    """

    def function(event: dict[str, Any], _: Any) -> dict[str, Any]:
        if broken:
            raise MemoryError
        response: dict[str, Any] = report(event, context)
        return response

    deploy(monkeypatch, OUTPUTS, ReportFunction=function)
    monkeypatch.setattr("leadtight.adapters.clock_and_ids.clock", lambda: NEXT_MONDAY)


def run(*words: str) -> dict[str, Any]:
    result = CliRunner().invoke(app, ["erase", *words, "--stack", STACK, "--json"])
    assert result.exit_code == 0, result.stderr
    assert not canaries(result.stdout)
    output: dict[str, Any] = json.loads(result.stdout)
    return output


def canaries(text: str) -> list[str]:
    return [canary for canary in CANARIES if canary in text.casefold()]


def places() -> dict[str, str]:
    """Return everything stored, item by item, version by version."""
    dynamo, s3 = boto3.client("dynamodb", region_name=REGION), boto3.client("s3", region_name=REGION)
    items = dynamo.get_paginator("scan").paginate(TableName="leadtight")
    texts = {f"{i['pk']['S']}/{i['sk']['S']}": json.dumps(i, default=list) for page in items for i in page["Items"]}
    for bucket in ("mails", "reports", "uploads"):
        for version in s3.list_object_versions(Bucket=bucket).get("Versions", ()):
            body = s3.get_object(Bucket=bucket, Key=version["Key"], VersionId=version["VersionId"])["Body"].read()
            texts[f"{bucket}/{version['Key']}@{version['VersionId']}"] = body.decode("latin-1")
    sqs = boto3.client("sqs", region_name=REGION)
    for name in ("leadtight-prod-receipts-dead", "alarms", "collect"):
        url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
        for m in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0).get("Messages", []):
            texts[f"{name}/{m['MessageId']}"] = m["Body"]
    return texts


def metrics() -> str:
    return next(text for where, text in places().items() if "metrics/dt=2026-11-16" in where)


@pytest.mark.proves("H6")
def test_nothing_of_a_fully_processed_person_is_left_in_any_item_or_version(
    her: str, stage: Stage, context: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    places_ = places()
    assert {where.split("/")[0].split("#")[0] for where, text in places_.items() if canaries(text)} == {
        *("LEAD", "PERSON", "HELD", "SEEN", "mails", "reports", "leadtight-prod-receipts-dead")
    }
    assert [where for where in places_ if canaries(where)] == [], "no key, file or queue is named after her"
    counts = run(ADDRESS)["stores"]
    assert counts["events"] > counts["messages"] > 3
    others = {name: count for name, count in counts.items() if name not in ("events", "messages")}
    assert others == {"leads": 2, "consents": 1, "held": 1, "mails": 2, "uploads": 0, "weekly_pages": 1, "given_up": 1}
    assert places() == places_, "a dry run changes nothing"
    with monkeypatch.context() as broken:
        deployed(broken, context, broken=True)
        assert CliRunner().invoke(app, ["erase", ADDRESS, "--apply", "--stack", STACK]).exit_code == 1
    assert run(ADDRESS, "--apply")["stores"]["weekly_pages"] == 1, "the next run goes on where the first broke off"
    after = places()
    assert [where for where, text in after.items() if canaries(text)] == []
    assert any("Bo Berg" in text for where, text in after.items() if "index.html" in where)
    assert any(where.startswith("mails/ses/3") for where in after), "a stranger's mail stays"
    assert any(
        "bo@example.com" in text for where, text in after.items() if where.startswith("leadtight-prod-receipts-dead")
    )
    assert set(run(ADDRESS, "--apply")["stores"].values()) == {0}
    assert places() == after, "and nothing is left to erase"
    assert_history_folds(her)
    assert_no_machine_writes_again(her, stage, context)
    report({"kind": "nightly", "date": "2026-11-16"}, context)
    assert metrics() == next(text for where, text in places_.items() if "metrics/dt=2026-11-16" in where)
    assert not canaries(capsys.readouterr().out), "nor has any log ever named her"


def assert_history_folds(lead_id: str) -> None:
    lead = bootstrap.ports().store.load(lead_id)
    assert lead
    assert fold(bootstrap.ports().store.history(lead_id)) == lead
    assert not lead.is_open


def assert_no_machine_writes_again(lead_id: str, stage: Stage, context: Any) -> None:
    """Assert that redeliveries restore nothing.

    A person who comes anew is answered by a person only.
    """
    repeated = json.loads(intake(post_lead(HER, idempotency_key="k-1"), context)["body"])
    assert repeated == {"lead_id": lead_id, "status": "duplicate"}
    assert (
        bootstrap.app().file_import.take("crm", [ImportRow(number=1, key=ADDRESS, body=HER)], MONDAY)[0].result
        == "duplicate"
    )
    left = bootstrap.ports().outbox.suppression([person_key(ADDRESS)]).channels
    assert left >= {Channel.EMAIL, Channel.SMS, Channel.VOICE}
    new: str = json.loads(intake(post_lead(HER | {"message": "new"}), context)["body"])["lead_id"]
    respond(stage.inserted("MSG#ack"), context)
    [message] = [m for m in bootstrap.ports().outbox.messages(new) if m.channel is Channel.EMAIL]
    assert (new != lead_id, message.template, message.status) == (True, Template.ACKNOWLEDGE, Status.REFUSED)


def test_an_unknown_person_is_reported(monkeypatch: pytest.MonkeyPatch, context: Any) -> None:
    dead_queues()
    deployed(monkeypatch, context)
    result = CliRunner().invoke(app, ["erase", "nobody@example.com", "--apply", "--stack", STACK])
    assert (result.exit_code, "Nothing stored names this person." in result.stdout) == (0, True)


@pytest.mark.proves("H6")
def test_erasing_by_name_is_rejected(her: str) -> None:
    for words in (["Kanari Vogel"], ["Kanari Vogel", "--apply"]):
        result = CliRunner().invoke(app, ["erase", *words, "--stack", STACK])
        assert (result.exit_code, result.stdout) == (2, "")
        assert "names are not searched" in result.stderr
    assert bootstrap.ports().store.load(her)
