"""One synthesised template per stage and run.

For all suites and workers: each takes seconds, and so does the CDK.
"""

from __future__ import annotations

import fcntl
import os
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.infra.synth import Synthesised


ORIGINATION = "arn:aws:sms-voice:eu-central-1:123456789012:phone-number/phone-0123456789abcdef"


@pytest.fixture(scope="session")
def prod(tmp_path_factory: pytest.TempPathFactory) -> Synthesised:
    return _synthesised(tmp_path_factory, "prod")


@pytest.fixture(scope="session")
def receiving(tmp_path_factory: pytest.TempPathFactory) -> Synthesised:
    return _synthesised(tmp_path_factory, "inbox", mail={"receive_domain": "inbox.firm.example"})


@pytest.fixture(scope="session")
def texting(tmp_path_factory: pytest.TempPathFactory) -> Synthesised:
    return _synthesised(tmp_path_factory, "texting", texts={"by": "end_user_messaging", "origination": ORIGINATION})


@pytest.fixture(scope="session")
def local(tmp_path_factory: pytest.TempPathFactory) -> Synthesised:
    return _synthesised(tmp_path_factory, "local", api={"public_url": "http://127.0.0.1:1/api"})


def _synthesised(factory: pytest.TempPathFactory, stage: str, **changes: Any) -> Synthesised:
    """Return a stage's template, made once for all workers."""
    from tests.infra.synth import read, synthesise

    own = factory.getbasetemp()
    run = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    folder = run / f"stage-{stage}"
    with (run / f"stage-{stage}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return read(folder, stage) or synthesise(folder, stage, **changes)
