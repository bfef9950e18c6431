"""Files that pages mention exist.

A move or a rename of code takes its pages along.
"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted({*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md")} - {ROOT / "CHANGELOG.md"})
BEFORE = (ROOT, ROOT / "leadtight", ROOT / "tests")
"""Pages name a file from the root, and files of the product and its tests also from there."""

NAMED = re.compile(
    r"`((?:leadtight|domain|app|adapters|reporting|cli|tabular|simulation|bench|devstage|policy|functions|infra"
    r"|tests|scripts|docs|unit)/[^`\s:<>{}…]*)`"
)


def there(name: str) -> bool:
    """Return whether a file, folder or glob exists."""
    return any((base / name).exists() or ("*" in name and any(base.glob(name))) for base in BEFORE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_file_named_on_a_page_exists(page: Path) -> None:
    names = set(NAMED.findall(page.read_text(encoding="utf-8")))
    assert {name for name in names if not there(name)} == set()


def test_a_missing_file_is_noticed() -> None:
    names = ["leadtight/domain/no_such_rule.py", "tests/unit"]
    assert NAMED.findall(f"`{names[0]}` and `{names[1]}`, not `GET /leads` or `unit`") == names
    assert not there("leadtight/domain/no_such_rule.py")
    assert there("unit")
