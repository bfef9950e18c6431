"""Change the core a little, one change at a time, and see whether its tests notice: `make mutants [AREA=calendar]`.

Mutmut works on a copy in build/mutants/AREA, from an environment of its own, so that `make setup` stays quick.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from scripts.extra import environment

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "mutants"
COPIED = ("leadtight", "functions", "tests", "docs", "pyproject.toml")
PROCESSES = "2"


@dataclass(frozen=True)
class Area:
    """Modules of `leadtight/domain`, and the tests that must notice a change to them."""

    modules: tuple[str, ...]
    tests: tuple[str, ...]


AREAS = {
    "calendar": Area(("calendar",), ("tests/unit/domain/test_calendar.py",)),
    "routing": Area(
        ("routing", "rule_index", "receipt", "eligibility", "capacity", "rotation", "route"),
        (
            "tests/unit/domain/test_routing.py",
            "tests/unit/domain/test_rule_index.py",
            "tests/unit/domain/test_receipt.py",
            "tests/unit/domain/test_rotation.py",
            "tests/unit/domain/test_choosing.py",
            "tests/unit/domain/test_assign.py",
            "tests/scenarios/test_capacity.py",
            "tests/scenarios/test_waiting.py",
            "tests/scenarios/test_one_lead.py",
        ),
    ),
    "escalation": Area(
        ("sla", "promise"),
        (
            "tests/unit/domain/test_sla.py",
            "tests/unit/domain/test_unanswered.py",
            "tests/unit/domain/test_promise.py",
            "tests/scenarios/test_callback.py",
            "tests/scenarios/test_cover.py",
            "tests/scenarios/test_expiry.py",
            "tests/scenarios/test_handover.py",
            "tests/scenarios/test_leave.py",
            "tests/scenarios/test_one_lead.py",
            "tests/scenarios/test_stalls.py",
        ),
    ),
}
LEAST_KILLED = 0.9


def main(names: list[str]) -> int:
    """Run the named areas, or all; return 1 when an area's tests notice fewer changes than they must."""
    venv = environment("mutants")
    return max(int(run(name, venv) < LEAST_KILLED) for name in names or AREAS)


def run(name: str, venv: Path) -> float:
    """Mutate one area with the tools of `venv`, print what survived, and return the share that was killed."""
    area, work = AREAS[name], BUILD / name
    copy(area, work)
    mutmut = venv / "bin/mutmut"
    shell = os.environ | {"PATH": f"{venv / 'bin'}:{os.environ['PATH']}"}
    subprocess.run([mutmut, "run", "--max-children", PROCESSES], cwd=work, env=shell, check=True)
    subprocess.run([mutmut, "export-cicd-stats"], cwd=work, env=shell, check=True, capture_output=True)
    stats = json.loads((work / "mutants/mutmut-cicd-stats.json").read_text())
    listed = subprocess.run([mutmut, "results"], cwd=work, env=shell, check=True, capture_output=True, text=True)
    for line in listed.stdout.splitlines():
        shown = subprocess.run([mutmut, "show", line.split(":")[0].strip()], cwd=work, env=shell, capture_output=True)
        print(line, shown.stdout.decode(), sep="\n")
    killed: float = (stats["killed"] + stats["timeout"]) / stats["total"]
    print(f"{name}: {killed:.1%} of {stats['total']} killed; {stats}")
    return killed


def copy(area: Area, work: Path) -> None:
    """Copy the repository's code and tests, and say what is mutated."""
    shutil.rmtree(work, ignore_errors=True)
    for name in COPIED:
        source, target = ROOT / name, work / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            work.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
    said = {
        "source_paths": ["leadtight"],
        "only_mutate": [f"leadtight/domain/{module}.py" for module in area.modules],
        "also_copy": ["functions", "docs"],
        "pytest_add_cli_args_test_selection": list(area.tests),
    }
    lines = (f"{key} =\n" + "".join(f"    {value}\n" for value in values) for key, values in said.items())
    (work / "setup.cfg").write_text("[mutmut]\n" + "".join(lines))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
