"""Hypothesis profiles: the same quick examples on every run, many fresh ones with `LEADTIGHT_LONG=1`.

botocore looks for and reads the description of a service again in every session, and moto begins one with every test.
Here all sessions share what was read: tests over moto take half the time.
"""

import gc
import os
from functools import cache

import botocore.session
from botocore.loaders import JSONFileLoader, create_loader
from hypothesis import HealthCheck, settings

# Their fixtures serve two folders each: one cloud, one browser and one template for both.
pytest_plugins = ["tests.local_stage", "tests.browser.windows", "tests.infra.templates"]

settings.register_profile(
    "quick", max_examples=100, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("long", max_examples=3_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("long" if os.environ.get("LEADTIGHT_LONG") else "quick")

botocore.session.create_loader = cache(create_loader)
JSONFileLoader.load_file = staticmethod(cache(JSONFileLoader().load_file))  # type: ignore[method-assign]


def pytest_collection_finish() -> None:
    """Let the collector look less often, and never at the tests themselves: a sixth of the time."""
    gc.enable()  # importing intake's handler let it rest
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
