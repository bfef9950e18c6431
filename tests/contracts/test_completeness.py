"""Contract tests cover every method of every twin's port."""

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest

from leadtight.app import ports

HERE = Path(__file__).parent
TWICE = {
    "table",
    "store",
    "stores",
    "lists",
    "alarms",
    "files",
    "mails",
    "uploads",
    "senders",
    "caller",
    "chat",
    "versions",
    "given_up",
    "pace",
    "retries",
    "runs",
}
"""Fixtures of tests that run over both: in memory and over AWS's stand-in."""

ELSEWHERE = {
    "Contacts": "tests/unit/domain",
    "Renderer": "tests/unit/adapters/presentation",
    "TimezoneResolver": "tests/unit/domain",
}
"""Ports without a contract, and where what stands behind them is tested. They are pure: the same words, number or zone
for the same input, by one implementation that tests, simulation and functions share, so that no twin can differ."""

PORTS = {
    name: port
    for file in iter_modules(ports.__path__, f"{ports.__name__}.")
    for module in [import_module(file.name)]
    for name, port in vars(module).items()
    if isinstance(port, type) and getattr(port, "_is_protocol", False) and port.__module__ == module.__name__
}


def functions() -> Iterator[ast.FunctionDef]:
    for file in sorted(HERE.glob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        yield from (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def called() -> set[str]:
    """Return the names of methods that contract tests call."""
    names = set[str]()
    for function in functions():
        if TWICE & {argument.arg for argument in function.args.args}:
            names |= {node.attr for node in ast.walk(function) if isinstance(node, ast.Attribute)}
    return names


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(PORTS.keys() - ELSEWHERE.keys()))
def test_contract_tests_call_every_method_of_a_port(name: str) -> None:
    methods = {method for method in vars(PORTS[name]) if not method.startswith("_")}
    assert methods
    assert methods - called() == set()


def test_ports_without_a_contract_are_tested_elsewhere() -> None:
    assert ELSEWHERE.keys() <= PORTS.keys()
    assert [where for where in ELSEWHERE.values() if not (HERE.parents[1] / where).exists()] == []
