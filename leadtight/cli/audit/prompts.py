"""Questions of an audit on a terminal: the columns with what they hold, and the best guess to take with Enter."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import typer

from leadtight.reporting.audit.columns.questions import MappingQuestion, QuestionsError, answered
from leadtight.reporting.audit.options import AuditOptions

T = TypeVar("T")
MOST_ROUNDS = 12
"""So often the files are looked at again with another answer."""


def is_watched() -> bool:
    """Tell whether a user at the terminal can be asked."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def until_answered(attempt: Callable[[AuditOptions], T], options: AuditOptions) -> tuple[T, int]:
    """Return what an attempt returns once its questions are answered, and how many there were.

    Raises QuestionsError where no user can be asked.
    """
    for answers in range(MOST_ROUNDS):
        try:
            return attempt(options), answers
        except QuestionsError as error:
            if not options.asks_all:
                raise
            options = ask(error, options)
    return attempt(options), MOST_ROUNDS


def ask(error: QuestionsError, options: AuditOptions) -> AuditOptions:
    """Ask the first question that is open, and return the options with its answer."""
    question = error.questions[0]
    typer.echo(f"\n{question.file}: {question.text}.")
    for number, choice in enumerate(question.choices, 1):
        typer.echo(f"  {number}  {choice.text}")
    if question.many:
        answers = {**options.contact_answers.get(question.column, {}), **_several(question)}
        return replace(options, contact_answers={**options.contact_answers, question.column: answers})
    return replace(options, mapping=answered(error.mapping, question, _one(question)))


def _one(question: MappingQuestion) -> str:
    values = [choice.value for choice in question.choices]
    default = str(values.index(question.default[0]) + 1) if question.default else None
    while True:
        text = str(typer.prompt("Which one", default=default)).strip()
        if text.isdigit() and 1 <= int(text) <= len(values):
            return values[int(text) - 1]
        typer.echo(f"  a number from 1 to {len(values)}")


def _several(question: MappingQuestion) -> dict[str, bool]:
    """Return of each value whether it is contact: their numbers are given, or all, or none."""
    values = [choice.value for choice in question.choices]
    while True:
        words = str(typer.prompt("Which are contact with the lead (numbers, all or none)")).replace(",", " ").split()
        if words in (["all"], ["none"]):
            return dict.fromkeys(values, words == ["all"])
        if words and all(word.isdigit() and 1 <= int(word) <= len(values) for word in words):
            return {value: str(number) in words for number, value in enumerate(values, 1)}
        typer.echo(f"  numbers from 1 to {len(values)}, all or none")
