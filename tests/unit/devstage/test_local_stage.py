"""One folder holds one stage."""

import os
import socket
import sys
from pathlib import Path

import pytest

from leadtight.devstage.info import DevInfo
from leadtight.devstage.local_cloud import LocalCloudError
from leadtight.devstage.local_stage import LocalStage


def test_a_stage_on_another_port_is_named_and_left_alone(tmp_path: Path) -> None:
    first = LocalStage(tmp_path, port=1111, console_port=1112)
    assert first.running_elsewhere() is None
    first.cloud.process.start([sys.executable, "-c", "import time; time.sleep(60)"], os.environ)
    try:
        names = dict.fromkeys(
            ("region", "table", "reports_bucket", "mail_bucket", "stack", "console_url", "api_url"), "x"
        )
        DevInfo(aws_endpoint=first.cloud.endpoint, **names).write(tmp_path / "console.json")
        second = LocalStage(tmp_path, port=2222, console_port=2223)
        assert second.running_elsewhere() == "http://127.0.0.1:1111"
        assert first.running_elsewhere() is None
        assert first.cloud.process.running()
    finally:
        first.cloud.process.stop()


def test_a_used_console_port_is_named_before_anything_starts(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        stage = LocalStage(tmp_path, port=1111, console_port=port)
        began: list[str] = []
        with pytest.raises(LocalCloudError, match=f"port {port} is taken .* LEADTIGHT_CONSOLE_PORT"):
            stage.start(began.append)
    assert began == []
    assert not stage.cloud.process.running()
