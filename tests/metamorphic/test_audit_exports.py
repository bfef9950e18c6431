"""The suite can fail: readers that are wrong in one way each are found out."""

from __future__ import annotations

from pathlib import Path

from tests.metamorphic.export import make_export
from tests.metamorphic.language import LANGUAGES, SYSTEMS


def test_a_seed_makes_the_same_tables_again(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    assert make_export(3, first).tables == make_export(3, second).tables


def test_the_suite_speaks_for_fifteen_systems_and_ten_languages() -> None:
    assert len({s["family"] for s in SYSTEMS.values()}) >= 15
    assert len(LANGUAGES) >= 10
