"""The architecture page places ten changes.

It names a place for each, and each place exists.
"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/development/architecture.md").read_text(encoding="utf-8")
TEN = PAGE.partition("## Ten changes, and their places\n")[2].partition("\n## ")[0]
ROWS = {
    change: (where, rest)
    for change, where, rest in re.findall(r"^\| (an? new .+?) \| (.+?) \| (.+?) \|$", TEN, re.MULTILINE)
}
CHANGES = {
    "provider": "leadtight/adapters/inbound/webhooks/",
    "effect of an outcome": "leadtight/domain/outcomes/",
    "alarm": "infra/",
    "policy key": "leadtight/domain/policy/",
    "page": "leadtight/adapters/presentation/pages/",
    "metric in the weekly review": "leadtight/reporting/metrics/",
    "sender": "leadtight/adapters/aws/",
    "spelling of a column": "leadtight/tabular/vocabulary/",
    "compliance rule": "leadtight/domain/compliance/",
    "command": "leadtight/cli/",
}
TOP = ("leadtight/", "functions/", "infra/", "tests/", "docs/", "scripts/")


def paths(text: str) -> list[str]:
    """Return code spans that are repository paths."""
    return [word for word in re.findall(r"`([^`\s]+)`", text) if word.startswith(TOP)]


@pytest.mark.parametrize(("change", "place"), CHANGES.items())
def test_each_of_ten_changes_has_one_row_that_names_its_place_first(change: str, place: str) -> None:
    rows = [where for title, (where, _) in ROWS.items() if re.search(rf"\b{change}\b", title)]
    assert len(rows) == 1
    assert paths(rows[0])[0].startswith(place)


def test_each_change_names_a_test_or_the_script_that_writes_its_page() -> None:
    assert [title for title, (_, rest) in ROWS.items() if not re.search(r"`tests/|by a script", rest)] == []


def test_every_place_on_the_page_exists() -> None:
    assert [path for path in paths(PAGE) if not (ROOT / path).exists()] == []


def test_the_page_names_every_package_of_the_product() -> None:
    packages = {file.parent.relative_to(ROOT).as_posix() for file in (ROOT / "leadtight").glob("*/__init__.py")}
    short = {package.removeprefix("leadtight/") for package in packages}
    assert {name for name in short if f"`{name}`" not in PAGE and f"`leadtight/{name}`" not in PAGE} == set()


@pytest.mark.parametrize("layer", ["domain", "app", "adapters"])
def test_the_page_names_every_capability_of_a_layer(layer: str) -> None:
    names = {file.parent.name for file in (ROOT / "leadtight" / layer).glob("*/__init__.py")}
    table = PAGE.partition("| capability |")[2].partition("\n\n")[0]
    assert {name for name in names if not re.search(rf"`(?:\w+/)*{name}(?:/\w+)*`", table)} == set()
