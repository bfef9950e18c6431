"""The file of activities, with the leads' first contacts."""

from collections.abc import Callable, Mapping, Sequence

import duckdb

from leadtight.reporting.audit.columns import detection
from leadtight.reporting.audit.columns.choice import required
from leadtight.reporting.audit.dates import SECOND, TimeColumn, is_plausible
from leadtight.reporting.audit.duckdb_tuning import sides_as_written
from leadtight.reporting.audit.joins import KeyKind, join_other_spellings
from leadtight.reporting.audit.leads import key_sql, times_of
from leadtight.reporting.audit.mapping import ActivityColumns, named
from leadtight.reporting.audit.options import AuditOptions
from leadtight.reporting.audit.source_file import MOST_SPELLINGS, SourceFile, clean, cleaned, cleaned_values, raw
from leadtight.reporting.facts.table import quoted

Rules = Sequence[Mapping[str, str]]
"""The rules of contacts, each as SQL by column."""


def read_activities(
    connection: duckdb.DuckDBPyConnection,
    sheet: SourceFile,
    columns: ActivityColumns,
    options: AuditOptions,
    kind: KeyKind,
) -> TimeColumn:
    """Create the view `activities` from `activities_text`.

    `person` is one of `keyed`; it is null for a key of no lead, which is kept then, and for a blank key (R14). `counts`
    marks possible contacts, `is_attempt` possible attempts; `who` is set for rows that count. Returns the column of
    times.
    """
    name = required(columns, "at", sheet)
    at = times_of(connection, sheet, "activities_text", [name], options, columns)[name]
    chosen = [
        {column: _is_one_of(connection, sheet, column, values) for column, values in rule.items()}
        for rule in columns.is_contact
    ]
    _key(connection)
    with sides_as_written(connection):
        connection.execute(f"create table activities_stored as {_stored(sheet, columns, at, chosen)}")
    sheet.check_like_sample(connection, "activities_stored")
    if sheet.is_sampled:
        _clean_keys(connection)
    join_other_spellings(connection, kind)
    rejected = "case when at_us is null then 'is blank' end" if sheet.is_sampled else _REJECTED
    rows = "select *, false as is_copy from activities_stored union all select *, true from activities_more"
    connection.execute(f"create view activities as select *, {rejected} as rejected from ({rows})")
    return at


_REJECTED = """case when trouble is not null then trouble when at_us is not null then null
    when said is null then 'is blank' else 'is not a readable time' end"""


def _key(connection: duckdb.DuckDBPyConnection) -> None:
    """Create `keyed`: leads that have a join key.

    `person` is the row of the first lead with the same key.
    """
    connection.execute("""
        create temp table keyed as select row::uinteger as row, row::uinteger as person, person_key,
            coalesce(created_us, 0) as created_us, (excluded is null and rejected is null) or earlier as usable
        from leads where person_key is not null
    """)
    # Hashes are compared faster.
    if not connection.execute("select count(*) = count(distinct hash(person_key)) from keyed").fetchall()[0][0]:
        connection.execute("""
            update keyed set person = first.row
            from (select person_key, min(row) as row from keyed group by 1 having count(*) > 1) first
            where keyed.person_key = first.person_key
        """)


def _stored(sheet: SourceFile, columns: ActivityColumns, at: TimeColumn, chosen: Rules) -> str:
    """Return SQL for typed rows.

    `chosen` has the contact rules as SQL by column.
    """
    key = sheet.cell(required(columns, "person_key", sheet))
    matches = "".join(f", {sql} as {name}" for name, sql in _matches(sheet, chosen).items())
    counts = _any_rule(sheet, chosen, lambda column: True)
    is_attempt = _any_rule(sheet, chosen, lambda column: not detection.is_outcome(column))
    text = clean(sheet.cell(required(columns, "at", sheet)))
    # An unreadable time in a large file is unlike its sample.
    unread = f"case when at_us is null then {text} end as said"
    kept = f"{_unlike(sheet, columns, chosen, text)} as unlike" if sheet.is_sampled else f"row, trouble, {unread}"
    return f"""
        select {kept}, person, case when person is null then person_key end as person_key, at_us,
            {counts} as counts, {is_attempt} as is_attempt,
            case when {counts} then {raw(sheet.cell(columns.owner)) if columns.owner else "null"}::varchar end as who
        from (
            select *, {raw(key) if sheet.is_sampled else key_sql(key)} as person_key,
                {at.unbounded if sheet.is_sampled else at.sql} as at_us {matches}
            from activities_text_whole
        ) left join ({_PERSONS}) using (person_key)
    """


