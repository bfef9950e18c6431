"""Columns recognised by name and content.

Names are known in the languages that CRM systems ship in. HubSpot's "owner assigned date" is missing on purpose: it is
the latest assignment, not the first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from leadtight.reporting.audit import durations
from leadtight.reporting.audit.columns import match
from leadtight.reporting.audit.columns.match import MeaningMatch, Profiles
from leadtight.reporting.audit.columns.profile import ContentKind
from leadtight.reporting.audit.joins import KeyKind
from leadtight.reporting.audit.mapping import ActivityColumns, LeadColumns, SpendColumns
from leadtight.tabular.amounts.currency_column import currency_column
from leadtight.tabular.vocabulary import columns as vocabulary
from leadtight.tabular.vocabulary.names import column_key, spellings
from leadtight.tabular.vocabulary.stages import StageMeaning, stage_meaning

LEADS = (
    "lead_id",
    "created_at",
    "first_assigned_at",
    "owner",
    "source",
    "stage",
    "stage_since",
    "qualified_at",
    "qualification",
    "lost_reason",
    "value",
)
SPEND = ("source", "amount", "date", "end")
KEYS = ("person", "lead", "name", "email", "phone")


def leads(columns: Sequence[str], profiles: Profiles) -> LeadColumns:
    """Return the mapping suggested for a file of leads.

    Without key, won and lost.
    """
    by_key: dict[str, Any] = {key: match.choose(columns, "leads", key, profiles) for key in LEADS}
    by_key["currency"] = currency_column(columns, by_key["value"])
    used = {column for column in by_key.values() if column}
    rest = [column for column in columns if column not in used]
    return LeadColumns(**by_key, **contacts(rest, profiles))


def contacts(columns: Sequence[str], profiles: Profiles) -> dict[str, Any]:
    """Return the columns of first contacts or response times.

    The name does not distinguish the two (`First response time`): the content of the column does.
    """
    found_lengths = durations_named(columns, profiles)
    lengths = [c for c in found_lengths if not durations.counts_working_time_only(c)]
    times = [c for c in columns if c not in found_lengths]
    touched = match.choose(times, "leads", "first_contact_at", profiles)
    by_channel = [match.choose(times, "leads", key, profiles) for key in ("first_call_at", "first_mail_at")]
    first_contacts = (touched,) if touched else tuple(column for column in by_channel if column)
    if first_contacts or not lengths:
        return {"first_contact_at": first_contacts}
    return {"response_time": lengths[0], "response_unit": durations.unit_of(lengths[0])}


def durations_named(columns: Sequence[str], profiles: Profiles) -> tuple[str, ...]:
    """Return the columns named as response time that hold durations.

    Names of a first contact count, too.
    """
    called = match.named(columns, "leads", "response_time")
    sure = [c for c in called if match.fit("response_time", profiles.get(c)) is MeaningMatch.CONFIRMS]
    numbers = [c for c in called if c in profiles and profiles[c].holds is ContentKind.NUMBERS]
    parts = vocabulary.columns("leads")["first_contact_at"].parts
    others = [
        c
        for c in columns
        if c not in called and c in profiles and match.has_parts(c, parts) and _is_length(c, profiles[c].holds)
    ]
    return (*sure, *numbers, *others)


def _is_length(column: str, holds: ContentKind) -> bool:
    return holds is ContentKind.DURATIONS or (
        holds in (ContentKind.CLOCK, ContentKind.NUMBERS) and durations.unit_of(column) is not None
    )


def activities(columns: Sequence[str], profiles: Profiles) -> ActivityColumns:
    """Return the mapping suggested for a file of activities.

    Without key and contact rules. The time of entry is not the time of the activity, if another column of times may be.
    """
    at = match.choose(columns, "activities", "at", profiles)
    if at and _is_of_entry(at) and any(_may_tell_when(each, profiles) for each in columns if each != at):
        at = None
    return ActivityColumns(
        at=at,
        owner=match.choose(columns, "activities", "owner", profiles),
    )


def _is_of_entry(column: str) -> bool:
    return "logged" in column_key(column).split("_") or bool(match.named([column], "leads", "created_at"))


def _may_tell_when(column: str, profiles: Profiles) -> bool:
    """Return whether a column has times of unknown meaning."""
    return (
        match.fit("at", profiles.get(column)) is match.MeaningMatch.CONFIRMS
        and not match.is_other_time(column)
        and not match.named([column], "activities", "at")
    )


def spend(columns: Sequence[str], profiles: Profiles) -> SpendColumns:
    """Return the mapping that a file of spend suggests."""
    by_key = {key: match.choose(columns, "spend", key, profiles) for key in SPEND}
    return SpendColumns(**by_key, currency=currency_column(columns, by_key["amount"]))


def keys(columns: Sequence[str]) -> tuple[str, ...]:
    """Return the columns that may join the files, likeliest first."""
    candidates = tuple(dict.fromkeys(column for kind in KEYS for column in match.named(columns, "keys", kind)))
    # A name used for the id of anything ranks behind one that identifies a person.
    return tuple(sorted(candidates, key=lambda column: is_own_id(column) and not _is_called(column, "person")))


def is_outcome(column: str) -> bool:
    """Return whether a column of activities is named as outcome.

    An attempt does not depend on it.
    """
    return bool(match.named([column], "activities", "outcome"))


def is_called_id(column: str) -> bool:
    """Return whether a column is named as an id."""
    return "id" in column_key(column).split("_")


def is_own_id(column: str) -> bool:
    """Return whether a column is named as an activity's id."""
    return column_key(column) in vocabulary.columns("keys")["own"].rank


def same_meaning(ours: str, theirs: str) -> bool:
    """Return whether two columns name the same thing.

    One of leads and one of activities: the lead, the person or an address.
    """
    return column_key(ours) == column_key(theirs) or any(
        _is_called(ours, kind) and _is_called(theirs, kind) for kind in KEYS
    )


def key_kind(ours: str, theirs: str) -> KeyKind:
    """Return the kind of two joining columns, by name."""
    kinds = {"phone": KeyKind.PHONE, "email": KeyKind.EMAIL, "name": KeyKind.NAME}
    return next(
        (kind for name, kind in kinds.items() if _is_called(ours, name) or _is_called(theirs, name)), KeyKind.ID
    )


def _is_called(column: str, kind: str) -> bool:
    rank = vocabulary.columns("keys")[kind].rank
    return any(each in rank for each in spellings(column))


def stages(columns: LeadColumns, values: Iterable[str]) -> LeadColumns:
    """Return the mapping with values that mean won and lost."""
    ordered = sorted(values)
    return replace(
        columns,
        won=tuple(v for v in ordered if stage_meaning(v) is StageMeaning.WON),
        lost=tuple(v for v in ordered if stage_meaning(v) is StageMeaning.LOST),
    )
