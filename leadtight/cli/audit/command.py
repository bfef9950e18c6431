"""`leadtight audit`: measure the follow-up in any CRM export.

It reports how fast leads are answered, by whom, and what the gap costs.
"""

from __future__ import annotations

import codecs
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from leadtight.cli.audit import mapping_file
from leadtight.cli.exits import stop
from leadtight.domain.calendar.business_hours import Calendar, Period
from leadtight.policy import values
from leadtight.reporting.audit.errors import NothingReadError, UnusableError
from leadtight.reporting.audit.options import AuditOptions, ExclusionFilter
from leadtight.reporting.metrics.query import Staffing
from leadtight.tabular.amounts.column import read_amount

if TYPE_CHECKING:
    from leadtight.reporting.audit.audit import Audit
    from leadtight.reporting.audit.columns.questions import QuestionsError

COMMAND = "audit"
HOURS = "mon-fri 09:00-17:00"
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditOutputs:
    """The files to write."""

    json_file: Path | None
    html: Path | None
    ledger: Path | None
    facts: Path | None
    mapping: Path | None


def audit(
    leads: Annotated[Path, typer.Argument(help="Leads export: CSV, xlsx, Parquet or a web page.")],
    activities: Annotated[Path | None, typer.Option(help="Export of calls, mails or tasks.")] = None,
    spend: Annotated[Path | None, typer.Option(help="Marketing spend by source.")] = None,
    mapping: Annotated[Path | None, typer.Option(help="Mapping of the columns; recognised when omitted.")] = None,
    encoding: Annotated[
        str | None, typer.Option(help="Encoding of files that are not UTF-8; detected when omitted.")
    ] = None,
    sheet: Annotated[str | None, typer.Option(help="Sheet with the leads; detected when omitted.")] = None,
    write_mapping: Annotated[Path | None, typer.Option(help="Write the mapping that was used to this file.")] = None,
    window: Annotated[str, typer.Option(help="Time within which a lead should be contacted.")] = "5m",
    hours: Annotated[str, typer.Option(help="Working hours.")] = HOURS,
    timezone: Annotated[
        str, typer.Option(help="Time zone of working hours, and of timestamps without an offset.")
    ] = "UTC",
    cost_per_lead: Annotated[str | None, typer.Option(help="Cost of one lead.")] = None,
    spend_total: Annotated[str | None, typer.Option(help="Cost of all leads in the file.")] = None,
    deal_value: Annotated[str | None, typer.Option(help="Value of a won deal.")] = None,
    conversion_rate: Annotated[str | None, typer.Option(help="Share of leads that buy, such as 0.08.")] = None,
    exclude: Annotated[list[str] | None, typer.Option(help="'Column=value': leave such leads out; repeatable.")] = None,
    since: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="First day to include.")] = None,
    until: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="Last day to include.")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the report as JSON; - prints it.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write the report as one HTML page to read and print.")] = None,
    ledger: Annotated[Path | None, typer.Option(help="Write each leaked lead, with cause and amounts, as CSV.")] = None,
    people: Annotated[int | None, typer.Option(min=1, help="Number of people who answer during working hours.")] = None,
    handling: Annotated[str, typer.Option(help="Time one person needs for a lead.")] = "20m",
    target: Annotated[str, typer.Option(help="Share of leads to be answered within the window.")] = "0.9",
    facts: Annotated[Path | None, typer.Option(help="Write one row per lead as Parquet.")] = None,
) -> None:
    """Audit the follow-up in a CRM export, without AWS.

    Exits with 2 when a file cannot be read, with 1 when no lead is left.
    """
    try:
        options = AuditOptions(
            leads=leads,
            activities=activities,
            spend=spend,
            mapping=mapping_file.read(mapping or mapping_file.remembered(leads)),
            encoding=_optional("--encoding", _encoding, encoding),
            sheet=sheet,
            window=_option("--window", values.span, window),
            hours=hours,
            calendar=_calendar(hours, timezone),
            exclusions=tuple(_exclusion(text) for text in exclude or ()),
            since=_optional("--since", date.fromisoformat, since),
            until=_optional("--until", date.fromisoformat, until),
            cost_per_lead=_optional("--cost-per-lead", _amount, cost_per_lead),
            spend_total=_optional("--spend-total", _amount, spend_total),
            deal_value=_optional("--deal-value", _amount, deal_value),
            conversion_rate=_optional("--conversion-rate", _share, conversion_rate),
            staff=_staff(people, handling, window, target),
        )
        _run(options, AuditOutputs(json_file=json_file, html=html, ledger=ledger, facts=facts, mapping=write_mapping))
    except UnusableError as error:
        raise stop(COMMAND, str(error), code=2) from error
    except NothingReadError as error:
        raise stop(COMMAND, str(error), code=1) from error


