"""Hypothesis profiles: quick and repeatable, or long with `LEADTIGHT_LONG=1`.

The quick one runs the same examples on every run, the long one many fresh ones.

botocore looks for and reads the description of a service again in every session, and moto begins one with every test.
Here all sessions share what was read: tests over moto take half the time.

No test reads the real clock, except those against programs that live by it.

A test that is marked `proves("A1")` enters the product where its users do: in a deployed function, a command or a use
case.
"""

import gc
import os
import sys
import threading
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import FrameType

import botocore.session
import pytest
from botocore.loaders import JSONFileLoader, create_loader
from hypothesis import HealthCheck, settings

from leadtight.adapters import clock_and_ids

# Their fixtures serve two folders each: one cloud, one browser and one template for both.
pytest_plugins = [
    "tests.aws_rules.watching",
    "tests.shipped_imports",
    "tests.local_stage",
    "tests.browser.windows",
    "tests.infra.templates",
]

TESTS = Path(__file__).resolve().parent
REAL_TIME = {"e2e", "console", "browser", "infra"}
ENTRIES = tuple(f"{TESTS.parent / folder}{os.sep}" for folder in ("functions", "leadtight/app", "leadtight/cli"))

settings.register_profile(
    "quick", max_examples=100, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("long", max_examples=3_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("long" if os.environ.get("LEADTIGHT_LONG") else "quick")

botocore.session.create_loader = cache(create_loader)
JSONFileLoader.load_file = staticmethod(cache(JSONFileLoader().load_file))  # type: ignore[method-assign]


def pytest_collection_finish() -> None:
    """Run the garbage collector less often, and never over tests.

    That saves a sixth of the time.
    """
    gc.enable()  # importing intake's handler disabled it
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


class _NoClock:
    """Stands in for `datetime` where the product reads the clock."""

    @staticmethod
    def now(_zone: object) -> None:
        pytest.fail("This test reads the real clock: it may fail at another hour (docs/decisions/0089).")


@pytest.fixture(autouse=True)
def _time_is_an_argument(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail a test that reads the real clock."""
    if request.path.relative_to(TESTS).parts[0] not in REAL_TIME:
        monkeypatch.setattr(clock_and_ids, "datetime", _NoClock)


class _Entry:
    """Notices the first entry into the product.

    That is a call of a deployed function, command or use case. Then it stops watching.
    """

    def __init__(self) -> None:
        self.was_seen = False

    def watch(self) -> None:
        threading.setprofile(self._on_event)
        sys.setprofile(self._on_event)

    def stop(self) -> None:
        threading.setprofile(None)
        sys.setprofile(None)

    def _on_event(self, frame: FrameType, event: str, _argument: object) -> None:
        code = frame.f_code
        if event == "call" and code.co_filename.startswith(ENTRIES) and code.co_name != "<module>":
            self.was_seen = True
            self.stop()


@pytest.fixture(autouse=True)
def _proof_enters_the_product(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a marked proof that tests only a part."""
    if not request.node.get_closest_marker("proves") or request.path.relative_to(TESTS).parts[0] in REAL_TIME:
        yield
        return
    entry = _Entry()
    entry.watch()
    try:
        yield
    finally:
        entry.stop()
    if not entry.was_seen:
        pytest.fail("This test proves a capability, but enters no deployed function, command or use case.")
