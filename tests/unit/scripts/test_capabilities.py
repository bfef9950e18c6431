"""A row without its proof or breakage is found."""

from pathlib import Path

from scripts.breakages import Breakage
from scripts.capabilities import missing_breakages, missing_proofs, stale_breakages
from scripts.features import MarkedTest, Row, load_rows, load_tests

ROW = Row("A1", ["Forms are leads."], ["test_form"])
UNFINISHED = Row("M3", ["Not yet."], [])
PROOF = MarkedTest(Path("test_forms.py"), "test_form", ["A1"])
BREAKAGE = Breakage("A1", "Forms are dropped", "forms.py", "keep(form)", "drop(form)")


def test_a_proved_row_and_an_unfinished_one_lack_nothing() -> None:
    assert list(missing_proofs([ROW, UNFINISHED], {"test_form": [PROOF]})) == []
    assert list(missing_breakages([ROW, UNFINISHED], [BREAKAGE])) == []


def test_a_row_without_a_marked_test_is_found() -> None:
    unmarked = MarkedTest(PROOF.path, PROOF.name, [])
    assert "no test that it names is marked" in "".join(missing_proofs([ROW], {"test_form": [unmarked]}))


def test_an_ambiguous_name_is_found() -> None:
    other = MarkedTest(Path("test_others.py"), "test_form", [])
    assert "two tests are called test_form" in "".join(missing_proofs([ROW], {"test_form": [PROOF, other]}))


def test_a_mark_that_the_page_does_not_name_is_found() -> None:
    other = MarkedTest(PROOF.path, "test_other", ["A1"])
    problems = list(missing_proofs([ROW], {"test_form": [PROOF], "test_other": [other]}))
    assert problems == ["A1: test_other proves it, and docs/features.md does not say so"]


def test_rows_and_breakages_without_each_other_are_found() -> None:
    assert list(missing_breakages([ROW], [])) == ["A1: no breakage"]
    assert list(missing_breakages([UNFINISHED], [BREAKAGE])) == ["A1: a breakage of what is not claimed"]


def test_a_breakage_of_changed_code_is_found(tmp_path: Path) -> None:
    (tmp_path / "forms.py").write_text("keep(form)\n")
    assert list(stale_breakages(tmp_path, [BREAKAGE])) == []
    (tmp_path / "forms.py").write_text("store(form)\n")
    assert "finds its text 0 times" in "".join(stale_breakages(tmp_path, [BREAKAGE]))


def test_rows_and_marks_are_read_from_page_and_tests(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/features.md").write_text(
        "## A\n\n### A1 Forms\n\n> Forms are leads\n\n- Forms are leads.\n\nShown by `test_form`\n\n"
        "### M3 Surge\n\n- Not yet.\n"
    )
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/test_forms.py").write_text(
        'import pytest\n\n@pytest.mark.slow\n@pytest.mark.proves("A1", "R6")\ndef test_form() -> None: ...\n'
    )
    assert load_rows(tmp_path) == [ROW, UNFINISHED]
    assert load_tests(tmp_path)["test_form"][0].proves == ["A1", "R6"]
