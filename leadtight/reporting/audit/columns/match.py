"""Columns by meaning: matching name, no contradicting content."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import IntEnum

from leadtight.reporting.audit.columns.profile import ColumnProfile, ContentKind
from leadtight.tabular.vocabulary import columns as vocabulary
from leadtight.tabular.vocabulary.names import column_key, spellings

Profiles = Mapping[str, ColumnProfile]


class MeaningMatch(IntEnum):
    """How the content of a column agrees with a meaning."""

    CONTRADICTS = 0
    UNKNOWN = 1
    CONFIRMS = 2


_DOUBTFUL = frozenset({"lead_time", "opportunity", "people", "user", "state"})
"""Names that need content that does not contradict them."""

_INSTANTS = frozenset({ContentKind.TIMES, ContentKind.DATES})
_CONFIRMED: Mapping[str, frozenset[ContentKind]] = {
    "time": _INSTANTS,
    "length": frozenset({ContentKind.DURATIONS, ContentKind.CLOCK}),
    "amount": frozenset({ContentKind.NUMBERS, ContentKind.STAMPS}),
    "person": frozenset({ContentKind.CHOICES, ContentKind.TEXT}),
}
_POSSIBLE: Mapping[str, frozenset[ContentKind]] = {
    "time": frozenset({ContentKind.STAMPS, ContentKind.TEXT, ContentKind.NOTHING}),
    "length": frozenset({ContentKind.NUMBERS, ContentKind.STAMPS, ContentKind.NOTHING}),
    "amount": frozenset(
        set(ContentKind)
        - {ContentKind.NUMBERS, ContentKind.STAMPS, ContentKind.TEXT, ContentKind.CHOICES, ContentKind.ADDRESSES}
    ),
    "person": frozenset(set(ContentKind) - {ContentKind.CHOICES, ContentKind.TEXT}),
}
KIND_OF = {
    **dict.fromkeys(("created_at", "first_assigned_at", "first_contact_at", "first_call_at", "first_mail_at"), "time"),
    **dict.fromkeys(("stage_since", "qualified_at", "at", "other_time"), "time"),
    "response_time": "length",
    "value": "amount",
    "amount": "amount",
    **dict.fromkeys(("owner", "source", "stage", "lost_reason"), "person"),
}


def fit(meaning: str, profile: ColumnProfile | None) -> MeaningMatch:
    """Return how a column's content agrees with a meaning.

    Anything agrees with a meaning that has no kind of content.
    """
    kind = KIND_OF.get(meaning)
    if kind is None or profile is None:
        return MeaningMatch.UNKNOWN
    if profile.holds in _CONFIRMED[kind]:
        return MeaningMatch.CONFIRMS
    return MeaningMatch.UNKNOWN if profile.holds in _POSSIBLE[kind] else MeaningMatch.CONTRADICTS


def named(columns: Sequence[str], export: str, meaning: str) -> tuple[str, ...]:
    """Return the columns named as a meaning, in vocabulary order."""
    rank = vocabulary.columns(export)[meaning].rank
    ranked = [
        (min((n, rank[each]) for n, each in enumerate(spellings(column)) if each in rank), column)
        for column in columns
        if any(each in rank for each in spellings(column))
    ]
    return tuple(column for _, column in sorted(ranked, key=lambda each: (each[0][1], each[0][0])))


def choose(columns: Sequence[str], export: str, meaning: str, profiles: Profiles) -> str | None:
    """Return the column of a meaning.

    Of the columns named so, the first whose content confirms it; a date with its time of day in a column beside it is
    the moment of both. Else the first whose content does not contradict, else the only column whose name has all parts,
    else the first that is unambiguously named so.
    """
    candidates = named(columns, export, meaning)
    fits = {column: fit(meaning, profiles.get(column)) for column in candidates}
    for least in (MeaningMatch.CONFIRMS, MeaningMatch.UNKNOWN):
        if best := next((column for column in candidates if fits[column] >= least), None):
            return next((column for column in columns if column.startswith(f"{best} + ")), best)
    parts = by_parts(columns, export, meaning, profiles)
    if len(parts) == 1:
        return parts[0]
    # An unreadable column of times is better reported than left out.
    return next((column for column in candidates if column_key(column) not in _DOUBTFUL), None)


def by_parts(columns: Iterable[str], export: str, meaning: str, profiles: Profiles) -> tuple[str, ...]:
    """Return the columns whose name parts and content match."""
    names_by_meaning = vocabulary.columns(export)
    parts = names_by_meaning[meaning].parts
    return tuple(
        column
        for column in columns
        if parts
        and has_parts(column, parts)
        and fit(meaning, profiles.get(column)) is MeaningMatch.CONFIRMS
        and not _means_otherwise(column, export, meaning)
    )


def has_parts(column: str, parts: Sequence[Collection[str]]) -> bool:
    """Return whether a name has a word of each list.

    A short word must begin a word of the name, a long one may be anywhere in it.
    """
    name = f"_{column_key(column)}_"
    return all(any(_is_in(part, name) for part in alternatives) for alternatives in parts)


def is_other_time(column: str) -> bool:
    """Return whether a column is named as an unrelated time.

    One that is neither creation nor contact.
    """
    other = vocabulary.columns("leads")["other_time"]
    return any(each in other.rank for each in spellings(column)) or has_parts(column, other.parts)


def _means_otherwise(column: str, export: str, meaning: str) -> bool:
    names_by_meaning = vocabulary.columns(export)
    elsewhere = any(
        each in names.rank for name, names in names_by_meaning.items() if name != meaning for each in spellings(column)
    )
    return elsewhere or (meaning != "other_time" and export == "leads" and is_other_time(column))


def _is_in(part: str, name: str) -> bool:
    return part in name if len(part) > 4 or not part.isascii() else f"_{part}" in name


def rank(column: str, export: str, meaning: str, otherwise: int) -> int:
    """Return the rank of a column's name for a meaning."""
    ranks = vocabulary.columns(export)[meaning].rank
    return min((ranks[each] for each in spellings(column) if each in ranks), default=otherwise)
