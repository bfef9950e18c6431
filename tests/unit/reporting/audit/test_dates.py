"""Times as exports write them.

The order of day and month comes from the data, or is asked for.
"""

from pathlib import Path

import pytest

from tests.unit.reporting.audit.exports import report, run, write_csv

pytestmark = pytest.mark.slow


def _period(folder: Path, *times: str, options: tuple[str, ...] = ()) -> dict[str, str]:
    rows = [(str(n), at) for n, at in enumerate(times)]
    period = report(write_csv(folder / "leads.csv", ("id", "Created Time"), rows), *options)["period"]
    return {name: at.replace(".000000Z", "Z") for name, at in period.items()}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("29/2/2016 01:16", "2016-02-29T01:16:00Z"),
        ("2/29/2016 1:16 AM", "2016-02-29T01:16:00Z"),
        ("29.02.2016 01:16:05", "2016-02-29T01:16:05Z"),
        ("29-02-2016 1:16", "2016-02-29T01:16:00Z"),
        ("29/02/16 01:16", "2016-02-29T01:16:00Z"),
        ("2016-02-29 01:16:05.25", "2016-02-29T01:16:05.250000Z"),
        ("2016-02-29T01:16:05,250Z", "2016-02-29T01:16:05.250000Z"),
        ("2016-02-29T01:16:05.2500000+02:00", "2016-02-28T23:16:05.250000Z"),
        ("2016-02-29T01:16:05-0530", "2016-02-29T06:46:05Z"),
        ("2016-02-29 01:16:05+00", "2016-02-29T01:16:05Z"),
        ("2016-02-29 01:16 UTC", "2016-02-29T01:16:00Z"),
        ("2016-02-29 01:16:05 EST", "2016-02-29T06:16:05Z"),
        ("02/29/2016 1:16 AM PDT", "2016-02-29T08:16:00Z"),
        ("29.02.2016 01:16 CET", "2016-02-29T00:16:00Z"),
        ("29 Feb 2016 01:16:05 GMT+0100", "2016-02-29T00:16:05Z"),
        ("Mon, 29 Feb 2016 01:16:05 GMT-05:30", "2016-02-29T06:46:05Z"),
        ("2016/02/29 01:16", "2016-02-29T01:16:00Z"),
        ("29 Feb 2016 01:16", "2016-02-29T01:16:00Z"),
        ("29-February-2016 01:16", "2016-02-29T01:16:00Z"),
        ("Feb 29, 2016 1:16 p.m.", "2016-02-29T13:16:00Z"),
        ("Mon, 29 Feb 2016 01:16:05", "2016-02-29T01:16:05Z"),
        ("02/29/2016, 01:16 PM", "2016-02-29T13:16:00Z"),
        ("20160229 01:16", "2016-02-29T01:16:00Z"),
        ("1456708565000", "2016-02-29T01:16:05Z"),
        ("1456708565", "2016-02-29T01:16:05Z"),
    ],
)
def test_a_time_is_parsed(written: str, expected: str, tmp_path: Path) -> None:
    assert _period(tmp_path, written)["from"] == expected


@pytest.mark.parametrize(("other", "expected"), [("25/03/2024", "2024-04-03"), ("03/25/2024", "2024-03-04")])
def test_one_value_above_twelve_decides_the_column(other: str, expected: str, tmp_path: Path) -> None:
    times = ("03/04/2024 10:00", f"{other} 10:00")
    assert f"{expected}T10:00:00Z" in _period(tmp_path, *times).values()


@pytest.mark.proves("T5")
@pytest.mark.parametrize("separator", ["/", ".", "-"])
def test_an_undecidable_order_is_asked_about_and_never_guessed(separator: str, tmp_path: Path) -> None:
    times = [(1, f"03{separator}04{separator}2024 10:00"), (2, f"05{separator}06{separator}2024 10:00")]
    file = write_csv(tmp_path / "leads.csv", ("id", "Created Time"), times)
    code, _, errors = run(file)
    assert code == 2
    assert "leads.csv: row 2: column 'Created Time'" in errors
    assert "date_format" in errors
    assert errors.count("\n") == 1
    mapping = tmp_path / "mapping.toml"
    for date_format, first in (("%d/%m/%Y %H:%M", "2024-04-03"), ("%m/%d/%Y %H:%M", "2024-03-04")):
        mapping.write_text(f'[leads]\ndate_format = "{date_format}"\n', encoding="utf-8")
        assert report(file, "--mapping", mapping)["period"]["from"].startswith(first)


