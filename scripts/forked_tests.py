"""Run tests against code changes in forked processes.

Each is forked from one collected run of pytest. `scripts/mutants.py` starts it in the environment of mutmut, whose
trampolines choose a change by its name. A first process runs all tests unchanged and notes which reach which function.
Each change then meets the tests that reach its function, those that noticed its neighbours first, then the quickest,
until one fails or its time ends.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import math
import os
import resource
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import pytest

ENDLESS_WALL_SECONDS = 300
LARGEST_BYTES = 4 << 30
FAILED = 1
OUT_OF_TIME = 3
CRASHED = 4
VERDICTS = {FAILED: "killed", 0: "survived", OUT_OF_TIME: "given up"}


@dataclass(frozen=True, slots=True)
class Plan:
    """Test paths to run against changes, as named by mutmut."""

    tests: Sequence[str]
    changes: Sequence[str]
    seconds: float
    """Processor seconds after which a change is given up."""
    processes: int
    minutes: float | None = None
    """Time for all changes; the rest is left untested."""
    endless_after: float = 5
    """Extra processor seconds after which a test counts as endless.

    They come on top of ten times its usual time.
    """


@dataclass(frozen=True, slots=True)
class Coverage:
    """Tests by function they reach, and their durations."""

    tests_of: Mapping[str, Collection[str]]
    seconds_of: Mapping[str, float]
    failed: Collection[str]
    """Tests that fail unchanged, which are left out."""

    def in_turn(self, function: str, noticed_neighbours: Collection[str]) -> list[str]:
        """Order the tests that reach a function.

        Those that noticed changes of it come first, then the quickest.
        """
        tests = set(self.tests_of.get(function, ())).difference(self.failed)
        return sorted(tests, key=lambda test: (test not in noticed_neighbours, self.seconds_of[test]))


@dataclass(slots=True, eq=False)
class Recorder:
    """Records which tests reach which function, and which fail."""

    test: str | None = None
    tests_of: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    seconds_of: dict[str, float] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)

    def record_trampoline_hit(self, function: str, caller: str | None = None) -> None:
        """Record that the running test reaches a function.

        mutmut's trampolines call it.
        """
        if self.test is not None:
            self.tests_of[function].add(self.test)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Record the duration of a test."""
        self.test, began = item.nodeid, time.process_time()
        outcome = yield
        self.test, self.seconds_of[item.nodeid] = None, time.process_time() - began
        return outcome

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Record a failing test."""
        if report.failed:
            self.failed.add(report.nodeid)


@dataclass(frozen=True, slots=True)
class FirstFailure:
    """Ends its process at the first failing test.

    It writes down which test it was.
    """

    path: Path

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """End the process when a test fails."""
        if report.failed:
            self.path.write_text(report.nodeid)
            os._exit(FAILED)


@dataclass(slots=True, eq=False)
class ForkedTests:
    """A pytest plugin that runs collected tests by plan."""

    plan: Plan
    work: Path
    verdicts: dict[str, str] = field(default_factory=dict)
    _noticed_by: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _running: dict[int, str] = field(default_factory=dict)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run the plan instead of every test once."""
        coverage = record(session, self.work / "coverage.json")
        for test in coverage.failed:
            print(f"left out, as it fails without any change: {test}", flush=True)
        items = {item.nodeid: item for item in session.items}
        ends_at = math.inf if self.plan.minutes is None else time.monotonic() + 60 * self.plan.minutes
        for change in self.plan.changes:
            if time.monotonic() > ends_at:
                break
            function = function_of(change)
            tests = coverage.in_turn(function, self._noticed_by[function])
            if not tests:
                self.verdicts[change] = "no tests"
                continue
            if len(self._running) == self.plan.processes:
                self._await_one()
            self._start(change, [items[test] for test in tests], coverage.seconds_of)
        while self._running:
            self._await_one()
        return True

    def _start(self, change: str, items: Sequence[pytest.Item], seconds_of: Mapping[str, float]) -> None:
        self._failure_path(change).unlink(missing_ok=True)
        if process := fork():
            self._running[process] = change
            return
        try:
            importlib.import_module("mutmut.mutation.trampoline").set_mutant_under_test(change)
            items[0].config.pluginmanager.register(FirstFailure(self._failure_path(change)))
            run_within(self.plan, items, seconds_of)
        finally:
            os._exit(CRASHED)

    def _await_one(self) -> None:
        process, status = os.wait()
        change = self._running.pop(process)
        self.verdicts[change] = verdict(status)
        with contextlib.suppress(FileNotFoundError):
            self._noticed_by[function_of(change)].add(self._failure_path(change).read_text())
        print(f"{len(self.verdicts)}/{len(self.plan.changes)} {self.verdicts[change]}: {change}", flush=True)

    def _failure_path(self, change: str) -> Path:
        return self.work / f"{change}.failure"


