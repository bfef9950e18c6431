"""Check that the messages of sequences have templates.

A missing one is found before its step is due.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from leadtight.domain.model.enrolment import StepAction
from leadtight.domain.model.errors import Problem
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.sequences import SequenceStep

TEMPLATES = Path(__file__).parents[1] / "adapters" / "presentation" / "templates"
_NAME = re.compile(r"[a-z0-9_]+")
_FILES = {
    StepAction.EMAIL: ("mail/steps/{}.subject.j2", "mail/steps/{}.txt.j2", "mail/steps/{}.html.j2"),
    StepAction.SMS: ("sms/steps/{}.txt.j2",),
}


def unknown_templates(policy: Policy) -> Iterator[Problem]:
    """Yield the steps whose message lacks a template file."""
    for name, sequence in policy.sequences.items():
        for number, step in enumerate(sequence.steps):
            if step.action in _FILES and not _has_templates(step):
                yield Problem(f"sequences.{name}.steps[{number}].template", f"unknown template {step.what!r}")


def _has_templates(step: SequenceStep) -> bool:
    files = (TEMPLATES / file.format(step.what) for file in _FILES[step.action])
    return bool(_NAME.fullmatch(step.what)) and all(file.is_file() for file in files)