def test_equal_day_and_month_need_no_order(tmp_path: Path) -> None:
    assert _period(tmp_path, "04/04/2024 10:00")["from"] == "2024-04-04T10:00:00Z"


def test_a_column_with_both_orders_is_refused(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "leads.csv", ("id", "created"), [(1, "13/04/2024"), (2, "04/13/2024")])
    code, _, errors = run(file)
    assert (code, "shows both orders" in errors) == (2, True)


def test_another_column_may_decide_the_order_but_another_file_may_not(tmp_path: Path) -> None:
    leads = write_csv(
        tmp_path / "leads.csv",
        ("id", "created", "first_contact_at"),
        [(1, "03/04/2024 10:00", "03/04/2024 10:05"), (2, "12/04/2024 10:00", "13/04/2024 10:00")],
    )
    assert report(leads)["response"]["median"] == pytest.approx((300 + 86400) / 2)
    calls = write_csv(tmp_path / "calls.csv", ("id", "call_time"), [(1, "03/04/2024 10:01")])
    code, _, errors = run(leads, "--activities", calls)
    assert (code, "calls.csv: row 2: column 'call_time'" in errors) == (2, True)


def test_files_may_differ_in_their_order(tmp_path: Path) -> None:
    leads = write_csv(tmp_path / "leads.csv", ("id", "created"), [(1, "13/04/2024 10:00")])
    calls = write_csv(tmp_path / "calls.csv", ("id", "call_time"), [(1, "04/13/2024 10:01")])
    assert report(leads, "--activities", calls)["response"]["median"] == 60.0


def test_times_without_an_offset_use_the_time_zone_and_response_is_real_time(tmp_path: Path) -> None:
    leads = write_csv(
        tmp_path / "leads.csv",
        ("id", "created_at", "first_contact_at"),
        # The night in which Berlin sets its clocks forward, and the one in which it sets them back.
        [(1, "2024-03-31 01:30", "2024-03-31 03:30"), (2, "2024-10-27 00:30", "2024-10-27 03:30")],
    )
    result = report(leads, "--timezone", "Europe/Berlin")
    assert result["period"]["from"].startswith("2024-03-31T00:30:00")
    assert result["response"]["mean"] == (3600 + 4 * 3600) / 2


def test_an_offset_overrides_the_time_zone(tmp_path: Path) -> None:
    period = _period(tmp_path, "2024-01-31T01:30:00+02:00", options=("--timezone", "Europe/Berlin"))
    assert period["from"] == "2024-01-30T23:30:00Z"


@pytest.mark.parametrize(
    "written",
    ["31/02/2024 10:00", "soon", "2024-13-01", "0001-01-01 00:00", "9999-12-31", "12:30", "1999", "2024-01-2024", "7"],
)
def test_an_invalid_time_is_named(written: str, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "leads.csv", ("id", "created"), [(1, "2024-01-25 10:00"), (2, written)])
    result = report(file)
    assert result["rows"]["leads"]["rejected"] == 1
    assert result["problems"] == [
        {"file": "leads.csv", "row": 3, "column": "created", "value": written, "reason": "is not a readable time"}
    ]


@pytest.mark.parametrize("written", ["4100000000000000000", "145670856", "14567085650000"])
def test_among_epoch_seconds_a_number_of_another_length_is_not_a_time(written: str, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "leads.csv", ("id", "created"), [(1, "1456708565"), (2, written)])
    assert [(p["row"], p["reason"]) for p in report(file)["problems"]] == [(3, "is not a readable time")]


def test_dates_without_time_give_contacts_but_no_response_time(tmp_path: Path) -> None:
    rows = [(1, "2024-01-25 10:00", "2024-01-25"), (2, "2024-01-25 10:00", ""), (3, "2024-01-25 10:00", "2024-01-24")]
    result = report(write_csv(tmp_path / "leads.csv", ("id", "created_at", "first_contact_at"), rows))
    assert (result["contacted"], result["never_contacted"]) == (1, 2)
    assert (result["contacted_in_window"], result["response"]["median"], result["buckets"]["under_5m"]) == (None,) * 3
    assert result["buckets"]["never"] == 2
    assert "response" in {each["what"] for each in result["cannot_compute"]}
