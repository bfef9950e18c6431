"""Caveats to know before reading the figures of an audit.

Such as rows that were left out, and contacts that cannot be trusted.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from leadtight.reporting.audit.contacts.definition import quoted
from leadtight.reporting.audit.leads import ANOTHER_ROW
from leadtight.reporting.audit.pipeline import LoadedFacts
from leadtight.reporting.audit.spend.spend import NO_SPEND, OUTSIDE
from leadtight.reporting.facts.table import rows_of
from leadtight.reporting.formatting import counted, listed
from leadtight.reporting.metrics.confidence import SMALL
from leadtight.reporting.metrics.diagnosis import LIMIT_PERCENT

HALF = 50
MOST_SPELLINGS = 3
_SEE_PROBLEMS = "the problems below name row, column and value"
_REASONS = {
    "is not a readable time": "no readable time in {created}",
    "is blank": "{created} blank",
    "first contact is not a readable time": "a first contact that is not a readable time",
    "this id occurs earlier": "an id that occurs earlier",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Caveat:
    """Something to know before the figures.

    It concerns `count` of `of`. A `grave` caveat may change the conclusions. One that `refutes` shows that the contacts
    on record are incomplete or not what they seem, so that no cause can be based on them.
    """

    what: str
    count: int
    of: int
    why: str
    remedy: str = ""
    grave: bool = False
    refutes: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return it as the report writes it."""
        return {name: value for name, value in asdict(self).items() if name != "refutes"}


def caveats(loaded: LoadedFacts) -> tuple[Caveat, ...]:
    """Return the caveats: on files, then rows, then contacts."""
    parts = (_not_known, _of_leads, _of_activities, _of_facts, _of_spend, _of_sources)
    candidates = (caveat for part in parts for caveat in part(loaded))
    return tuple(each for each in candidates if each.count)


def doubt(caveats: tuple[Caveat, ...]) -> str:
    """Return why the recorded contacts cannot be trusted.

    Empty when nothing refutes them.
    """
    return "; ".join(each.why for each in caveats if each.refutes)


def _above(percent: int, part: int, whole: int) -> bool:
    return part * 100 > whole * percent


def _not_known(loaded: LoadedFacts) -> Iterator[Caveat]:
    leads = loaded.rows["leads"] or {}
    every = leads["accepted"]
    if loaded.mapping.leads.created_at is None:
        text = "No column is recognised as the time a lead was created, so nothing that depends on it is known"
        yield Caveat(what="creation_not_recognised", count=every, of=every, why=text, remedy=CREATED, grave=True)
    if loaded.no_contacts:
        text = f"These files do not show who was contacted: {loaded.no_contacts}"
        remedy = KEYS if loaded.mapping.activities else CONTACTS
        yield Caveat(what="contacts_not_known", count=every, of=every, why=text, remedy=remedy, grave=True)
    elif loaded.mapping.leads.created_at and loaded.untimed:
        text = f"{loaded.untimed[:1].upper()}{loaded.untimed[1:]}, so how fast leads were answered is not known"
        yield Caveat(what="no_time_of_day", count=every, of=every, why=text, remedy=TIMES)


CREATED = "name the column in a mapping: created_at of [leads]"
CONTACTS = (
    "add the export of calls and mails with --activities, or name the column of the first contact: first_contact_at of"
    " [leads]"
)
KEYS = "name the columns that both files share: person_key of [leads] and of [activities]"
SPEND = "give spend on the days that the leads cover; the problems name row, column and value"
TIMES = "export the column with its time of day"


def _of_leads(loaded: LoadedFacts) -> Iterator[Caveat]:
    rows = loaded.rows["leads"] or {}
    read, rejected, excluded = rows["read"], rows["rejected"], rows["excluded"]
    if rejected:
        yield Caveat(
            what="rejected_leads",
            count=rejected,
            of=read,
            why=f"{_part(rejected, read, 'row')} of leads {_are(rejected)} left out: {_reasons(loaded)}",
            remedy=f"{_SEE_PROBLEMS}; for times in an unusual format, set date_format in a mapping",
            grave=_above(LIMIT_PERCENT, rejected, read),
        )
    rules = listed(f"{counted(count, 'row')} by {quoted(rule)}" for rule, count in loaded.excluded)
    text = f"{_part(excluded, read, 'row')} of leads {_are(excluded)} excluded, as requested: {rules}"
    yield Caveat(what="excluded_leads", count=excluded, of=read, why=text)


def _reasons(loaded: LoadedFacts) -> str:
    rows = rows_of(
        loaded.table.connection,
        f"select rejected as reason, count(*) as n from leads where rejected <> '{ANOTHER_ROW}'"
        " group by 1 order by 2 desc, 1 limit 4",
    )
    created = quoted(loaded.mapping.leads.created_at or "created_at")
    words = ((row["n"], _REASONS.get(row["reason"]) or str(row["reason"])) for row in rows)
    return listed(f"{count:,} with {reason.format(created=created)}" for count, reason in words)


