"""Rules for which activities are contacts.

Derived from columns of kind, direction, outcome and state; what they leave open is asked. A column applies to the kinds
of activity that fill it: the direction of calls says nothing about a mail, which has none.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from leadtight.reporting.audit.columns import match
from leadtight.reporting.audit.columns.contact_values import ContactReading, direction_of, kind_of, outcome_of, state_of
from leadtight.reporting.audit.mapping import Answers
from leadtight.tabular.vocabulary.names import column_key

Rule = Mapping[str, tuple[str, ...]]

ABOUT = 0.1
"""Share of a kind's rows that an applicable column fills."""

RARE = 20
"""One row in so many makes an unclear value rare.

A rare value is reported and not counted; a more frequent one is asked about.
"""

WEAK = frozenset(
    [
        "subject",
        "betreff",
        "objet",
        "asunto",
        "oggetto",
        "onderwerp",
        "emne",
        "tema",
        "amne",
        "aihe",
        "temat",
        "predmet",
        "konu",
        "件名",
        "主题",
        "제목",
        "category",
        "event",
        "action",
        "status",
        "medium",
        "activity",
        "state",
        "completed",
    ]
)
"""Names that indicate kind or outcome only with matching values."""


class ActivityFacet(StrEnum):
    """What a column of activities may describe."""

    KIND = "kind"
    DIRECTION = "direction"
    OUTCOME = "outcome"
    STATE = "state"


@dataclass(frozen=True, slots=True)
class Signal:
    """A column that describes activities.

    `inverted`: yes means that the lead reached out.
    """

    column: str
    facet: ActivityFacet
    inverted: bool = False
    boolean: bool = False


@dataclass(frozen=True, slots=True)
class SignalRow:
    """A combination of signal cells, with its number of activities.

    Blank cells are None.
    """

    cells: Mapping[str, str | None]
    count: int


@dataclass(frozen=True, slots=True)
class UndecidedColumn:
    """A column whose values leave open what is a contact.

    With the number of rows for each value.
    """

    column: str
    values: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class ContactRules:
    """Rules of which a contact matches one.

    Without rules every activity is a contact. `undecided` columns have to be asked about; `rare` ones have unclear
    values in few rows, which do not count.
    """

    rules: tuple[Rule, ...]
    undecided: tuple[UndecidedColumn, ...] = ()
    rare: tuple[UndecidedColumn, ...] = ()


def signals(columns: Mapping[str, Sequence[str]]) -> tuple[Signal, ...]:
    """Return the columns that describe activities.

    `columns` has the distinct values of each.
    """
    candidates = [signal for column, values in columns.items() if (signal := _signal(column, values))]
    kinds = [each for each in candidates if each.facet is ActivityFacet.KIND]
    kinds.sort(
        key=lambda each: (_rank(each.column, ActivityFacet.KIND), -_decided(columns[each.column], ActivityFacet.KIND))
    )
    states = sorted(
        (s for s in candidates if s.facet is ActivityFacet.STATE), key=lambda s: _rank(s.column, ActivityFacet.STATE)
    )
    others = [each for each in candidates if each.facet in (ActivityFacet.DIRECTION, ActivityFacet.OUTCOME)]
    return (*kinds[:1], *others, *states[:1])


def _signal(column: str, values: Sequence[str]) -> Signal | None:
    for meaning, inverted in (("incoming", True), ("outgoing", False)):
        if match.named([column], "activities", meaning) and set(map(state_of, values)) <= {
            ContactReading.YES,
            ContactReading.NO,
        }:
            return Signal(column, ActivityFacet.DIRECTION, inverted=inverted, boolean=True)
    shares = {facet: _decided(values, facet) for facet in ActivityFacet}
    ranks = {facet: _rank(column, facet) for facet in ActivityFacet}
    best = max(ActivityFacet, key=lambda facet: (shares[facet], -ranks[facet], facet is ActivityFacet.STATE))
    is_named = min(ranks.values()) < _NOT_NAMED
    if shares[best] >= (0.5 if is_named else 0.8) and values:
        return Signal(column, best)
    if not is_named or column_key(column).split("_")[-1] in WEAK or not values:
        return None
    return Signal(column, min(ActivityFacet, key=lambda facet: ranks[facet]))


_NOT_NAMED = 10_000


def _rank(column: str, facet: ActivityFacet) -> int:
    return match.rank(column, "activities", facet.value, _NOT_NAMED)


def _decided(values: Sequence[str], facet: ActivityFacet) -> float:
    """Return the share of values that a facet understands."""
    if facet is ActivityFacet.KIND:
        return sum(bool(kind_of(value)[0]) for value in values) / max(len(values), 1)
    says = {ActivityFacet.DIRECTION: direction_of, ActivityFacet.OUTCOME: outcome_of, ActivityFacet.STATE: state_of}[
        facet
    ]
    return sum(says(value) is not ContactReading.UNKNOWN for value in values) / max(len(values), 1)


