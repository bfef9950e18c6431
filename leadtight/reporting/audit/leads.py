"""Leads of a file as typed rows, with rejections."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import duckdb

from leadtight.reporting.audit.amounts import (
    amount_problem_sql,
    amount_sql,
    are_plain,
    is_plain,
    plain_sql,
    reset_currencies,
)
from leadtight.reporting.audit.dates import SECOND, TimeColumn, time_columns
from leadtight.reporting.audit.durations import seconds
from leadtight.reporting.audit.errors import UnrepresentativeSampleError
from leadtight.reporting.audit.exclusions import excluded_sql
from leadtight.reporting.audit.mapping import ActivityColumns, LeadColumns, named
from leadtight.reporting.audit.options import AuditOptions
from leadtight.reporting.audit.qualification import qualified_sql
from leadtight.reporting.audit.source_file import FEW, SourceFile, clean, cleaned_values, is_clean, raw
from leadtight.reporting.facts.table import microseconds, quoted

DAMAGED = r"^[0-9](?:[.,][0-9]{1,17})?[eE][+][0-9]{1,2}$"
"""A number that a spreadsheet has rounded.

Several ids look the same, so it joins nothing (R15).
"""


@dataclass(frozen=True, slots=True)
class LeadsRead:
    """What the file of leads contains.

    `has_contacts`: it has contacts at all; the `…_timed` fields: those times have a time of day.
    """

    has_contacts: bool
    created_timed: bool
    contacts_timed: bool
    excluded: tuple[tuple[str, int], ...]


def read_leads(
    connection: duckdb.DuckDBPyConnection, sheet: SourceFile, columns: LeadColumns, options: AuditOptions
) -> LeadsRead:
    """Create the view `leads` from `leads_text`, row by row.

    `excluded` and `rejected` hold the reason; a lead has neither. Times are microseconds since 1970. `said_…` holds the
    text in the file where it could not be used.
    """
    times = _times(connection, sheet, columns, options)
    typed = _typed(connection, sheet, columns, times)
    stage = _stage(connection, sheet, columns)
    connection.execute(f"create table leads_stored as {_stored(sheet, columns, times, typed, stage, options)}")
    sheet.check_like_sample(connection, "leads_stored")
    numbered = f"select * replace (coalesce(row, rowid + {sheet.first_row}) as row)"
    connection.execute(f"create view leads_timed as {numbered} from leads_stored")
    judged = _JUDGED.format(
        bounds=bounds(options, "created_us"), before=_before(options), created=_rejected_created(columns)
    )
    connection.execute(f"create view leads_judged as {judged}")
    connection.execute(_REPEATED.format(damaged=is_damaged_id("lead_id")))
    connection.execute(_EARLIEST)
    is_merged = bool(connection.execute("select 1 from earliest limit 1").fetchall())
    connection.execute(_LEADS.format(contact=_MERGED if is_merged else "contact_us"))
    timed = all(times[name].has_time for name in columns.first_contact_at)
    counted = connection.execute(
        "select excluded, count(*) from leads where excluded is not null group by 1 order by 1"
    ).fetchall()
    created_timed = columns.created_at is not None and times[columns.created_at].has_time
    contacts = bool(columns.first_contact_at or columns.response_time)
    return LeadsRead(contacts, created_timed, timed, tuple((row[0], row[1]) for row in counted))


def _typed(
    connection: duckdb.DuckDBPyConnection, sheet: SourceFile, columns: LeadColumns, times: Mapping[str, TimeColumn]
) -> dict[str, tuple[str | None, str]]:
    """Return column and SQL of typed values, by result name."""
    named_times = {
        "created_us": columns.created_at,
        "assigned_us": columns.first_assigned_at,
        "stage_since_us": columns.stage_since,
        "qualified_us": columns.qualified_at,
    } | {f"contact_{n}_us": name for n, name in enumerate(columns.first_contact_at)}
    time_sql = {key: (name, times[name].sql if name else "null::bigint") for key, name in named_times.items()}
    waited = _waited(connection, sheet, columns)
    return time_sql | {
        "waited_us": (columns.response_time, waited),
        "value": (columns.value, _value(connection, sheet, columns)),
    }


def _waited(connection: duckdb.DuckDBPyConnection, sheet: SourceFile, columns: LeadColumns) -> str:
    """Return SQL for response times; parses each duration once."""
    if columns.response_time is None:
        return "null::bigint"
    if sheet.is_sampled:
        raise UnrepresentativeSampleError(f"{sheet.name}: lengths of time are read one by one")
    cell = sheet.cell(columns.response_time)
    texts = [r[0] for r in connection.execute(f"select distinct {cell} from leads_text").fetchall() if r[0]]
    lengths = {text: seconds(text, columns.response_unit) for text in texts}
    readable = [(text, round(length * SECOND)) for text, length in lengths.items() if length is not None]
    connection.execute(
        "create temp table response_times as select unnest($texts::varchar[]) as text, unnest($us::bigint[]) as us",
        {"texts": [text for text, _ in readable], "us": [us for _, us in readable]},
    )
    return f"(select max(r.us) from response_times r where r.text = {cell})"


def _stored(
    sheet: SourceFile,
    columns: LeadColumns,
    times: Mapping[str, TimeColumn],
    typed: Mapping[str, tuple[str | None, str]],
    stage: str,
    options: AuditOptions,
) -> str:
    contacts = {f"contact_{n}_us": name for n, name in enumerate(columns.first_contact_at)}
    waited = ["case when waited_us >= 0 then created_us + waited_us end"] if columns.response_time else []
    first = _least([from_creation(at, times[name]) for at, name in contacts.items()] + waited)
    unreadable = [
        f"case when {at} is null then {clean(sheet.cell(name))} is not null else false end"
        for at, name in (contacts | ({"waited_us": columns.response_time} if columns.response_time else {})).items()
    ]
    computed = ", ".join(f"{sql} as {name}" for name, (_, sql) in typed.items())
    source_columns = {name: column for name, (column, _) in typed.items() if name not in contacts and column}
    if columns.person_key:
        source_columns["person_key"] = columns.person_key
    unused = "contact_us is null or contact_unreadable"
    kept = [
        f"case when {n} is null then {clean(sheet.cell(column))} end as said_{n}"
        for n, column in source_columns.items()
    ]
    kept += [f"case when {unused} then {clean(sheet.cell(name))} end as said_{at}" for at, name in contacts.items()]
    return f"""
        select row, trouble, lead_id, person_key, owner, source, stage, value, stage_since_us, lost_reason_given,
            qualified_us, is_qualified, created_blank,
            created_us, assigned_us, contact_us, contact_unreadable, excluded, unlike
            {"".join(f", {each}" for each in kept)}
        from (
            select *, {_cell(sheet, columns.lead_id)} as lead_id, {_key(sheet, columns.person_key)} as person_key,
                {_cell(sheet, columns.owner)} as owner, {_cell(sheet, columns.source)} as source, {stage} as stage,
                {_given(sheet, columns.lost_reason)} as lost_reason_given,
                {qualified_sql(sheet, columns)} as is_qualified,
                {_blank(sheet, columns.created_at)} as created_blank, {first} as contact_us,
                {" or ".join(unreadable) or "false"} as contact_unreadable,
                {excluded_sql(sheet, options.exclusions)} as excluded, {_unlike(sheet, columns, typed)} as unlike
            from (select *, {computed} from leads_text_whole)
        )
    """


def _unlike(sheet: SourceFile, columns: LeadColumns, typed: Mapping[str, tuple[str | None, str]]) -> str:
    """Return SQL for whether a row is unlike the sample."""
    if not sheet.is_sampled:
        return "false"
    parts = [
        f"case when {name} is null then {clean(sheet.cell(column))} is not null else false end"
        for name, (column, _) in typed.items()
        if column
    ]
    if columns.value:
        cell = sheet.cell(columns.value)
        unlike = " and ".join(f"not {is_plain(each, columns.decimal)}" for each in (raw(cell), cell))
        parts.append(f"coalesce({unlike}, false)")
    return " or ".join((*parts, sheet.new_value_sql(), sheet.is_empty(column for _, column in named(columns))))


_JUDGED = """
    select *, (left_out is null or before) and trouble is null and no_created is null and not contact_unreadable
            as usable
    from (
        select *, coalesce(excluded, {bounds}) as left_out, excluded is null and {before} as before,
            {created} as no_created
        from leads_timed
    )
