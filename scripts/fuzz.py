"""Fuzz the readers with atheris.

Run `make fuzz [SECONDS=60] [TARGET=form]`; it exits with 1 when a reader broke. Useful inputs are kept in
build/fuzz/corpus, from which the next run continues.
"""

import os
import subprocess
import sys
from pathlib import Path

from scripts.extra import ROOT, environment
from tests.fuzz.targets import TARGETS

WORK = ROOT / "build" / "fuzz"


def check_growth() -> list[str]:
    """Try every reader with texts that slow readers down.

    Returns what is broken.
    """
    shell = os.environ | {"GROWTH": "all"}
    tests = [sys.executable, "-m", "pytest", "-q", "-n", "2", "tests/fuzz/test_growth.py"]
    return ["growth"] if subprocess.run(tests, cwd=ROOT, env=shell, check=False).returncode else []


def main(seconds: str, wanted: list[str]) -> int:
    """Run the wanted targets, or all, for a time each.

    Returns 1 when one broke.
    """
    broken = [] if wanted else check_growth()
    python = environment("fuzz") / "bin/python"
    shell = os.environ | {"PYTHONPATH": str(ROOT)}
    for name in wanted or TARGETS:
        corpus, crashes = WORK / "corpus" / name, WORK / "crashes" / name
        for folder in (corpus, crashes):
            folder.mkdir(parents=True, exist_ok=True)
        limits = (f"-max_total_time={seconds}", "-timeout=10", "-rss_limit_mb=2048", "-max_len=65536")
        engine: list[str | Path] = [python, "-m", "tests.fuzz.engine", name, corpus]
        command = [*engine, *limits, f"-artifact_prefix={crashes}/"]
        done = subprocess.run(command, cwd=ROOT, env=shell, capture_output=True, text=True)
        last = [line for line in done.stderr.splitlines() if line.startswith(("#", "Done"))][-1:]
        print(f"{name}: {'BROKEN' if done.returncode else 'ok'}; {' '.join(last)}", flush=True)
        if done.returncode:
            broken.append(name)
            print(done.stdout[-4000:], done.stderr[-4000:], sep="\n")
    return int(bool(broken))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
