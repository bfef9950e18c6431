"""Files into facts, from which every audit figure is computed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import duckdb

from leadtight.reporting.audit import leads as lead_rows
from leadtight.reporting.audit.columns import detection
from leadtight.reporting.audit.columns.interpretation import AuditSheets, understand
from leadtight.reporting.audit.columns.match import Profiles
from leadtight.reporting.audit.columns.questions import FileDescription
from leadtight.reporting.audit.contacts import activities as activity_rows
from leadtight.reporting.audit.contacts.zone_shift import refuse_other_zone
from leadtight.reporting.audit.duckdb_tuning import lists_as_written, sides_as_written
from leadtight.reporting.audit.errors import NothingReadError, UnrepresentativeSampleError, UnusableError
from leadtight.reporting.audit.mapping import AuditMapping, Columns, LeadColumns, named
from leadtight.reporting.audit.options import AuditOptions
from leadtight.reporting.audit.source_file import ReadOptions, SourceFile, inspect
from leadtight.reporting.audit.spend import spend as spend_rows
from leadtight.reporting.audit.spend.sources import SourceNames, sources_of
from leadtight.reporting.facts.facts import columns as fact_columns
from leadtight.reporting.facts.table import FactTable, connect, quoted

MOST_PROBLEMS = 1000
"""Problem rows that a report lists; all are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedFacts:
    """Facts of the files, and what is known about them.

    `table` has the facts; the view `all_facts` also has those of the previous period. `sheets` names the sheets that
    were read. `no_contacts` is why it is unknown who was contacted, `untimed` why it is unknown how fast; "" when it is
    known.
    """

    table: FactTable
    mapping: AuditMapping
    rows: dict[str, dict[str, int] | None]
    excluded: tuple[tuple[str, int], ...]
    spend: spend_rows.SpendRead | None
    no_contacts: str
    untimed: str
    files: Mapping[str, FileDescription]
    spellings: dict[str, tuple[str, ...]]
    problems: tuple[dict[str, Any], ...]
    problems_total: int
    sheets: tuple[str, ...]


def load(options: AuditOptions) -> LoadedFacts:
    """Read the files of an audit into facts.

    Raises UnusableError, and NothingReadError when no lead is left.
    """
    sheets = _look(options, may_sample=True)
    if sheets.are_sampled:
        # Faults of a large file are reported once all of it has been examined.
        with suppress(UnrepresentativeSampleError, UnusableError, NothingReadError, duckdb.InvalidInputException):
            return _load(options, sheets)
        sheets = _look(options)
    return _load(options, sheets)


def _look(options: AuditOptions, *, may_sample: bool = False) -> AuditSheets:
    leads, activities, spend = (_choice(options, table) for table in ("leads", "activities", "spend"))
    return AuditSheets(
        inspect(options.leads, leads, may_sample=may_sample),
        inspect(options.activities, activities, may_sample=may_sample) if options.activities else None,
        inspect(options.spend, spend) if options.spend else None,
    )


def _choice(options: AuditOptions, table: str) -> ReadOptions:
    """Return how to inspect a file.

    Of a workbook, the sheet with the columns that the mapping names is read, else the one with most recognised columns.
    """
    named_columns = set(map(str, options.mapping.get(table, {}).values()))
    by_table: dict[str, Callable[[Sequence[str], Profiles], Columns]] = {
        "leads": detection.leads,
        "activities": detection.activities,
        "spend": detection.spend,
    }

    def rate(names: Sequence[str]) -> int:
        return len(named_columns.intersection(names)) * 100 + len(named(by_table[table](names, {})))

    return ReadOptions(options.encoding, options.sheet if table == "leads" else None, rate)