def _of_activities(loaded: LoadedFacts) -> Iterator[Caveat]:
    rows, activities = loaded.rows["activities"], loaded.mapping.activities
    if rows is None or activities is None:
        return
    usable = rows["accepted"] + rows["excluded"]
    yield Caveat(
        what="rejected_activities",
        count=rows["rejected"],
        of=rows["read"],
        why=f"{_part(rows['rejected'], rows['read'], 'row')} of activities {_have(rows['rejected'])} no readable time",
        remedy=_SEE_PROBLEMS,
        grave=_above(LIMIT_PERCENT, rows["rejected"], rows["read"]),
    )
    excluded = rows["excluded"]
    text = f"{_part(excluded, usable, 'activity', 'activities')} {_are(excluded)} not counted as a contact"
    remedy = "say which values count: is_contact of [activities]"
    yield Caveat(what="no_contact", count=excluded, of=usable, why=text, remedy=remedy)
    unjoined, blank = rows["unjoined"], rows["blank_key"]
    apart = unjoined + blank
    yield Caveat(
        what="unjoined_activities",
        count=apart,
        of=usable,
        why=f"{_part(apart, usable, 'activity', 'activities')} {_do(apart, 'join')} no lead"
        f" ({quoted(activities.person_key or '')} matches no row of leads"
        f"{f', or blank: {blank:,}' if blank else ''}): if they belong to these leads, too few count as contacted",
        remedy=KEYS,
        grave=_above(LIMIT_PERCENT, apart, usable),
    )


def _of_spend(loaded: LoadedFacts) -> Iterator[Caveat]:
    rows, spend = loaded.rows["spend"], loaded.spend
    if rows is None or spend is None:
        return
    rejected, read = rows["rejected"], rows["read"]
    text = f"{_part(rejected, read, 'row')} of spend {_are(rejected)} left out, so costs are too low"
    yield Caveat(what="rejected_spend", count=rejected, of=read, why=text, remedy=_SEE_PROBLEMS, grave=True)
    if not rows["accepted"] and read:
        text = f"No row of the spend file has an amount on days that the leads cover ({counted(read, 'row')} read)"
        yield Caveat(what="no_spend", count=read, of=read, why=text, remedy=SPEND, grave=True)
    totals = sum(reason.endswith(NO_SPEND) for *_, reason in spend.problems)
    text = f"{_part(totals, read, 'row')} of spend {_are(totals)} a total of other rows, and not counted"
    yield Caveat(what="totals_in_spend", count=totals, of=read, why=text)
    outside = sum(OUTSIDE in reason for *_, reason in spend.problems)
    text = (
        f"{_part(outside, read, 'row')} of spend {_do(outside, 'lie')} wholly or partly outside the days of the leads:"
        " only the days within count"
    )
    yield Caveat(what="spend_outside_period", count=outside, of=read, why=text)


def _of_sources(loaded: LoadedFacts) -> Iterator[Caveat]:
    joined = {source: texts for source, texts in loaded.spellings.items() if len(texts) > 1}
    shown = listed(listed(map(quoted, texts)) for texts in list(joined.values())[:MOST_SPELLINGS])
    more = f", and {len(joined) - MOST_SPELLINGS:,} more" if len(joined) > MOST_SPELLINGS else ""
    text = (
        f"{_part(len(joined), len(loaded.spellings), 'source')} {_are(len(joined))} spelled in several ways, and"
        f" counted as one: {shown}{more}"
    )
    yield Caveat(what="source_spellings", count=len(joined), of=len(loaded.spellings), why=text)


def _of_facts(loaded: LoadedFacts) -> Iterator[Caveat]:
    if loaded.no_contacts or loaded.mapping.leads.created_at is None:
        return
    counts = rows_of(
        loaded.table.connection,
        """
        select count(*) as leads, count(first_contact_at) as contacted, count(*) filter (stage = 'won') as won,
            count(*) filter (stage = 'won' and first_contact_at is null) as won_never,
            count(*) filter (first_contact_at = received_at) as at_once,
            count(*) filter (first_contact_at > received_at and first_contact_at < received_at + interval 5 second)
                as in_seconds,
            coalesce(bool_and(epoch_us(received_at) % 60000000 = 0), true) as to_the_minute
        from facts where excluded is null
        """,
    )[0]
    never = counts["leads"] - counts["contacted"]
    yield from _won_never(counts["won_never"], counts["won"], never)
    if not loaded.untimed:
        yield from _at_creation(counts["at_once"], counts["contacted"], to_the_minute=counts["to_the_minute"])
        yield from _in_seconds(counts["in_seconds"], counts["contacted"])
        yield from _at_one_instant(loaded, "received_at", counts["leads"])
        yield from _at_one_instant(loaded, "first_contact_at", counts["contacted"])
    too_early = _contacted_before(loaded)
    yield Caveat(
        what="contacts_before_creation",
        count=too_early,
        of=counts["leads"],
        why=f"{_part(too_early, counts['leads'], 'lead')} {_have(too_early)} contacts only before the creation, and"
        " none of them counts",
        remedy="if all are too early by whole hours, set the right time zone for the files (--timezone)",
        grave=_above(LIMIT_PERCENT, too_early, counts["leads"]),
        refutes=too_early > 0 and too_early * 2 >= never,
    )


