"""Synthesise a stage in a test, and query its template."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FUNCTIONS = ("intake", "route", "respond", "sla", "desk", "collect", "report")
Resource = dict[str, Any]


@dataclass(frozen=True)
class Synthesised:
    """Hold one stage's template."""

    file: Path
    body: dict[str, Any]

    def of_type(self, kind: str) -> dict[str, Resource]:
        """Return a type's resources by logical id.

        A type is such as `SQS::Queue`.
        """
        return {id_: r for id_, r in self.body["Resources"].items() if r["Type"] == f"AWS::{kind}"}

    def properties(self, kind: str) -> list[dict[str, Any]]:
        """Return the properties of every resource of a type."""
        return [resource.get("Properties", {}) for resource in self.of_type(kind).values()]

    def function(self, name: str) -> dict[str, Any]:
        """Return the properties of one Lambda."""
        [function] = [
            f for f in self.properties("Lambda::Function") if f["Handler"] == f"functions.{name}.handler.handle"
        ]
        return function

    def function_id(self, name: str) -> str:
        """Return the logical id of one Lambda."""
        handler = f"functions.{name}.handler.handle"
        functions = self.of_type("Lambda::Function").items()
        return next(id_ for id_, r in functions if r["Properties"]["Handler"] == handler)

    def statements(self, name: str) -> list[dict[str, Any]]:
        """Return the statements of one Lambda's role."""
        role = self.function(name)["Role"]["Fn::GetAtt"][0]
        policies = [p for p in self.properties("IAM::Policy") if {"Ref": role} in p["Roles"]]
        return [statement for p in policies for statement in p["PolicyDocument"]["Statement"]]

    def actions(self, name: str) -> set[str]:
        """Return every action one Lambda's role allows."""
        return {action for statement in self.statements(name) for action in as_list(statement["Action"])}


def managed_policy(template: Synthesised, name: str) -> dict[str, Any]:
    """Return the properties of the managed policy of a name."""
    [policy] = [r for id_, r in template.of_type("IAM::ManagedPolicy").items() if name in id_]
    return dict(policy["Properties"])


def policy_statements(template: Synthesised) -> list[dict[str, Any]]:
    """Return the statements of every role."""
    policies = template.properties("IAM::Policy")
    return [statement for policy in policies for statement in policy["PolicyDocument"]["Statement"]]


def as_list(value: Any) -> list[Any]:
    """Return an IAM value, single or listed, as list."""
    return value if isinstance(value, list) else [value]


def synthesise(folder: Path, stage: str, **changes: Any) -> Synthesised:
    """Synthesise a stage whose file has the changes."""
    from infra.app import build  # here: the CDK takes seconds to load, and a Node process
    from tests.infra.stage_files import stage_settings

    build(stage_settings(folder, stage, **changes), outdir=str(folder / "out")).synth()
    made = read(folder, stage)
    assert made is not None
    return made


def read(folder: Path, stage: str) -> Synthesised | None:
    """Return a folder's synthesised template of a stage, or None."""
    file = folder / "out" / f"leadtight-{stage}.template.json"
    return Synthesised(file, json.loads(file.read_text())) if file.is_file() else None
