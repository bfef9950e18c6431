"""Stages of an import: live, record or unclear."""

from __future__ import annotations

from leadtight.cli.import_.mapping import ImportMapping
from leadtight.domain.model.stage import Stage
from leadtight.tabular.vocabulary.stages import StageMeaning, stage_meaning

YES = frozenset({"1", "true", "yes", "y", "x", "wahr", "ja", "oui", "vrai", "si", "sí", "sim", "да", "✓"})
NO = frozenset({"0", "false", "no", "n", "falsch", "nein", "non", "faux", "não", "нет"})


class UnclearStageError(Exception):
    """A closed stage that may be won or lost."""


def stage_of(text: str, mapping: ImportMapping, flags: dict[str, str]) -> Stage:
    """Return the stage that a row's text and flags mean.

    `flags` are cells of columns that state whether a lead is won or closed. Raises UnclearStageError.
    """
    if is_won := _flag(flags.get("is_won", "")):
        return Stage.WON
    stage = _mapped_stage(text, mapping)
    if stage is None and is_won is False and _flag(flags.get("is_closed", "")):
        return Stage.LOST
    if stage is None or (_flag(flags.get("is_closed", "")) and not stage.is_closed):
        raise UnclearStageError(text)
    return stage


def is_unknown(text: str, mapping: ImportMapping) -> bool:
    """Return whether the meaning of a stage is unknown.

    Its rows would be new leads.
    """
    is_mapped = any(_is_one_of(text, words) for words in (mapping.won, mapping.lost, mapping.open))
    return not is_mapped and _builtin_stage(text) is None and stage_meaning(text) is StageMeaning.UNKNOWN


def is_over(text: str, mapping: ImportMapping) -> bool:
    """Return whether a stage is won, lost or otherwise closed."""
    stage = _mapped_stage(text, mapping)
    return stage is None or stage.is_closed


def _mapped_stage(text: str, mapping: ImportMapping) -> Stage | None:
    if not text:
        return Stage.NEW
    for stage, words in ((Stage.WON, mapping.won), (Stage.LOST, mapping.lost)):
        if _is_one_of(text, words):
            return stage
    if builtin := _builtin_stage(text):
        return builtin
    if _is_one_of(text, mapping.open):
        return Stage.NEW
    meaning = stage_meaning(text)
    if meaning is StageMeaning.CLOSED:
        return None
    return {StageMeaning.WON: Stage.WON, StageMeaning.LOST: Stage.LOST}.get(meaning, Stage.NEW)


def _builtin_stage(text: str) -> Stage | None:
    return next((stage for stage in Stage if text.casefold() in (stage.label.casefold(), stage.value)), None)


def _is_one_of(text: str, values: object) -> bool:
    return isinstance(values, list | tuple) and text.strip().casefold() in (
        str(each).strip().casefold() for each in values
    )


def _flag(text: str) -> bool | None:
    """Parse a yes-or-no cell; None for anything else."""
    word = text.strip().casefold()
    return True if word in YES else False if word in NO else None
