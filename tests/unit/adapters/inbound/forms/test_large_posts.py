"""Large anonymous posts take turns; small ones never wait."""

from datetime import timedelta

import pytest

from leadtight.adapters.memory.table import MemoryTable
from leadtight.app.intake.large_posts import AT_MOST_A_MINUTE, LARGE, size_of, take_turn
from leadtight.domain.model.errors import Conflict
from scripts.load.stage import MONDAY_NINE


def test_large_posts_are_limited_by_the_minute() -> None:
    table = MemoryTable()
    for _ in range(AT_MOST_A_MINUTE):
        take_turn(table, LARGE + 1, MONDAY_NINE)
    with pytest.raises(Conflict):
        take_turn(table, LARGE + 1, MONDAY_NINE + timedelta(seconds=59))
    take_turn(table, LARGE + 1, MONDAY_NINE + timedelta(seconds=60))


def test_a_small_post_is_not_counted() -> None:
    table = MemoryTable()
    for _ in range(1_000):
        take_turn(table, LARGE, MONDAY_NINE)
    for _ in range(AT_MOST_A_MINUTE):
        take_turn(table, LARGE + 1, MONDAY_NINE)
    with pytest.raises(Conflict):
        take_turn(table, LARGE + 1, MONDAY_NINE)


def test_a_forms_size_is_its_names_and_values() -> None:
    assert size_of({"name": "Ada", "tel": ["1", "22"]}) == 4 + 3 + 3 + len("['1', '22']")
