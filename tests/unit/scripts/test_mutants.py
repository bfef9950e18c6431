"""The areas of `make mutants`: existing modules and tests.

None of leadtight/app is left out.
"""

from collections import Counter
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
def test_all_names_of_an_area_exist(name: str) -> None:
    area = AREAS[name]
    assert [path for path in (*area.modules, *area.tests) if not (mutants.ROOT / path).exists()] == []


def test_a_sample_is_reproducible_by_seed() -> None:
    changes = [f"change {n}" for n in range(1_000)]
    chosen = mutants.sample(changes, 400, seed=7)
    assert len(set(chosen)) == 400
    assert set(chosen) < set(changes)
    assert mutants.sample(changes, 400, seed=7) == chosen
    assert mutants.sample(changes, 400, seed=8) != chosen


@pytest.mark.parametrize("size", [None, 3, 4])
def test_without_a_size_or_with_a_large_one_all_changes_are_tested(size: int | None) -> None:
    assert mutants.sample(["a", "b", "c"], size, seed=7) == ["a", "b", "c"]


def test_a_change_that_no_completed_test_detected_survives() -> None:
    verdicts = {"a": "killed", "b": "survived", "c": "timeout", "d": "no tests", "e": "given up", "f": "crashed"}
    assert mutants.survivors(verdicts) == ["b", "d", "e", "f"]


def test_a_survivor_is_shown_as_the_difference_in_its_function(tmp_path: Path) -> None:
    source = tmp_path / "shop.py"
    source.write_text("def x_is_open__mutmut_orig(hour):\n    return hour > 8\n\n\n"
                      "def x_is_open__mutmut_1(hour):\n    return hour >= 8\n")  # fmt: skip
    shown = mutants.difference(source, "shop.x_is_open__mutmut_1").splitlines()
    assert shown[0] == "# shop.x_is_open__mutmut_1"
    assert shown[-2:] == ["-    return hour > 8", "+    return hour >= 8"]
    assert "mutmut" not in "".join(shown[1:])


@pytest.mark.parametrize("change", ["leadtight.app.sweep.x_due__mutmut_1", "leadtight.app.sweep.xǁSweepǁrun__mutmut_2"])
def test_a_changes_name_contains_its_module(change: str) -> None:
    assert mutants.module_of(change) == Path("leadtight/app/sweep.py")


def test_an_unknown_area_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        mutants.parse(["calender"], AREAS)
    assert "no such area: calender" in capsys.readouterr().err