def _run(options: AuditOptions, outputs: AuditOutputs) -> None:
    from leadtight.cli.audit import prompts, summary  # here: DuckDB costs 140 ms
    from leadtight.reporting.audit.audit import audit as run_audit
    from leadtight.reporting.audit.columns.questions import QuestionsError

    prints_json = str(outputs.json_file) == "-"
    options = replace(options, asks_all=prompts.is_watched() and not prints_json)

    def attempt(now: AuditOptions) -> Audit:
        with summary.progress(sys.stderr):
            return run_audit(now, with_facts=outputs.facts is not None, with_ledger=outputs.ledger is not None)

    try:
        result, answers = prompts.until_answered(attempt, options)
    except QuestionsError as error:
        raise _unanswered(error, options.leads, outputs.mapping, prints_json=prints_json) from error
    used = mapping_file.write(result.mapping, result.files)
    sheets = "".join(f"# {sheet}\n" for sheet in result.sheets)
    typer.echo(f"{sheets}# the mapping used\n{used}", err=prints_json)
    kept = outputs.mapping or (mapping_file.beside(options.leads) if answers else None)
    if kept:
        _write(kept, used.encode())
    _write_files(outputs, result, options.leads.name)
    if prints_json:
        typer.echo(result.as_json(), nl=False)
        return
    if outputs.json_file:
        _write(outputs.json_file, result.as_json().encode())
    summary.show(result.document, sys.stdout)
    if answers and kept:
        typer.echo(f"Your answers are in {kept}; next time: leadtight audit {options.leads} --mapping {kept}")


def _unanswered(error: QuestionsError, leads: Path, mapping: Path | None, *, prints_json: bool) -> UnusableError:
    """Show what the files hold; return the error to raise.

    The error says what to do where no user can be asked.
    """
    draft = mapping_file.write(error.mapping, error.files, error.questions)
    if mapping is None:
        typer.echo("# the files as understood so far\n" + draft, err=prints_json)
        return UnusableError(
            f"{error}; leadtight audit {leads} --write-mapping {mapping_file.beside(leads)} writes one to fill in"
        )
    _write(mapping, draft.encode())
    return UnusableError(f"{error}; fill in {mapping}, and run leadtight audit {leads} --mapping {mapping}")


def _write_files(outputs: AuditOutputs, result: Audit, file: str) -> None:
    if outputs.facts and result.facts is not None:
        _write(outputs.facts, result.facts)
    if outputs.html:
        from leadtight.reporting.audit.page import render  # here: Jinja2 costs 55 ms

        _write(outputs.html, render(result.document, result.leaks, file))
    if outputs.ledger:
        if result.ledger is None:
            raise UnusableError("--ledger: contacts are unknown, so leaked leads cannot be listed")
        _write(outputs.ledger, result.ledger)


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise UnusableError(f"{path}: {error.strerror}") from error


def _optional(name: str, read: Callable[[str], T], value: str | None) -> T | None:
    return None if value is None else _option(name, read, value)


def _option(name: str, read: Callable[[str], T], value: str) -> T:
    try:
        return read(value)
    except ValueError as error:
        raise UnusableError(f"{name}: {error}") from error


def _staff(people: int | None, handling: str, window: str, target: str) -> Staffing | None:
    """Return the staffing; None without a number of people.

    `handling` and `target` are validated in any case.
    """
    each, share = _option("--handling", values.span, handling), float(_option("--target", _share, target))
    if not 0 < share < 1:
        raise UnusableError(f"--target: must be more than 0 and less than 1: {target!r}")
    if people is None:
        return None
    return Staffing(people=people, handling=each, window=_option("--window", values.span, window), target=share)


def _calendar(hours: str, timezone: str) -> Calendar:
    zone = _option("--timezone", values.zone, timezone)
    return Calendar(id="audit", zone=zone, week=_option("--hours", _week, hours))


def _week(text: str) -> dict[int, tuple[Period, ...]]:
    """Read `mon-fri 09:00-12:30 13:30-17:00, sat 10:00-14:00`."""
    week: dict[int, tuple[Period, ...]] = {}
    for part in text.split(","):
        days, *periods = part.split() or [""]
        if not periods:
            raise ValueError(f"must be days and hours such as {HOURS!r}: {text!r}")
        for day in values.weekdays(days.lower()):
            if day in week:
                raise ValueError(f"{values.DAYS[day]} is listed twice: {text!r}")
            week[day] = values.some_periods(periods)
    return week


def _exclusion(text: str) -> ExclusionFilter:
    column, equals, value = text.partition("=")
    if not equals or not column.strip() or not value.strip():
        raise UnusableError(f"--exclude: must be 'Column=value': {text!r}")
    return ExclusionFilter(column.strip(), value.strip())


def _encoding(name: str) -> str:
    try:
        return codecs.lookup(name).name
    except LookupError as error:
        raise ValueError(f"unknown encoding {name!r}") from error


def _amount(text: str) -> Decimal:
    """Parse an amount as exports write it.

    `15.000` is fifteen thousand.
    """
    amount = read_amount(text)
    if amount is None:
        raise ValueError(f"must be an amount such as 15000 or 15.000,50: {text!r}")
    if amount < 0:
        raise ValueError(f"must not be negative: {text!r}")
    return amount


def _share(text: str) -> Decimal:
    share = values.decimal(text)
    if not 0 <= share <= 1:
        raise ValueError(f"must be between 0 and 1: {text!r}")
    return share
