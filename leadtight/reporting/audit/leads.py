"""The file of leads as rows with times, and why a row is not one of them."""

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from leadtight.reporting.audit.amounts import amount_sql
from leadtight.reporting.audit.dates import TimeColumn, time_columns
from leadtight.reporting.audit.errors import UnusableError
from leadtight.reporting.audit.files import Sheet, cleaned
from leadtight.reporting.audit.mapping import LeadColumns, named
from leadtight.reporting.audit.options import Exclusion, Options
from leadtight.reporting.audit.recognition import plain
from leadtight.reporting.table import microseconds, quoted

DAMAGED = r"^[0-9](?:[.,][0-9]{1,17})?[eE][+][0-9]{1,2}$"
"""A number that a spreadsheet has rounded: several ids look the same, so it joins nothing (R15)."""


DAY = 86_400_000_000
"""Microseconds."""


@dataclass(frozen=True, slots=True)
class LeadsRead:
    """What the file of leads can say: whether it knows contacts at all, and of what by the time of day."""

    has_contacts: bool
    created_timed: bool
    contacts_timed: bool
    excluded: tuple[tuple[str, int], ...]


def read_leads(
    connection: duckdb.DuckDBPyConnection, sheet: Sheet, columns: LeadColumns, options: Options
) -> LeadsRead:
    """Create the view `leads`, one row for each row of the file, from `leads_text`.

    `excluded` and `rejected` hold the reason; a lead has neither. Times are microseconds since 1970.
    """
    times = _times(connection, sheet, columns, options)
    contacts = [times[name] for name in columns.first_contact_at]
    created = times[columns.created_at].sql if columns.created_at else "null::bigint"
    assigned = times[columns.first_assigned_at].sql if columns.first_assigned_at else "null::bigint"
    since = times[columns.stage_since].sql if columns.stage_since else "null::bigint"
    first = _least([from_creation(time) for time in contacts])
    unreadable = [f"({sheet.cell(n)} is not null and {times[n].sql} is null)" for n in columns.first_contact_at]
    connection.execute(f"""
        create table leads_timed as select row, trouble,
            {_cell(sheet, columns.lead_id)} as lead_id, {_key(sheet, columns.person_key)} as person_key,
            {_cell(sheet, columns.owner)} as owner, {_cell(sheet, columns.source)} as source,
            {_stage(sheet, columns)} as stage,
            {_value(connection, sheet, columns)} as value, {since} as stage_since_us,
            {_given(sheet, columns.lost_reason)} as lost_reason_given,
            {_cell(sheet, columns.created_at)} is null as created_blank, created_us,
            {assigned} as assigned_us, {first} as contact_us,
            {" or ".join(unreadable) or "false"} as contact_unreadable,
            {_excluded(sheet, options.exclusions)} as excluded
        from (select *, {created} as created_us from leads_text)
    """)
    judged = _JUDGED.format(
        bounds=bounds(options, "created_us"), before=_before(options), created=_rejected_created(columns)
    )
    connection.execute(f"create view leads_judged as {judged}")
    connection.execute(_REPEATED.format(damaged=is_damaged("lead_id")))
    connection.execute(_LEADS)
    timed = all(times[name].has_time for name in columns.first_contact_at)
    counted = connection.execute(
        "select excluded, count(*) from leads where excluded is not null group by 1 order by 1"
    ).fetchall()
    created_timed = columns.created_at is not None and times[columns.created_at].has_time
    return LeadsRead(bool(contacts), created_timed, timed, tuple((row[0], row[1]) for row in counted))


_JUDGED = """
    select *, (left_out is null or before) and trouble is null and no_created is null and not contact_unreadable
            as usable
    from (
        select *, coalesce(excluded, {bounds}) as left_out, excluded is null and {before} as before,
            {created} as no_created
        from leads_timed
    )
"""

_REPEATED = """
    create table repeated as
    select row from (
        select row, row_number() over (partition by lead_id, before order by row) as occurrence
        from leads_judged
        where usable and lead_id in (
            select lead_id from leads_timed where lead_id is not null group by lead_id having count(*) > 1
        ) and not {damaged}
    ) where occurrence > 1
"""
"""Rows of a usable lead whose id occurs before; those of the period before are a file of their own."""

_LEADS = """
    create view leads as
    select * exclude (excluded, left_out, no_created, usable, before),
        before and usable and row not in (from repeated) as earlier, left_out as excluded,
        case
            when left_out is not null then null
            when trouble is not null then trouble
            when no_created is not null then no_created
            when contact_unreadable then 'first contact is no readable time'
            when row in (from repeated) then 'this id occurs before'
        end as rejected
    from leads_judged
"""


