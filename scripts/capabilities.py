"""Hold each row of the features page to its proof.

`make check` runs it. A row that claims something names tests, of which at least one is marked `proves("A1")`: it goes
in where a user does, and `tests/conftest.py` fails a marked test that enters no deployed function, command or use case.
Each such row also has a breakage (`scripts/breakages.py`).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from scripts.breakages import Breakage, load_breakages
from scripts.features import MARKER, MarkedTest, Row, load_rows, load_tests

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Print what rows lack; return the exit status."""
    rows, tests, breakages = load_rows(ROOT), load_tests(ROOT), load_breakages(ROOT)
    problems = [*missing_proofs(rows, tests), *missing_breakages(rows, breakages), *stale_breakages(ROOT, breakages)]
    for problem in problems:
        print(problem)
    claimed = sum(row.is_claimed for row in rows)
    print(f"{claimed} capabilities are claimed; {len(problems)} problems")
    return 1 if problems else 0


def missing_proofs(rows: Sequence[Row], tests: Mapping[str, Sequence[MarkedTest]]) -> Iterator[str]:
    """Yield rows without a marked test, and unnamed marks."""
    for row in rows:
        named = [test for name in row.tests for test in tests.get(name, ())]
        if row.is_claimed and not any(row.capability in test.proves for test in named):
            yield f"{row.capability}: no test that it names is marked {MARKER}({row.capability!r})"
        twice = [name for name in row.tests if len(tests.get(name, ())) > 1]
        yield from (f"{row.capability}: two tests are called {name}" for name in twice)
    named_by = {row.capability: set(row.tests) for row in rows}
    for test in (test for same_name in tests.values() for test in same_name):
        for capability in test.proves:
            if test.name not in named_by.get(capability, ()):
                yield f"{capability}: {test.name} proves it, and docs/features.md does not say so"


def missing_breakages(rows: Sequence[Row], breakages: Sequence[Breakage]) -> Iterator[str]:
    """Yield claimed rows without a breakage, and the reverse."""
    broken = {breakage.capability for breakage in breakages}
    claimed = {row.capability for row in rows if row.is_claimed}
    yield from (f"{row.capability}: no breakage" for row in rows if row.capability in claimed - broken)
    yield from (f"{capability}: a breakage of what is not claimed" for capability in sorted(broken - claimed))


def stale_breakages(root: Path, breakages: Sequence[Breakage]) -> Iterator[str]:
    """Yield breakages whose text is not there exactly once."""
    for breakage in breakages:
        path = root / breakage.file
        found = path.read_text().count(breakage.was) if path.exists() else 0
        if found != 1:
            yield f"{breakage.capability}: “{breakage.breaks}” finds its text {found} times in {breakage.file}"


if __name__ == "__main__":
    sys.exit(main())
