"""`leadtight import`: preview a file, send rows, write results."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from enum import StrEnum
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from leadtight.cli.exits import stop
from leadtight.cli.import_ import mapping as mappings
from leadtight.cli.import_.interpretation import ImportPreview
from leadtight.cli.import_.mapping import CONTACTS, ImportMapping, MappingError
from leadtight.cli.import_.results import Results
from leadtight.cli.import_.rows import Reader, RejectedError
from leadtight.cli.import_.table import ExportFile, ImportFileError, Record
from leadtight.cli.stack_client import StackClient

COMMAND = "import"
BATCH = 25
AT_ONCE = 4
SHOWN = 20
LONGEST_SOURCE = 60
Row = dict[str, Any]


class UnknownStages(StrEnum):
    """How to import rows whose stage is unknown."""

    NEW = "new"


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The leads: CSV, xlsx, Parquet, a vCard or a web page.")],
    source: Annotated[str, typer.Option(metavar="NAME", help="The source of the leads; ids are unique within it.")],
    mapping: Annotated[Path | None, typer.Option(metavar="MAPPING.toml", help="What the columns mean.")] = None,
    write_mapping: Annotated[Path | None, typer.Option(help="Write the mapping that was used to this file.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only read the file; send nothing.")] = False,
    historical: Annotated[
        bool, typer.Option("--historical", help="Store every row as a record: no owner, no timers, no messages.")
    ] = False,
    results: Annotated[
        Path | None, typer.Option(help="Write each row's result here; by default FILE.results.csv.")
    ] = None,
    encoding: Annotated[str | None, typer.Option(help="The file's encoding; detected when omitted.")] = None,
    delimiter: Annotated[str | None, typer.Option(help="The cell separator; detected when omitted.")] = None,
    sheet: Annotated[str | None, typer.Option(help="The sheet of a workbook; detected when omitted.")] = None,
    unknown_stages: Annotated[
        UnknownStages | None, typer.Option(help="`new`: import rows with an unknown stage as new leads.")
    ] = None,
    stack: Annotated[str | None, typer.Option(help="The stack; by default the local stage that is running.")] = None,
) -> None:
    """Import leads from a file.

    They are routed and timed like any other; importing the file again creates none.
    """
    if not source.strip() or len(source) > LONGEST_SOURCE:
        raise stop(COMMAND, f"--source: 1 to {LONGEST_SOURCE} characters", code=2)
    try:
        table = ExportFile.open(file, encoding, delimiter, sheet, mappings.recognised_names)
        preview = _preview(table, _mapping(table, mapping))
        chosen, rows = preview.decide(), preview.rows
    except (ImportFileError, MappingError) as error:
        raise stop(COMMAND, str(error), code=2) from error
    _show(table, chosen, rows)
    _refuse_without_contacts(table, chosen)
    unknown = {} if historical or unknown_stages else preview.unknown_stages()
    _show_stages(unknown)
    if write_mapping:
        write_mapping.write_text(mappings.to_text(chosen), encoding="utf-8")
    reader = Reader(chosen, historical)
    if dry_run:
        raise typer.Exit(_dry_run(table, reader))
    _refuse_unknown_stages(unknown)
    deployed = StackClient.find(COMMAND, stack)
    target = results or file.with_suffix(".results.csv")
    with Results(target) as written, Progress(console=Console(stderr=True)) as progress:
        bar = progress.add_task("Importing", total=rows)
        _send(table, reader, partial(_ask, deployed, source.strip()), written, partial(progress.advance, bar))
    counted = ", ".join(f"{written.counts[r]} {r}" for r in ("created", "merged", "duplicate", "rejected"))
    typer.echo(f"{counted}. Row by row: {target}")
    raise typer.Exit(1 if written.counts["rejected"] else 0)


def _mapping(table: ExportFile, path: Path | None) -> ImportMapping:
    return mappings.from_file(path, table.columns) if path else mappings.recognised(table.columns)


def _decided_mapping(table: ExportFile, mapping: ImportMapping) -> tuple[ImportMapping, int]:
    """Return the mapping with column formats, and the row count.

    Raises MappingError.
    """
    preview = _preview(table, mapping)
    return preview.decide(), preview.rows


def _preview(table: ExportFile, mapping: ImportMapping) -> ImportPreview:
    preview = ImportPreview(table, mapping)
    for record in table.rows():
        preview.add(record)
    return preview


def _refuse_without_contacts(table: ExportFile, mapping: ImportMapping) -> None:
    """Stop when no column identifies a lead."""
    if not mapping.identifies_leads:
        raise stop(
            COMMAND,
            f"{table.path}: row {table.header_row}: no column holds a name, an address or a number; write a --mapping",
            code=2,
        )


def _refuse_unknown_stages(unknown: dict[str, int]) -> None:
    """Stop when an unknown stage would make rows new leads."""
    if unknown:
        listed = json.dumps(list(unknown), ensure_ascii=False)
        raise stop(
            COMMAND,
            f"nothing was sent because these stages are unknown: list them as won, lost or open under [leads] in a"
            f" --mapping, such as open = {listed}, or import all as new leads with --unknown-stages new",
            code=2,
        )


def _show(table: ExportFile, mapping: ImportMapping, rows: int) -> None:
    console = Console()
    console.print(f"{table.path}: {rows} rows, {table.described}", markup=False)
    shown = Table("column", "means")
    for column in table.columns:
        shown.add_row(column, mapping.fields.get(column, "notes as it is") if column else "left out: it has no name")
    console.print(shown)


def _show_stages(unknown: dict[str, int]) -> None:
    for text, count in unknown.items():
        typer.echo(f"Stage {text!r} is not known: {count} rows. Is it won, lost or open?")


def _dry_run(table: ExportFile, reader: Reader) -> int:
    """Print what would be sent; return the exit code."""
    live = past = unreachable = 0
    rejections: list[str] = []
    notes: list[str] = []
    for record, row in _outcomes(table, reader):
        if isinstance(row, str):
            rejections.append(f"row {record.number}: {row}")
            continue
        notes += _unread_amount(record, row, reader)
        past += "past" in row
        live += "past" not in row
        unreachable += "past" not in row and not CONTACTS & row["body"].keys()
    for line in notes[:SHOWN]:
        typer.echo(f"{table.path}: {line}", err=True)
    if unreachable:
        typer.echo(f"{unreachable} of {live} live rows have neither an address nor a number: they cannot be reached.")
    for line in rejections[:SHOWN]:
        typer.echo(f"{table.path}: {line}", err=True)
    if len(rejections) > SHOWN:
        typer.echo(f"{table.path}: {len(rejections) - SHOWN} more", err=True)
    typer.echo(f"Nothing was sent. {live} live, {past} as records, {len(rejections)} rejected.")
    return 1 if rejections else 0


def _unread_amount(record: Record, row: Row, reader: Reader) -> list[str]:
    """Return a note when a row's amount is not understood."""
    text = row["body"].get("value")
    column = reader.mapping.column("value")
    if text is None or text != record.cells.get(column or "") or reader.amount(text) is not None:
        return []
    return [f"row {record.number}: column {column!r}: {text!r} is not an amount; it is notes as written"]


