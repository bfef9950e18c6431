"""AWS calls as the source writes them.

A call of botocore is the only one whose keywords begin with capitals.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import botocore.session
from botocore import xform_name
from botocore.model import OperationModel

from tests.aws_rules import model
from tests.aws_rules.watching import ROOT


@dataclass(frozen=True, slots=True)
class WrittenCall:
    """A call in the source.

    A parameter whose value is computed is None; `complete` says that no others are unpacked into the call.
    """

    place: str
    method: str
    params: Mapping[str, Any]
    complete: bool


@cache
def service(name: str) -> dict[str, OperationModel]:
    """Return a service's operations by their names in Python."""
    described = botocore.session.get_session().get_service_model(name)
    return {xform_name(each): described.operation_model(each) for each in described.operation_names}


def services(text: str) -> frozenset[str]:
    """Return the services whose clients a file asks for."""
    calls = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call) and node.args)
    firsts = ((_name(call), call.args[0]) for call in calls)
    return frozenset(
        first.value
        for name, first in firsts
        if name in ("client", "create_client") and isinstance(first, ast.Constant) and isinstance(first.value, str)
    )


def operations(path: Path) -> frozenset[str]:
    """Return the operations that a file calls.

    They are such as `sqs:SendMessage`.
    """
    text = path.read_text(encoding="utf-8")
    methods = set(_methods(ast.parse(text)))
    return frozenset(
        f"{name}:{operation.name}"
        for name in services(text)
        for method, operation in service(name).items()
        if method in methods
    )


def _methods(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield _name(node)
            if node.args and isinstance(node.args[0], ast.Constant):
                yield str(node.args[0].value)  # of a paginator, a signed address or a method of our own


def written_calls(path: Path, text: str | None = None) -> Iterator[WrittenCall]:
    """Yield the calls of a file that name their parameters."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8") if text is None else text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and not node.args:
            names = [keyword.arg for keyword in node.keywords if keyword.arg]
            if names and all(name[0].isupper() for name in names):
                params = {word.arg: _literal(word.value) for word in node.keywords if word.arg}
                place = f"{path.relative_to(ROOT)}:{node.lineno}"
                yield WrittenCall(place, node.func.attr, params, len(names) == len(node.keywords))


def misfits(call: WrittenCall, names: frozenset[str]) -> list[str]:
    """Return why a call fits no service with its method."""
    found = [
        list(_misfits(call, operation, name)) for name in sorted(names) if (operation := service(name).get(call.method))
    ]
    return min(found, key=len, default=[])


def _misfits(call: WrittenCall, operation: OperationModel, service_name: str) -> Iterator[str]:
    shape = operation.input_shape
    for name, value in call.params.items():
        if shape is None or name not in shape.members:
            yield f"{call.place}: {operation.name} has no {name}"
        elif value is not None:
            yield from model.problems(shape.members[name], value, f"{call.place}: {name}", service_name)
    if shape is not None and call.complete:
        missing = [name for name in shape.required_members if name not in call.params]
        yield from (f"{call.place}: {operation.name} needs {name}" for name in missing)


def _literal(node: ast.expr) -> Any:
    try:
        value = ast.literal_eval(node)
    except ValueError:
        return None
    return value


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
