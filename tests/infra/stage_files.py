"""Stage files of tests: complete, with what a test changes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from infra.stage import StageSettings
from leadtight.stages import stage_file
from leadtight.stages.stage_names import LOCAL
from leadtight.stages.stage_settings import StageFile

ROOT = Path(__file__).resolve().parents[2]
ACCOUNT, REGION = "123456789012", "eu-central-1"
TABLES: dict[str, dict[str, Any]] = {
    "mail": {"from": "leads@leadtight.example"},
    "operators": {"emails": ["ops@leadtight.example"]},
    "api": {"domain": "none"},
}


def write_stage(folder: Path, name: str, **changes: Any) -> StageFile:
    """Write and read a stage file with changes.

    Its policy is the shipped one under another name, which a stage called prod may have.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shipped = (ROOT / "leadtight" / "policy.toml").read_text(encoding="utf-8")
    (folder / "policy.toml").write_text(shipped.replace('name = "Harbour Home Services"', 'name = "Firm"'))
    top = {"account": ACCOUNT, "region": REGION, "policy": "policy.toml"}
    values = top | {key: value for key, value in changes.items() if not isinstance(value, dict)}
    usual = {"mail": TABLES["mail"]} if name == LOCAL else TABLES
    tables = usual | {key: usual.get(key, {}) | value for key, value in changes.items() if isinstance(value, dict)}
    lines = [*_lines(values), *(line for key, table in tables.items() for line in (f"[{key}]", *_lines(table)))]
    file = folder / f"{name}.toml"
    file.write_text("\n".join(lines), encoding="utf-8")
    return stage_file.read_file(file)


def _lines(values: dict[str, Any]) -> list[str]:
    return [f"{key} = {json.dumps(value)}" for key, value in values.items()]


def stage_settings(folder: Path, name: str, *, creating: bool = False, **changes: Any) -> StageSettings:
    """Return a stage with empty bundles.

    The template does not depend on what the functions ship.
    """
    for bundle in ("app", "report"):
        (folder / "bundle" / bundle).mkdir(parents=True, exist_ok=True)
        (folder / "bundle" / bundle / "empty.py").touch()
    file = write_stage(folder / "stages", name, **changes)
    return StageSettings(file=file, bundle=folder / "bundle", creating=creating)
