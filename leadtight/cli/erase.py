"""`leadtight erase`: forget a person in a deployed stack; without --apply it only says what is kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Annotated

import typer
from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import PynamoDBException
from rich.console import Console
from rich.table import Table

from leadtight.adapters import clock_and_ids
from leadtight.adapters.aws import clients
from leadtight.adapters.aws.dead_letters import DeadLetterQueues
from leadtight.adapters.aws.s3 import S3Versions
from leadtight.adapters.aws.scheduler import AwsAlarms
from leadtight.adapters.contact_points.normalization import PhoneEmailNormalizer
from leadtight.adapters.dynamodb.erasures import DynamoErasures
from leadtight.adapters.dynamodb.table import DynamoTable
from leadtight.app.compliance.erase_person import ErasePerson, ErasureReport
from leadtight.cli.exits import stop
from leadtight.cli.stack_client import StackClient
from leadtight.domain.model.errors import Conflict, InvalidInquiry
from leadtight.policy import loader as policies

COMMAND = "erase"
SCHEMA = "leadtight.erase/1"
STORES = {
    "leads": "forget who it was; open ones end. Times, owner and outcome stay for the figures",
    "events": "forget what was said; what happened when stays",
    "messages": "are deleted",
    "consents": "are deleted: run `leadtight export` before, if you may have to prove them",
    "held": "held deliveries are deleted",
    "mails": "raw mails are deleted with every version",
    "uploads": "files that came with forms are deleted with every version",
    "weekly_pages": "are written again without the name, their older versions deleted",
    "given_up": "receipts and form posts that were given up are deleted from their queues",
}
KEPT = (
    "Kept: the hash of each address, with no channel open, so that no machine writes to it again; hashes of deliveries,"
    " so that none is taken twice; do-not-call lists, which the law asks for.",
    "Out of reach: mails, texts and cards that were sent; backups (35 days) and the table's stream (a day); what"
    " leads of others say; deliveries that were held without an address. After a restore, erase again:"
    " docs/guides/runbook.md#restoring.",
)


def erase(
    person: Annotated[str, typer.Argument(metavar="PERSON", help="A lead's id, an e-mail address or a number.")],
    apply: Annotated[bool, typer.Option("--apply", help="Erase it for good; without this nothing is changed.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print leadtight.erase/1 instead of a table.")] = False,
    stack: Annotated[str | None, typer.Option(help="The stack; by default the local stage that is running.")] = None,
) -> None:
    """Erase a person from every store of a deployed stack. Safe to repeat: another run goes on where one broke off."""
    report = _asked(StackClient.find(COMMAND, stack), person, apply=apply)
    if as_json:
        document = {
            "applied": report.applied,
            "lead_ids": report.lead_ids,
            "stores": report.counts,
            "others": report.others,
        }
        lacking = [row.key for row in report.unreadable]
        typer.echo(json.dumps({"schema": SCHEMA, **document, "unreadable": lacking}, indent=2))
    else:
        _show(report, Console())
    if report.unreadable:
        raise typer.Exit(1)


def _asked(deployed: StackClient, person: str, *, apply: bool) -> ErasureReport:
    now = clock_and_ids.clock()

    def write_week(week: str) -> None:
        sunday = date.fromisocalendar(int(week[:4]), int(week[6:]), 7)
        deployed.ask("ReportFunction", {"kind": "weekly", "date": min(sunday, now.date()).isoformat()})

    try:
        return _use_case(deployed, write_week).of(person, policies.shipped().company.country, now, apply=apply)
    except InvalidInquiry as error:
        raise stop(COMMAND, error.problems[0].detail, code=2) from error
    except (ClientError, BotoCoreError, PynamoDBException, Conflict) as error:
        raise stop(COMMAND, f"{error}; run it again", code=1) from error


def _use_case(deployed: StackClient, write_week: Callable[[str], None]) -> ErasePerson:
    outputs = deployed.outputs
    table = DynamoTable(outputs["TableName"], clients.client("dynamodb").meta.region_name)
    alarms = AwsAlarms(
        queue_url=outputs["AlarmQueueUrl"], queue_arn="", schedule_group=outputs["ScheduleGroup"], role_arn=""
    )
    return ErasePerson(
        table,
        table,
        DynamoErasures(table),
        alarms,
        PhoneEmailNormalizer(),
        mails=S3Versions(outputs["MailBucket"]),
        uploads=S3Versions(outputs["UploadsBucket"]),
        reports=S3Versions(outputs["ReportsBucket"]),
        given_up=DeadLetterQueues(f"{deployed.stack}-receipts-dead", f"{deployed.stack}-spill-dead"),
        write_week=write_week,
    )


def _show(report: ErasureReport, console: Console) -> None:
    if not any(report.counts.values()):
        console.print("Nothing that names this person is kept.")
    else:
        table = Table("store", "erased" if report.applied else "found", "")
        for store, label in STORES.items():
            table.add_row(store.replace("_", " "), str(report.counts[store]), label)
        console.print(table)
        console.print(f"Leads: {', '.join(report.lead_ids) or 'none'}")
    if report.others:
        console.print(f"At the same number, but with another e-mail address: {', '.join(report.others)}. Not erased.")
    for row in report.unreadable:
        console.print(f"Not erased, for this version cannot read it: {row.key}. Run it again with a version that can.")
    for line in KEPT:
        console.print(line)
    if any(report.counts.values()) and not report.applied:
        console.print("Nothing was changed: run it again with --apply.")
