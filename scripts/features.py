"""Rows of the features page, with their tests."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

MARKER = "proves"
UNFINISHED = ["Not yet."]


@dataclass(frozen=True, slots=True)
class Row:
    """A capability of the features page.

    It has its id, claims and named tests.
    """

    capability: str
    claims: Sequence[str]
    tests: Sequence[str]

    @property
    def is_claimed(self) -> bool:
        """Whether anything of it works."""
        return list(self.claims) != UNFINISHED


@dataclass(frozen=True, slots=True)
class MarkedTest:
    """A test function with the capabilities that its marker names."""

    path: Path
    name: str
    proves: Sequence[str]


def load_rows(root: Path) -> list[Row]:
    """Return the rows of the features page, in its order."""
    page = (root / "docs/features.md").read_text()
    sections = re.findall(r"^### ([A-V]\d+) .+\n((?:(?!^##).*\n?)*)", page, re.MULTILINE)
    return [
        Row(capability, re.findall(r"^- (.+)$", body, re.MULTILINE), re.findall(r"`(test_\w+)`", _proof(body)))
        for capability, body in sections
    ]


def _proof(section: str) -> str:
    return "".join(re.findall(r"^Shown by (.+)$", section, re.MULTILINE))


def load_tests(root: Path) -> Mapping[str, Sequence[MarkedTest]]:
    """Return all test functions by name."""
    by_name: dict[str, list[MarkedTest]] = defaultdict(list)
    for path in sorted((root / "tests").rglob("test_*.py")):
        for test in _tests_in(path):
            by_name[test.name].append(test)
    return by_name


def _tests_in(path: Path) -> Iterator[MarkedTest]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield MarkedTest(path, node.name, _marked(node))


def _marked(function: ast.FunctionDef) -> list[str]:
    calls = [decorator for decorator in function.decorator_list if isinstance(decorator, ast.Call)]
    return [
        str(argument.value)
        for call in calls
        if isinstance(call.func, ast.Attribute) and call.func.attr == MARKER
        for argument in call.args
        if isinstance(argument, ast.Constant)
    ]
