"""Public holidays.

Known without the library, right with it, and loaded only on use.
"""

import subprocess
import sys
from datetime import date

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadtight.reference.holidays import KNOWN, HolidayDates, region

YEARS = range(2023, 2033)
ASK = """
import sys
from datetime import UTC, datetime, timedelta
from leadtight import policy
from leadtight.policy.loader import SHIPPED, parse
text = SHIPPED.read_text().replace("[calendars.office]", '[calendars.office]\\nholidays = ["DE-HH"]')
office = parse(text.encode()).calendars["office"]
assert "holidays" not in sys.modules, "reading a policy loads it"
office.add(datetime(2026, 11, 22, tzinfo=UTC), timedelta(hours=1))
assert "holidays" in sys.modules
"""


def test_the_known_regions_are_those_of_the_library() -> None:
    supported = holidays.list_supported_countries(include_aliases=False)
    written = "".join("\t".join([country, *sorted(parts)]) + "\n" for country, parts in sorted(supported.items()))
    assert KNOWN.read_text(encoding="utf-8") == written, "the library has changed: write this text into the file"


@pytest.mark.parametrize("code", ["DE", "DE-HH", "US", "US-TX", "GB-SCT"])
def test_a_region_is_a_country_or_a_part_of_one(code: str) -> None:
    assert region(code) == code


@pytest.mark.parametrize("code", ["", "-", "XX", "de", "DE-ZZ", "HH", "GBR", "date", "Germany"])
def test_an_invalid_region_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match="unknown"):
        region(code)


@pytest.mark.parametrize("code", ["DE-HH", "US", "GB-SCT", "AU-NSW", "JP", "BR-SP"])
def test_holidays_by_day_equal_those_of_many_years_at_once(code: str) -> None:
    """Also at the turn of the year.

    A holiday may be observed in the year before.
    """
    country, _, part = code.partition("-")
    wanted = {d for d in holidays.country_holidays(country, subdiv=part or None, years=YEARS) if d.year in YEARS[1:-1]}
    dates = HolidayDates((code,))
    days = (date.fromordinal(n) for n in range(date(2024, 1, 1).toordinal(), date(2031, 12, 31).toordinal() + 1))
    assert {d for d in days if d in dates} == wanted


@given(day=st.dates(date(2000, 1, 1), date(2060, 12, 31)))
def test_two_regions_have_the_holidays_of_both(day: date) -> None:
    assert (day in HolidayDates(("DE", "US"))) == (day in HolidayDates(("DE",)) or day in HolidayDates(("US",)))


def test_the_library_is_loaded_on_the_first_working_day_query() -> None:
    subprocess.run([sys.executable, "-c", ASK], check=True)
