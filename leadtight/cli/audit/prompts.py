"""Questions of an audit on a terminal.

Each shows the columns with their contents; Enter accepts the best guess.
"""

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
"""Most times that the files are read again."""


def is_watched() -> bool:
    """Return whether a user at the terminal can be asked."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def until_answered(attempt: Callable[[AuditOptions], T], options: AuditOptions) -> tuple[T, int]:
    """Repeat an attempt until its questions are answered.

    Returns the attempt's result and the number of questions. Raises QuestionsError where no user can be asked.
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
    """Ask the first open question; return options with its answer."""
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
    """Ask which of several values count as contact.

    The user enters their numbers, `all` or `none`.
    """
    values = [choice.value for choice in question.choices]
    while True:
        words = (
            str(typer.prompt("Which count as contact with the lead (numbers, all or none)")).replace(",", " ").split()
        )
        if words in (["all"], ["none"]):
            return dict.fromkeys(values, words == ["all"])
        if words and all(word.isdigit() and 1 <= int(word) <= len(values) for word in words):
            return {value: str(number) in words for number, value in enumerate(values, 1)}
        typer.echo(f"  numbers from 1 to {len(values)}, all or none")
