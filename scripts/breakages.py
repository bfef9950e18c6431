"""Break each capability on purpose; its tests must notice.

Run `make breakages [ROW=A1]`. A breakage replaces one text of one file (tests/breakages/*.toml). It is made in a copy
of the tree, and the tests that docs/features.md names for its capability run against it until one fails. It exits with
1 when a breakage is not noticed, or when a named test fails without one. Tests that need the local cloud or a browser
are left out, so each row needs another that notices. `--write` stores the result in docs/development/breakages.md.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from xml.etree import ElementTree as ET

from scripts.features import load_rows, load_tests

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "breakages"
PAGE = ROOT / "docs" / "development" / "breakages.md"
ELSEWHERE = frozenset({"e2e", "console", "browser"})
"""Folders of tests that need a cloud or a browser."""
SECONDS = 600
PROCESSES = 2
SOME_FAILED = 1


@dataclass(frozen=True, slots=True)
class Breakage:
    """A change of code that takes a capability away."""

    capability: str
    breaks: str
    """What no longer holds, for people."""
    file: str
    was: str
    becomes: str


@dataclass(frozen=True, slots=True)
class TriedBreakage:
    """How the tests of a capability met its breakage."""

    breakage: Breakage
    noticed_by: str | None
    output: str

    @property
    def line(self) -> str:
        """Return the result in one line."""
        verdict = f"noticed by {self.noticed_by}" if self.noticed_by else "NOT NOTICED"
        return f"{self.breakage.capability} {verdict}: {self.breakage.breaks}"


@dataclass(frozen=True, slots=True)
class TestTimes:
    """Seconds by test, and failed tests in order."""

    seconds: Mapping[str, float]
    failed: Sequence[str]


def main(words: Sequence[str]) -> int:
    """Try breakages, print each result, and return the exit status."""
    arguments = _parser().parse_args(words)
    chosen = [b for b in load_breakages(ROOT) if not arguments.rows or b.capability in arguments.rows]
    tests = load_named_tests(ROOT)
    trees = [copy_tree(BUILD / str(number)) for number in range(PROCESSES)]
    unchanged = run_unchanged(trees[0], sorted({test for b in chosen for test in tests[b.capability]}))
    for test in unchanged.failed:
        print(f"fails without any breakage: {test}")
    usable = {c: _quickest_first(named, unchanged) for c, named in tests.items()}
    results = list(try_all(chosen, usable, trees))
    unnoticed = [result for result in results if not result.noticed_by]
    print(f"{len(results) - len(unnoticed)} of {len(results)} breakages are noticed by the tests of their capability")
    if arguments.write:
        PAGE.write_text(page(results))
    return 1 if unnoticed or unchanged.failed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="breakages")
    parser.add_argument("rows", nargs="*", help="capabilities such as A1, else all")
    parser.add_argument("--write", action="store_true", help=f"store the result in {PAGE.relative_to(ROOT)}")
    return parser


def load_breakages(root: Path) -> list[Breakage]:
    """Return the breakages of tests/breakages, by capability."""
    loaded = [
        Breakage(capability, **entry)
        for path in sorted((root / "tests/breakages").glob("*.toml"))
        for capability, entries in tomllib.loads(path.read_text()).items()
        for entry in entries
    ]
    return sorted(loaded, key=lambda breakage: (breakage.capability[0], int(breakage.capability[1:])))


def load_named_tests(root: Path) -> dict[str, list[str]]:
    """Return pytest's ids of the tests named for each capability."""
    tests = load_tests(root)
    return {
        row.capability: [
            f"{test.path.relative_to(root)}::{name}"
            for name in row.tests
            for test in tests.get(name, ())
            if test.path.relative_to(root).parts[1] not in ELSEWHERE
        ]
        for row in load_rows(root)
    }


def copy_tree(to: Path) -> Path:
    """Copy the files that git tracks or would track."""
    shutil.rmtree(to, ignore_errors=True)
    listed = ["git", "ls-files", "-co", "--exclude-standard", "-z"]
    names = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    for name in filter(None, names):
        if (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to / name)
    return to


def run_unchanged(tree: Path, tests: Sequence[str]) -> TestTimes:
    """Run tests in an unchanged copy."""
    print(f"running {len(tests)} named tests without any breakage", flush=True)
    run_tests(tree, tests, ["-n", str(PROCESSES), "--dist", "worksteal"], seconds=6 * SECONDS)
    return read_report(tree)


