"""What a step saw, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class StepStatus(StrEnum):
    """The status of a step."""

    PASS = "pass"
    WARN = "warn"
    FAIL = "fail"
    NOT_ASKED = "not_asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A step's status, what it saw, and the mend."""

    status: StepStatus
    saw: str
    mend: str = ""


def passed(saw: str) -> Verdict:
    """Return that everything is as it must be."""
    return Verdict(status=StepStatus.PASS, saw=saw)


def warned(saw: str, mend: str) -> Verdict:
    """Return that something deserves attention."""
    return Verdict(status=StepStatus.WARN, saw=saw, mend=mend)


def failed(saw: str, mend: str) -> Verdict:
    """Return that something does not work, with its mend."""
    return Verdict(status=StepStatus.FAIL, saw=saw, mend=mend)


def not_asked(reason: str) -> Verdict:
    """Return that the question does not arise here, and why."""
    return Verdict(status=StepStatus.NOT_ASKED, saw=reason)
