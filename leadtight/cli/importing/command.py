"""`leadtight import`: look at the file, say how it is understood, send its rows, write what became of each."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from leadtight.cli.deployed import Deployed
from leadtight.cli.importing import mapping as mappings
from leadtight.cli.importing.dates import DateFormats
from leadtight.cli.importing.mapping import Mapping, MappingError
from leadtight.cli.importing.results import Results
from leadtight.cli.importing.rows import Reader, RejectedError
from leadtight.cli.importing.table import ExportFile, Record, UnreadableError
from leadtight.cli.stopping import stop

COMMAND = "import"
BATCH = 25
AT_ONCE = 4
SHOWN = 20
LONGEST_SOURCE = 60
DATES = ("received_at", "closed_at")
Row = dict[str, Any]


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The leads: CSV, xlsx or Parquet.")],
    source: Annotated[str, typer.Option(metavar="NAME", help="Where they come from; ids are unique within it.")],
    mapping: Annotated[Path | None, typer.Option(metavar="MAPPING.toml", help="What the columns mean.")] = None,
    write_mapping: Annotated[Path | None, typer.Option(help="Write the mapping that is used to this file.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only read the file: nothing is sent.")] = False,
    historical: Annotated[
        bool, typer.Option("--historical", help="Keep every row as a record: no owner, no clock, no message.")
    ] = False,
    results: Annotated[Path | None, typer.Option(help="What became of each row; FILE.results.csv.")] = None,
    encoding: Annotated[str | None, typer.Option(help="The file's encoding, if it is not found.")] = None,
    delimiter: Annotated[str | None, typer.Option(help="What separates its cells, if it is not found.")] = None,
    stack: Annotated[str | None, typer.Option(help="The stack; by default the local stage that is running.")] = None,
) -> None:
    """Import leads from a file: routed and timed as any other; importing it again creates none."""
    if not source.strip() or len(source) > LONGEST_SOURCE:
        raise stop(COMMAND, f"--source: 1 to {LONGEST_SOURCE} characters", code=2)
    try:
        table = ExportFile.open(file, encoding, delimiter)
        chosen, rows = _looked_through(table, _mapping(table, mapping))
    except (UnreadableError, MappingError) as error:
        raise stop(COMMAND, str(error), code=2) from error
    _show(table, chosen, rows)
    if write_mapping:
        write_mapping.write_text(mappings.to_text(chosen), encoding="utf-8")
    reader = Reader(chosen, historical)
    if dry_run:
        raise typer.Exit(_tried(table, reader))
    deployed = Deployed.find(COMMAND, stack)
    target = results or file.with_suffix(".results.csv")
    with Results(target) as told, Progress(console=Console(stderr=True)) as progress:
        bar = progress.add_task("Importing", total=rows)
        _send(table, reader, partial(_ask, deployed, source.strip()), told, partial(progress.advance, bar))
    counted = ", ".join(f"{told.counts[r]} {r}" for r in ("created", "merged", "duplicate", "rejected"))
    typer.echo(f"{counted}. Row by row: {target}")
    raise typer.Exit(1 if told.counts["rejected"] else 0)


def _mapping(table: ExportFile, path: Path | None) -> Mapping:
    found = mappings.from_file(path, table.columns) if path else mappings.recognised(table.columns)
    if not set(found.fields.values()) & {"name", "first_name", "last_name", "email", "phone"}:
        raise MappingError(
            f"{table.path}: row {table.header_row}: no column is a name, an address or a number; write a --mapping"
        )
    return found


def _looked_through(table: ExportFile, mapping: Mapping) -> tuple[Mapping, int]:
    """Return the mapping with the formats of its dates, and the number of rows. Raises MappingError."""
    seen = {name: DateFormats() for name in DATES if mapping.column(name)}
    rows = 0
    for record in table.rows():
        rows += 1
        for name, formats in seen.items():
            if text := record.cells.get(mapping.column(name) or "", ""):
                formats.see(text)
    if mapping.date_format:
        return replace(mapping, formats=dict.fromkeys(seen, mapping.date_format)), rows
    decided = {name: formats.decided() for name, formats in seen.items()}
    for name, form in decided.items():
        if form is None:
            column = mapping.column(name)
            raise MappingError(
                f"{table.path}: column {column!r}: day or month first? Say date_format under [leads] in a --mapping"
            )
    return replace(mapping, formats={name: form for name, form in decided.items() if form}), rows


def _show(table: ExportFile, mapping: Mapping, rows: int) -> None:
    console = Console()
    console.print(f"{table.path}: {rows} rows, {table.described}", markup=False)
    shown = Table("column", "means")
    for column in table.columns:
        shown.add_row(column, mapping.fields.get(column, "kept as it is") if column else "left out: it has no name")
    console.print(shown)


def _tried(table: ExportFile, reader: Reader) -> int:
    """Say what would be sent, and what not; return the exit code."""
    live = past = 0
    wrong: list[str] = []
    for record, row in _outcomes(table, reader):
        if isinstance(row, str):
            wrong.append(f"row {record.number}: {row}")
        elif "past" in row:
            past += 1
        else:
            live += 1
    for line in wrong[:SHOWN]:
        typer.echo(f"{table.path}: {line}", err=True)
    if len(wrong) > SHOWN:
        typer.echo(f"{table.path}: {len(wrong) - SHOWN} more", err=True)
    typer.echo(f"Nothing was sent. {live} live, {past} as records, {len(wrong)} rejected.")
    return 1 if wrong else 0


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
    told: Results,
    advance: Callable[[int], None],
) -> None:
    """Send the rows in batches, some at once, and write the answers in the file's order; memory stays bounded."""
    columns = {ours: column for column, ours in reader.mapping.fields.items()}
    waiting: deque[tuple[list[tuple[Record, Row | str]], Future[list[Row]]]] = deque()

    def write() -> None:
        batch, future = waiting.popleft()
        answers = {one["row"]: one for one in future.result()}
        for record, row in batch:
            if isinstance(row, str):
                told.add(record.number, "rejected", "", row)
            else:
                told.told(answers[record.number], columns)
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


def _ask(deployed: Deployed, source: str, rows: list[Row]) -> list[Row]:
    if not rows:
        return []
    answered: list[Row] = deployed.ask("IntakeFunction", {"import": {"source": source, "rows": rows}})["results"]
    return answered
