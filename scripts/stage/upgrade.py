"""Say what an update of a stage would lose.

Run `python -m scripts.stage.upgrade NAME` with the deployed templates by stack, as JSON, on standard input. It prints a
JSON list of sentences. `leadtight doctor` runs it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from leadtight.stages import stage_file
from leadtight.stages.stage_settings import StageFile
from scripts.stateful import STAGE, losses, templates_of


def main() -> int:
    """Print the losses of the stage that is named."""
    stage = stage_file.read(sys.argv[1])
    print(json.dumps([*lost(stage, json.load(sys.stdin), templates_of(stage))]))
    return 0


def lost(stage: StageFile, deployed: Mapping[str, Any], present: Mapping[str, Any]) -> Iterator[str]:
    """Yield what each stack would lose."""
    for stack, template in deployed.items():
        yield from losses(_placed(stage, template), _placed(stage, present[stack]))


def _placed(stage: StageFile, template: Any) -> Any:
    """Return a template as in the released stages' place.

    The comparison fills them in where a former template left them to CloudFormation.
    """
    reference = stage_file.read_file(STAGE)
    text = json.dumps(template).replace(stage.account, reference.account)
    return json.loads(text.replace(stage.region, reference.region))


if __name__ == "__main__":
    sys.exit(main())
