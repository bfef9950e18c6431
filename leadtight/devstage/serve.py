"""Serve the console on loopback.

Run `python -m leadtight.devstage.serve DEV_JSON PORT`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import uvicorn

from leadtight.devstage.console import create_app
from leadtight.devstage.info import DevInfo


def main(file: str, port: str) -> None:
    """Serve until terminated."""
    uvicorn.run(create_app(DevInfo.read(Path(file))), host="127.0.0.1", port=int(port), log_level="warning")


if __name__ == "__main__":
    main(*sys.argv[1:])
