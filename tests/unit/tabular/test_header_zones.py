"""A column's name may give the zone of its times."""

from zoneinfo import ZoneInfo

import pytest

from leadtight.tabular.dates.header_zones import UnknownHeaderZoneError, header_zone

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("header", "zone"),
    [
        ("Created at (UTC)", "UTC"),
        ("call_at_utc", "UTC"),
        ("utc_created", "UTC"),
        ("createdAtUtc", "UTC"),
        ("Submit Date (GMT)", "UTC"),
        ("Time [UTC+2]", "Etc/GMT-2"),
        ("Time (GMT-05:00)", "Etc/GMT+5"),
        ("Time (GMT+5:30)", "Asia/Kolkata"),
        ("Дата создания (UTC)", "UTC"),
        ("作成日時 (America/New_York)", "America/New_York"),
        ("Created (JST)", "Etc/GMT-9"),
        ("Created (PT)", "America/Los_Angeles"),
        ("Lead date [ET]", "America/New_York"),
        ("Time (Central Time)", "America/Chicago"),
        ("Created (Mountain Time (US & Canada))", "America/Denver"),
        ("Central European Time", "Europe/Berlin"),
        ("Created (CET)", "Europe/Berlin"),
        ("Created at", "Europe/Berlin"),
        ("Created (EU/Team)", "Europe/Berlin"),
        ("Outcome", "Europe/Berlin"),
        ("Value (EUR)", "Europe/Berlin"),
        ("Kutcher", "Europe/Berlin"),
    ],
)
def test_a_zone_in_a_columns_name_applies_to_its_times(header: str, zone: str) -> None:
    assert header_zone(header, BERLIN).key == zone


def test_an_impossible_offset_is_not_a_zone() -> None:
    with pytest.raises(UnknownHeaderZoneError, match="11:11"):
        header_zone("Created (UTC+11:11)", BERLIN)