"""

ANOTHER_ROW = "another row of a lead"
"""Reason for not counting a repeated row of a lead.

A row above has the same lead and creation, as in exports with a row for each activity.
"""

_REPEATED = """
    create table repeated as
    select row, first_row, created_us is not distinct from first_created_us as is_same from (
        select row, created_us, first_value(row) over ids as first_row,
            first_value(created_us) over ids as first_created_us
        from leads_judged
        where usable and hash(lead_id) in (
            select hash(lead_id) from leads_stored where lead_id is not null group by 1 having count(*) > 1
        ) and not {damaged}
        window ids as (partition by lead_id, before order by row)
    ) where row <> first_row
"""
"""Rows of a usable lead whose id occurs earlier.

Those of the previous period count as a separate file. Few ids are repeated, and comparing their hashes finds them
faster.
"""

_EARLIEST = """
    create table earliest as select first_row as row, min(contact_us) as contact_us
    from repeated join leads_judged using (row) where is_same and contact_us is not null group by 1
"""
_MERGED = "least(contact_us, (select e.contact_us from earliest e where e.row = leads_judged.row))"

_LEADS = """
    create view leads as
    select * exclude (excluded, left_out, no_created, usable, before, contact_us), {contact} as contact_us,
        before and usable and row not in (select row from repeated) as earlier, left_out as excluded,
        case
            when left_out is not null then null
            when trouble is not null then trouble
            when no_created is not null then no_created
            when contact_unreadable then 'first contact is not a readable time'
            when row in (select row from repeated where is_same) then 'another row of a lead'
            when row in (select row from repeated) then 'this id occurs earlier'
        end as rejected
    from leads_judged