def _won_never(count: int, won: int, never: int) -> Iterator[Caveat]:
    yield Caveat(
        what="won_without_contact",
        count=count,
        of=never,
        why=f"{count:,} of the {counted(never, 'lead')} without a contact {_were(count)} won ({count:,} of {won:,} that"
        " were won): the contact data is incomplete, and what they cost counts as spent on leads without a contact",
        remedy="add the missing calls, mails and meetings, or the column of the first contact",
        grave=_above(LIMIT_PERCENT, count, won),
        refutes=count > 0 and (count * 2 >= won or count * 2 >= never),
    )


def _at_creation(count: int, contacted: int, *, to_the_minute: bool) -> Iterator[Caveat]:
    if not _above(LIMIT_PERCENT, count, contacted):
        return
    most = _above(HALF, count, contacted)
    when = "in the minute of the creation" if to_the_minute else "at the instant of the creation"
    yield Caveat(
        what="contacts_at_creation",
        count=count,
        of=contacted,
        why=f"{count:,} of {counted(contacted, 'first contact')} {'stands' if count == 1 else 'stand'} {when}:"
        " the contact itself may have created the record, or one import set both times",
        remedy="if so, leave them out (--exclude), or name the column of the true creation or contact",
        grave=most or not to_the_minute,
        refutes=most,
    )


def _in_seconds(count: int, contacted: int) -> Iterator[Caveat]:
    if _above(HALF, count, contacted):
        yield Caveat(
            what="contacts_within_seconds",
            count=count,
            of=contacted,
            why=f"{count:,} of {counted(contacted, 'first contact')} came within 5 seconds of the creation, faster than"
            " people answer: they may be automatic replies, or entries made by the system",
            remedy="say which activities count (is_contact of [activities]), or name the column of the true contact",
            grave=True,
            refutes=True,
        )


def _at_one_instant(loaded: LoadedFacts, column: str, whole: int) -> Iterator[Caveat]:
    """Yield a caveat when most times are identical.

    Those of an import or a bulk change are.
    """
    most = rows_of(
        loaded.table.connection,
        f"select count(*) as n from facts where excluded is null and {column} is not null"
        f" group by {column} order by 1 desc limit 1",
    )
    count = most[0]["n"] if most else 0
    if whole < SMALL or not _above(HALF, count, whole):
        return
    noun, event = ("lead", "creation") if column == "received_at" else ("first contact", "contact")
    yield Caveat(
        what=f"{'creations' if column == 'received_at' else 'contacts'}_at_one_instant",
        count=count,
        of=whole,
        why=f"{_part(count, whole, noun)} have the same time of {event}: it may be that of an import, or of a change to"
        " many records at once",
        remedy=f"name the column of the true {event}: {'created_at' if event == 'creation' else 'first_contact_at'} of"
        " [leads]",
        grave=True,
        refutes=column == "first_contact_at",
    )


def _contacted_before(loaded: LoadedFacts) -> int:
    """Count uncontacted leads with a contact before their creation."""
    columns = range(len(loaded.mapping.leads.first_contact_at))
    sources = ["select row from contacted_before"] if loaded.mapping.activities else []
    if columns:
        early = " or ".join(f"said_contact_{n}_us is not null" for n in columns)
        sources.append(f"select row from leads where rejected is null and contact_us is null and ({early})")
    if not sources:
        return 0
    count = rows_of(
        loaded.table.connection,
        "select count(distinct row) as n from facts semi join"
        f" ({' union all '.join(sources)}) using (row) where first_contact_at is null and excluded is null",
    )
    return int(count[0]["n"])


def _part(count: int, whole: int, noun: str, nouns: str = "") -> str:
    return f"{count:,} of {whole:,} {noun if whole == 1 else nouns or noun + 's'}"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _were(count: int) -> str:
    return "was" if count == 1 else "were"


def _have(count: int) -> str:
    return "has" if count == 1 else "have"


def _do(count: int, verb: str) -> str:
    return f"{verb}s" if count == 1 else verb
