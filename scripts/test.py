"""Run every suite and say at the end, by name, what could not run here and why."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

from scripts import clocks

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "build" / "test"
ON_THE_CLOUD = ("e2e", "console")
OTHER_PROGRAMS = ("browser", "infra")
"""Suites that drive Chromium and Node, which live at the real time."""

ALONE = tuple(
    sorted(
        {f.relative_to(ROOT / "tests").parts[0] for f in (ROOT / "tests").glob("*/**/test_*.py")}
        - {*ON_THE_CLOUD, *OTHER_PROGRAMS}
    )
)
# Suites that share nothing run on both cores; those on the one local cloud run one after the other.
RUNS = {
    "alone": (["-n", "2", "--dist", "loadfile"], ALONE),
    "programs": (["-n", "2", "--dist", "loadfile"], OTHER_PROGRAMS),
    "cloud": (["-n", "0"], ON_THE_CLOUD),
}
NO_TESTS_COLLECTED = 5


def run(name: str, options: list[str], suites: Iterable[str], shell: Mapping[str, str]) -> int:
    """Run some suites in one pytest process, in an environment, and return its exit code."""
    present = [f"tests/{suite}" for suite in suites if (ROOT / "tests" / suite).is_dir()]
    report = RESULTS / f"{name}.xml"
    report.unlink(missing_ok=True)
    print(f"\n=== {', '.join(present)}", flush=True)
    command = [sys.executable, "-m", "pytest", *options, f"--junitxml={report}", *present, *sys.argv[1:]]
    return subprocess.run(command, cwd=ROOT, env=shell, check=False).returncode


def not_run() -> Counter[tuple[str, str]]:
    """Count the skipped tests of all runs by file and reason."""
    skipped: Counter[tuple[str, str]] = Counter()
    for report in sorted(RESULTS.glob("*.xml")):
        for case in ET.parse(report).iter("testcase"):
            for skip in case.iter("skipped"):
                skipped[case.get("classname", "?"), skip.get("message", "no reason given")] += 1
    return skipped


def main() -> int:
    """Run both groups even when the first fails, and return 1 when either did."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    clock = os.environ.get("CLOCK") or random.choice(clocks.PASSED)
    print(f"Under the clock {clock}: {clocks.CLOCKS[clock]}; again by `make test CLOCK={clock}`", flush=True)
    shells = {"alone": clocks.shell(clock)}
    codes = [run(name, options, suites, shells.get(name, os.environ)) for name, (options, suites) in RUNS.items()]
    print(f"\nSuites without a cloud ran under the clock {clock}: again by `make test CLOCK={clock}`.")
    skipped = not_run()
    print("\nNot run here:" if skipped else "\nEvery test of every suite ran.")
    for (where, why), count in sorted(skipped.items()):
        print(f"  {where} ({count}): {why}")
    return 0 if all(code in (0, NO_TESTS_COLLECTED) for code in codes) else 1


if __name__ == "__main__":
    sys.exit(main())
