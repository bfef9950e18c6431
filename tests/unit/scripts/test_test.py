"""`make test` runs every suite; CI fails with any part."""

import os
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from scripts import clocks
from scripts.test import CLOUD, FAST, PROGRAMS, WHOLE

ROOT = Path(__file__).resolve().parents[3]


def test_every_suite_is_in_one_run() -> None:
    suites = {file.relative_to(ROOT / "tests").parts[0] for file in (ROOT / "tests").glob("*/**/test_*.py")}
    assert sorted([*CLOUD.suites, *PROGRAMS.suites, *WHOLE.suites]) == sorted(suites)
    assert {*FAST.suites} < {*WHOLE.suites}


def test_make_test_deselects_nothing() -> None:
    for run in (CLOUD, PROGRAMS, WHOLE):
        assert not {"-m", "-k", "--deselect", "--ignore"} & {*run.command([])[3:]}


def test_only_processes_that_run_tests_get_the_fake_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The waiting process must keep the real clock.

    It would loop: under libfaketime its waits end at once.
    """
    monkeypatch.setattr(clocks, "python", lambda name: f"python of {name}")
    command = replace(WHOLE, clock="yesterday").command([])
    assert command[command.index("--tx") + 1] == "2*popen//python=python of yesterday"
    assert "-n" not in command


def test_past_clocks_have_a_name() -> None:
    assert {*clocks.PASSED} <= {*clocks.CLOCKS}
    assert clocks.PASSED


VERBS = re.findall(r"\bmake (\w+)", "".join((ROOT / ".ci/run").read_text(encoding="utf-8").splitlines(True)[2:]))


@pytest.mark.parametrize("broken", [*VERBS, None])
def test_ci_fails_when_any_part_fails(tmp_path: Path, broken: str | None) -> None:
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci/run", tmp_path / ".ci/run")
    make = tmp_path / "make"
    make.write_text(f'#!/bin/sh\necho "$1" >> done\ntest "$1" != "{broken}"\n')
    make.chmod(0o755)
    shell = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run(["bash", ".ci/run"], cwd=tmp_path, env=shell, capture_output=True, check=False)
    assert (done.returncode == 0) is (broken is None), done.stderr
    ran = (tmp_path / "done").read_text().split()
    assert sorted(ran) == sorted(VERBS) or broken in {"check", "docs", "security"}
