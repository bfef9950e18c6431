"""Keys that are spelled differently from the leads' own.

Exact matches are joined first. Of the rest, each part of a list of ids (`1000;1900`) is compared without what
spreadsheets and connectors change: the `.0` of a float, leading zeros, guards (`="0012"`), prefixes (`zcrm_`), the case
of a GUID, the last three of the 18 characters of a Salesforce id. Phone numbers are compared by their digits, national
and international; names without case, accents and order. Only a key that identifies one person joins.
"""

from enum import StrEnum

import duckdb

SHORTEST_NUMBER = 7
"""Last digits that two phone numbers must have in common."""


class KeyKind(StrEnum):
    """The content of key columns.

    It determines how two spellings are compared.
    """

    ID = "id"
    PHONE = "phone"
    NAME = "name"
    EMAIL = "email"


_SEPARATORS = {
    KeyKind.ID: r"\s*[;,|\n]\s*|\s+",
    KeyKind.EMAIL: r"\s*[;,|\n]\s*",
    KeyKind.PHONE: r"\s*[;,|\n]\s*",
    KeyKind.NAME: r"\s*[;|\n]\s*",
}


def parts_sql(text: str, kind: KeyKind) -> str:
    """Return SQL for the list of keys in a cell."""
    bare = f"trim({text}, ' []{{}}\"''')"
    return f"list_filter(regexp_split_to_array({bare}, '{_SEPARATORS[kind]}'), lambda x: x <> '')"


def loose_sql(text: str, kind: KeyKind) -> str:
    """Return SQL for the normalized form of a key.

    For phone numbers, their last digits.
    """
    if kind is KeyKind.PHONE:
        return f"right(regexp_replace({text}, '[^0-9]', '', 'g'), {SHORTEST_NUMBER})"
    if kind is KeyKind.EMAIL:
        return f"lower(regexp_extract({text}, '[^\\s<>,;:\"]+@[^\\s<>,;\"]+'))"
    if kind is KeyKind.NAME:
        turned = f"regexp_replace({text}, '^([^,]+), *([^,]+)$', '\\2 \\1')"
        return f"trim(regexp_replace(lower(strip_accents({turned})), '[\\s.]+', ' ', 'g'))"
    bare = f"regexp_replace(trim({text}, ' =''\"{{}}#()'), '^(zcrm_|#)|[.]0+$', '', 'g')"
    guid = "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-"
    return (
        f"case when regexp_full_match({bare}, '[0-9]+') then ltrim({bare}, '0')"
        f" when regexp_full_match({bare}, '[0-9A-Za-z]{{15}}[A-Z0-5]{{3}}') then left({bare}, 15)"
        f" when regexp_matches({bare}, '{guid}') then lower({bare}) else {bare} end"
    )


def join_other_spellings(connection: duckdb.DuckDBPyConnection, kind: KeyKind) -> None:
    """Join activities whose keys are spelled differently.

    Applies to `activities_stored`, for spellings and lists of keys in `keyed`. The row itself goes to the first person
    of a list; `activities_more` has its copies for the others.
    """
    connection.execute(_CREATE_OTHERS)
    unjoined = "person is null and person_key is not null"
    if not connection.execute(f"select 1 from activities_stored where {unjoined} limit 1").fetchall():
        return
    connection.execute(f"""
        create temp table parts as select key, unnest({parts_sql("key", kind)}) as part
        from (select distinct person_key as key from activities_stored where {unjoined})
    """)
    same = _same_number() if kind is KeyKind.PHONE else "true"
    connection.execute(f"""
        create temp table meant as
        with ours as (
            select distinct person, person_key as ours, {loose_sql("person_key", kind)} as loose from keyed
        ), theirs as (select key, part, {loose_sql("part", kind)} as loose from parts),
        pairs as (
            select key, part, min(person) as person from theirs join ours using (loose)
            where loose <> '' and {same} group by key, part having count(distinct person) = 1
            union all
            select key, part, person from parts join ours on part = ours
        )
        select key, person, row_number() over (partition by key order by person) as place
        from (select distinct key, person from pairs)
    """)
    _join_meant(connection)


_CREATE_OTHERS = "create table activities_more as from activities_stored limit 0"


def _join_meant(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("""
        insert into activities_more
        select a.* replace (m.person as person, null as person_key)
        from activities_stored a join meant m on a.person_key = m.key where a.person is null and place > 1
    """)
    connection.execute("""
        update activities_stored set person = m.person, person_key = null from meant m
        where activities_stored.person is null and person_key = m.key and m.place = 1
    """)


def _same_number() -> str:
    """Return SQL for whether two phone numbers are the same.

    Equal, or one is the national form of the other. Two numbers that both name their country must be equal as a whole;
    ten common last digits are the same number.
    """
    digits = {}
    for name, text in (("a", "part"), ("b", "ours")):
        bare = f"regexp_replace(replace({text}, '(0)', ''), '[^0-9+]', '', 'g')"
        digits[name] = f"regexp_replace({bare}, '^(00|[+])', '')"
        digits[f"{name}_is_whole"] = f"regexp_matches({bare}, '^(00|[+])')"
        digits[f"{name}_rest"] = f"ltrim({digits[name]}, '0')"
    ends = f"(ends_with({digits['a']}, {digits['b_rest']}) or ends_with({digits['b']}, {digits['a_rest']}))"
    both = f"{digits['a_is_whole']} and {digits['b_is_whole']}"
    shortest = f"least(length({digits['a']}), length({digits['b']}))"
    ten = f"({shortest} >= 10 and right({digits['a']}, 10) = right({digits['b']}, 10))"
    long = f"least(length({digits['a_rest']}), length({digits['b_rest']})) >= {SHORTEST_NUMBER}"
    return f"case when {both} then {digits['a']} = {digits['b']} else {ten} or ({long} and {ends}) end"