def main(work: Path) -> NoReturn:
    """Run the plan in a folder, and store its verdicts."""
    plan = Plan(**json.loads((work / "plan.json").read_text()))
    forked = ForkedTests(plan, work)
    os.environ["MUTANT_UNDER_TEST"] = ""
    status = pytest.main(["-q", "-s", "-p", "no:cacheprovider", *plan.tests], plugins=[forked])
    (work / "plan_verdicts.json").write_text(json.dumps(forked.verdicts))
    sys.stdout.flush()
    os._exit(status)  # at a common end the extension modules report every object that they think is leaked


def record(session: pytest.Session, path: Path) -> Coverage:
    """Run all tests unchanged in a forked process.

    This process thus keeps no state of them.
    """
    if process := fork():
        os.waitpid(process, 0)
        return Coverage(**json.loads(path.read_text()))
    try:
        record_here(session, path)
    finally:
        os._exit(0)


def record_here(session: pytest.Session, path: Path) -> None:
    """Run all tests unchanged here; store their coverage."""
    recorder = Recorder()
    trampoline = importlib.import_module("mutmut.mutation.trampoline")
    trampoline.record_trampoline_hit = recorder.record_trampoline_hit  # type: ignore[attr-defined]
    trampoline.set_mutant_under_test("stats")
    session.config.pluginmanager.register(recorder)
    run(session.items)
    tests_of = {function: sorted(tests) for function, tests in recorder.tests_of.items()}
    path.write_text(
        json.dumps({"tests_of": tests_of, "seconds_of": recorder.seconds_of, "failed": sorted(recorder.failed)})
    )


def fork() -> int:
    """Fork, with the output of the new process silenced."""
    sys.stdout.flush()
    process = os.fork()
    if not process:
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
    return process


def run(items: Sequence[pytest.Item]) -> None:
    """Run tests in this order."""
    for item, following in zip(items, [*items[1:], None], strict=True):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)


def run_within(plan: Plan, items: Sequence[pytest.Item], seconds_of: Mapping[str, float]) -> None:
    """Run tests until a change's time is over.

    It ends the process; a signal ends an endless test.
    """
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_AS, (LARGEST_BYTES, LARGEST_BYTES))
    for item, following in zip(items, [*items[1:], None], strict=True):
        if time.process_time() > plan.seconds:
            os._exit(OUT_OF_TIME)
        limit = math.ceil(time.process_time() + plan.endless_after + 10 * seconds_of[item.nodeid])
        resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))
        signal.alarm(ENDLESS_WALL_SECONDS)
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
    os._exit(0)


def verdict(status: int) -> str:
    """Return the verdict of a process's exit status."""
    if os.WIFSIGNALED(status):
        return "timeout" if os.WTERMSIG(status) in {signal.SIGXCPU, signal.SIGALRM} else "crashed"
    return VERDICTS.get(os.WEXITSTATUS(status), "crashed")


def function_of(change: str) -> str:
    """Return the changed function, as mutmut names it."""
    return change.partition("__mutmut_")[0]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
