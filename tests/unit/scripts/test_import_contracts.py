"""Each import contract breaks on a planted import."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PLANTED = {
    "Imports point inward: functions, bootstrap, adapters, app, domain": (
        "leadtight/app/commit.py",
        "leadtight.adapters.clock_and_ids",
    ),
    "Capabilities of the domain": ("leadtight/domain/model/stage.py", "leadtight.domain.intake.merging"),
    "No circles": ("leadtight/app/sweep.py", "leadtight.app.messaging.dispatch"),
    "Domain and app know no AWS, no Powertools, no pydantic": ("leadtight/domain/change.py", "boto3"),
    "Functions are independent of one another": ("functions/route/handler.py", "functions.sla.handler"),
    "What ships never imports the command line": ("functions/report/handler.py", "leadtight.cli"),
}
"""By contract: the module that is changed, and what it imports against the rule."""


@pytest.mark.slow
def test_contracts_break_on_planted_imports(tmp_path: Path) -> None:
    for package in ("leadtight", "functions", "infra"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for module, forbidden in PLANTED.values():
        path = tmp_path / module
        path.write_text(f"{path.read_text(encoding='utf-8')}\nimport {forbidden}\n", encoding="utf-8")
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    broken = set(re.findall(r"^(.+) BROKEN", run.stdout, re.MULTILINE))
    assert PLANTED.keys() <= broken, run.stdout
    assert run.returncode == 1