def _load(options: AuditOptions, sheets: AuditSheets) -> LoadedFacts:
    connection = connect(threads=None)
    lists_as_written(connection)
    understood = understand(connection, options, sheets)
    mapping, sheets = understood.mapping, understood.sheets
    read = lead_rows.read_leads(connection, sheets.leads, mapping.leads, options)
    _refuse_nothing(connection, sheets.leads, mapping.leads)
    _refuse_two_costs(connection, options)
    called = None
    if sheets.activities and mapping.activities:
        kind = detection.key_kind(mapping.leads.person_key or "", mapping.activities.person_key or "")
        at = activity_rows.read_activities(connection, sheets.activities, mapping.activities, options, kind)
        rows = activity_rows.join_contacts(connection, left_out=at.left_out)
        called = _ActivitySummary(at.has_time, rows)
        refuse_other_zone(connection, sheets.activities, mapping)
    sources = sources_of(connection)
    spent = None
    if sheets.spend and mapping.spend:
        spent = spend_rows.read_spend(connection, sheets.spend, mapping.spend, options, sources)
    problems, total = _problems(connection, mapping, sheets, called, spent)
    _check_line_numbers(connection, sheets, total)
    if called:
        activity_rows.note_earlier(connection)
        activity_rows.forget(connection)
    _facts(connection, options, sources, with_activities=called is not None)
    return LoadedFacts(
        table=FactTable(connection),
        mapping=mapping,
        rows={
            "leads": _lead_counts(connection),
            "activities": dict(called.rows) if called else None,
            "spend": dict(spent.rows) if spent else None,
        },
        excluded=read.excluded,
        spend=spent,
        no_contacts=_no_contacts(read, called),
        untimed=_untimed(mapping.leads, read, called),
        files=understood.files,
        spellings=_spellings(sources, spent),
        problems=problems,
        problems_total=total,
        sheets=tuple(
            each.described for each in (sheets.leads, sheets.activities, sheets.spend) if each and each.described
        ),
    )


@dataclass(frozen=True, slots=True)
class _ActivitySummary:
    """What the file of activities contains.

    `timed`: its times have a time of day. `rows` counts its rows by how they were used.
    """

    timed: bool
    rows: dict[str, int]


def _refuse_nothing(connection: duckdb.DuckDBPyConnection, sheet: SourceFile, columns: LeadColumns) -> None:
    if connection.execute("select 1 from leads where excluded is null and rejected is null limit 1").fetchall():
        return
    first = connection.execute(f"{lead_rows.problems(columns)} order by row limit 1").fetchall()
    if first:
        row, column, value, reason = first[0]
        of = f"column {column!r}: " if column else ""
        text = "" if value is None else f"{value!r} "
        remedy = "; name the right column, or date_format, in a mapping" if column else ""
        raise NothingReadError(f"{sheet.name}: no lead can be used: row {row}: {of}{text}{reason}{remedy}")
    is_empty = not connection.execute("select 1 from leads limit 1").fetchall()
    raise NothingReadError(f"{sheet.name}: no lead can be used: {'there are no rows' if is_empty else _EXCLUDED}")


_EXCLUDED = "every row is excluded by --exclude, --since or --until"


def _refuse_two_costs(connection: duckdb.DuckDBPyConnection, options: AuditOptions) -> None:
    """Raise UnusableError when cost per lead and total contradict.

    A cent per lead is tolerated.
    """
    if options.cost_per_lead is None or options.spend_total is None:
        return
    leads = _lead_counts(connection)["accepted"]
    if abs(options.cost_per_lead * leads - options.spend_total) > Decimal("0.01") * leads:
        raise UnusableError(
            f"--cost-per-lead and --spend-total contradict each other: {leads} leads at {options.cost_per_lead} are"
            f" {options.cost_per_lead * leads}, not {options.spend_total}; give one of them"
        )


def _check_line_numbers(connection: duckdb.DuckDBPyConnection, sheets: AuditSheets, problems: int) -> None:
    """Raise UnrepresentativeSampleError if reported row numbers may be wrong.

    Rows are identified by their number in problems, and when they have no id. Rows of a large file are counted, so a
    blank line makes their numbers differ from the line numbers.
    """
    unnamed = connection.execute("select 1 from leads_stored where lead_id is null limit 1").fetchall()
    if problems or unnamed:
        sheets.leads.check_line_numbers(connection, "leads_stored")
    if problems and sheets.activities:
        sheets.activities.check_line_numbers(connection, "activities_stored")


def _facts(
    connection: duckdb.DuckDBPyConnection, options: AuditOptions, sources: SourceNames, *, with_activities: bool
) -> None:
    joined = "left join contacts c using (row)" if with_activities else ""
    # Only the day of a call may be known, which begins before the lead arrived on it.
    called = "case when c.contact_us is not null then greatest(c.contact_us, l.created_us) end"
    contact = f"least(l.contact_us, {called})" if with_activities else "l.contact_us"
    who = "case when c.contact_us <= coalesce(l.contact_us, c.contact_us) then c.who end" if with_activities else "null"
    tried = "coalesce(c.attempts, 0)" if with_activities else "null"
    window = int(options.window.total_seconds() * 10**6)
    expressions = {
        "lead_id": "coalesce(lead_id, 'row ' || row)",
        "source": sources.sql("source"),
        "stage": "stage",
        "owner": "owner",
        "received_at": "make_timestamptz(coalesce(created_us, 0))",
        "first_assigned_at": "make_timestamptz(assigned_us)",
        "deadline": f"make_timestamptz(created_us + {window})",
        "first_contact_at": "make_timestamptz(contact_us)",
        "first_contact_by": "who",
        "stage_since": "make_timestamptz(stage_since_us)",
        "lost_reason_given": "lost_reason_given",
        "is_qualified": "is_qualified",
        "attempts": "attempts",
        "value": "value",
    }
    kinds = fact_columns()
    stored = ", ".join(f"{sql}::{kinds[name]} as {name}" for name, sql in expressions.items())
    # A table, because figures read it several times; columns that no file has take no space in it.
    with sides_as_written(connection):
        connection.execute(
            f"create table stored_facts as select {stored}, row, earlier from"
            f" (select l.* exclude (contact_us), {contact} as contact_us,"
            f" {who} as who, {tried} as attempts from leads l {joined}"
            " where (l.excluded is null and l.rejected is null) or l.earlier)"
        )
    cells = ", ".join(name if name in expressions else _empty_column(name, kind) for name, kind in kinds.items())
    connection.execute(f"create view all_facts as select {cells}, row, earlier from stored_facts")
    connection.execute("create view facts as select * exclude (earlier) from all_facts where not earlier")


