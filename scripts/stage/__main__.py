"""Run `python -m scripts.stage deploy|diff|destroy|synth NAME`.

Exits with 1 when the command fails or must not run, and with 2 when the stage's file is unusable.
"""

from __future__ import annotations

import argparse
import sys

from botocore.exceptions import BotoCoreError, ClientError

from leadtight.domain.model.errors import StageFileError
from leadtight.stages import stage_file
from leadtight.stages.credentials import explained
from scripts.stage.commands import StageCommandError, StageCommands


def main(words: list[str] | None = None) -> int:
    """Run one command; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m scripts.stage", description=__doc__)
    parser.add_argument("command", choices=("deploy", "diff", "destroy", "synth"))
    parser.add_argument("stage")
    options = parser.parse_args(words)
    try:
        stage = stage_file.read(options.stage)
    except StageFileError as error:
        return _stop(*(str(problem) for problem in error.problems), status=2)
    for warning in stage.warnings:
        print(f"{stage.path.name}: warning: {warning}", file=sys.stderr)
    try:
        getattr(StageCommands(stage=stage), options.command)()
    except StageCommandError as error:
        return _stop(str(error), status=1)
    except (BotoCoreError, ClientError) as error:
        return _stop(explained(error), status=1)
    return 0


def _stop(*lines: str, status: int) -> int:
    for line in lines:
        print(line, file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
