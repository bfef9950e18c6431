"""`leadtight erase`: erase a person from a deployed stack.

Without --apply it only reports what is stored.
"""

from __future__ import annotations

import json
from datetime import date, datetime
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
from leadtight.app.ports.files import VersionedFiles
from leadtight.cli.exits import stop
from leadtight.cli.stack_client import StackClient
from leadtight.domain.model.errors import Conflict, InvalidInquiry
from leadtight.policy import loader as policies

COMMAND = "erase"
SCHEMA = "leadtight.erase/1"
STORES = {
    "leads": "personal data removed, open leads closed; times, owner and outcome stay for the metrics",
    "events": "words removed; kinds and times stay",
    "messages": "deleted",
    "consents": "deleted: run `leadtight export` first if you may have to prove them",
    "held": "quarantined deliveries deleted",
    "mails": "raw mails deleted with every version",
    "uploads": "files from forms deleted with every version",
    "weekly_pages": "rewritten without the name, older versions deleted",
    "given_up": "receipts and form posts deleted from the dead-letter queues",
}
KEPT = (
    "Kept: the hash of each address, with every channel closed, so that no message goes there again; hashes of"
    " deliveries, so that none is processed twice; do-not-call lists, which the law requires.",
    "Out of reach: mails, texts and cards already sent; backups until they expire (35 days) and the table's stream"
    " (one day); what other people's leads say; deliveries quarantined without an address. `leadtight restore` erases"
    " again.",
)


def erase(
    person: Annotated[str, typer.Argument(metavar="PERSON", help="A lead's id, an e-mail address or a number.")],
    apply: Annotated[bool, typer.Option("--apply", help="Erase permanently; without it nothing changes.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print leadtight.erase/1 instead of a table.")] = False,
    stack: Annotated[str | None, typer.Option(help="The stack; by default the local stage that is running.")] = None,
) -> None:
    """Erase a person from every store of a deployed stack.

    Safe to repeat: another run continues where an interrupted one stopped.
    """
    report = _run(StackClient.find(COMMAND, stack), person, apply=apply)
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


def _run(deployed: StackClient, person: str, *, apply: bool) -> ErasureReport:
    now = clock_and_ids.clock()
    try:
        return eraser(deployed, now).of(person, policies.shipped().company.country, now, apply=apply)
    except InvalidInquiry as error:
        raise stop(COMMAND, error.problems[0].detail, code=2) from error
    except (ClientError, BotoCoreError, PynamoDBException, Conflict) as error:
        raise stop(COMMAND, f"{error}; run it again", code=1) from error


def eraser(deployed: StackClient, now: datetime, mails: VersionedFiles | None = None) -> ErasePerson:
    """Return the use case over the outputs' table.

    `mails` may be fewer than the whole bucket, when no other can name the person.
    """
    outputs = deployed.outputs

    def write_week(week: str) -> None:
        sunday = date.fromisocalendar(int(week[:4]), int(week[6:]), 7)
        deployed.ask("ReportFunction", {"kind": "weekly", "date": min(sunday, now.date()).isoformat()})

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
        mails=mails or S3Versions(outputs["MailBucket"]),
        uploads=S3Versions(outputs["UploadsBucket"]),
        reports=S3Versions(outputs["ReportsBucket"]),
        given_up=DeadLetterQueues(f"{deployed.stack}-receipts-dead", f"{deployed.stack}-spill-dead"),
        write_week=write_week,
    )


def _show(report: ErasureReport, console: Console) -> None:
    if not any(report.counts.values()):
        console.print("Nothing stored names this person.")
    else:
        table = Table("store", "erased" if report.applied else "found", "")
        for store, label in STORES.items():
            table.add_row(store.replace("_", " "), str(report.counts[store]), label)
        console.print(table)
        console.print(f"Leads: {', '.join(report.lead_ids) or 'none'}")
    if report.others:
        console.print(f"Same number, but another e-mail address: {', '.join(report.others)}. Not erased.")
    for row in report.unreadable:
        console.print(
            f"Not erased because this version cannot read it: {row.key}. Run it again with a version that can."
        )
    for line in KEPT:
        console.print(line)
    if any(report.counts.values()) and not report.applied:
        console.print("Nothing was changed: run it again with --apply.")
