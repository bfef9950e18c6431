"""A handler under test finds only its bundle's packages."""

import importlib
from collections.abc import Callable
from typing import Any

import duckdb
import pytest

from functions.report.handler import REPORTS
from functions.report.handler import handle as report
from infra.bundle import ROOT
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

    monkeypatch.setitem(REPORTS, "nightly", try_it)
    report({"kind": "nightly"}, context)
    [error] = errors
    assert "pytz" in str(error)


def test_the_suite_itself_may_import_anything() -> None:
    assert importlib.import_module("pytz").utc


def test_the_product_gets_no_pytz_outside_its_handlers_either() -> None:
    """DuckDB would keep it.

    A handler's test after this one would find it there.
    """
    with pytest.raises(ImportError, match="pytz"):
        exec(compile("import pytz", str(ROOT / "leadtight" / "reporting.py"), "exec"), {})


def test_only_the_reports_bundle_has_duckdb() -> None:
    assert shipped("report") - shipped("app") >= {"duckdb"}
    assert not {"pytz", "moto", "typer", "pytest"} & shipped("report")
