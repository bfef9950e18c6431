"""One synthesised template per stage for all suites that ask for it: each takes seconds, and so does the CDK."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.infra.synth import Synthesised


@pytest.fixture(scope="session")
def prod(tmp_path_factory: pytest.TempPathFactory) -> Synthesised:
    return _synthesised(tmp_path_factory.mktemp("prod"), "prod", operators_email="ops@leadtight.example")


@pytest.fixture(scope="session")
def receiving(tmp_path_factory: pytest.TempPathFactory) -> Synthesised:
    return _synthesised(tmp_path_factory.mktemp("receiving"), "inbox", receive_domain="inbox.firm.example")


@pytest.fixture(scope="session")
def local(tmp_path_factory: pytest.TempPathFactory) -> Synthesised:
    return _synthesised(tmp_path_factory.mktemp("local"), "local", public_url="http://127.0.0.1:1/api")


def _synthesised(folder: Path, stage: str, **context: str) -> Synthesised:
    from tests.infra.synth import synthesise

    return synthesise(folder, stage, **context)