def contact_rules(signals: Sequence[Signal], rows: Sequence[SignalRow], answers: Answers) -> ContactRules:
    """Return the contact rules for rows, with open values."""
    kind = next((each for each in signals if each.facet is ActivityFacet.KIND), None)
    families: dict[str, list[SignalRow]] = defaultdict(list)
    for row in rows:
        families[_family(row, kind, answers)].append(row)
    several = len(families) > 1
    reaches_out = any(_kind_says(row, kind, answers) is ContactReading.YES for row in rows)
    alike: dict[tuple[str, ...], list[SignalRow]] = defaultdict(list)
    undecided: dict[str, Counter[str]] = defaultdict(Counter)
    for members in families.values():
        about = [each for each in signals if each is not kind and _is_about(each, members)]
        judged = [row for row in members if not (reaches_out and _is_chore(row, kind, about, answers))]
        kept = [row for row in judged if _is_contact(row, kind, about, answers, undecided, several=several)]
        if kept:
            alike[tuple(each.column for each in _needed(about, members, kept, answers))] += kept
    rules = tuple(_rule(kind, columns, kept) for columns, kept in alike.items())
    if not rules:
        rules = _nothing(signals, rows)
    unclear = tuple(UndecidedColumn(column, tuple(values.most_common())) for column, values in undecided.items())
    is_rare = sum(map(Counter.total, undecided.values())) * RARE <= sum(row.count for row in rows)
    return ContactRules(rules, () if is_rare else unclear, unclear if is_rare else ())


def _family(row: SignalRow, kind: Signal | None, answers: Answers) -> str:
    """Return the group of rows judged by the same columns."""
    text = row.cells[kind.column] if kind else None
    if text is None or kind is None:
        return ""
    return kind_of(text)[0] or text


def _is_about(signal: Signal, rows: Sequence[SignalRow]) -> bool:
    filled = sum(row.count for row in rows if row.cells[signal.column] is not None)
    return filled >= ABOUT * sum(row.count for row in rows)


def _is_contact(
    row: SignalRow,
    kind: Signal | None,
    about: Sequence[Signal],
    answers: Answers,
    undecided: dict[str, Counter[str]],
    *,
    several: bool,
) -> bool:
    """Return whether rows are contacts.

    Notes the cell that leaves it open in `undecided`.
    """
    of_kind = _kind_says(row, kind, answers)
    says = {each.column: _says(each, row.cells[each.column], answers) for each in about}
    if of_kind is ContactReading.NO or ContactReading.NO in says.values():
        return False
    open_column = next(
        (c for c, reading in says.items() if reading is ContactReading.UNKNOWN and row.cells[c] is not None), None
    )
    # A completed task is a contact if the file has only tasks; otherwise it may be any chore.
    is_shown = any(
        says[e.column] is ContactReading.YES for e in about if e.facet is not ActivityFacet.STATE or not several
    )
    if open_column:
        undecided[open_column][row.cells[open_column] or ""] += row.count
    elif None in (row.cells[column] for column in says):
        return False
    elif of_kind is ContactReading.UNKNOWN and not is_shown and kind:
        undecided[kind.column][row.cells[kind.column] or ""] += row.count
    else:
        return True
    return False


def _is_chore(row: SignalRow, kind: Signal | None, about: Sequence[Signal], answers: Answers) -> bool:
    """Return whether rows are tasks not known to be done.

    Beside calls and mails such tasks are not contacts.
    """
    text = row.cells[kind.column] if kind else None
    if (
        text is None
        or kind is None
        or _kind_says(row, kind, answers) is not ContactReading.UNKNOWN
        or kind_of(text)[0] != "task"
    ):
        return False
    return not any(_says(each, row.cells[each.column], answers) is ContactReading.YES for each in about)


def _kind_says(row: SignalRow, kind: Signal | None, answers: Answers) -> ContactReading:
    if kind is None:
        return ContactReading.YES
    text = row.cells[kind.column]
    answer = answers.get(kind.column, {}).get(text or "")
    if answer is not None:
        return ContactReading.YES if answer else ContactReading.NO
    return kind_of(text)[1] if text is not None else ContactReading.UNKNOWN


def _says(signal: Signal, text: str | None, answers: Answers) -> ContactReading:
    if text is None:
        return ContactReading.UNKNOWN
    answer = answers.get(signal.column, {}).get(text)
    if answer is not None:
        return ContactReading.YES if answer else ContactReading.NO
    if signal.boolean:
        is_yes = state_of(text) is ContactReading.YES
        return ContactReading.NO if is_yes == signal.inverted else ContactReading.YES
    judge = {ActivityFacet.DIRECTION: direction_of, ActivityFacet.OUTCOME: outcome_of, ActivityFacet.STATE: state_of}[
        signal.facet
    ]
    return judge(text)


def _needed(
    about: Sequence[Signal], rows: Sequence[SignalRow], kept: Sequence[SignalRow], answers: Answers
) -> list[Signal]:
    """Drop a state column that excludes no further rows."""
    others = [each for each in about if each.facet is not ActivityFacet.STATE]
    without = [r for r in rows if all(_says(e, r.cells[e.column], answers) is ContactReading.YES for e in others)]
    return others if others and len(without) == len(kept) else list(about)


def _rule(kind: Signal | None, columns: Iterable[str], kept: Sequence[SignalRow]) -> Rule:
    names = ([kind.column] if kind else []) + list(columns)
    return {name: tuple(sorted({row.cells[name] or "" for row in kept})) for name in names}


def _nothing(signals: Sequence[Signal], rows: Sequence[SignalRow]) -> tuple[Rule, ...]:
    """Return a rule without matches if nothing is a contact.

    No rule at all would mean that everything is.
    """
    return ({signals[0].column: ()},) if signals and rows else ()
