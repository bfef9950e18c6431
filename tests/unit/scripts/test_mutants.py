"""The areas of `make mutants`: their modules and tests exist, and none of leadtight/app is left out."""

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from scripts import mutants

AREAS = mutants.areas()


def test_every_module_of_app_is_in_one_area() -> None:
    listed = Counter(
        module for area in AREAS.values() for module in area.modules if module.startswith("leadtight/app/")
    )
    there = (path for path in (mutants.ROOT / "leadtight/app").rglob("*.py") if path.name != "__init__.py")
    assert listed == Counter(str(path.relative_to(mutants.ROOT)) for path in there)


@pytest.mark.parametrize("name", AREAS)
def test_all_that_an_area_names_is_there(name: str) -> None:
    area = AREAS[name]
    paths = [*area.modules, *area.tests, *(test.partition("::")[0] for test in area.but)]
    assert [path for path in paths if not (mutants.ROOT / path).exists()] == []


def test_a_sample_is_the_same_for_the_same_seed_and_another_for_another() -> None:
    changes = [f"change {n}" for n in range(1_000)]
    chosen = mutants.sample(changes, 400, seed=7)
    assert len(set(chosen)) == 400
    assert set(chosen) < set(changes)
    assert mutants.sample(changes, 400, seed=7) == chosen
    assert mutants.sample(changes, 400, seed=8) != chosen


@pytest.mark.parametrize("size", [None, 3, 4])
def test_without_a_size_or_with_a_large_one_all_changes_are_tested(size: int | None) -> None:
    assert mutants.sample(["a", "b", "c"], size, seed=7) == ["a", "b", "c"]


def test_what_no_test_noticed_or_ran_survives(tmp_path: Path) -> None:
    verdicts = {"a": "killed", "b": "survived", "c": "timeout", "d": "no tests", "e": "suspicious", "f": "segfault"}
    assert mutants.survivors(verdicts) == ["b", "d", "e", "f"]
    mutants.keep_verdicts(tmp_path, verdicts)
    assert mutants.load_verdicts(tmp_path) == json.loads((tmp_path / "verdicts.json").read_text()) == verdicts


def test_an_unknown_area_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        mutants.parse(["calender"], AREAS)
    assert "no such area: calender" in capsys.readouterr().err


def test_no_setting_is_written_without_a_value() -> None:
    area = mutants.Area(
        modules=("leadtight/domain/calendar/business_hours.py",),
        tests=("tests/unit/domain/calendar/test_business_hours.py",),
    )
    assert "--deselect" not in mutants.configuration(area)
    assert "pytest_add_cli_args =" not in mutants.configuration(area)
    but = replace(area, but=("tests/unit/domain/calendar/test_business_hours.py::test_x",))
    assert (
        "pytest_add_cli_args =\n    --deselect=tests/unit/domain/calendar/test_business_hours.py::test_x\n"
        in mutants.configuration(but)
    )
