"""Run load shapes against a stage on a virtual clock.

Run `make load`, or `make load SHAPE=hour SECONDS=3600`.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict

from scripts.load import cloud
from scripts.load.report import in_words
from scripts.load.run import LoadRun
from scripts.load.shapes import SHAPES, Shape

LONG = ("hour", "pools")
LONGEST = 60.0
"""Default seconds of a phase whose rest would repeat it."""


def main() -> int:
    """Run shapes and print their reports.

    Returns 1 when an acknowledged lead was lost or has no owner or timer.
    """
    parser = argparse.ArgumentParser(prog="load", description=__doc__)
    parser.add_argument("shapes", nargs="*", metavar="SHAPE", help="all by default")
    parser.add_argument("--seconds", type=float, help="longest phase to run; 60 for `hour` and `pools`")
    parser.add_argument("--json", action="store_true", help="print leadtight.load/1")
    arguments = parser.parse_args()
    if arguments.shapes == ["cloud"]:
        return cloud.main()
    reports = []
    for name in arguments.shapes or SHAPES:
        shape = SHAPES[name]
        shape, scale = scaled(shape, arguments.seconds or (LONGEST if name in LONG else None))
        reports.append(LoadRun(shape, scale).go(shown=True))
        if not arguments.json:
            print(in_words(reports[-1]), flush=True)
    if arguments.json:
        print(json.dumps({"schema": "leadtight.load/1", "shapes": [asdict(each) for each in reports]}, indent=2))
    return 0 if all(each.is_sound for each in reports) else 1


def scaled(shape: Shape, seconds: float | None) -> tuple[Shape, str]:
    """Return a shape with shortened phases, and its description."""
    shortened = shape.shortened(seconds) if seconds else shape
    is_whole = shortened.seconds == shape.seconds
    return shortened, shape.about if is_whole else f"{shape.about}; the first {seconds:.0f} s of each phase"


if __name__ == "__main__":
    sys.exit(main())
