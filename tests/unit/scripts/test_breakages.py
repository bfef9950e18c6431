"""The breakage job tells noticed from unnoticed."""

from dataclasses import replace
from pathlib import Path

import pytest

from scripts.breakages import Breakage, TriedBreakage, broken, page, read_report, run_tests, try_one

TESTS = ["test_part.py::test_sum", "test_part.py::test_anything"]
BREAKAGE = Breakage("A1", "Two and two are five", "part.py", "return a + b", "return a + b + 1")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "pytest.ini").write_text("[pytest]\npythonpath = .\n")
    (tmp_path / "part.py").write_text("def add(a, b):\n    return a + b\n")
    (tmp_path / "test_part.py").write_text(
        "from part import add\n\ndef test_anything():\n    add(1, 1)\n\ndef test_sum():\n    assert add(2, 2) == 4\n"
    )
    return tmp_path


@pytest.mark.slow
def test_a_breakage_is_noticed_by_the_first_test_that_fails(tree: Path) -> None:
    assert try_one(BREAKAGE, TESTS, tree).noticed_by == "test_sum"


@pytest.mark.slow
def test_a_breakage_that_tests_pass_is_unnoticed(tree: Path) -> None:
    result = try_one(BREAKAGE, ["test_part.py::test_anything"], tree)
    assert (result.noticed_by, "NOT NOTICED" in result.line) == (None, True)


@pytest.mark.slow
@pytest.mark.parametrize("becomes", ["return (", "return a + b\n\nraise ImportError"])
def test_code_that_cannot_be_imported_shows_nothing(tree: Path, becomes: str) -> None:
    assert try_one(replace(BREAKAGE, becomes=becomes), TESTS, tree).noticed_by is None


def test_a_capability_without_a_local_test_is_unnoticed(tree: Path) -> None:
    assert try_one(BREAKAGE, [], tree).noticed_by is None


def test_the_file_is_whole_again_even_after_an_error(tree: Path) -> None:
    whole = (tree / "part.py").read_text()
    with pytest.raises(FileNotFoundError), broken(BREAKAGE, tree):
        (tree / (tree / "part.py").read_text()).read_text()
    assert (tree / "part.py").read_text() == whole


@pytest.mark.parametrize("was", ["not there", "a"])
def test_a_text_that_is_not_there_exactly_once_is_an_error(tree: Path, was: str) -> None:
    with pytest.raises(ValueError, match="times"), broken(replace(BREAKAGE, was=was), tree):
        pass


@pytest.mark.slow
def test_a_broken_module_is_compiled_anew_and_so_is_the_whole_one(tree: Path) -> None:
    run_tests(tree, TESTS, ["-n", "0"])
    assert try_one(BREAKAGE, TESTS, tree).noticed_by
    run_tests(tree, TESTS, ["-n", "0"])
    assert (read_report(tree).failed, len(read_report(tree).seconds)) == ([], 2)


def test_the_page_counts_and_names_what_was_noticed() -> None:
    text = page([TriedBreakage(BREAKAGE, "test_sum", ""), TriedBreakage(replace(BREAKAGE, capability="A2"), None, "")])
    assert "**1 of 2**" in text
    assert "| A1 | Two and two are five | `test_sum` |" in text
    assert "| A2 | Two and two are five | no test |" in text
