"""`leadtight export`: all stored data about a person.

The evidence of each message is included.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import PynamoDBException

from leadtight.adapters import clock_and_ids
from leadtight.adapters.aws import clients
from leadtight.adapters.contact_points.normalization import PhoneEmailNormalizer
from leadtight.adapters.dynamodb.dnc_lists import DynamoDncLists
from leadtight.adapters.dynamodb.table import DynamoTable
from leadtight.adapters.presentation import subject_export
from leadtight.adapters.presentation.formatting import counted
from leadtight.app.compliance.export_person import Export, SubjectExport
from leadtight.cli.exits import stop
from leadtight.cli.stack_client import StackClient
from leadtight.domain.model.errors import InvalidInquiry, NotFound
from leadtight.policy import loader as policies

COMMAND = "export"


def export(
    person: Annotated[str, typer.Argument(metavar="PERSON", help="A lead's id, an e-mail address or a number.")],
    out: Annotated[Path, typer.Option(metavar="DIR_OR_ZIP", help="A new folder, or a new file that ends in .zip.")],
    stack: Annotated[str | None, typer.Option(help="The stack; by default the local stage that is running.")] = None,
) -> None:
    """Write all stored data about a person, and its evidence.html.

    The evidence lists each consent, check, send and refusal.
    """
    if out.exists() and (out.suffix == ".zip" or not out.is_dir() or any(out.iterdir())):
        raise stop(COMMAND, f"--out: {out} already exists", code=2)
    company = policies.shipped().company
    dossier = _dossier(person, company.country, stack)
    written = subject_export.files(dossier, company.name)
    try:
        _write(written, out)
    except OSError as error:
        raise stop(COMMAND, f"--out: {error}", code=2) from error
    leads, checks = counted(len(dossier.leads), "lead"), counted(len(dossier.evidence), "record")
    typer.echo(f"{leads}, {checks} of evidence: {out}")
    if dossier.unreadable:
        lacking = ", ".join(row.key for row in dossier.unreadable)
        raise stop(COMMAND, f"incomplete: this version cannot read {lacking}", code=1)


def _dossier(person: str, country: str, stack: str | None) -> SubjectExport:
    name = StackClient.find(COMMAND, stack).outputs["TableName"]
    table = DynamoTable(name, clients.client("dynamodb").meta.region_name)
    try:
        return Export(table, table, DynamoDncLists(table), PhoneEmailNormalizer()).of(
            person, country, clock_and_ids.clock()
        )
    except InvalidInquiry as error:
        raise stop(COMMAND, error.problems[0].detail, code=2) from error
    except NotFound as error:
        raise stop(COMMAND, str(error), code=1) from error
    except (ClientError, BotoCoreError, PynamoDBException) as error:
        raise stop(COMMAND, str(error), code=1) from error


def _write(files: Mapping[str, str], out: Path) -> None:
    if out.suffix == ".zip":
        with zipfile.ZipFile(out, "x", zipfile.ZIP_DEFLATED) as archive:
            for name, text in files.items():
                archive.writestr(name, text)
        return
    out.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (out / name).write_text(text, encoding="utf-8")
