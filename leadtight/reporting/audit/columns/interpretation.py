"""Interpretation of columns: supplied, recognised or asked for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from leadtight.reporting.audit.columns import choice, detection, match, questions
from leadtight.reporting.audit.columns.contact_rules import ActivityFacet
from leadtight.reporting.audit.columns.match import Profiles
from leadtight.reporting.audit.columns.profile import ContentKind, profile
from leadtight.reporting.audit.columns.questions import FileDescription, MappingQuestion, QuestionsError
from leadtight.reporting.audit.exclusions import exclusion_column
from leadtight.reporting.audit.mapping import (
    SETTINGS,
    ActivityColumns,
    AuditMapping,
    LeadColumns,
    SpendColumns,
    named,
)
from leadtight.reporting.audit.options import AuditOptions
from leadtight.reporting.audit.source_file import MOST_SPELLINGS, SourceFile

MOST_CANDIDATES = 12
"""Columns that are compared when no name identifies the key."""

FEW_CHOICES = 60
"""Most distinct values of a column that indicates contact.

Unless the column is named so.
"""


@dataclass(frozen=True, slots=True)
class AuditSheets:
    """The files of an audit.

    `activities` is the leads' own file if that has a row for every activity.
    """

    leads: SourceFile
    activities: SourceFile | None
    spend: SourceFile | None

    @property
    def are_sampled(self) -> bool:
        """Return whether one of the files is only sampled."""
        return any(sheet.is_sampled for sheet in (self.leads, self.activities) if sheet)


@dataclass(frozen=True, slots=True)
class Interpretation:
    """The mapping of an audit, with its loaded sheets."""

    mapping: AuditMapping
    sheets: AuditSheets
    files: Mapping[str, FileDescription]


def understand(connection: duckdb.DuckDBPyConnection, options: AuditOptions, sheets: AuditSheets) -> Interpretation:
    """Load the needed columns, and return their meaning.

    Raises QuestionsError when the files leave it open.
    """
    user_mapping, sheet = options.mapping, sheets.leads
    profiles = {} if is_whole(user_mapping.get("leads", {})) and not options.asks_all else profile(sheet)
    leads = choice.chosen(detection.leads(sheet.columns, profiles), user_mapping.get("leads", {}), sheet)
    files = {"leads": questions.described(sheet, profiles)}
    asks_contact = options.asks_all and sheets.activities is None
    open_questions = list(questions.of_leads(leads, files["leads"], asks_contact=asks_contact)) if profiles else []
    activity_sheet = sheets.activities or _rows_of_activities(leads, sheet, profiles, user_mapping)
    is_same = activity_sheet is sheet
    keys = () if leads.person_key or not activity_sheet or is_same else _lead_keys(sheet, profiles, leads.lead_id)
    stages = match.named(sheet.columns, "leads", "stage")
    excluded = [exclusion_column(sheet, each) for each in options.exclusions]
    sheet.load(connection, "leads_text", {*columns_of(leads), *keys, *stages, *excluded})
    leads = _with_stages(connection, leads, sheet, user_mapping.get("leads", {}))
    leads = choice.with_qualification(connection, "leads_text", leads, sheet)
    activities = None
    if activity_sheet:
        activity_profiles = profiles if is_same else _profiles_of(activity_sheet, user_mapping.get("activities", {}))
        files["activities"] = questions.described(activity_sheet, activity_profiles)
        side = _Side(leads, sheet, (leads.lead_id,) if is_same and leads.lead_id else keys)
        leads, activities, more = _activities(connection, options, side, activity_sheet, files)
        open_questions += more
    spend = None
    if sheets.spend:
        spend_profiles = _profiles_of(sheets.spend, user_mapping.get("spend", {}))
        files["spend"] = questions.described(sheets.spend, spend_profiles)
        suggested = detection.spend(sheets.spend.columns, spend_profiles)
        spend = choice.chosen(suggested, user_mapping.get("spend", {}), sheets.spend)
        open_questions += questions.of_spend(spend, files["spend"])
        sheets.spend.load(connection, "spend_text", sheets.spend.columns)
    mapping = AuditMapping(leads=leads, activities=activities, spend=spend)
    if open_questions:
        raise QuestionsError(tuple(open_questions), mapping, files)
    return Interpretation(mapping, AuditSheets(sheet, activity_sheet, sheets.spend), files)


@dataclass(frozen=True, slots=True)
class _Side:
    """The leads' side of a join.

    `keys` are the columns that may join.
    """

    columns: LeadColumns
    sheet: SourceFile
    keys: tuple[str, ...]


def is_whole(user_table: dict[str, Any]) -> bool:
    """Return whether a user table names columns.

    Then it is the whole mapping of its file.
    """
    return bool(set(user_table) - set(SETTINGS))


def columns_of(columns: LeadColumns | ActivityColumns | SpendColumns) -> tuple[str, ...]:
    """Return the columns that a mapping names."""
    return tuple(column for _, column in named(columns))


def _profiles_of(sheet: SourceFile, user_table: dict[str, Any]) -> Profiles:
    return {} if is_whole(user_table) else profile(sheet)


def _with_stages(
    connection: duckdb.DuckDBPyConnection, leads: LeadColumns, sheet: SourceFile, user_table: dict[str, Any]
) -> LeadColumns:
    if not leads.stage or leads.won or leads.lost:
        return leads
    with_stages = choice.with_stages(connection, "leads_text", leads, sheet)
    return leads if is_whole(user_table) and with_stages.stage != leads.stage else with_stages


def _rows_of_activities(
    leads: LeadColumns, sheet: SourceFile, profiles: Profiles, user_mapping: dict[str, dict[str, Any]]
) -> SourceFile | None:
    """Return the leads' sheet if its rows are activities.

    Then leads are repeated, with times of activities.
    """
    if "activities" in user_mapping and user_mapping["activities"].get("at") in sheet.columns:
        return sheet
    contact = leads.first_contact_at or leads.response_time
    if contact or not leads.lead_id or not profiles or profiles[leads.lead_id].is_unique:
        return None
    rest = _rest(sheet, leads)
    return sheet if match.choose(rest, "activities", "at", profiles) else None


def _rest(sheet: SourceFile, leads: LeadColumns) -> tuple[str, ...]:
    used = set(columns_of(leads))
    return tuple(name for name in sheet.columns if name not in used and not match.is_other_time(name))


def _lead_keys(sheet: SourceFile, profiles: Profiles, lead_id: str | None) -> tuple[str, ...]:
    """Return the lead columns that activities may refer to.

    The id, and unique columns named as an id.
    """
    unique = {name for name, each in profiles.items() if each.is_unique}
    ids = [name for name in sheet.columns if name == lead_id or (name in unique and detection.is_called_id(name))]
    return tuple(dict.fromkeys((*_keys(sheet, profiles), *ids)))


def _activity_keys(sheet: SourceFile, profiles: Profiles) -> tuple[str, ...]:
    """Return the activity columns that may refer to a lead.

    Including every column named as an id.
    """
    ids = [name for name in sheet.columns if detection.is_called_id(name)]
    return tuple(dict.fromkeys((*_keys(sheet, profiles), *ids)))


def _keys(sheet: SourceFile, profiles: Profiles) -> tuple[str, ...]:
    """Return the columns that may join, by name.

    Without any, those whose cells look like keys.
    """
    named_keys = detection.keys(sheet.columns)
    if named_keys or not profiles:
        return named_keys
    kinds = (
        ContentKind.NUMBERS,
        ContentKind.TEXT,
        ContentKind.ADDRESSES,
        ContentKind.PHONES,
        ContentKind.CHOICES,
        ContentKind.STAMPS,
    )
    return tuple(name for name, each in profiles.items() if each.holds in kinds)[:MOST_CANDIDATES]


def _activities(
    connection: duckdb.DuckDBPyConnection,
    options: AuditOptions,
    leads: _Side,
    sheet: SourceFile,
    files: dict[str, FileDescription],
) -> tuple[LeadColumns, ActivityColumns, list[MappingQuestion]]:
    user_table = options.mapping.get("activities", {})
    described = files["activities"]
    is_same = sheet is leads.sheet
    names = _rest(sheet, leads.columns) if is_same else sheet.columns
    columns = choice.chosen(detection.activities(names, described.profiles), user_table, sheet)
    keys = (
        leads.keys
        if is_same
        else (columns.person_key,)
        if columns.person_key
        else _activity_keys(sheet, described.profiles)
    )
    used = {*columns_of(columns), *(keys if len(keys) == 1 else ())}
    choices = [] if is_whole(user_table) or columns.is_contact else _choices(names, described.profiles, used)
    sheet.load(connection, "activities_text", {*columns_of(columns), *keys, *choices})
    rules = None
    if choices:
        columns, rules = choice.with_contact(
            connection, "activities_text", columns, sheet, choices, options.contact_answers
        )
        _forget_spellings(sheet, columns, choices)
    open_questions = list(questions.of_activities(columns, described, rules)) if described.profiles or rules else []
    ours = (leads.columns.person_key,) if leads.columns.person_key else leads.keys
    with_keys = leads.columns, columns
    if not (leads.columns.person_key and columns.person_key):
        with_keys = choice.with_keys(connection, (leads.columns, leads.sheet, ours), (columns, sheet, keys))
    open_questions += questions.key_question((with_keys[0], files["leads"]), (with_keys[1], described))
    return *with_keys, open_questions


def _choices(names: Iterable[str], profiles: Profiles, used: set[str]) -> list[str]:
    """Return the columns that may describe an activity.

    Named accordingly, or with few distinct values.
    """
    called = {name for facet in ActivityFacet for name in match.named(list(names), "activities", facet.value)}
    called |= {name for each in ("incoming", "outgoing") for name in match.named(list(names), "activities", each)}
    return [
        name
        for name in names
        if name not in used
        and name in profiles
        and profiles[name].holds in (ContentKind.CHOICES, ContentKind.TEXT, ContentKind.NUMBERS, ContentKind.NOTHING)
        and (
            name in called or (profiles[name].holds is ContentKind.CHOICES and profiles[name].different <= FEW_CHOICES)
        )
    ]


def _forget_spellings(sheet: SourceFile, columns: ActivityColumns, choices: Iterable[str]) -> None:
    """Forget the spellings of unused columns.

    Then no row of a large file is checked against them.
    """
    used = set(columns_of(columns))
    for name in choices:
        if name not in used and len(sheet.spelled.get(sheet.cell(name), ())) < MOST_SPELLINGS:
            sheet.spelled.pop(sheet.cell(name), None)
