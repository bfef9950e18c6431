"""A background program that later commands can stop."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path


class Process:
    """A background program, identified by its files.

    `NAME.pid` is locked while it runs; `NAME.log` has its output. The lock, not the number, shows whether it runs:
    numbers are reused, locks end with their process.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.name = name
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        """Return the file with the program's output."""
        return self.folder / f"{self.name}.log"

    @property
    def _pid(self) -> Path:
        return self.folder / f"{self.name}.pid"

    def start(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start the program in a session of its own.

        Ctrl-C then reaches only the starting program.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._pid.open("a+") as lock, self.log.open("ab") as log:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._child = subprocess.Popen(
                command,
                env=environment,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=[lock.fileno()],
            )
            lock.truncate(0)
            lock.write(str(self._child.pid))

    def running(self) -> bool:
        """Return whether the program runs."""
        if not self._pid.exists():
            return False
        if self._child:
            self._child.poll()  # reaps an own child that ended
        with self._pid.open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def stop(self, patience_seconds: float = 30) -> bool:
        """Terminate the program, by force after a while.

        Returns whether it ran.
        """
        if not self.running():
            return False
        pid = int(self._pid.read_text())
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + patience_seconds
        while self.running() and time.monotonic() < deadline:
            time.sleep(0.05)
        if self.running():
            os.kill(pid, signal.SIGKILL)
        return True
