"""Background programs are found by their lock alone."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from leadtight.devstage.process import Process

SLEEP = [sys.executable, "-c", "print('up', flush=True); import time; time.sleep(60)"]


def test_a_program_is_found_and_stopped_by_another_command(tmp_path: Path) -> None:
    starter, finder = Process(tmp_path, "sleep"), Process(tmp_path, "sleep")
    starter.start(SLEEP, dict(os.environ))
    assert finder.running()
    assert finder.stop()
    assert not finder.running()
    assert not starter.running()


def test_its_output_is_kept(tmp_path: Path) -> None:
    process = Process(tmp_path, "sleep")
    process.start(SLEEP, dict(os.environ))
    deadline = time.monotonic() + 10
    while not process.log.read_text() and time.monotonic() < deadline:
        time.sleep(0.05)
    process.stop()
    assert process.log.read_text() == "up\n"


def test_nothing_runs_before_the_first_start(tmp_path: Path) -> None:
    process = Process(tmp_path, "sleep")
    assert not process.running()
    assert not process.stop()


def test_a_stale_pid_is_not_a_running_program(tmp_path: Path) -> None:
    (tmp_path / "sleep.pid").write_text(str(os.getpid()))
    process = Process(tmp_path, "sleep")
    assert not process.running()
    assert not process.stop()


def test_it_is_not_started_twice(tmp_path: Path) -> None:
    process = Process(tmp_path, "sleep")
    process.start(SLEEP, dict(os.environ))
    try:
        with pytest.raises(BlockingIOError):
            Process(tmp_path, "sleep").start(SLEEP, dict(os.environ))
    finally:
        process.stop()