def _quickest_first(tests: Sequence[str], unchanged: TestTimes) -> list[str]:
    usable = [test for test in tests if test in unchanged.seconds and test not in unchanged.failed]
    return sorted(usable, key=lambda test: unchanged.seconds[test])


def try_all(
    breakages: Sequence[Breakage], tests: Mapping[str, Sequence[str]], trees: Sequence[Path]
) -> Iterator[TriedBreakage]:
    """Try breakages in free trees; print each result."""
    free: SimpleQueue[Path] = SimpleQueue()
    for tree in trees:
        free.put(tree)

    def try_in_free_tree(breakage: Breakage) -> TriedBreakage:
        tree = free.get()
        try:
            return try_one(breakage, tests[breakage.capability], tree)
        finally:
            free.put(tree)

    with ThreadPoolExecutor(len(trees)) as pool:
        for result in pool.map(try_in_free_tree, breakages):
            print(result.line if result.noticed_by else f"{result.line}\n{result.output}", flush=True)
            yield result


def try_one(breakage: Breakage, tests: Sequence[str], tree: Path) -> TriedBreakage:
    """Run tests against one breakage until one fails.

    Only a failing test counts: code that cannot be imported shows nothing about the capability.
    """
    if not tests:
        return TriedBreakage(breakage, None, "no named test runs without a cloud or a browser")
    with broken(breakage, tree):
        status, output = run_tests(tree, tests, ["-x", "-n", "0"])
    failed = read_report(tree).failed if status == SOME_FAILED else []
    return TriedBreakage(breakage, failed[0].rpartition("::")[2] if failed else None, output[-2000:])


@contextmanager
def broken(breakage: Breakage, tree: Path) -> Iterator[None]:
    """Break one file of a copy for a while.

    Raises ValueError unless the text to replace is there exactly once.
    """
    path = tree / breakage.file
    whole, times = path.read_text(), path.stat()
    if whole.count(breakage.was) != 1:
        raise ValueError(f"{breakage.file} has the text {whole.count(breakage.was)} times: {breakage.was}")
    path.write_text(whole.replace(breakage.was, breakage.becomes))
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns + 10**9))  # its compiled form is of another second
    try:
        yield
    finally:
        path.write_text(whole)
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def run_tests(tree: Path, tests: Sequence[str], options: Sequence[str], seconds: float = SECONDS) -> tuple[int, str]:
    """Run tests in a copy; return pytest's status and output."""
    (tree / "report.xml").unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--junitxml=report.xml"]
    try:
        ended = subprocess.run(
            [*command, *options, *tests],
            cwd=tree, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=seconds, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return -1, f"not ended after {seconds} seconds"
    return ended.returncode, ended.stdout


def read_report(tree: Path) -> TestTimes:
    """Return the report of the last run in a copy."""
    seconds: dict[str, float] = defaultdict(float)
    failed: dict[str, None] = {}
    for case in ET.parse(tree / "report.xml").iter("testcase"):
        test = f"{case.attrib['classname'].replace('.', '/')}.py::{case.attrib['name'].partition('[')[0]}"
        seconds[test] += float(case.attrib["time"])
        if case.find("failure") is not None or case.find("error") is not None:
            failed[test] = None
    return TestTimes(dict(seconds), list(failed))


def page(results: Sequence[TriedBreakage]) -> str:
    """Return the documentation page of a whole run."""
    noticed = sum(result.noticed_by is not None for result in results)
    lines = [
        "# Breakages",
        "",
        "`make breakages` breaks each capability of [Features](../features.md) on purpose, one at a time in a copy of",
        "the tree, and runs the tests that the page names for it, without those that need the local cloud or a",
        "browser. It fails when none of them notices. The breakages are in `tests/breakages`.",
        "",
        f"Noticed in the last run that was written here: **{noticed} of {len(results)}**, of",
        f"{len({result.breakage.capability for result in results})} capabilities.",
        "",
        "| id | what was broken | noticed by |",
        "|---|---|---|",
    ]
    rows = [
        f"| {r.breakage.capability} | {r.breakage.breaks} | {f'`{r.noticed_by}`' if r.noticed_by else 'no test'} |"
        for r in results
    ]
    return "\n".join([*lines, *rows, ""])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
