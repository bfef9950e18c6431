"""Commands are imported on use, each from its declared place."""

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from leadtight import __version__
from leadtight.cli import COMMANDS, app

run = CliRunner().invoke
HEAVY = ("boto3", "botocore", "duckdb", "jinja2", "pydantic", "openpyxl", "leadtight.devstage")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_exists_and_explains_itself(name: str) -> None:
    result = run(app, [name, "--help"], prog_name="leadtight")
    assert result.exit_code == 0
    assert f"leadtight {name} " in result.stdout
    assert "--install-completion" not in result.stdout


def test_the_version_is_printed() -> None:
    answer = run(app, ["--version"])
    assert (answer.exit_code, answer.stdout) == (0, f"leadtight {__version__}\n")


def test_help_names_every_command() -> None:
    output = run(app, ["--help"]).stdout
    assert all(name in output for name in COMMANDS)


def test_a_mistyped_command_is_named_with_a_suggestion() -> None:
    result = run(app, ["audt"])
    assert result.exit_code == 2
    assert "No such command 'audt'" in result.output
    assert "'audit'" in result.output


def test_a_failing_audit_loads_nothing_heavy() -> None:
    code = (
        "import sys; from leadtight.cli import app\n"
        "try: app(['audit', 'leads.csv', '--window', 'soon'], prog_name='leadtight')\n"
        f"except SystemExit as end: print(end.code, *(name for name in {HEAVY} if name in sys.modules))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "2"