_PERSONS = "select person, person_key from keyed where row = person"


def _unlike(sheet: SourceFile, columns: ActivityColumns, chosen: Rules, text: str) -> str:
    """Return SQL for whether a row is unlike the sample.

    `text` is the uncleaned time.
    """
    empty = sheet.is_empty(column for _, column in named(columns))
    unread = f"case when {is_plausible('at_us')} then false else {text} is not null or {empty} end"
    news = [f"{name} is null" for name in _matches(sheet, chosen)]
    return " or ".join(
        (unread, *news, sheet.new_value_sql(but=[sheet.cell(column) for rule in chosen for column in rule]))
    )


def _matches(sheet: SourceFile, rules: Rules) -> dict[str, str]:
    return {_match(sheet, n, column): sql for n, rule in enumerate(rules) for column, sql in rule.items()}


def _any_rule(sheet: SourceFile, rules: Rules, concerns: Callable[[str], bool]) -> str:
    """Return SQL for whether a row matches any rule.

    Only columns that `concerns` accepts are compared.
    """
    parts = (
        " and ".join(f"coalesce({_match(sheet, n, column)}, false)" for column in rule if concerns(column)) or "true"
        for n, rule in enumerate(rules)
    )
    return " or ".join(f"({part})" for part in parts) or "true"


def _match(sheet: SourceFile, rule: int, column: str) -> str:
    return f"is_{rule}_{sheet.cell(column)}"


def _clean_keys(connection: duckdb.DuckDBPyConnection) -> None:
    """Clean the keys of a sampled file that join nothing.

    They are stored uncleaned, while the keys of leads are clean.
    """
    unjoined = "person is null and person_key is not null"
    if not connection.execute(f"select 1 from activities_stored where {unjoined} limit 1").fetchall():
        return
    connection.execute(f"""
        create temp table cleaned_keys as select r0, person_key, person from (
            select r0, {key_sql("c0")} as person_key
            from (select distinct person_key as r0 from activities_stored where {unjoined})
        ) left join ({_PERSONS}) using (person_key)
    """)
    connection.execute(f"""
        update activities_stored set person_key = c.person_key, person = c.person from cleaned_keys c
        where {unjoined.replace("person", "activities_stored.person")} and r0 = activities_stored.person_key
            and c.person_key is distinct from r0
    """)


def join_contacts(connection: duckdb.DuckDBPyConnection, *, left_out: int) -> dict[str, int]:
    """Create the view `contacts`: first contacts and attempts of leads.

    The first contact is the earliest counting activity at or after the creation; of several at one time the first by
    name of its maker counts. An attempt belongs to the person's latest lead before it. Activities known only to the day
    or minute may be in that of the creation, up to `left_out` microseconds before it. Returns the rows by how they were
    used.
    """
    connection.execute(f"create temp table names as {_NAMES}")
    several = connection.execute("select 1 from keyed where row <> person limit 1").fetchall()
    unit = _unit(connection)
    width = "ubigint" if unit == SECOND else "hugeint"
    how = (_OF_SEVERAL if several else _OF_ONE).format(
        latest=f"at_us + {left_out}" if left_out else "at_us",
        first=f"min(((at_us // {unit})::{width} << 32) | coalesce(number, {_NO_NAME})::{width})",
    )
    connection.execute(f"create temp table answered as {how}")
    connection.execute(f"""
        create view contacts as
        select a.row, (first >> 32)::bigint * {unit} as contact_us, coalesce(attempts, 0) as attempts, n.who
        from answered a left join names n on number = first & {_NO_NAME}
    """)
    return _rows(connection)


def _unit(connection: duckdb.DuckDBPyConnection) -> int:
    """Return the unit of all times in microseconds.

    A second when all times are whole seconds, else one.
    """
    whole = f"select coalesce(bool_and(at_us % {SECOND} = 0), true) from activities_stored"
    return SECOND if connection.execute(whole).fetchall()[0][0] else 1


_NO_NAME = 2**32 - 1

_NAMES = f"""
    select r0 as name, c0 as who, row_number() over (order by c0, r0)::uinteger as number from (
        {cleaned("(select distinct who as r0 from activities_stored where who is not null)", [0])}
    )
"""
"""Makers of counting activities, raw and cleaned, numbered by name."""

