"""One synthesised template per stage for the whole suite: each takes seconds."""

from __future__ import annotations

import pytest

from tests.infra.synth import Synthesised, synthesise


@pytest.fixture(scope="session")
def prod(tmp_path_factory: pytest.TempPathFactory) -> Synthesised:
    return synthesise(tmp_path_factory.mktemp("prod"), "prod", operators_email="ops@leadtight.example")


@pytest.fixture(scope="session")
def receiving(tmp_path_factory: pytest.TempPathFactory) -> Synthesised:
    return synthesise(tmp_path_factory.mktemp("receiving"), "inbox", receive_domain="inbox.firm.example")


@pytest.fixture(scope="session")
def local(tmp_path_factory: pytest.TempPathFactory) -> Synthesised:
    return synthesise(tmp_path_factory.mktemp("local"), "local", public_url="http://127.0.0.1:1/api")
