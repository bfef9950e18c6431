"""A handler under test finds only its bundle's packages."""

import importlib
from collections.abc import Callable
from typing import Any

import duckdb
import pytest

from functions.report.handler import REPORTS
from functions.report.handler import handle as report
from tests.shipped_imports import shipped


def read_a_time_with_zone() -> object:
    return duckdb.connect().execute("select timestamptz '2026-03-02 09:00:00+01'").fetchall()


def import_pytz() -> object:
    import pytz  # type: ignore[import-untyped]  # it ships no types; here: in the handler's time

    return pytz


@pytest.mark.parametrize("work", [read_a_time_with_zone, import_pytz])
def test_a_handler_cannot_import_what_its_bundle_lacks(
    context: Any, monkeypatch: pytest.MonkeyPatch, work: Callable[[], object]
) -> None:
    errors: list[Exception] = []

    def try_it(*_: object) -> dict[str, Any]:
        try:
            work()
        except (ImportError, duckdb.Error) as error:
            errors.append(error)
        return {"problems": []}

    assert work(), "the suite's own environment has it"
    monkeypatch.setitem(REPORTS, "nightly", try_it)
    report({"kind": "nightly"}, context)
    [error] = errors
    assert "pytz" in str(error)


def test_the_suite_itself_may_import_anything() -> None:
    assert importlib.import_module("pytz").utc


def test_only_the_reports_bundle_has_duckdb() -> None:
    assert shipped("report") - shipped("app") >= {"duckdb"}
    assert not {"pytz", "moto", "typer", "pytest"} & shipped("report")
