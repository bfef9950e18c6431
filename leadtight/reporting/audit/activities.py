"""The file of activities, and which of them is a lead's first contact."""

from collections.abc import Collection

import duckdb

from leadtight.reporting.audit.chosen import required
from leadtight.reporting.audit.dates import SECOND, TimeColumn, is_plausible
from leadtight.reporting.audit.files import MOST_SPELLINGS, Sheet, clean, cleaned, raw, written
from leadtight.reporting.audit.leads import key_sql, times_of
from leadtight.reporting.audit.mapping import ActivityColumns, named
from leadtight.reporting.audit.options import Options
from leadtight.reporting.audit.recognition import RESULTS, plain
from leadtight.reporting.table import quoted


def read_activities(
    connection: duckdb.DuckDBPyConnection, sheet: Sheet, columns: ActivityColumns, options: Options
) -> TimeColumn:
    """Create `activities` from `activities_text`: when, with whom, by whom (as in the file) and what it counts as.

    `counts` tells what may be a contact, `is_attempt` what may be an attempt. Returns what the times are.
    """
    name = required(columns, "at", sheet)
    at = times_of(connection, sheet, "activities_text", [name], options, columns.date_format)[name]
    chosen = {column: _is_one_of(connection, sheet, column, told) for column, told in columns.is_contact.items()}
    connection.execute(f"create table activities_stored as {_stored(sheet, columns, at, chosen)}")
    sheet.hold_to_beginning(connection, "activities_stored")
    numbered = (
        f"rowid + {sheet.first_row} as row, null::varchar as trouble, null::varchar as said, *" if sheet.begun else "*"
    )
    connection.execute(f"""
        create view activities as
        select *, case when trouble is not null then trouble when at_us is not null then null
            when said is null then 'is blank' else 'is no readable time' end as rejected
        from (select rowid as place, {numbered} from activities_stored)
    """)
    return at


def _stored(sheet: Sheet, columns: ActivityColumns, at: TimeColumn, chosen: dict[str, str]) -> str:
    """Return SQL for typed rows; `chosen` has what tells of each column's cells whether they count."""
    key = sheet.cell(required(columns, "person_key", sheet))
    matches = "".join(f", {sql} as {_match(sheet, column)}" for column, sql in chosen.items())
    counts = [f"coalesce({_match(sheet, column)}, false)" for column in chosen]
    tried = [f"coalesce({_match(sheet, column)}, false)" for column in chosen if plain(column) not in RESULTS]
    text = clean(sheet.cell(required(columns, "at", sheet)))
    # A time that stands in a large file and cannot be read is not like its beginning.
    said = f"case when at_us is null then {text} end as said"
    kept = f"{_unlike(sheet, columns, chosen, text)} as unlike" if sheet.begun else f"row, trouble, {said}"
    return f"""
        select {kept}, person_key, at_us, {" and ".join(counts) or "true"} as counts,
            {" and ".join(tried) or "true"} as is_attempt, {raw(sheet.cell(columns.owner)) if columns.owner else "null"}
            ::varchar as who
        from (
            select *, {raw(key) if sheet.begun else key_sql(key)} as person_key,
                {at.unbounded if sheet.begun else at.sql} as at_us {matches}
            from activities_text_whole
        )
    """


def _unlike(sheet: Sheet, columns: ActivityColumns, chosen: Collection[str], text: str) -> str:
    """Return SQL that tells whether a row of a large file is not like its beginning; `text` is when, as it stands."""
    empty = sheet.is_empty(column for _, column in named(columns))
    unread = f"case when {is_plausible('at_us')} then false else {text} is not null or {empty} end"
    news = [f"{_match(sheet, column)} is null" for column in chosen]
    return " or ".join((unread, *news, sheet.is_news(but=[sheet.cell(column) for column in chosen])))


def _match(sheet: Sheet, column: str) -> str:
    return f"is_{sheet.cell(column)}"


def join_contacts(connection: duckdb.DuckDBPyConnection, sheet: Sheet, *, left_out: int) -> dict[str, int]:
    """Create `contacts`: of leads with a key, the earliest activity that counts at or after the creation, who made it,
    and how many attempts the lead had; an attempt is one of the latest lead of its person before it.

    Returns what became of the rows. Blank keys are in neither side of the joins (R14). Activities of which only the day
    or the minute is known may be in that of the creation, where they may be told to be before it (`left_out`).
    """
    latest = f"at_us + {left_out}" if left_out else "at_us"
    connection.execute("""
        create temp table keyed as select row, person_key, coalesce(created_us, 0) as created_us,
            (excluded is null and rejected is null) or earlier as usable
        from leads where person_key is not null
    """)
    # By their hashes, which are sooner told apart; keys that share one are taken for a key of several leads.
    alone = connection.execute("select count(*) = count(distinct hash(person_key)) from keyed").fetchall()[0][0]
    unit = _unit(connection)
    joined = _answer(connection, latest, unit, alone=alone)
    if sheet.begun and _clean_keys(connection, joined):
        joined = _answer(connection, latest, unit, alone=alone)
    connection.execute(f"create view contacts as select row, contact_us, attempts, c0 as who from ({_NAMED})")
    return _rows(connection, joined)


def _unit(connection: duckdb.DuckDBPyConnection) -> int:
    """Return in how many microseconds the times can be counted: a second, where all are whole seconds, or one."""
    whole = f"select coalesce(bool_and(at_us % {SECOND} = 0), true) from activities_stored"
    return SECOND if connection.execute(whole).fetchall()[0][0] else 1


