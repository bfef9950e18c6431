"""The local stage: cloud, deployed stack and console."""

from __future__ import annotations

import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from functools import partial
from pathlib import Path

from leadtight.devstage.deployment import POLICY, deploy
from leadtight.devstage.info import DevInfo
from leadtight.devstage.local_cloud import LocalCloud, LocalCloudError, is_taken
from leadtight.devstage.process import Process
from leadtight.devstage.steps import Say, silent

CONSOLE_READY_WITHIN_SECONDS = 30
# After a stop all overdue alarms arrive at once, and every function is unpacked again.
API_READY_WITHIN_SECONDS = 180


class LocalStage:
    """One local stage with everything in one folder.

    Its `dev.json` exists while the stage is ready.
    """

    def __init__(self, folder: Path, *, port: int, console_port: int, policy: Path = POLICY) -> None:
        self.folder = folder.resolve()
        self.info_file = self.folder / "dev.json"
        self.cloud = LocalCloud(self.folder / "cloud", port=port)
        self.console = Process(self.folder, "console")
        self._console_port = console_port
        self._policy = policy

    def start(self, say: Say = silent) -> DevInfo:
        """Start and deploy what is missing; return the addresses.

        It returns once the stage accepts leads. Raises DeploymentError, and LocalCloudError when the cloud, the console
        or the API does not become ready.
        """
        self.info_file.unlink(missing_ok=True)
        self._require_console_port()
        say("starting the local cloud")
        self.cloud.start()
        console_url = f"http://127.0.0.1:{self._console_port}"
        info = deploy(self.cloud, console_url=console_url, policy=self._policy, say=say)
        say("starting the console")
        self._open_console(info)
        say("waiting for the API to answer")
        self._wait_for_api(info)
        info.write(self.info_file)
        return info

    def _require_console_port(self) -> None:
        """Raise LocalCloudError when the console's port is taken.

        It is checked first, since a start takes long.
        """
        if not self.console.running() and is_taken(self._console_port):
            raise LocalCloudError(
                f"port {self._console_port} is taken by another program:"
                " choose another for the console with LEADTIGHT_CONSOLE_PORT"
            )

    def running_elsewhere(self) -> str | None:
        """Return the running stage's address if it differs.

        None when the folder's stage does not run, or runs at the requested address.
        """
        record = self.folder / "console.json"
        if not (self.cloud.process.running() and record.is_file()):
            return None
        endpoint = DevInfo.read(record).aws_endpoint
        return endpoint if endpoint != self.cloud.endpoint else None

    def running(self) -> bool:
        """Return whether both programs run."""
        return self.cloud.process.running() and self.console.running()

    def stop(self) -> bool:
        """Stop both programs; return whether any ran.

        The data is kept.
        """
        self.info_file.unlink(missing_ok=True)
        stopped = [self.console.stop(), self.cloud.stop()]
        return any(stopped)

    def _open_console(self, info: DevInfo) -> None:
        """Restart the console, which reads the deployment at its start."""
        self.console.stop()
        record = self.folder / "console.json"
        info.write(record)
        serve = [sys.executable, "-m", "leadtight.devstage.serve", str(record), str(self._console_port)]
        self.console.start(serve, self.cloud.client_environment())
        # An error page will do: the console is up and explains the error.
        is_up = partial(_answers, info.console_url, even_an_error=True)
        _wait(self.console, CONSOLE_READY_WITHIN_SECONDS, is_up, otherwise="the console did not start")

    def _wait_for_api(self, info: DevInfo) -> None:
        """Wait until the intake function runs.

        The first lead must not wait for longer than a browser does.
        """
        is_well = partial(_answers, f"{info.api_url}/health")
        _wait(self.cloud.process, API_READY_WITHIN_SECONDS, is_well, otherwise="the API does not answer")


def _wait(process: Process, seconds: float, is_ready: Callable[[], bool], *, otherwise: str) -> None:
    """Wait until a process is ready.

    Raises LocalCloudError when it ends or takes longer.
    """
    deadline = time.monotonic() + seconds
    while not is_ready():
        if time.monotonic() > deadline or not process.running():
            raise LocalCloudError(f"{otherwise}; see {process.log}")
        time.sleep(0.1)


def _answers(url: str, *, even_an_error: bool = False) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=60):
            return True
    except urllib.error.HTTPError:
        return even_an_error
    except OSError:
        return False
