"""The file of activities, and which of them is a lead's first contact."""

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from leadtight.reporting.audit.chosen import required
from leadtight.reporting.audit.dates import time_columns
from leadtight.reporting.audit.files import Sheet
from leadtight.reporting.audit.leads import DAY, key_sql
from leadtight.reporting.audit.mapping import ActivityColumns
from leadtight.reporting.audit.options import Options
from leadtight.reporting.audit.recognition import RESULTS, plain
from leadtight.reporting.table import quoted


@dataclass(frozen=True, slots=True)
class ActivitiesRead:
    """What the file of activities can say, and what became of its rows."""

    timed: bool
    rows: Mapping[str, int]


def read_activities(
    connection: duckdb.DuckDBPyConnection, sheet: Sheet, columns: ActivityColumns, options: Options
) -> ActivitiesRead:
    """Create the table `activities` from `activities_text`; `counts` tells what may be a contact."""
    name = required(columns, "at", sheet)
    key = key_sql(sheet.cell(required(columns, "person_key", sheet)))
    at = time_columns(
        connection,
        "activities_text",
        {name: sheet.cell(name)},
        file=sheet.name,
        zone=options.calendar.zone,
        date_format=columns.date_format,
    )[name]
    who = sheet.cell(columns.owner) if columns.owner else "null::varchar"
    tried = {column: values for column, values in columns.is_contact.items() if plain(column) not in RESULTS}
    connection.execute(f"""
        create table activities as select row, {key} as person_key, at_us, {who} as who,
            {_counts(sheet, columns.is_contact)} as counts, {_counts(sheet, tried)} as is_attempt,
            case when trouble is not null then trouble
                when {sheet.cell(name)} is null then 'is blank'
                when at_us is null then 'is no readable time' end as rejected
        from (select *, {at.sql} as at_us from activities_text)
    """)
    return ActivitiesRead(at.has_time, _rows(connection))


def join_contacts(connection: duckdb.DuckDBPyConnection, *, timed: bool) -> None:
    """Create `contacts`: for each lead with a key, the earliest activity that counts at or after its creation, and who
    made it; and `attempts`: how many attempts each had, every one that of the latest lead of its person before it.

    Blank keys are in neither side of the joins (R14). Activities of which only the day is known may be on the day of
    the creation.
    """
    latest = "at_us" if timed else f"at_us + {DAY - 1}"
    connection.execute("""
        create temp table keyed as select row, person_key, coalesce(created_us, 0) as created_us from leads
        where ((excluded is null and rejected is null) or earlier) and person_key is not null
    """)
    connection.execute(f"""
        create table contacts as
        select l.row, greatest(a.at_us, l.created_us) as contact_us, a.who
        from keyed l
        asof join (select person_key, at_us, min(who) as who, {latest} as latest_us from activities
            where counts and rejected is null and person_key is not null group by person_key, at_us) a
            on l.person_key = a.person_key and l.created_us <= a.latest_us
    """)
    connection.execute(f"""
        create table attempts as
        select l.row, count(*) as attempts
        from (select person_key, {latest} as latest_us from activities
            where is_attempt and rejected is null and person_key is not null) a
        asof join (select person_key, created_us, min(row) as row from keyed group by 1, 2) l
            on a.person_key = l.person_key and a.latest_us >= l.created_us
        group by l.row
    """)


def problems(sheet: Sheet, columns: ActivityColumns) -> str:
    """Return SQL for the problems of the file, one row each: row, column, value, reason."""
    name = required(columns, "at", sheet)
    return (
        f"select row, case when rejected = trouble then null else {quoted(name)} end as column,"
        f" case when rejected = trouble then null else {sheet.cell(name)} end as value, rejected as reason"
        " from activities join activities_text using (row) where rejected is not null"
    )


def _counts(sheet: Sheet, is_contact: Mapping[str, tuple[str, ...]]) -> str:
    parts = [
        f"coalesce(lower({sheet.cell(column)}) in ({', '.join(quoted(v.strip().lower()) for v in values)}), false)"
        for column, values in is_contact.items()
        if values
    ]
    return " and ".join(parts) or "true"


def _rows(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    row = connection.execute("""
        select count(*), count(*) filter (rejected is null and counts),
            count(*) filter (rejected is null and not counts), count(*) filter (rejected is not null),
            count(*) filter (rejected is null and joins), count(*) filter (rejected is null and not joins),
            count(*) filter (rejected is null and person_key is null)
        from (select *, case when person_key is null then null
            else person_key in (select person_key from leads where person_key is not null) end as joins
            from activities)
    """).fetchall()[0]
    names = ("read", "accepted", "excluded", "rejected", "joined", "unjoined", "blank_key")
    return dict(zip(names, row, strict=True))
