"""Open questions of an audit, as data.

A terminal asks them, and a mapping answers them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leadtight.reporting.audit.columns.contact_rules import ContactRules
from leadtight.reporting.audit.columns.match import Profiles, is_other_time
from leadtight.reporting.audit.columns.profile import ColumnProfile, ContentKind, times_in
from leadtight.reporting.audit.errors import UnusableError
from leadtight.reporting.audit.mapping import (
    ActivityColumns,
    AuditMapping,
    LeadColumns,
    SpendColumns,
    as_table,
    named,
)
from leadtight.reporting.audit.source_file import SourceFile

NONE = "none of them"
UNITS = ("seconds", "minutes", "hours")


@dataclass(frozen=True, slots=True)
class AnswerOption:
    """An answer: its mapping value and its readable text."""

    value: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingQuestion:
    """A question that the files leave open.

    `table` and `key` are where the mapping holds the answer, `line` is an answer in a mapping file. `many`: several
    choices may be selected, and `default` has the guesses. For `is_contact`, `column` is the one whose values are in
    question.
    """

    table: str
    key: str
    file: str
    row: int
    text: str
    choices: tuple[AnswerOption, ...]
    default: tuple[str, ...] = ()
    many: bool = False
    column: str = ""
    line: str

    def __str__(self) -> str:
        """Return the question on one line.

        It names file, row, and how to answer.
        """
        return f"{self.file}: row {self.row}: {self.text}; write {self.line} under [{self.table}] of a mapping"


class QuestionsError(UnusableError):
    """The files leave questions open.

    `mapping` and `files` are as far as they are understood.
    """

    def __init__(
        self, questions: tuple[MappingQuestion, ...], mapping: AuditMapping, files: Mapping[str, "FileDescription"]
    ) -> None:
        super().__init__("; ".join(map(str, questions[:1])))
        self.questions, self.mapping, self.files = questions, mapping, files


@dataclass(frozen=True, slots=True)
class FileDescription:
    """A file with the apparent content of its columns."""

    name: str
    header_row: int
    profiles: Profiles


def of_leads(columns: LeadColumns, described: FileDescription, *, asks_contact: bool) -> tuple[MappingQuestion, ...]:
    """Return the questions about a file of leads.

    With `asks_contact` also about the first contact, if it is unknown.
    """
    candidates = [_creation(columns, described), _unit(columns, described)]
    if asks_contact and columns.created_at:
        candidates.append(_first_contact(columns, described))
    return tuple(each for each in candidates if each)


def _first_contact(columns: LeadColumns, described: FileDescription) -> MappingQuestion | None:
    if columns.first_contact_at or columns.response_time or "first_contact_at" in columns.absent:
        return None
    used = {column for _, column in named(columns)}
    times = [name for name in times_in(described.profiles) if name not in used]
    if not times:
        return None
    return MappingQuestion(
        table="leads",
        key="first_contact_at",
        file=described.name,
        row=described.header_row,
        text="no column is named as the time of the first contact with a lead",
        choices=(*(_choice(described.profiles[name]) for name in times), AnswerOption("", NONE)),
        default=("",),
        line=f'first_contact_at = "{times[0]}"',
    )


def _creation(columns: LeadColumns, described: FileDescription) -> MappingQuestion | None:
    if columns.created_at or "created_at" in columns.absent:
        return None
    used = {column for _, column in named(columns)}
    times = [name for name in times_in(described.profiles) if name not in used]
    likely = [name for name in times if not is_other_time(name)]
    if not times or (not likely and used):
        return None if used else _nothing(described)
    candidates = [*likely, *(name for name in times if name not in likely)]
    return MappingQuestion(
        table="leads",
        key="created_at",
        file=described.name,
        row=described.header_row,
        text=f"no column is named as the time a lead was created; it may be {_listed(likely or times)}",
        choices=(*(_choice(described.profiles[name]) for name in candidates), AnswerOption("", NONE)),
        default=(candidates[0],),
        line=f'created_at = "{candidates[0]}" (or absent = ["created_at"])',
    )


def _nothing(described: FileDescription) -> MappingQuestion:
    """Ask for the creation when no column is recognised."""
    names = list(described.profiles)
    return MappingQuestion(
        table="leads",
        key="created_at",
        file=described.name,
        row=described.header_row,
        text=f"no column is recognised among {_listed(names)}: this may not be an export of leads",
        choices=(*(_choice(each) for each in described.profiles.values()), AnswerOption("", NONE)),
        line='created_at = "…"',
    )


def _unit(columns: LeadColumns, described: FileDescription) -> MappingQuestion | None:
    name = columns.response_time
    profile = described.profiles.get(name) if name else None
    if profile is None or columns.response_unit or not _needs_unit(profile):
        return None
    return MappingQuestion(
        table="leads",
        key="response_unit",
        file=described.name,
        row=described.header_row,
        text=f"column {name!r} has durations such as {profile.samples[0]!r} without a unit",
        choices=tuple(AnswerOption(unit, f"{profile.samples[0]} {_as_read(profile, unit)}") for unit in UNITS),
        default=("minutes",),
        line='response_unit = "minutes"',
    )


def _as_read(profile: ColumnProfile, unit: str) -> str:
    if profile.holds is ContentKind.CLOCK:
        return {"hours": "is hours and minutes", "minutes": "is minutes and seconds"}.get(unit, f"is {unit}")
    return f"is {profile.samples[0]} {unit}"


def _needs_unit(profile: ColumnProfile) -> bool:
    if profile.holds is ContentKind.CLOCK:
        return any(text.count(":") == 1 for text in profile.samples)
    return profile.holds in (ContentKind.NUMBERS, ContentKind.STAMPS)


def of_activities(
    columns: ActivityColumns, described: FileDescription, rules: ContactRules | None
) -> tuple[MappingQuestion, ...]:
    """Return the questions about a file of activities."""
    contact = tuple(_contact(each.column, each.values, described) for each in rules.undecided) if rules else ()
    return (*((_when(described),) if columns.at is None else ()), *contact)


def _when(described: FileDescription) -> MappingQuestion:
    times = list(times_in(described.profiles)) or list(described.profiles)
    return MappingQuestion(
        table="activities",
        key="at",
        file=described.name,
        row=described.header_row,
        text=f"no column is named as the time of an activity, among {_listed(list(described.profiles))}",
        choices=tuple(_choice(described.profiles[name]) for name in times),
        default=(times[0],),
        line=f'at = "{times[0]}"',
    )


def _contact(column: str, values: tuple[tuple[str, int], ...], described: FileDescription) -> MappingQuestion:
    shown = ", ".join(f"{value!r} ({count})" for value, count in values[:8])
    more = f" and {len(values) - 8} more" if len(values) > 8 else ""
    return MappingQuestion(
        table="activities",
        key="is_contact",
        file=described.name,
        row=described.header_row,
        text=f"column {column!r}: it is unclear whether {shown}{more} count as contact with the lead",
        choices=tuple(AnswerOption(value, f"{value or '(blank)'} ({count} rows)") for value, count in values),
        many=True,
        column=column,
        line=f"is_contact = {{ {_quoted(column)} = [the values that are contact] }}",
    )


def key_question(
    leads: tuple[LeadColumns, FileDescription], activities: tuple[ActivityColumns, FileDescription]
) -> tuple[MappingQuestion, ...]:
    """Ask for the columns that join two files.

    As far as they are unknown.
    """
    missing = []
    for table, columns, described in (("leads", *leads), ("activities", *activities)):
        if columns.person_key is None:
            names = [
                each for each in described.profiles.values() if each.holds not in (ContentKind.TIMES, ContentKind.DATES)
            ]
            missing.append(
                MappingQuestion(
                    table=table,
                    key="person_key",
                    file=described.name,
                    row=described.header_row,
                    text=f"no column is named as the key that joins {leads[1].name} and {activities[1].name},"
                    f" among {_listed([each.name for each in names])}",
                    choices=tuple(map(_choice, names)),
                    line='person_key = "…"',
                )
            )
    return tuple(missing)


def of_spend(columns: SpendColumns, described: FileDescription) -> tuple[MappingQuestion, ...]:
    """Return the questions about a file of spend."""
    if columns.amount:
        return ()
    numbers = [each for each in described.profiles.values() if each.holds in (ContentKind.NUMBERS, ContentKind.STAMPS)]
    names = numbers or list(described.profiles.values())
    return (
        MappingQuestion(
            table="spend",
            key="amount",
            file=described.name,
            row=described.header_row,
            text=f"no column is named as the amount spent, among {_listed(list(described.profiles))}",
            choices=tuple(map(_choice, names)),
            default=(names[0].name,) if numbers else (),
            line=f'amount = "{names[0].name}"',
        ),
    )


def answered(mapping: AuditMapping, question: MappingQuestion, answer: str) -> dict[str, dict[str, Any]]:
    """Return the mapping tables with an answer added.

    For questions with a single choice.
    """
    tables = {"leads": mapping.leads, "activities": mapping.activities, "spend": mapping.spend}
    result = {name: as_table(columns) for name, columns in tables.items() if columns}
    table = result.setdefault(question.table, {})
    if answer and question.key == "first_contact_at":
        table[question.key] = (answer,)
    elif answer:
        table[question.key] = answer
    else:
        table["absent"] = [*table.get("absent", []), question.key]
    return result


def _choice(profile: ColumnProfile) -> AnswerOption:
    samples = ", ".join(profile.samples[:2])
    return AnswerOption(profile.name, f"{profile.name}: {profile.holds}{f', such as {samples}' if samples else ''}")


def _listed(names: list[str]) -> str:
    return ", ".join(map(repr, names))


def _quoted(text: str) -> str:
    return f'"{text}"'


def described(sheet: SourceFile, profiles: Profiles) -> FileDescription:
    """Return a file as questions describe it."""
    return FileDescription(sheet.name, sheet.header_row, profiles)
