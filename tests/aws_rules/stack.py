"""Check a template's resources against the calls that create them.

The parameters are the properties, under the names of the call; those that another call sets are checked by the rules
of tests/aws_rules/resources.py and by CloudFormation's own schemas.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import botocore.session

from tests.aws_rules import model
from tests.aws_rules.resolved import Resolver
from tests.aws_rules.resources import RULES

CALLS: dict[str, dict[str, Any]] = tomllib.loads(Path(__file__).with_name("resources.toml").read_text(encoding="utf-8"))


@cache
def _shape(call: str) -> Any:
    service, _, operation = call.partition(":")
    return botocore.session.get_session().get_service_model(service).operation_model(operation).input_shape


def violations(body: Mapping[str, Any], stack: str) -> list[str]:
    """Return a line for each property that AWS refuses."""
    resolver = Resolver(stack, body["Resources"])
    found: list[str] = []
    for logical_id, resource in body["Resources"].items():
        kind, properties = resource["Type"], resolver.resource(logical_id)
        found += (f"{logical_id} ({kind}): {problem}" for problem in _of_the_model(kind, properties))
        for rule in RULES.values():
            if kind in rule.kinds or not rule.kinds:
                values = rule.violations(properties, resolver)
                found += (f"{logical_id} ({kind}): {rule.says}: {value!r} ({rule.source})" for value in values)
    return found


def _of_the_model(kind: str, properties: Mapping[str, Any]) -> Iterator[str]:
    if kind.startswith("Custom::") or kind == "AWS::CDK::Metadata":
        return
    if kind not in CALLS:
        yield "a type without a line in tests/aws_rules/resources.toml"
        return
    entry = CALLS[kind]
    shape, service = _shape(entry["call"]), entry["call"].partition(":")[0]
    params = _renamed(shape, properties, entry.get("names", {}))
    without = tuple(f".{name}: missing" for name in entry.get("without", ()))
    for problem in model.problems(shape, params, kind.rpartition("::")[2], service):
        if not problem.endswith(without):
            yield problem


def _renamed(shape: Any, value: Any, names: Mapping[str, str]) -> Any:
    """Return a property as the call has it.

    Properties that the call lacks are left out.
    """
    match shape.type_name:
        case "structure":
            return _structure(shape, value, names)
        case "list":
            return _list(shape, value, names)
        case "map":
            return _map(shape, value, names)
        case "string" if not isinstance(value, str):
            return json.dumps(value)
        case "integer" | "long" | "float" | "double" if isinstance(value, str):
            return float(value)
    return value


def _structure(shape: Any, value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, list) and "Items" in shape.members:  # as CloudFront has lists
        value = {"Quantity": len(value), "Items": value}
    if not isinstance(value, dict):
        return None
    members = {name.lower(): name for name in shape.members}
    pairs = ((members.get(names.get(key, key).lower()), item) for key, item in value.items())
    return {name: _renamed(shape.members[name], item, names) for name, item in pairs if name}


def _list(shape: Any, value: Any, names: Mapping[str, str]) -> Any:
    items = [{"Key": key, "Value": item} for key, item in value.items()] if isinstance(value, dict) else value
    return [_renamed(shape.member, item, names) for item in items]


def _map(shape: Any, value: Any, names: Mapping[str, str]) -> Any:
    pairs = ((tag["Key"], tag["Value"]) for tag in value) if isinstance(value, list) else value.items()
    return {key: _renamed(shape.value, item, names) for key, item in pairs}