"""


def problems(columns: LeadColumns) -> str:
    """Return SQL for problems: row, column, value and reason."""
    parts = ["select row, null as c, null as v, rejected as reason from suspects where rejected = trouble"]
    if columns.created_at:
        reasons = "('is not a readable time', 'is blank')"
        parts.append(_select(columns.created_at, "said_created_us", f"rejected in {reasons}", "rejected"))
    for n, name in enumerate(columns.first_contact_at):
        text = f"said_contact_{n}_us"
        unreadable = f"rejected = 'first contact is not a readable time' and {text} is not null"
        parts.append(_select(name, text, unreadable, "rejected"))
        too_early = f"{_KEPT} and contact_us is null and {text} is not null"
        parts.append(_select(name, text, too_early, "'is before the lead was created, so it is not a contact'"))
    if columns.response_time:
        unread = "rejected = 'first contact is not a readable time' and said_waited_us is not null"
        parts.append(_select(columns.response_time, "said_waited_us", unread, "'is not a readable duration'"))
    if columns.lead_id:
        parts.append(_select(columns.lead_id, "lead_id", "rejected = 'this id occurs earlier'", "rejected"))
    for name, column, reason in (
        ("assigned_us", columns.first_assigned_at, "'is not a readable time'"),
        ("qualified_us", columns.qualified_at, "'is not a readable time'"),
        ("value", columns.value, amount_problem_sql("leads_text")),
        ("person_key", columns.person_key, "'is a rounded number, so it joins nothing'"),
    ):
        if column:
            text = f"said_{name}"
            parts.append(_select(column, text, f"{_KEPT} and {text} is not null and {name} is null", reason))
    return (
        "with suspects as materialized (select * from leads where rejected is not null"
        f"{''.join(f' or {column} is not null' for column in _text_columns(columns))})"
        f" select row, c as column, v as value, reason from ({' union all '.join(parts)})"
    )


_KEPT = "rejected is null and excluded is null"


def _text_columns(columns: LeadColumns) -> list[str]:
    times = {"assigned_us": columns.first_assigned_at, "qualified_us": columns.qualified_at}
    single = times | {"value": columns.value, "person_key": columns.person_key}
    names = [f"said_{name}" for name, column in single.items() if column]
    return names + [f"said_contact_{n}_us" for n in range(len(columns.first_contact_at))]


def _select(column: str, text: str, where: str, reason: str) -> str:
    return f"select row, {quoted(column)}, {text}, {reason} from suspects where {where}"


def _times(
    connection: duckdb.DuckDBPyConnection, sheet: SourceFile, columns: LeadColumns, options: AuditOptions
) -> Mapping[str, TimeColumn]:
    wanted = [
        columns.created_at,
        columns.first_assigned_at,
        columns.stage_since,
        columns.qualified_at,
        *columns.first_contact_at,
    ]
    names = [name for name in wanted if name]
    return times_of(connection, sheet, "leads_text", names, options, columns)


def times_of(
    connection: duckdb.DuckDBPyConnection,
    sheet: SourceFile,
    table: str,
    names: Iterable[str],
    options: AuditOptions,
    columns: LeadColumns | ActivityColumns,
) -> Mapping[str, TimeColumn]:
    """Return how to read columns of times.

    Raises UnrepresentativeSampleError when the sample leaves it open.
    """
    cells = {name: sheet.cell(name) for name in names}
    zone = ZoneInfo(columns.timezone) if columns.timezone else options.calendar.zone
    readings = time_columns(connection, table, cells, file=sheet.name, zone=zone, date_format=columns.date_format)
    if sheet.is_sampled and not all(each.is_decided for each in readings.values()):
        raise UnrepresentativeSampleError(f"{sheet.name}: the beginning does not tell day from month")
    return readings


def _blank(sheet: SourceFile, created: str | None) -> str:
    if not created:
        return "true"
    return f"case when created_us is null then {clean(sheet.cell(created))} is null else false end"


def _cell(sheet: SourceFile, column: str | None) -> str:
    return sheet.cell(column) if column else "null::varchar"


def _key(sheet: SourceFile, column: str | None) -> str:
    return key_sql(sheet.cell(column)) if column else "null::varchar"


def key_sql(cell: str) -> str:
    """Return SQL for a join key.

    Null where it is blank or has lost digits (R14, R15). Case does not matter in a mail address; in an id it does.
    """
    text = clean(cell)
    other = f"case when {is_damaged_id(text)} then null when contains({text}, '@') then lower({text}) else {text} end"
    is_plain_id = f"{is_clean(cell)} and not contains({raw(cell)}, '+') and not contains({raw(cell)}, '@')"
    return f"case when {is_plain_id} then {raw(cell)} else {other} end"


def is_damaged_id(cell: str) -> str:
    """Return SQL for whether a spreadsheet has rounded an id."""
    return f"(contains({cell}, '+') and regexp_matches({cell}, {quoted(DAMAGED)}))"


def _stage(connection: duckdb.DuckDBPyConnection, sheet: SourceFile, columns: LeadColumns) -> str:
    """Return SQL for the stage.

    Spellings that were examined for the mapping are not examined again in every row.
    """
    if columns.stage is None:
        return "null::varchar"
    cell, ends = sheet.cell(columns.stage), {"won": columns.won, "lost": columns.lost}
    arms = _arms(raw(cell), _spellings_by_stage(connection, sheet, cell, ends))
    arms += _arms(f"lower({cell})", {word: [v.strip().lower() for v in values] for word, values in ends.items()})
    return f"case{arms} else {cell} end" if arms else cell


def _spellings_by_stage(
    connection: duckdb.DuckDBPyConnection, sheet: SourceFile, cell: str, ends: Mapping[str, Iterable[str]]
) -> dict[str, list[str]]:
    """Return the few examined spellings, by stage."""
    spelled = sheet.spelled.get(cell, [])
    means = {value.strip().lower(): word for word, values in ends.items() for value in values}
    by_stage: dict[str, list[str]] = {}
    for text, value in cleaned_values(connection, spelled).items() if len(spelled) <= FEW else ():
        if value is not None:
            by_stage.setdefault(means.get(value.lower(), value), []).append(text)
    return by_stage


def _arms(cell: str, meant: Mapping[str, Sequence[str]]) -> str:
    arms = ((word, ", ".join(map(quoted, texts))) for word, texts in meant.items() if texts)
    return "".join(f" when {cell} in ({texts}) then {quoted(word)}" for word, texts in arms)


def _given(sheet: SourceFile, column: str | None) -> str:
    return f"({sheet.cell(column)} is not null)" if column else "null::boolean"


def _value(connection: duckdb.DuckDBPyConnection, sheet: SourceFile, columns: LeadColumns) -> str:
    if columns.value is None:
        return "null::decimal(18, 2)"
    cell = sheet.cell(columns.value)
    currency = sheet.cell(columns.currency) if columns.currency else None
    if not sheet.is_sampled:
        where = f"{sheet.name}: column {columns.value!r}"
        return amount_sql(connection, "leads_text", cell, columns.decimal, where, currency)
    reset_currencies(connection, "leads_text")
    if currency and len(set(sheet.spellings(connection, "leads_text", currency)) - {None, ""}) > 1:
        raise UnrepresentativeSampleError(f"{sheet.name}: {columns.currency!r} has several currencies")
    if not are_plain(connection, "leads_text", cell, columns.decimal):
        raise UnrepresentativeSampleError(f"{sheet.name}: {columns.value!r} has amounts of several kinds")
    return plain_sql(cell)


def from_creation(at: str, contact: TimeColumn) -> str:
    """Return SQL for a contact at or after the creation.

    One known only to the day or minute may be in that of the creation.
    """
    if not contact.left_out:
        return f"case when {at} >= coalesce(created_us, 0) then {at} end"
    return f"case when {at} + {contact.left_out} >= coalesce(created_us, 0) then greatest({at}, created_us) end"


def _least(times: list[str]) -> str:
    return f"least({', '.join(times)})" if times else "null::bigint"


def bounds(options: AuditOptions, at: str) -> str:
    """Return SQL for why a time is not counted.

    Null where it is inside the counted days.
    """
    arms = ""
    if options.start:
        arms += f" when ({at}) < {microseconds(options.start)} then 'before --since'"
    if options.end:
        arms += f" when ({at}) >= {microseconds(options.end)} then 'after --until'"
    return f"case{arms} end" if arms else "null::varchar"


def _before(options: AuditOptions) -> str:
    """Return SQL for whether a lead precedes the counted days.

    It arrived in the previous period, which is as long as the counted one.
    """
    if options.previous_start is None or options.start is None:
        return "false"
    start, end = microseconds(options.previous_start), microseconds(options.start)
    return f"coalesce(created_us >= {start} and created_us < {end}, false)"


def _rejected_created(columns: LeadColumns) -> str:
    if columns.created_at is None:
        return "null::varchar"
    return (
        "case when created_us is null then"
        " case when created_blank then 'is blank' else 'is not a readable time' end end"
    )
