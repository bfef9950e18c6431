"""The running local stage, for each module of the suite."""

from __future__ import annotations

import pytest

from leadtight.devstage.info import DevInfo
from tests.e2e.stage import Stage


@pytest.fixture(scope="module")
def stage(dev_info: DevInfo) -> Stage:
    return Stage(dev_info)
