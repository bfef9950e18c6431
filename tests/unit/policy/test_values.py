"""Single values of the policy file."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadtight.policy import values


@given(st.integers(0, 300), st.integers(0, 99), st.integers(0, 99), st.integers(0, 99))
def test_any_duration_is_read_exactly(days: int, hours: int, minutes: int, seconds: int) -> None:
    wanted = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    assert values.duration(f"{days}d{hours}h{minutes}m{seconds}s") == wanted


def test_one_day_and_ten_hours_are_thirty_four_hours() -> None:
    assert values.duration("1d10h") == values.duration("34h")


@pytest.mark.parametrize("text", ["", "5", "m5", "5 m", "-5m", "1h1d", "1.5h", "5min"])
def test_an_invalid_duration_is_reported(text: str) -> None:
    with pytest.raises(ValueError, match="not a duration"):
        values.duration(text)
