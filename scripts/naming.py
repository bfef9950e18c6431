"""Fail where names and docstrings leave the rules of docs/glossary.md.

A name must be the noun of its thing: at most one binding in a hundred may bear a word of the glossary's list of names
that say nothing. A class name of the product stands for one thing. A docstring's summary has at most ten words.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GLOSSARY = ROOT / "docs" / "glossary.md"
SECTION = "## Names that say nothing"
MOST_VAGUE = 0.01
"""Share of all bindings that may bear a vague name."""

LONGEST_SUMMARY = 10
"""Words in the first paragraph of a docstring."""

PRODUCT = ("leadtight/", "functions/", "infra/", "scripts/")
NESTED = {"Meta"}
"""Class names that a library asks for inside other classes."""

Modules = Mapping[str, ast.Module]


def modules() -> Modules:
    """Parse every tracked Python file, by its path."""
    listing = subprocess.run(["git", "ls-files", "-z", "*.py"], cwd=ROOT, check=True, capture_output=True, text=True)
    paths = [ROOT / name for name in listing.stdout.split("\0") if name]
    return {
        path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for path in paths
        if path.exists()
    }


def vague_words(glossary: str) -> frozenset[str]:
    """Read the vague names from the glossary.

    Raises ValueError when it has none.
    """
    _, _, section = glossary.partition(SECTION)
    words = re.findall(r"^- `(\w+)`", section.partition("\n## ")[0], re.MULTILINE)
    if not words:
        raise ValueError(f"{GLOSSARY.name}: no list under '{SECTION}'")
    return frozenset(words)


def vague_names(trees: Modules, vague: frozenset[str]) -> Iterator[str]:
    """Yield a line per vague binding, beyond the allowed number."""
    bindings = [(where, line, name) for where, tree in trees.items() for line, name in _bindings(tree)]
    matches = [f"{where}:{line}: '{name}' says nothing" for where, line, name in bindings if name.strip("_") in vague]
    if len(matches) > MOST_VAGUE * len(bindings):
        yield from matches
        yield f"{len(matches)} of {len(bindings)} bindings are vague, more than {MOST_VAGUE:.0%}"


def doubled_classes(trees: Modules) -> Iterator[str]:
    """Yield a line per class name in several modules."""
    places = defaultdict(list)
    for where, tree in trees.items():
        if where.startswith(PRODUCT):
            for node in ast.walk(tree):
                if isinstance(node, ast.ClassDef) and node.name not in NESTED:
                    places[node.name].append(f"{where}:{node.lineno}")
    yield from (f"{name} is defined twice: {', '.join(lines)}" for name, lines in places.items() if len(lines) > 1)


def long_summaries(trees: Modules) -> Iterator[str]:
    """Yield one line per docstring whose summary is too long."""
    for where, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                summary = (ast.get_docstring(node) or "").split("\n\n")[0].split()
                if len(summary) > LONGEST_SUMMARY:
                    yield f"{where}:{_line(node)}: summary of {len(summary)} words, more than {LONGEST_SUMMARY}"


def _bindings(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield line and name of each variable and parameter."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg


def _line(node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return 1 if isinstance(node, ast.Module) else node.lineno


def main(words: Sequence[str]) -> int:
    """Print every finding; return 1 if there is one.

    The words restrict it to files whose paths begin with them.
    """
    trees = {where: tree for where, tree in modules().items() if where.startswith(tuple(words) or "")}
    vague = vague_words(GLOSSARY.read_text(encoding="utf-8"))
    findings = [*vague_names(trees, vague), *doubled_classes(trees), *long_summaries(trees)]
    for line in findings:
        print(line, file=sys.stderr)
    print(f"naming: {len(findings)} findings")
    return int(bool(findings))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
