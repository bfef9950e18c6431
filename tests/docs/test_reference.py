"""Reference pages list every command, route and event, no more."""

import re
from pathlib import Path

import pytest

from leadtight.domain.model.event import EventKind
from scripts.reference import FOLDER, PAGES

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [*(ROOT / "leadtight").rglob("*.py"), *(ROOT / "infra").glob("*.py")]


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_matches_the_code(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == PAGES[name](), "run .venv/bin/python -m scripts.reference"


def test_every_kind_of_event_is_explained_once_in_order() -> None:
    page = (FOLDER / "events.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE) == [kind.value for kind in EventKind]


def test_the_layout_has_the_buckets_of_the_template_with_their_prefixes() -> None:
    page = (FOLDER / "s3-layout.md").read_text(encoding="utf-8")
    code = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "infra").glob("*.py"))
    outputs = set(re.findall(r'"(\w+Bucket)": self\.buckets\.', code))
    assert outputs
    assert set(re.findall(r"`(\w+Bucket)`", page)) == outputs
    for prefix in ("facts/dt=", "metrics/dt=", "ledger/dt=", "reconciliation/dt=", "weekly/", "ses/", "uploads/"):
        assert f"`{prefix}" in page
        assert any(prefix in file.read_text(encoding="utf-8") for file in SOURCES), prefix


def test_the_table_page_has_every_kind_of_key() -> None:
    page = (FOLDER / "table.md").read_text(encoding="utf-8")
    keys = (ROOT / "leadtight/adapters/dynamodb/keys.py").read_text(encoding="utf-8")
    kinds = set(re.findall(r'"([A-Z]{3,})#', keys))
    assert len(kinds) >= 8
    assert {kind for kind in kinds if f"`{kind}#" not in page} == set()
