"""Forked test processes notice changes of a small product.

Chosen as mutmut's trampolines choose them.
"""

import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from scripts.forked_tests import Coverage, Plan
from scripts.mutants import ROOT

TRAMPOLINE = """
chosen = None

def set_mutant_under_test(name):
    global chosen
    chosen = name

def record_trampoline_hit(function):
    pass
"""
PRODUCT = """
import os
import signal
from functools import cache
from mutmut.mutation import trampoline

@cache
def is_adult(age):
    if trampoline.chosen == "stats":
        trampoline.record_trampoline_hit("product.x_is_adult")
    match (trampoline.chosen or "").rpartition("_")[2]:
        case "noticed":
            return age > 18
        case "equal":
            return not age < 18
        case "endless":
            while True:
                pass
        case "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
    return age >= 18
"""
TESTS = """
from product import is_adult

def test_a_child_is_no_adult():
    assert not is_adult(17)

def test_one_is_an_adult_at_eighteen():
    assert is_adult(18)
"""


@pytest.fixture
def work(tmp_path: Path) -> Path:
    package = tmp_path / "mutmut/mutation"
    package.mkdir(parents=True)
    (package / "trampoline.py").write_text(TRAMPOLINE)
    (tmp_path / "product.py").write_text(PRODUCT)
    (tmp_path / "test_product.py").write_text(TESTS)
    return tmp_path


def run(
    work: Path, *changes: str, seconds: float = 20, processes: int = 1, minutes: float | None = None
) -> subprocess.CompletedProcess[str]:
    plan = Plan(
        ["test_product.py"], [f"product.{change}" for change in changes], seconds, processes, minutes, endless_after=1
    )
    (work / "plan.json").write_text(json.dumps(asdict(plan)))
    return subprocess.run(
        [sys.executable, "-m", "scripts.forked_tests", work],
        cwd=work,
        env=os.environ | {"PYTHONPATH": f"{work}:{ROOT}", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def verdicts(work: Path) -> dict[str, str]:
    stored = json.loads((work / "plan_verdicts.json").read_text())
    return {change.rpartition("_")[2]: verdict for change, verdict in stored.items()}


@pytest.mark.parametrize("processes", [1, 3])
def test_each_change_is_tested_by_the_tests_of_its_function(work: Path, processes: int) -> None:
    names = ("noticed", "equal", "endless", "crash")
    ended = run(work, *(f"x_is_adult__mutmut_{name}" for name in names), "x_is_old__mutmut_1", processes=processes)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert verdicts(work) == {
        "noticed": "killed",
        "equal": "survived",
        "endless": "timeout",
        "crash": "crashed",
        "1": "no tests",
    }


def test_a_change_that_times_out_is_given_up(work: Path) -> None:
    run(work, "x_is_adult__mutmut_noticed", seconds=0)
    assert verdicts(work) == {"noticed": "given up"}


def test_changes_left_after_the_total_time_limit_are_not_tested(work: Path) -> None:
    run(work, "x_is_adult__mutmut_noticed", minutes=-1)
    assert verdicts(work) == {}


def test_a_test_that_fails_without_a_change_is_named_and_detects_nothing(work: Path) -> None:
    (work / "test_product.py").write_text(TESTS.replace("is_adult(18)", "is_adult(16)"))
    ended = run(work, "x_is_adult__mutmut_noticed")
    assert "without any change: test_product.py::test_one_is_an_adult_at_eighteen" in ended.stdout
    assert verdicts(work) == {"noticed": "survived"}


def test_tests_that_detected_a_neighbour_run_first_and_then_the_quickest() -> None:
    coverage = Coverage({"f": ["slow", "quick", "keen", "red"]}, {"slow": 3, "quick": 1, "keen": 2, "red": 0}, ["red"])

    assert coverage.in_turn("f", ["keen"]) == ["keen", "quick", "slow"]
    assert coverage.in_turn("f", []) == ["quick", "keen", "slow"]
    assert coverage.in_turn("g", ["keen"]) == []
