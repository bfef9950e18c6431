"""Two hundred exports are each read right or asked about.

They come from many systems and languages.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.metamorphic.export import make_export
from tests.metamorphic.language import LANGUAGES, SYSTEMS
from tests.metamorphic.trial import Trial, share_right, try_seed

SEEDS = 200
RIGHT_WITHOUT_A_QUESTION = 0.7


@pytest.fixture(scope="module")
def trials() -> list[Trial]:
    return [try_seed(seed) for seed in range(SEEDS)]


def test_no_export_is_silently_wrong(trials: list[Trial]) -> None:
    assert [t for t in trials if t.verdict == "wrong"] == []


def test_every_refusal_names_a_column_and_every_unknown_figure_has_a_reason(trials: list[Trial]) -> None:
    assert [t for t in trials if t.verdict == "unnamed"] == []


def test_seven_of_ten_exports_are_right_without_a_question(trials: list[Trial]) -> None:
    assert share_right(trials) >= RIGHT_WITHOUT_A_QUESTION


def test_a_seed_makes_the_same_tables_again(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    assert make_export(3, first).tables == make_export(3, second).tables


def test_the_suite_covers_fifteen_systems_and_ten_languages() -> None:
    assert len({s["family"] for s in SYSTEMS.values()}) >= 15
    assert len(LANGUAGES) >= 10
