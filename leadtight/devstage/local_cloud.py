"""The local cloud: MiniStack on loopback.

IAM is enforced and the state is kept between runs.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from leadtight.devstage.process import Process

REGION = "us-east-1"
ACCOUNT = "000000000000"
READY_WITHIN_SECONDS = 60


class LocalCloudError(Exception):
    """The local cloud did not start."""


class LocalCloud:
    """One local cloud with all its state in one folder."""

    def __init__(self, folder: Path, *, port: int) -> None:
        self.folder = folder.resolve()
        self.port = port
        self.process = Process(self.folder, "cloud")

    @property
    def endpoint(self) -> str:
        """Return the address of every AWS service."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> bool:
        """Start unless running; return whether it was started.

        Raises LocalCloudError when it does not become ready.
        """
        if self.process.running():
            return False
        if is_taken(self.port):
            raise LocalCloudError(f"port {self.port} is taken by another program: choose another with LEADTIGHT_PORT")
        self._rewind_streams()
        self._clear_workplaces()
        self._workplaces.mkdir(parents=True)
        self.process.start([sys.executable, "-m", "ministack"], self._environment())
        self._wait()
        return True

    def stop(self) -> bool:
        """Save the state and stop; return whether it ran."""
        ran = self.process.stop()
        self._clear_workplaces()
        return ran

    def reset(self) -> None:
        """Delete everything. Call only while stopped."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def client_environment(self) -> dict[str, str]:
        """Return an environment whose AWS tools reach only this cloud.

        The shell's own AWS settings are left out: a profile there may be a real account.
        """
        kept = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
        return kept | {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
        }

    def _environment(self) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "LEADTIGHT_"))}
        return kept | {
            "AUTH": "true",
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(self.port),
            "MINISTACK_REGION": REGION,
            "MINISTACK_ACCOUNT_ID": ACCOUNT,
            "PERSIST_STATE": "1",
            "STATE_DIR": str(self.folder / "state"),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(self.folder / "s3"),
            "TMPDIR": str(self._workplaces),
            # Two services that listen on ports of their own, and on every interface.
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
        }

    @property
    def _workplaces(self) -> Path:
        return self.folder / "tmp"

    def _clear_workplaces(self) -> None:
        """Delete the folders that the functions ran in.

        The emulator unpacks a copy of 180 MB for each and leaves it.
        """
        shutil.rmtree(self._workplaces, ignore_errors=True)

    def _rewind_streams(self) -> None:
        """Let the functions read the streams from their start again.

        The emulator keeps the read positions but not the records, so readers would wait for records to reach the old
        position. The sweep repairs what was in flight at the stop.
        """
        kept = self.folder / "state" / "lambda.json"
        if not kept.exists():
            return
        state = json.loads(kept.read_text(encoding="utf-8"))
        state["payload"].pop("dynamodb_stream_positions", None)
        kept.write_text(json.dumps(state), encoding="utf-8")

    def _wait(self) -> None:
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        while time.monotonic() < deadline and self.process.running():
            if self._ready():
                return
            time.sleep(0.1)
        raise LocalCloudError(f"the local cloud did not start; see {self.process.log}")

    def _ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.endpoint}/_ministack/ready", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False


def is_taken(port: int) -> bool:
    """Return whether a program listens on a local port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
