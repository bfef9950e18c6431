"""Run every suite, cloud suites beside the others.

At the end it prints which tests could not run here and why. `--fast` runs only the most telling tests: none marked
`slow`, no cloud, no browser. Other words go to pytest.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from xml.etree import ElementTree as ET

from scripts import clocks

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "build" / "test"
NO_TESTS_COLLECTED = 5
CORES = 2
SHARED = ("--dist", "worksteal")
GIVES_WAY = 5
"""Niceness of a run that fills both cores.

Tests that wait on real time beside it are served at once.
"""


@dataclass(frozen=True, slots=True)
class Run:
    """One pytest process: suites, options and clock.

    Without a clock it uses the machine's.
    """

    name: str
    suites: tuple[str, ...]
    options: tuple[str, ...] = ()
    workers: int = 0
    niceness: int = 0
    clock: str | None = None

    @property
    def log(self) -> Path:
        """Return the log file of a concurrent run."""
        return RESULTS / f"{self.name}.log"

    def command(self, words: Sequence[str]) -> list[str]:
        """Return the command line, with more words for pytest."""
        report = f"--junitxml={RESULTS / self.name}.xml"
        folders = [f"tests/{suite}" for suite in self.suites]
        return [sys.executable, "-m", "pytest", *self._workers(), *self.options, report, *folders, *words]

    def _workers(self) -> tuple[str, str]:
        """Return pytest's options for the workers.

        The process that waits for them keeps the machine's clock.
        """
        if self.clock is None:
            return "-n", str(self.workers)
        return "--tx", f"{self.workers}*popen//python={clocks.python(self.clock)}"

    def finish(self, words: Sequence[str], output: int | None = None) -> bool:
        """Run to the end; return whether nothing failed.

        Prints to the terminal, or to a file.
        """
        process = subprocess.Popen(self.command(words), cwd=ROOT, stdout=output, stderr=output)
        os.setpriority(os.PRIO_PROCESS, process.pid, self.niceness)
        return process.wait() in (0, NO_TESTS_COLLECTED)


CLOUD = Run("cloud", ("e2e", "console"))
"""Suites that share one cloud.

Most of the time they wait for alarms by the real clock.
"""

PROGRAMS = Run("programs", ("browser", "infra"), ("--dist", "loadfile"), CORES, GIVES_WAY)
"""Suites that drive Chromium and Node by real time."""

ALONE = tuple(
    sorted(
        {f.relative_to(ROOT / "tests").parts[0] for f in (ROOT / "tests").glob("*/**/test_*.py")}
        - {*CLOUD.suites, *PROGRAMS.suites}
    )
)
WHOLE = Run("alone", ALONE, SHARED, CORES, GIVES_WAY)
FAST = Run("fast", ("unit", "contracts", "scenarios", "integration", "docs"), (*SHARED, "-m", "not slow", "-q"), CORES)


def on_cloud(words: Sequence[str]) -> bool:
    """Run the cloud suites; return whether nothing failed.

    They print to their log.
    """
    with CLOUD.log.open("wb") as log:
        return CLOUD.finish(words, log.fileno())


def not_run() -> Counter[tuple[str, str]]:
    """Count skipped tests by file and reason."""
    skipped: Counter[tuple[str, str]] = Counter()
    for report in sorted(RESULTS.glob("*.xml")):
        for case in ET.parse(report).iter("testcase"):
            for skip in case.iter("skipped"):
                skipped[case.get("classname", "?"), skip.get("message", "no reason given")] += 1
    return skipped


def everything(words: Sequence[str]) -> int:
    """Run all suites; return 1 when any failed."""
    clock = os.environ.get("CLOCK") or random.choice(clocks.PASSED)
    again = f"under the clock {clock}: {clocks.CLOCKS[clock]}; again by `make test CLOCK={clock}`"
    print(f"Suites without a cloud run {again}", flush=True)
    with ThreadPoolExecutor(1) as other:
        cloud = other.submit(on_cloud, words)
        passed = [run.finish(words) for run in (replace(WHOLE, clock=clock), PROGRAMS)]
    print(f"\n=== {', '.join(CLOUD.suites)}\n{CLOUD.log.read_text()}")
    print(f"\nSuites without a cloud ran {again}.")
    _print_skipped(not_run())
    return 0 if all((*passed, cloud.result())) else 1


def _print_skipped(skipped: Mapping[tuple[str, str], int]) -> None:
    print("\nNot run here:" if skipped else "\nEvery test of every suite ran.")
    for (where, reason), count in sorted(skipped.items()):
        print(f"  {where} ({count}): {reason}")


def main(words: Sequence[str]) -> int:
    """Run the suites that the command line names."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    for old in RESULTS.iterdir():
        old.unlink()
    if "--fast" in words:
        return 0 if FAST.finish([word for word in words if word != "--fast"]) else 1
    return everything(words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
