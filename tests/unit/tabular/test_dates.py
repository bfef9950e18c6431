"""Dates in cells, and what their column decides.

The country and the order of rows do not matter.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadtight.tabular.dates.column import DateColumn, DateReading
from leadtight.tabular.dates.formats import UnknownFormatError, order_of
from leadtight.tabular.dates.moment import Precision
from leadtight.tabular.dates.orders import AmbiguousDatesError

NOON = "2026-01-15T10:30:00"


def column(*texts: str) -> DateColumn:
    values = DateColumn()
    for row, text in enumerate(texts, 2):
        values.add(text, row)
    return values


def read(text: str, zone: str | None = None) -> str | None:
    moment = column(text).decide(zone=ZoneInfo(zone) if zone else None).read(text)
    return moment.isoformat() if moment else None


@pytest.mark.parametrize(
    "text",
    [
        *("2026-01-15 10:30", "2026-01-15T10:30:00", "2026/01/15 10:30", "2026.01.15 10:30", "20260115T103000"),
        *("15.01.2026 10:30", "15/01/2026 10.30", "15-01-2026 10:30", "15.01.26 10:30", "15.1.2026 klo 10.30"),
        *("1/15/2026 10:30 AM", "1/15/2026, 10:30:00\u202fAM", "1/15/2026\u00a010:30 a.m.", "01/15/2026 10:30AM"),
        *("15 Jan 2026 10:30", "Jan 15, 2026 10:30 AM", "January 15th, 2026 at 10:30am", "15-JAN-26 10.30.00 AM"),
        *("Thu, 15 Jan 2026 10:30:00", "Thu Jan 15 10:30:00 2026", "10:30 15/01/2026", "2026-Jan-15 10:30"),
        *("15. Januar 2026 um 10:30 Uhr", "Do, 15.01.2026 10:30", "15 janv. 2026 à 10:30", "15/01/2026 10h30"),
        *("jueves, 15 de enero de 2026 10:30", "15 gennaio 2026 alle ore 10:30", "gio 15 gen 2026, 10:30"),
        *(
            "15 de janeiro de 2026 às 10:30",
            "15 januari 2026 10:30",
            "15. jan. 2026 kl. 10.30",
            "15 stycznia 2026 10:30",
        ),
        *("15. tammikuuta 2026 klo 10.30", "15 января 2026 г. в 10:30", "15 січ. 2026 р., 10:30", "15 Oca 2026 10:30"),
        *(
            "2026. 01. 15. 10:30",
            "2026 m. sausio 15 d. 10:30",
            "2026. gada 15. janvāris 10:30",
            "15 ιαν 2026 10:30 π.μ.",
        ),
        *("2026年1月15日 10:30", "2026年1月15日 午前10時30分", "2026/1/15 上午10:30", "2026. 1. 15. 오전 10:30"),
        *(
            "2026/01/15(木) 10:30",
            "15 يناير 2026 10:30 ص",
            "١٥/٠١/٢٠٢٦ ١٠:٣٠",
            "46037.4375",
            "46037,4375",
            "20260115103000",
        ),
    ],
)
def test_a_moment_is_read_as_people_and_systems_write_it(text: str) -> None:
    assert read(text) == NOON


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-15T10:30:00Z", "+00:00"),
        ("2026-01-15 10:30:00 UTC", "+00:00"),
        ("2026-01-15 10:30 -05:00", "-05:00"),
        ("2026-01-15T10:30:00.000+0000", "+00:00"),
        ("Thu Jan 15 2026 10:30:00 GMT+0100 (Central European Standard Time)", "+01:00"),
        ("Thu Jan 15 10:30:00 CET 2026", "+01:00"),
        ("2026-01-15T10:30+01:00[Europe/Berlin]", "+01:00"),
        ("2026-01-15 10:30:00 America/New_York", "-05:00"),
        ("15/Jan/2026:10:30:00 +0530", "+05:30"),
        ("01/15/2026 10:30 AM PST", "-08:00"),
    ],
)
def test_an_offset_or_an_equivalent_zone_is_read(text: str, expected: str) -> None:
    assert read(text) == NOON + expected


def test_an_ambiguous_abbreviation_is_read_as_the_companys_zone() -> None:
    text = "2026-01-15 10:30 CST"
    assert read(text) is None
    assert read(text, "America/Chicago") == f"{NOON}-06:00"
    assert read(text, "Asia/Shanghai") == f"{NOON}+08:00"


@pytest.mark.parametrize(
    "text",
    [
        *("15/01/2569", "15 มกราคม 2569", "15 ม.ค. 69", "1404/10/25", "令和8年1月15日", "1447-07-26"),
        *("soon", "12:30", "1999", "7", "31.02.2026", "2026-01-15 24:00", "2026-01-15 10:61"),
        *(
            "15 January",
            "01/2026",
            "Q1 2026",
            "2026-W03-4",
            "13:00 PM 15 Jan 2026",
            "2026-01-15 10:30 XYZ",
            "x 15.01.2026",
        ),
        *("5805028000000000001", "145670856", "+49 30 901820", "15.01.2026 - 20.01.2026", "about 15.01.2026"),
    ],
)
def test_an_impossible_moment_is_not_read(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize(("seconds", "text"), [(1768473000, "1768473000"), (1768473000, "1768473000000")])
def test_numbers_since_1970_are_instants(seconds: int, text: str) -> None:
    assert read(text) == datetime.fromtimestamp(seconds, UTC).isoformat()


def test_months_of_one_language_are_read_in_all_rows() -> None:
    months = ["Jan", "Feb", "Mrz", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dez"]
    texts = [f"05-{month}-2026 10:00" for month in months]
    reading = column(*texts).decide()
    assert [m.local.month for text in texts if (m := reading.read(text))] == list(range(1, 13))


def test_a_month_name_shared_by_two_languages_is_asked_about() -> None:
    with pytest.raises(AmbiguousDatesError, match="month 10 in language hr, month 11 in language"):
        column("05 lis 2026").decide()
    november = column("05 lis 2026", "06 paź 2026").decide().read("05 lis 2026")
    assert november
    assert november.local.month == 11


@pytest.mark.parametrize(
    "texts", [("01/02/2026",), ("01/02/2026", "13/02/2026", "02/13/2026"), ("26-01-15", "26-01-16"), ("2026-13-01",)]
)
def test_an_unknown_order_is_asked_about(texts: tuple[str, ...]) -> None:
    with pytest.raises(AmbiguousDatesError):
        column(*texts).decide()


def test_a_column_with_both_orders_names_the_rows() -> None:
    with pytest.raises(AmbiguousDatesError, match=r"shows both orders.*\(row \d: ") as caught:
        column("01/02/2026", "13/02/2026", "02/13/2026").decide()
    assert (caught.value.row, caught.value.value) in ((3, "13/02/2026"), (4, "02/13/2026"))


NUMERIC = st.tuples(st.integers(1, 14), st.integers(1, 14)).map(lambda pair: f"{pair[0]:02d}/{pair[1]:02d}/2026")


@given(st.lists(NUMERIC, min_size=1, max_size=6, unique=True), st.randoms(use_true_random=False))
def test_the_order_of_rows_decides_nothing(texts: list[str], random: object) -> None:
    shuffled = list(texts)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a random.Random

    def outcome(order: list[str]) -> dict[str, object] | str:
        values = DateColumn()
        for text in order:
            values.add(text, texts.index(text))
        try:
            reading = values.decide()
        except AmbiguousDatesError as error:
            return f"{error.reason} {error.row} {error.value}"
        return {text: reading.read(text) for text in texts}

    assert outcome(texts) == outcome(shuffled)


def reading_of(*texts: str) -> DateReading:
    return column(*texts).decide()


def test_dates_without_a_time_of_day_are_recognised() -> None:
    assert not reading_of("15.01.2026", "16.01.2026").has_time
    assert not reading_of("2026-01-15 00:00:00", "2026-01-16T00:00:00").has_time
    assert not reading_of("1768435200000", "1768521600000").has_time
    assert reading_of("2026-01-15 00:00:00", "2026-01-16 10:00:00").has_time


def test_a_day_among_times_is_not_a_time() -> None:
    reading = reading_of("2026-01-15 10:00", "2026-01-16 11:00", "2026-01-17")
    assert (reading.has_time, reading.precision) == (True, Precision.MINUTE)
    assert reading.read("2026-01-17") is None


def test_midnight_in_the_companys_zone_is_not_a_time_of_day() -> None:
    values = column("2026-01-14T23:00:00Z", "2026-07-14T22:00:00Z")
    assert not values.decide(zone=ZoneInfo("Europe/Berlin")).has_time
    assert values.decide(zone=ZoneInfo("America/New_York")).has_time


def test_a_configured_format_decides_and_an_unknown_one_is_named() -> None:
    spelling = column("01/02/2026", "2026-03-04").decide(date_format="%m/%d/%Y")
    assert [str(m.local.date()) for text in ("01/02/2026", "2026-03-04") if (m := spelling.read(text))] == [
        "2026-01-02",
        "2026-03-04",
    ]
    year_day = column("2026-02-01").decide(date_format="%Y-%d-%m").read("2026-02-01")
    assert year_day
    assert year_day.local.month == 1
    for wrong in ("%s", "soon", "%", "%Y-%Q"):
        with pytest.raises(UnknownFormatError):
            order_of(wrong)


def test_an_offset_is_the_distance_from_utc() -> None:
    moment = reading_of("2026-01-15T10:30:00-03:30").read("2026-01-15T10:30:00-03:30")
    assert moment
    assert moment.offset == -timedelta(hours=3, minutes=30)