_OF_ONE = """
    select lead as row, {first} filter (counts and ours) as first, count(*) filter (is_attempt and ours) as attempts
    from (
        select a.*, number, k.row as lead, usable and {latest} >= created_us as ours
        from activities a join keyed k on a.person = k.row left join names on name = a.who where rejected is null
    ) group by 1
"""
"""For keys that each belong to one lead.

Its activities from the creation on are the lead's. `first` packs the time of the earliest contact and the number of its
maker into one integer. Times are after 1970, so it is not negative, and in seconds the time and the name take 32 bits
each.
"""

_OF_SEVERAL = """
    with first as (
        select k.row, a.first from (from keyed where usable) k
        asof join (
            select person, {latest} as latest_us, {first} as first
            from activities a left join names on name = a.who
            where counts and rejected is null and person is not null group by 1, 2
        ) a on k.person = a.person and k.created_us <= a.latest_us
    ), tried as (
        select k.row, count(*) as attempts
        from (select person, {latest} as latest_us from activities where is_attempt and rejected is null) a
        asof join (select person, created_us, min(row) as row from keyed where usable group by 1, 2) k
            on a.person = k.person and a.latest_us >= k.created_us
        group by 1
    )
    select row, first, attempts from first full join tried using (row)
"""


def _rows(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    read, fine, kept, joined, blank = connection.execute("""
        select count(*), count(*) filter (rejected is null), count(*) filter (rejected is null and counts),
            count(person) filter (rejected is null),
            count(*) filter (rejected is null and person is null and person_key is null)
        from activities where not is_copy
    """).fetchall()[0]
    names = ("read", "accepted", "excluded", "rejected", "joined", "unjoined", "blank_key")
    counts = (read, kept, fine - kept, read - fine, joined, fine - blank - joined, blank)
    return dict(zip(names, counts, strict=True))


def note_earlier(connection: duckdb.DuckDBPyConnection) -> None:
    """Create `contacted_before`: uncontacted leads with activities before their creation."""
    connection.execute("""
        create temp table contacted_before as
        with without as (
            select row, person from keyed where usable and row not in (select row from answered where first is not null)
        ), called as (
            select distinct person from activities semi join without using (person) where counts and rejected is null
        )
        select row from without semi join called using (person)
    """)


def forget(connection: duckdb.DuckDBPyConnection) -> None:
    """Drop the tables that are not needed again.

    Once contacts and problems are known; they take most of the memory of an audit.
    """
    connection.execute("drop view activities")
    for table in ("activities_stored", "activities_more", "keyed"):
        connection.execute(f"drop table {table}")


def problems(sheet: SourceFile, columns: ActivityColumns) -> str:
    """Return SQL for the problems of a file with some.

    One row each: row, column, value, reason. The rows of a sampled file are not stored in order, so they are read once
    more; only blank times are like its sample.
    """
    name = required(columns, "at", sheet)
    if sheet.is_sampled:
        return (
            f"select row, {quoted(name)} as column, null::varchar as value, 'is blank' as reason"
            f" from activities_text_numbered where {clean(sheet.cell(name))} is null"
        )
    return (
        f"select row, case when rejected in ('is blank', 'is not a readable time') then {quoted(name)} end as column,"
        " said as value, rejected as reason from activities where rejected is not null and not is_copy"
    )


def _is_one_of(connection: duckdb.DuckDBPyConnection, sheet: SourceFile, column: str, values: tuple[str, ...]) -> str:
    """Return SQL for whether a cell has a given value.

    Ignoring case and surrounding spaces; "" is a blank cell. With few spellings it is null for any unknown one.
    """
    wanted = {value.strip().lower() for value in values}
    cell = sheet.cell(column)
    spelled = sheet.spellings(connection, "activities_text", cell)
    if not wanted:
        return "false"
    if len(spelled) == MOST_SPELLINGS:
        return f"lower(coalesce({cell}, '')) in ({', '.join(map(quoted, sorted(wanted)))})"
    cleaned_as = cleaned_values(connection, spelled)
    matching = {text for text, value in cleaned_as.items() if (value or "").lower() in wanted}
    others = sorted(cleaned_as.keys() - matching)
    yes = f"when {raw(cell)} in ({', '.join(map(quoted, sorted(matching)))}) then true" if matching else ""
    no = f"when {raw(cell)} in ({', '.join(map(quoted, others))}) then false" if others else ""
    blank = "true" if "" in wanted else "false"
    return f"case {yes} {no} when {raw(cell)} is null then {blank} end"