def problems(sheet: Sheet, columns: LeadColumns) -> str:
    """Return SQL for the problems of the file, one row each: file, row, column, value, reason."""
    parts = ["select row, null as c, null as v, rejected as reason from joined where rejected = trouble"]
    if columns.created_at:
        reasons = "('is no readable time', 'is blank')"
        parts.append(_select(sheet, columns.created_at, f"rejected in {reasons}", "rejected"))
    for name in columns.first_contact_at:
        cell = sheet.cell(name)
        parts.append(
            _select(sheet, name, f"rejected = 'first contact is no readable time' and {cell} is not null", "rejected")
        )
        before = f"rejected is null and excluded is null and contact_us is null and {cell} is not null"
        parts.append(_select(sheet, name, before, "'is before the lead was created, so it is no contact'"))
    if columns.lead_id:
        parts.append(_select(sheet, columns.lead_id, "rejected = 'this id occurs before'", "rejected"))
    kept = "rejected is null and excluded is null"
    if columns.first_assigned_at:
        cell = sheet.cell(columns.first_assigned_at)
        where = f"{kept} and {cell} is not null and assigned_us is null"
        parts.append(_select(sheet, columns.first_assigned_at, where, "'is no readable time'"))
    if columns.value:
        where = f"{kept} and {sheet.cell(columns.value)} is not null and value is null"
        parts.append(_select(sheet, columns.value, where, "'is no amount'"))
    if columns.person_key:
        where = f"{kept} and {sheet.cell(columns.person_key)} is not null and person_key is null"
        parts.append(_select(sheet, columns.person_key, where, "'is a rounded number, so it joins nothing'"))
    unset = {
        "contact_us": columns.first_contact_at,
        "assigned_us": columns.first_assigned_at,
        "value": columns.value,
        "person_key": columns.person_key,
    }
    suspect = "".join(f" or {name} is null" for name, column in unset.items() if column)
    wanted = sheet.positions(column for _, column in named(columns))
    text = cleaned("(from leads_text_raw where row in (select row from suspects))", wanted)
    return (
        f"with suspects as materialized (select * from leads where rejected is not null{suspect}),"
        f" joined as (select l.*, t.* exclude (row, trouble) from suspects l join ({text}) t using (row))"
        f" select row, c as column, v as value, reason from ({' union all '.join(parts)})"
    )


def _select(sheet: Sheet, column: str, where: str, reason: str) -> str:
    return f"select row, {quoted(column)}, {sheet.cell(column)}, {reason} from joined where {where}"


def _times(
    connection: duckdb.DuckDBPyConnection, sheet: Sheet, columns: LeadColumns, options: Options
) -> Mapping[str, TimeColumn]:
    wanted = [columns.created_at, columns.first_assigned_at, columns.stage_since, *columns.first_contact_at]
    cells = {name: sheet.cell(name) for name in wanted if name}
    return time_columns(
        connection,
        "leads_text",
        cells,
        file=sheet.name,
        zone=options.calendar.zone,
        date_format=columns.date_format,
    )


def _cell(sheet: Sheet, column: str | None) -> str:
    return sheet.cell(column) if column else "null::varchar"


def _key(sheet: Sheet, column: str | None) -> str:
    return key_sql(sheet.cell(column)) if column else "null::varchar"


def key_sql(cell: str) -> str:
    """Return SQL for a key that joins: null where it is blank or has lost digits (R14, R15)."""
    return f"case when {is_damaged(cell)} then null else {cell} end"


def is_damaged(cell: str) -> str:
    """Return SQL that tells whether a spreadsheet has rounded an id."""
    return f"(contains({cell}, '+') and regexp_matches({cell}, {quoted(DAMAGED)}))"


def _stage(sheet: Sheet, columns: LeadColumns) -> str:
    if columns.stage is None:
        return "null::varchar"
    cell = sheet.cell(columns.stage)
    arms = "".join(
        f" when lower({cell}) in ({', '.join(quoted(v.strip().lower()) for v in values)}) then '{word}'"
        for word, values in (("won", columns.won), ("lost", columns.lost))
        if values
    )
    return f"case{arms} else {cell} end" if arms else cell


def _given(sheet: Sheet, column: str | None) -> str:
    return f"({sheet.cell(column)} is not null)" if column else "null::boolean"


def _value(connection: duckdb.DuckDBPyConnection, sheet: Sheet, columns: LeadColumns) -> str:
    if columns.value is None:
        return "null::decimal(18, 2)"
    return amount_sql(connection, "leads_text", sheet.cell(columns.value), columns.decimal)


def from_creation(contact: TimeColumn) -> str:
    """Return SQL for a contact at or after a lead's creation; a contact of which only the day is known may be on it."""
    if contact.has_time:
        return f"case when {contact.sql} >= coalesce(created_us, 0) then {contact.sql} end"
    return (
        f"case when {contact.sql} + {DAY - 1} >= coalesce(created_us, 0) then greatest({contact.sql}, created_us) end"
    )


def _least(times: list[str]) -> str:
    return f"least({', '.join(times)})" if times else "null::bigint"


def _excluded(sheet: Sheet, exclusions: tuple[Exclusion, ...]) -> str:
    arms = "".join(
        f" when lower({sheet.cell(exclusion_column(sheet, each))}) = {quoted(each.value.strip().lower())}"
        f" then {quoted(each.rule)}"
        for each in exclusions
    )
    return f"case{arms} end" if arms else "null::varchar"


def exclusion_column(sheet: Sheet, exclusion: Exclusion) -> str:
    """Return the column that an exclusion names. Raises UnusableError when the file has none of that name."""
    if exclusion.column in sheet.columns:
        return exclusion.column
    wanted = plain(exclusion.column)
    found = next((name for name in sheet.columns if plain(name) == wanted), None)
    if found is None:
        raise UnusableError(f"{sheet.name}: row 1: --exclude: there is no column {exclusion.column!r}")
    return found


def bounds(options: Options, at: str) -> str:
    """Return SQL for why a time is outside the days that count, null where it is not."""
    arms = ""
    if options.start:
        arms += f" when ({at}) < {microseconds(options.start)} then 'before --since'"
    if options.end:
        arms += f" when ({at}) >= {microseconds(options.end)} then 'after --until'"
    return f"case{arms} end" if arms else "null::varchar"


def _before(options: Options) -> str:
    """Return SQL that tells which leads came in the period of equal length before the one that counts."""
    if options.before is None or options.start is None:
        return "false"
    start, end = microseconds(options.before), microseconds(options.start)
    return f"coalesce(created_us >= {start} and created_us < {end}, false)"


def _rejected_created(columns: LeadColumns) -> str:
    if columns.created_at is None:
        return "null::varchar"
    return (
        "case when created_us is null then case when created_blank then 'is blank' else 'is no readable time' end end"
    )
