"""The file of activities, and which of them is a lead's first contact."""

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from leadtight.reporting.audit.chosen import required
from leadtight.reporting.audit.dates import time_columns
from leadtight.reporting.audit.files import Sheet, cleaned, is_blank, raw, written
from leadtight.reporting.audit.leads import DAY, key_sql
from leadtight.reporting.audit.mapping import ActivityColumns
from leadtight.reporting.audit.options import Options
from leadtight.reporting.audit.recognition import RESULTS, plain
from leadtight.reporting.table import quoted

MOST_SPELLINGS = 5000
"""So many spellings of a column's values are looked at one by one; a column with more is compared row by row."""


@dataclass(frozen=True, slots=True)
class ActivitiesRead:
    """What the file of activities can say, and what became of its rows."""

    timed: bool
    rows: Mapping[str, int]


def read_activities(
    connection: duckdb.DuckDBPyConnection, sheet: Sheet, columns: ActivityColumns, options: Options
) -> ActivitiesRead:
    """Create `activities` from `activities_text`: when, for which key of the leads, and what it counts as.

    `keys` numbers the keys of leads; `key_no` is null for every other. `counts` tells what may be a contact,
    `is_attempt` what may be an attempt.
    """
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
    tried = {column: values for column, values in columns.is_contact.items() if plain(column) not in RESULTS}
    connection.execute("""
        create table keys as select person_key, (row_number() over ())::integer as key_no
        from (select distinct person_key from leads where person_key is not null)
    """)
    connection.execute(f"""
        create table activities as select row, key_no, a.person_key is null as is_blank, at_us, counts, is_attempt,
            case when trouble is not null then trouble when at_us is not null then null
                when {is_blank(sheet.cell(name))} then 'is blank' else 'is no readable time' end as rejected
        from (select row, trouble, {raw(sheet.cell(name))}, {key} as person_key, {at.sql} as at_us,
            {_counts(connection, sheet, columns.is_contact)} as counts,
            {_counts(connection, sheet, tried)} as is_attempt from activities_text) a
        left join keys on a.person_key = keys.person_key
    """)
    return ActivitiesRead(at.has_time, _rows(connection))


def join_contacts(
    connection: duckdb.DuckDBPyConnection, sheet: Sheet, columns: ActivityColumns, *, timed: bool
) -> None:
    """Create `contacts`: for each lead with a key, the earliest activity that counts at or after its creation, who made
    it, and how many attempts the lead had; an attempt is one of the latest lead of its person before it.

    Blank keys are in neither side of the joins (R14). Activities of which only the day is known may be on the day of
    the creation.
    """
    latest = "at_us" if timed else f"at_us + {DAY - 1}"
    connection.execute("""
        create temp table keyed as select row, key_no, coalesce(created_us, 0) as created_us
        from leads join keys using (person_key)
        where (excluded is null and rejected is null) or earlier
    """)
    alone = connection.execute("select count(*) = count(distinct key_no) from keyed").fetchall()[0][0]
    connection.execute(f"create temp table answered as {(_OF_ONE if alone else _OF_SEVERAL).format(latest=latest)}")
    who = f"t.{raw(sheet.cell(columns.owner))}" if columns.owner else "null::varchar"
    text = "left join activities_text_raw t on t.row = a.by_row" if columns.owner else ""
    connection.execute(f"""
        create temp table answered_by as
        select k.row, case when a.at_us is not null then greatest(a.at_us, k.created_us) end as contact_us,
            a.attempts, {who} as r0
        from keyed k join answered a using (row) {text}
    """)
    connection.execute(
        "create table contacts as select row, contact_us, coalesce(attempts, 0) as attempts, c0 as who"
        f" from ({cleaned('answered_by', [0])})"
    )


_FIRST = "min(at_us::hugeint * 4294967296 + a.row)"
"""The time of the earliest activity and, after it, its row, in one number: of several at one time the first counts."""

_APART = "select row, (first // 4294967296)::bigint as at_us, (first % 4294967296)::bigint as by_row, attempts"

_OF_ONE = f"""
    {_APART} from (
        select k.row, {_FIRST} filter (counts) as first, count(*) filter (is_attempt) as attempts
        from activities a join keyed k using (key_no)
        where rejected is null and (counts or is_attempt) and {{latest}} >= k.created_us group by k.row
    )
"""
"""Where every key belongs to one lead, each of its activities from the creation on is that lead's."""

_OF_SEVERAL = f"""
    with first as (
        select k.row, a.first from keyed k
        asof join (
            select key_no, {{latest}} as latest_us, {_FIRST} as first
            from activities a where counts and rejected is null and key_no is not null group by 1, 2
        ) a on k.key_no = a.key_no and k.created_us <= a.latest_us
    ), tried as (
        select k.row, count(*) as attempts
        from (select key_no, {{latest}} as latest_us from activities where is_attempt and rejected is null) a
        asof join (select key_no, created_us, min(row) as row from keyed group by 1, 2) k
            on a.key_no = k.key_no and a.latest_us >= k.created_us
        group by 1
    )
    {_APART} from (select row, first, attempts from first full join tried using (row))
"""


def forget(connection: duckdb.DuckDBPyConnection) -> None:
    """Drop what is not looked at again once contacts and problems are known: most of the memory of an audit."""
    connection.execute("drop view activities_text")
    for table in ("activities_text_raw", "activities", "keyed", "answered", "answered_by"):
        connection.execute(f"drop table {table}")


def problems(sheet: Sheet, columns: ActivityColumns) -> str:
    """Return SQL for the problems of the file, one row each: row, column, value, reason."""
    name = required(columns, "at", sheet)
    return (
        f"select row, case when rejected = trouble then null else {quoted(name)} end as column,"
        f" case when rejected = trouble then null else {sheet.cell(name)} end as value, rejected as reason"
        " from activities join activities_text using (row) where rejected is not null"
    )


def _counts(connection: duckdb.DuckDBPyConnection, sheet: Sheet, is_contact: Mapping[str, tuple[str, ...]]) -> str:
    parts = [_is_one_of(connection, sheet.cell(column), values) for column, values in is_contact.items() if values]
    return " and ".join(parts) or "true"


def _is_one_of(connection: duckdb.DuckDBPyConnection, cell: str, values: tuple[str, ...]) -> str:
    """Return SQL that tells whether a cell has one of these values, whatever its case and the spaces around it."""
    wanted = {value.strip().lower() for value in values}
    rows = connection.execute(f"select distinct {raw(cell)} from activities_text_raw limit {MOST_SPELLINGS}").fetchall()
    if len(rows) == MOST_SPELLINGS:
        return f"coalesce(lower({cell}) in ({', '.join(map(quoted, sorted(wanted)))}), false)"
    spelled = written(connection, [row[0] for row in rows])
    found = sorted(text for text, value in spelled.items() if value is not None and value.lower() in wanted)
    return f"coalesce({raw(cell)} in ({', '.join(map(quoted, found))}), false)" if found else "false"


def _rows(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    row = connection.execute("""
        select count(*), count(*) filter (rejected is null and counts),
            count(*) filter (rejected is null and not counts), count(*) filter (rejected is not null),
            count(*) filter (rejected is null and key_no is not null),
            count(*) filter (rejected is null and key_no is null and not is_blank),
            count(*) filter (rejected is null and is_blank)
        from activities
    """).fetchall()[0]
    names = ("read", "accepted", "excluded", "rejected", "joined", "unjoined", "blank_key")
    return dict(zip(names, row, strict=True))