def _empty_column(name: str, kind: str) -> str:
    return "owner as first_owner" if name == "first_owner" else f"null::{kind} as {name}"


def _spellings(sources: SourceNames, spent: spend_rows.SpendRead | None) -> dict[str, tuple[str, ...]]:
    """Return the spellings of each source in the files."""
    spellings = dict(sources.spellings)
    for source, texts in spent.spellings.items() if spent else ():
        spellings[source] = tuple(sorted({*spellings.get(source, ()), *texts}))
    return spellings


def _lead_counts(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    row = connection.execute(
        "select count(*), count(*) filter (excluded is null and rejected is null),"
        f" count(*) filter (excluded is not null), count(*) filter (rejected <> '{lead_rows.ANOTHER_ROW}'),"
        f" count(*) filter (rejected = '{lead_rows.ANOTHER_ROW}') from leads"
    ).fetchall()[0]
    counts = dict(zip(("read", "accepted", "excluded", "rejected", "repeated"), row, strict=True))
    return {name: count for name, count in counts.items() if count or name != "repeated"}


def _no_contacts(read: lead_rows.LeadsRead, called: _ActivitySummary | None) -> str:
    if read.has_contacts or (called and called.rows["joined"]):
        return ""
    if called:
        return "no activity joins a lead: their keys have no value in common"
    return "no column shows when a lead was first contacted, and no activities are given"


def _untimed(columns: LeadColumns, read: lead_rows.LeadsRead, called: _ActivitySummary | None) -> str:
    if columns.created_at is None:
        return "no column is recognised as the time a lead was created"
    if not read.created_timed:
        return f"{columns.created_at!r} has dates without a time of day"
    if read.has_contacts and not read.contacts_timed:
        return f"{', '.join(columns.first_contact_at)!r} has dates without a time of day"
    return "the activities have dates without a time of day" if called and not called.timed else ""


def _problems(
    connection: duckdb.DuckDBPyConnection,
    mapping: AuditMapping,
    sheets: AuditSheets,
    called: _ActivitySummary | None,
    spent: spend_rows.SpendRead | None,
) -> tuple[tuple[dict[str, Any], ...], int]:
    queries = [(sheets.leads.name, lead_rows.problems(mapping.leads))]
    if sheets.activities and mapping.activities and called and called.rows["rejected"]:
        queries.append((sheets.activities.name, activity_rows.problems(sheets.activities, mapping.activities)))
    collected: list[dict[str, Any]] = []
    total = 0
    for file, sql in queries:
        connection.execute(f"create or replace temp table troubles as {sql}")
        total += int(connection.execute("select count(*) from troubles").fetchall()[0][0])
        collected += _listed(connection, file, MOST_PROBLEMS - len(collected))
    if sheets.spend and spent:
        names = ("row", "column", "value", "reason")
        listed = sorted(spent.problems, key=lambda each: (each[0], each[1] or "", each[3]))
        total += len(listed)
        collected += [{"file": sheets.spend.name, **dict(zip(names, each, strict=True))} for each in listed]
    return tuple(collected[:MOST_PROBLEMS]), total


def _listed(connection: duckdb.DuckDBPyConnection, file: str, most: int) -> Iterable[dict[str, Any]]:
    rows = connection.execute(
        f'select {quoted(file)} as file, row, "column", left(value, 200) as value, reason from troubles'
        f' order by row, "column" nulls first, reason limit {most}'
    ).fetchall()
    return [dict(zip(("file", "row", "column", "value", "reason"), row, strict=True)) for row in rows]
