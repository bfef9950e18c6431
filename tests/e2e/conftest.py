"""The running local stage, for each module of the suite."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from leadtight.adapters.aws import clients
from leadtight.devstage.info import DevInfo
from leadtight.devstage.local_stage import LocalStage
from tests.e2e.stage import Stage


@pytest.fixture(scope="module")
def stage(dev_info: DevInfo) -> Stage:
    return Stage(dev_info)


@pytest.fixture
def beside_the_stage(local_stage: LocalStage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Work in a folder with the running stage."""
    (tmp_path / ".leadtight").symlink_to(local_stage.folder)
    monkeypatch.chdir(tmp_path)
    clients.forget_clients()
    yield
    clients.forget_clients()
