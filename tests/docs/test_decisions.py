"""Decisions: numbers without gaps, one form, an index.

No page mentions one that does not exist.
"""

import re
import subprocess
from pathlib import Path

import pytest

from scripts.decisions import FOLDER, SECTIONS, Decision, decisions, index_text, linked, renumbered

ROOT = Path(__file__).resolve().parents[2]
PAGES = decisions()
RUN = "run .venv/bin/python -m scripts.decisions"


def test_numbers_have_no_gap_and_names_are_unique() -> None:
    assert [page.number for page in PAGES] == [f"{place:04d}" for place in range(1, len(PAGES) + 1)], RUN
    assert len({page.name for page in PAGES}) == len(PAGES)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.file)
def test_every_page_follows_the_template(page: Decision) -> None:
    assert re.match(rf"# {page.number} \S", page.text)
    assert page.sections == SECTIONS
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", page.field("Date"))
    assert re.match(r"(proposed|accepted|replaced by)\b", page.field("Status"))
    bodies = re.split(r"^## .+$", page.text, flags=re.MULTILINE)[1:]
    assert len(bodies) == len(SECTIONS)
    assert all(body.strip() for body in bodies), "a section is empty"


def test_the_index_lists_all_decisions() -> None:
    assert (FOLDER / "index.md").read_text(encoding="utf-8") == index_text(PAGES), RUN


def test_every_mentioned_number_exists_under_its_name() -> None:
    """Code and pages mention only decisions that exist.

    They write `decision 0012`, `decisions/0012` or the file's name.
    """
    files = {page.file.removesuffix(".md") for page in PAGES}
    names = {page.name for page in PAGES}
    numbers = {page.number for page in PAGES}
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
    wrong = []
    for name in listing.stdout.split("\0"):
        if not name.endswith((".md", ".py", ".toml", ".j2", ".json")) or name.startswith(("requirements/", "tests/")):
            continue
        if not (ROOT / name).is_file():
            continue
        text = (ROOT / name).read_text(encoding="utf-8")
        mentioned = re.findall(r"\bdecisions?[ /](\d{4})\b", text)
        wrong += [f"{name}: {number}" for number in mentioned if number not in numbers]
        spelled = re.findall(r"(?<!\d)(\d{4}-([a-z][a-z0-9-]+))(?=\.md)", text)
        wrong += [f"{name}: {file}" for file, its_name in spelled if its_name in names and file not in files]
    assert wrong == [], RUN


def test_links_follow_a_page_to_its_new_number_by_its_name() -> None:
    text = (
        "see [0188](../decisions/0188-new-thing.md), [decision 0003](0003-old.md#x) and docs/decisions/0188-new-thing"
    )
    assert linked(text, {"new-thing": "0004", "old": "0002"}) == (
        "see [0004](../decisions/0004-new-thing.md), [decision 0002](0002-old.md#x) and docs/decisions/0004-new-thing"
    )


def test_a_renumbered_page_states_its_former_number() -> None:
    page = Decision("0188", "new-thing", "# 0188: A new thing\n\n- Status: accepted\n- Date: 2026-11-30\n")
    moved = renumbered(page, "0004")
    assert moved.startswith("# 0004 A new thing\n")
    assert "- Formerly: 0188" in moved
    assert renumbered(Decision("0004", "new-thing", moved), "0005").count("Formerly") == 1
