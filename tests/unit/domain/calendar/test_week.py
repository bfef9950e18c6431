"""ISO weeks and their names."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadtight.domain.calendar.week import Week


@given(st.dates(date(1900, 1, 8), date(2300, 1, 1)))
def test_a_week_is_found_by_its_name_and_between_its_neighbours(day: date) -> None:
    week = Week.of(day)
    assert week.monday <= day <= week.sunday
    assert Week.named(str(week)) == week
    assert (week.before.sunday, week.after.monday) == (week.monday - timedelta(days=1), week.sunday + timedelta(days=1))


@pytest.mark.parametrize("name", ["", "2026-11-22", "2026-W54", "2026W47", "2026-W47-1"])
def test_any_other_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Week.named(name)
