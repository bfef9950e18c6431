"""Fail a test when the product calls AWS wrongly.

This is a plugin of pytest. Every botocore session of the run notes the calls that the product's code makes, those of
pynamodb and of signed addresses included. Each is checked against the service's model and the documented rules. Calls
of the tests themselves are not.
"""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import botocore
import pytest
from botocore.model import OperationModel
from botocore.session import Session

from tests.aws_rules import model
from tests.aws_rules.calls import RULES, CallRule

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = (f"{ROOT}/leadtight/", f"{ROOT}/functions/")
_problems: list[str] = []
_listeners: list[set[str]] = []
_by_operation: dict[str, tuple[CallRule, ...]] = {}


def violations(operation: OperationModel, params: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line for each rule that a call breaks."""
    service = operation.service_model.service_name
    name = f"{service}:{operation.name}"
    if operation.input_shape is not None:
        yield from model.problems(operation.input_shape, params, name, service)
    for rule in _rules_of(name):
        yield from (f"{name}: {rule.says}: {value!r} ({rule.source})" for value in rule.violations(params))


def _rules_of(name: str) -> tuple[CallRule, ...]:
    if name not in _by_operation:
        _by_operation[name] = tuple(rule for rule in RULES.values() if name in rule.operations)
    return _by_operation[name]


def _on_call(**call: Any) -> None:
    if _is_products_call():
        operation: OperationModel = call["model"]
        _problems.extend(violations(operation, call["params"]))
        for operations in _listeners:
            operations.add(f"{operation.service_model.service_name}:{operation.name}")


def _is_products_call() -> bool:
    """Return whether the nearest code of ours is deployed."""
    frame = sys._getframe()
    while frame := frame.f_back:  # type: ignore[assignment]  # the last frame has none
        file = frame.f_code.co_filename
        if file.startswith(PRODUCT):
            return True
        if file.startswith(f"{ROOT}/tests/") and not file.startswith(f"{ROOT}/tests/aws_rules/"):
            return False
    return False


@contextmanager
def heard() -> Iterator[set[str]]:
    """Collect the operations that the product calls inside."""
    operations = set[str]()
    _listeners.append(operations)
    try:
        yield operations
    finally:
        _listeners.remove(operations)


def taken() -> tuple[str, ...]:
    """Return the broken rules since the last question."""
    found = tuple(dict.fromkeys(_problems))
    _problems.clear()
    return found


def _listen(session: Session) -> None:
    session.register("before-parameter-build", _on_call)


botocore.register_initializer(_listen)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None, object, object]:
    """Fail a test whose calls AWS would refuse."""
    result = yield
    _fail_on_problems()
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Generator[None, object, object]:
    """Fail a test that cleans up by such calls."""
    result = yield
    _fail_on_problems()
    return result


def _fail_on_problems() -> None:
    if problems := taken():
        pytest.fail("AWS would refuse what the product asks:\n" + "\n".join(problems), pytrace=False)
