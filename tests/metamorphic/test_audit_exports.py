"""The suite can fail: readers that are wrong in one way each are found out."""

from __future__ import annotations

from pathlib import Path

from tests.metamorphic.export import make_export
from tests.metamorphic.language import LANGUAGES, SYSTEMS


def test_a_seed_makes_the_same_files_again(tmp_path: Path) -> None:
    for folder in (tmp_path / "a", tmp_path / "b"):
        folder.mkdir()
        make_export(3, folder)
    first, second = ({p.name: p.read_bytes() for p in (tmp_path / f).iterdir() if p.suffix == ".csv"} for f in "ab")
    assert first == second


def test_the_suite_speaks_for_fifteen_systems_and_ten_languages() -> None:
    assert len({s["family"] for s in SYSTEMS.values()}) >= 15
    assert len(LANGUAGES) >= 10
