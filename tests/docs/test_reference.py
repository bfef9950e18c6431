"""The pages of the reference say what the code has: no command, route or event more, and none less."""

import re

import pytest

from leadtight.domain.model.event import EventKind
from scripts.reference import FOLDER, PAGES


@pytest.mark.parametrize("name", PAGES)
def test_a_written_page_is_what_the_code_says(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == PAGES[name](), "run .venv/bin/python -m scripts.reference"


def test_every_kind_of_event_is_explained_once_in_its_order() -> None:
    page = (FOLDER / "events.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE) == [kind.value for kind in EventKind]
