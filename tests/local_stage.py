"""The deployed template on a local cloud of its own.

Suites test through it.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from leadtight.adapters.aws import clients
from leadtight.devstage.info import DevInfo
from leadtight.devstage.local_stage import LocalStage


@pytest.fixture(scope="session")
def local_stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStage]:
    """Run a stage on free ports with separate state.

    One per pytest process, so run these suites with `-n 0`.
    """
    stage = LocalStage(tmp_path_factory.mktemp("stage"), port=_free_port(), console_port=_free_port())
    try:
        stage.start()
        yield stage
    finally:
        stage.stop()


@pytest.fixture(scope="module")
def dev_info(local_stage: LocalStage) -> Iterator[DevInfo]:
    """Return the stage's addresses, and point AWS clients there.

    They reach nothing else meanwhile.
    """
    with pytest.MonkeyPatch.context() as patch:
        for name, value in local_stage.cloud.client_environment().items():
            patch.setenv(name, value)
        clients.forget_clients()
        yield DevInfo.read(local_stage.info_file)
        clients.forget_clients()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