def _answer(connection: duckdb.DuckDBPyConnection, latest: str, unit: int, *, alone: bool) -> int:
    """Create `answered`, and return how many activities join a lead."""
    both = "ubigint" if unit == SECOND else "hugeint"
    first = f"min(((at_us // {unit})::{both} << 32) | a.place::{both})"
    found = (_OF_ONE if alone else _OF_SEVERAL).format(latest=latest, first=first)
    connection.execute(f"""
        create or replace temp table answered as
        select * exclude (first), (first >> 32)::bigint * {unit} as at_us, (first & {2**32 - 1})::bigint as by_place
        from ({found})
    """)
    joined = connection.execute("select sum(joined) from answered" if alone else _JOINED).fetchall()[0][0]
    return int(joined or 0)


def _clean_keys(connection: duckdb.DuckDBPyConnection, joined: int) -> bool:
    """Clean the keys of a large file, which stand as in the file, where some join nothing; tell whether any changed.

    Keys of leads are clean, so those that join them are.
    """
    if connection.execute("select count(person_key) from activities where rejected is null").fetchall()[0][0] == joined:
        return False
    connection.execute(f"""
        create temp table cleaned_keys as
        select r0, {key_sql("c0")} as person_key from (
            select distinct person_key as r0 from activities_stored
            where person_key is not null and person_key not in (select person_key from keyed)
        )
    """)
    changed: int = connection.execute("""
        update activities_stored a set person_key = k.person_key from cleaned_keys k
        where a.person_key = k.r0 and k.person_key is distinct from k.r0
    """).fetchall()[0][0]
    return changed > 0


_NAMED = cleaned(
    "(select a.row, a.at_us as contact_us, coalesce(a.attempts, 0) as attempts, t.who as r0"
    " from activities_stored t right join answered a on t.rowid = a.by_place)",
    [0],
)
"""Answered leads with the name of who answered, which stands as in the file until here."""

_OF_ONE = """
    select lead as row, {first} filter (counts and ours) as first,
        count(*) filter (is_attempt and ours) as attempts, count(*) as joined
    from (
        select a.*, k.row as lead, k.usable and {latest} >= k.created_us as ours
        from activities a join keyed k using (person_key) where rejected is null
    ) a group by 1
"""
"""Where every key belongs to one lead, each of its activities from the creation on is that lead's.

`first` has the time of the earliest and, after it, its place in one number: of several at one time the first counts.
Times are after 1970, so it is not negative, and in seconds they and the places take 32 bits each.
"""

_OF_SEVERAL = """
    with first as (
        select k.row, a.first from (from keyed where usable) k
        asof join (
            select person_key, {latest} as latest_us, {first} as first
            from activities a where counts and rejected is null and person_key is not null group by 1, 2
        ) a on k.person_key = a.person_key and k.created_us <= a.latest_us
    ), tried as (
        select k.row, count(*) as attempts
        from (select person_key, {latest} as latest_us from activities where is_attempt and rejected is null) a
        asof join (select person_key, created_us, min(row) as row from keyed where usable group by 1, 2) k
            on a.person_key = k.person_key and a.latest_us >= k.created_us
        group by 1
    )
    select row, first, attempts from first full join tried using (row)
"""

_JOINED = "select count(*) from activities where rejected is null and person_key in (select person_key from keyed)"


def _rows(connection: duckdb.DuckDBPyConnection, joined: int) -> dict[str, int]:
    read, fine, kept, blank = connection.execute("""
        select count(*), count(*) filter (rejected is null), count(*) filter (rejected is null and counts),
            count(*) filter (rejected is null and person_key is null)
        from activities
    """).fetchall()[0]
    names = ("read", "accepted", "excluded", "rejected", "joined", "unjoined", "blank_key")
    counts = (read, kept, fine - kept, read - fine, joined, fine - blank - joined, blank)
    return dict(zip(names, counts, strict=True))


def forget(connection: duckdb.DuckDBPyConnection) -> None:
    """Drop what is not looked at again once facts and problems are known: most of the memory of an audit."""
    connection.execute("drop view contacts")
    connection.execute("drop view activities")
    for table in ("activities_stored", "keyed", "answered"):
        connection.execute(f"drop table {table}")


def problems(sheet: Sheet, columns: ActivityColumns) -> str:
    """Return SQL for the problems of the file, one row each: row, column, value, reason."""
    name = quoted(required(columns, "at", sheet))
    return (
        f"select row, case when rejected in ('is blank', 'is no readable time') then {name} end as column,"
        " said as value, rejected as reason from activities where rejected is not null"
    )


def _is_one_of(connection: duckdb.DuckDBPyConnection, sheet: Sheet, column: str, values: tuple[str, ...]) -> str:
    """Return SQL that tells whether a cell has one of these values, whatever its case and the spaces around it.

    Where few spellings are known it is null for any other.
    """
    wanted = {value.strip().lower() for value in values}
    cell = sheet.cell(column)
    spelled = sheet.spellings(connection, "activities_text", cell)
    if not wanted:
        return "true"
    if len(spelled) == MOST_SPELLINGS:
        return f"coalesce(lower({cell}) in ({', '.join(map(quoted, sorted(wanted)))}), false)"
    cleaned_as = written(connection, spelled)
    found = {text for text, value in cleaned_as.items() if value is not None and value.lower() in wanted}
    others = sorted(cleaned_as.keys() - found)
    yes = f"when {raw(cell)} in ({', '.join(map(quoted, sorted(found)))}) then true" if found else ""
    no = f"when {raw(cell)} in ({', '.join(map(quoted, others))}) then false" if others else ""
    return f"case {yes} {no} when {raw(cell)} is null then false end"
