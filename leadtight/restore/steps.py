"""The steps of a restore, with times and findings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from leadtight.restore.waiting import elapsed


@dataclass(slots=True, kw_only=True)
class Step:
    """One step: its name, its time and its findings."""

    name: str
    seconds: float = 0.0
    found: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class StepLog:
    """The steps so far, and what is wrong."""

    clock: Callable[[], datetime]
    tell: Callable[[str], None]
    steps: list[Step] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @contextmanager
    def step(self, name: str) -> Iterator[dict[str, Any]]:
        """Time a step; yield where it puts what it finds."""
        step, begun_at = Step(name=name), self.clock()
        self.steps.append(step)
        self.tell(f"{name} …")
        yield step.found
        duration = self.clock() - begun_at
        step.seconds = duration.total_seconds()
        findings = ", ".join(f"{key.replace('_', ' ')} {_short(value)}" for key, value in step.found.items())
        self.tell(f"{name}: done in {elapsed(duration)}{'; ' if findings else ''}{findings}")

    def problem(self, text: str) -> None:
        """Note what the operator has to see to."""
        self.problems.append(text)
        self.tell(f"Look at this: {text}")

    def found(self, name: str) -> dict[str, Any]:
        """Return the findings of the latest step of a name."""
        return next((step.found for step in reversed(self.steps) if step.name == name), {})


def _short(value: Any) -> str:
    """Return a finding for one line; lists by length."""
    if isinstance(value, dict):
        return "(" + ", ".join(f"{key} {number}" for key, number in value.items()) + ")" if value else "none"
    return str(len(value)) if isinstance(value, (list, tuple)) else str(value)