def _outcomes(table: ExportFile, reader: Reader) -> Iterator[tuple[Record, Row | str]]:
    for record in table.rows():
        try:
            yield record, reader.read(record)
        except RejectedError as error:
            yield record, str(error)


def _send(
    table: ExportFile,
    reader: Reader,
    ask: Callable[[list[Row]], list[Row]],
    results: Results,
    advance: Callable[[int], None],
) -> None:
    """Send rows in concurrent batches; write answers in order.

    The order is the file's. Memory stays bounded.
    """
    columns = {field_name: reader.mapping.column(field_name) or "" for field_name in reader.mapping.fields.values()}
    waiting: deque[tuple[list[tuple[Record, Row | str]], Future[list[Row]]]] = deque()

    def write() -> None:
        batch, future = waiting.popleft()
        answers = {result["row"]: result for result in future.result()}
        for record, row in batch:
            if isinstance(row, str):
                results.add(record.number, "rejected", "", row)
            else:
                results.add_answer(answers[record.number], columns)
        advance(len(batch))

    with ThreadPoolExecutor(AT_ONCE) as threads:
        for batch in _batches(_outcomes(table, reader)):
            good = [row for _, row in batch if not isinstance(row, str)]
            waiting.append((batch, threads.submit(ask, good)))
            if len(waiting) > AT_ONCE:
                write()
        while waiting:
            write()


def _batches(rows: Iterable[tuple[Record, Row | str]]) -> Iterator[list[tuple[Record, Row | str]]]:
    every = iter(rows)
    while batch := list(islice(every, BATCH)):
        yield batch


def _ask(deployed: StackClient, source: str, rows: list[Row]) -> list[Row]:
    if not rows:
        return []
    answered: list[Row] = deployed.ask("IntakeFunction", {"import": {"source": source, "rows": rows}})["results"]
    return answered
