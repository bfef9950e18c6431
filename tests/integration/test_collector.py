"""Intake pauses the garbage collector only during a cold start."""

import os
import subprocess
import sys

import pytest

PROGRAM = """
import gc
import functions.intake.handler
assert not gc.isenabled(), "a cold start pays for the collector"
from leadtight import bootstrap
bootstrap.app().intake
assert gc.isenabled(), "a function that serves never collects its garbage"
"""

REFUSED = """
import gc
from functions.intake.handler import handle
from tests.integration.http_events import request
from tests.lambda_context import CONTEXT
assert handle(request("POST /forms/{form}", form="nowhere"), CONTEXT)["statusCode"] == 404
assert gc.isenabled(), "a function that only refuses never collects its garbage"
"""


@pytest.mark.parametrize("program", [PROGRAM, REFUSED])
def test_the_collector_pauses_until_intake_has_its_table_or_has_answered(program: str) -> None:
    credentials = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
    environment = os.environ | credentials | {"AWS_DEFAULT_REGION": "eu-central-1"}
    subprocess.run([sys.executable, "-c", program], check=True, env=environment)
