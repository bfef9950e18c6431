"""Run every suite, those on the local cloud beside the others, and say at the end what could not run here and why.

`--fast` runs only what tells most in the least time: no test marked `slow`, no cloud, no browser. Other words go to
pytest.
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
"""How nice a run is that fills both cores, so that what waits on real time beside it is served at once."""


@dataclass(frozen=True, slots=True)
class Run:
    """One pytest process: its suites and options, and the clock that it runs under when not the machine's."""

    name: str
    suites: tuple[str, ...]
    options: tuple[str, ...] = ()
    workers: int = 0
    niceness: int = 0
    clock: str | None = None

    @property
    def log(self) -> Path:
        """Return the file that receives what a run beside another prints."""
        return RESULTS / f"{self.name}.log"

    def command(self, words: Sequence[str]) -> list[str]:
        """Return the command line, with more words for pytest."""
        report = f"--junitxml={RESULTS / self.name}.xml"
        folders = [f"tests/{suite}" for suite in self.suites]
        return [sys.executable, "-m", "pytest", *self._workers(), *self.options, report, *folders, *words]

    def _workers(self) -> tuple[str, str]:
        """Return how many processes run the tests, and how. The one that waits for them keeps the machine's clock."""
        if self.clock is None:
            return "-n", str(self.workers)
        return "--tx", f"{self.workers}*popen//python={clocks.python(self.clock)}"

    def finish(self, words: Sequence[str], output: int | None = None) -> bool:
        """Run to the end, and tell whether nothing failed. Print to the terminal, or to a file."""
        process = subprocess.Popen(self.command(words), cwd=ROOT, stdout=output, stderr=output)
        os.setpriority(os.PRIO_PROCESS, process.pid, self.niceness)
        return process.wait() in (0, NO_TESTS_COLLECTED)


CLOUD = Run("cloud", ("e2e", "console"))
"""Shares one cloud, and most of its time it waits for alarms that ring by the real clock."""

PROGRAMS = Run("programs", ("browser", "infra"), ("--dist", "loadfile"), CORES, GIVES_WAY)
"""Drives Chromium and Node, which live at the real time."""

ALONE = tuple(
    sorted(
        {f.relative_to(ROOT / "tests").parts[0] for f in (ROOT / "tests").glob("*/**/test_*.py")}
        - {*CLOUD.suites, *PROGRAMS.suites}
    )
)
WHOLE = Run("alone", ALONE, SHARED, CORES, GIVES_WAY)
FAST = Run("fast", ("unit", "contracts", "scenarios", "integration", "docs"), (*SHARED, "-m", "not slow", "-q"), CORES)


def on_cloud(words: Sequence[str]) -> bool:
    """Run what is on the cloud, printing to its log, and tell whether nothing failed."""
    with CLOUD.log.open("wb") as log:
        return CLOUD.finish(words, log.fileno())


def not_run() -> Counter[tuple[str, str]]:
    """Count the skipped tests of all runs by file and reason."""
    skipped: Counter[tuple[str, str]] = Counter()
    for report in sorted(RESULTS.glob("*.xml")):
        for case in ET.parse(report).iter("testcase"):
            for skip in case.iter("skipped"):
                skipped[case.get("classname", "?"), skip.get("message", "no reason given")] += 1
    return skipped


def everything(words: Sequence[str]) -> int:
    """Run all suites to their end, and return 1 when any failed."""
    clock = os.environ.get("CLOCK") or random.choice(clocks.PASSED)
    again = f"under the clock {clock}: {clocks.CLOCKS[clock]}; again by `make test CLOCK={clock}`"
    print(f"Suites without a cloud run {again}", flush=True)
    with ThreadPoolExecutor(1) as other:
        cloud = other.submit(on_cloud, words)
        passed = [run.finish(words) for run in (replace(WHOLE, clock=clock), PROGRAMS)]
    print(f"\n=== {', '.join(CLOUD.suites)}\n{CLOUD.log.read_text()}")
    print(f"\nSuites without a cloud ran {again}.")
    _tell(not_run())
    return 0 if all((*passed, cloud.result())) else 1


def _tell(skipped: Mapping[tuple[str, str], int]) -> None:
    print("\nNot run here:" if skipped else "\nEvery test of every suite ran.")
    for (where, why), count in sorted(skipped.items()):
        print(f"  {where} ({count}): {why}")


def main(words: Sequence[str]) -> int:
    """Run what the command line asks for."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    for old in RESULTS.iterdir():
        old.unlink()
    if "--fast" in words:
        return 0 if FAST.finish([word for word in words if word != "--fast"]) else 1
    return everything(words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
