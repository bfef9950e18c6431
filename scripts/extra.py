"""Environments beside .venv for tools that few runs need."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def environment(tool: str, *, alone: bool = False) -> Path:
    """Return an environment with `requirements/TOOL.txt`, created when missing.

    It also holds the packages of the tests, unless the tool checks the product from outside (`alone`).
    """
    where = ROOT / "build" / tool / "venv"
    if where.is_dir():
        return where
    uv = ROOT / ".venv/bin/uv"
    subprocess.run([uv, "venv", "--quiet", "--python", ROOT / ".venv/bin/python", where], check=True)
    names = (tool,) if alone else ("dev", tool)
    wanted = [part for name in names for part in ("-r", ROOT / f"requirements/{name}.txt")]
    subprocess.run([uv, "pip", "install", "--quiet", "--python", where, "--require-hashes", *wanted], check=True)
    return where
