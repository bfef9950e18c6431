"""What a step saw, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """The outcome of a step."""

    PASS = "pass"
    WARN = "warn"
    FAIL = "fail"
    NOT_ASKED = "not_asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The outcome of a step, what it saw, and the mend if it failed."""

    outcome: Outcome
    saw: str
    mend: str = ""


def passed(saw: str) -> Verdict:
    """Return that everything is as it must be."""
    return Verdict(outcome=Outcome.PASS, saw=saw)


def warned(saw: str, mend: str) -> Verdict:
    """Return that something deserves attention."""
    return Verdict(outcome=Outcome.WARN, saw=saw, mend=mend)


def failed(saw: str, mend: str) -> Verdict:
    """Return that something does not work, with its mend."""
    return Verdict(outcome=Outcome.FAIL, saw=saw, mend=mend)


def not_asked(reason: str) -> Verdict:
    """Return that the question does not arise here, and why."""
    return Verdict(outcome=Outcome.NOT_ASKED, saw=reason)
