"""Intake lets the garbage collector rest during a cold start, and only then."""

import os
import subprocess
import sys

PROGRAM = """
import gc
import functions.intake.handler
assert not gc.isenabled(), "a cold start pays for the collector"
from leadtight import bootstrap
bootstrap.intake()
assert gc.isenabled(), "a function that serves never collects its garbage"
"""


def test_the_collector_rests_until_intake_has_its_table() -> None:
    credentials = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
    environment = os.environ | credentials | {"AWS_DEFAULT_REGION": "eu-central-1"}
    subprocess.run([sys.executable, "-c", PROGRAM], check=True, env=environment)
