"""The section of a stage file about a restored table."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from leadtight.restore.errors import RestoreStopped
from leadtight.restore.stage_text import with_restored, write_restored

STREAM = "arn:aws:dynamodb:eu-central-1:111122223333:table/t2/stream/1"
EXAMPLE = Path(__file__).resolve().parents[3] / "stages/example.toml"
NAMED = {"table": "t2", "stream": STREAM}


@pytest.mark.parametrize(
    "text",
    [
        EXAMPLE.read_text(encoding="utf-8"),
        'account = "1"',
        "",
        '[mail]\nfrom = "a@example.com"\n\n[restored]  # last year\ntable = "t1"\nstream = "s1"\n',
        '[restored]\ntable = "t1"\n# why\nstream = "s1"\n\n[mail]\nfrom = "a@example.com"\n',
    ],
    ids=["example", "no section", "empty", "last", "first"],
)
def test_the_section_is_added_or_replaced_and_everything_else_stays(text: str) -> None:
    written = with_restored(text, "t2", STREAM)
    before = {key: value for key, value in tomllib.loads(text).items() if key != "restored"}
    assert tomllib.loads(written) == {**before, "restored": NAMED}
    comments = [line for line in text.splitlines() if line.startswith("#") and "why" not in line]
    assert [line for line in written.splitlines() if line.startswith("#")] == comments


def test_a_text_that_names_it_otherwise_is_left_to_the_operator() -> None:
    with pytest.raises(RestoreStopped, match="add these lines"):
        with_restored('restored = { table = "t1", stream = "s1" }\n', "t2", STREAM)


def test_a_file_is_written_once(tmp_path: Path) -> None:
    file = tmp_path / "prod.toml"
    file.write_text('account = "1"\n', encoding="utf-8")
    assert write_restored(file, "t2", STREAM) is True
    assert write_restored(file, "t2", STREAM) is False
    assert [path.name for path in tmp_path.iterdir()] == ["prod.toml"]
