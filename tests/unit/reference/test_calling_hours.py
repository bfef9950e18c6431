"""Possible locations of a number, and their hours (H3)."""

from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from leadtight.adapters.contact_points.contact_hours import RealHours
from leadtight.domain.compliance.contact_hours import ContactWindow, every_day, first_permitted
from leadtight.domain.model.inquiry import Inquiry
from leadtight.reference.calling_hours import rules, states

MIAMI, CHICAGO, TOLL_FREE, BERLIN = "+13055551234", "+13125551234", "+18005551234", "+4930901820"
BASE = every_day(time(8), time(21))


def windows(number: str, **inquiry: Any) -> tuple[ContactWindow, ...]:
    return RealHours().windows(number, Inquiry(**inquiry))


def zones(number: str, **inquiry: Any) -> set[str]:
    return {window.zone.key for window in windows(number, **inquiry)}


def weeks(number: str, **inquiry: Any) -> list[object]:
    return [window.week for window in windows(number, **inquiry)]


def test_every_rule_has_a_source_an_existing_place_and_is_no_wider_than_the_base() -> None:
    codes = {f"US-{state.code}" for state in states()}
    assert "*" in rules()
    for place, rule in rules().items():
        assert rule.source
        assert rule.seen
        assert place == "*" or place in codes
        assert len(rule.week) == 7
        assert all(day is None or time(8) <= day[0] < day[1] <= time(21) for day in rule.week)


def test_every_state_is_covered_and_an_area_code_is_in_one_of_them() -> None:
    codes = [code for state in states() for code in state.area_codes]
    assert (len(states()), len(codes)) == (51, len(set(codes)))


@pytest.mark.parametrize(
    ("number", "zone"),
    [
        (BERLIN, "Europe/Berlin"),
        ("+447911123456", "Europe/London"),
        (CHICAGO, "America/Chicago"),
        ("+14165551234", "America/Toronto"),
    ],
)
def test_a_number_in_one_zone_has_that_zone_and_the_base_hours(number: str, zone: str) -> None:
    assert zone in zones(number)
    assert set(weeks(number)) == {BASE}


def test_a_number_without_a_place_may_be_in_any_zone_of_its_country() -> None:
    assert {"Australia/Perth", "Australia/Sydney"} <= zones("+61412345678")
    assert {"America/Manaus", "America/Sao_Paulo"} <= zones("+551199999")
    assert {"America/New_York", "Pacific/Honolulu"} <= zones(TOLL_FREE)


def test_a_place_named_by_the_lead_counts_beside_the_numbers() -> None:
    assert zones(BERLIN, country="JP") == {"Europe/Berlin", "Asia/Tokyo"}
    assert zones(CHICAGO, country="US", region="California") == {"America/Chicago", "America/Los_Angeles"}


@pytest.mark.parametrize("region", ["FL", "fl", "US-FL", "Florida"])
def test_stricter_state_hours_apply_to_its_numbers_and_to_its_residents(region: str) -> None:
    florida = every_day(time(8), time(20))
    assert florida in weeks(MIAMI)
    assert florida in weeks(CHICAGO, country="US", region=region)
    assert florida not in weeks(CHICAGO, country="US")


def test_a_number_in_any_state_has_the_hours_of_all_states() -> None:
    assert {rule.week for rule in rules().values()} == set(weeks(TOLL_FREE))


def test_a_lead_with_a_stated_zone_is_there_and_keeps_the_hours_of_its_state() -> None:
    fields = {"timezone": "Europe/Paris"}
    assert zones(TOLL_FREE, fields=fields) == {"Europe/Paris"}
    assert set(weeks(TOLL_FREE, fields=fields)) == {BASE}
    assert zones(MIAMI, fields=fields) == {"Europe/Paris"}
    assert every_day(time(8), time(20)) in weeks(MIAMI, fields=fields)
    assert zones(BERLIN, fields={"timezone": "Europe/Nowhere"}) == {"Europe/Berlin"}


def test_an_unreadable_number_has_no_place() -> None:
    assert windows("12") == ()


def test_a_number_valid_across_america_has_common_hours() -> None:
    assert first_permitted(windows(TOLL_FREE), datetime(2026, 11, 23, tzinfo=UTC)) is not None


def test_a_state_may_have_no_hours_on_sundays_and_holidays() -> None:
    providence = next(w for w in windows("+14015551234") if w.week != BASE)
    assert providence.week[6] is None
    assert date(2026, 12, 25) in providence.closed
    assert date(2026, 12, 24) not in providence.closed
