"""Rows read one by one.

Unreadable rows are named in the log; unprocessed keys of a call are requested again.
"""

import logging
from collections.abc import Sequence
from typing import Any

import pytest

from leadtight.adapters.dynamodb import row_reader
from leadtight.adapters.dynamodb.rows import GuardRow, LeadRow, TableRow
from leadtight.domain.model.errors import UnreadableRow
from leadtight.domain.model.listing import Listing, Unreadable
from tests.contracts.changes import NOW, arrival, guard

LEAD = arrival("L1").after


def lost(number: int) -> Unreadable:
    return Unreadable(kind="lead", key=f"LEAD#L{number} LEAD", error="KeyError")


def logged(caplog: pytest.LogCaptureFixture) -> list[str]:
    assert {record.levelno for record in caplog.records} <= {logging.ERROR}
    return [record.getMessage() for record in caplog.records]


@pytest.mark.parametrize("number", [0, 1, 19, 20])
def test_every_unreadable_row_is_named_in_the_log(caplog: pytest.LogCaptureFixture, number: int) -> None:
    row_reader.report([lost(n) for n in range(number)])
    assert logged(caplog) == [f"row_unreadable kind=lead key=LEAD#L{n} LEAD error=KeyError" for n in range(number)]


def test_of_many_unreadable_rows_twenty_are_named_and_the_others_counted(caplog: pytest.LogCaptureFixture) -> None:
    row_reader.report([lost(n) for n in range(23)])
    assert logged(caplog)[19:] == [
        "row_unreadable kind=lead key=LEAD#L19 LEAD error=KeyError",
        "rows_unreadable more=3",
    ]


@pytest.mark.parametrize(
    ("item", "key", "error"),
    [
        ({"pk": {"S": "LEAD#L1"}, "sk": {"S": "LEAD"}, "kind": {"S": "lead"}}, "LEAD#L1 LEAD", "LookupError"),
        ({"pk": {"S": "LEAD#L1"}, "sk": {"B": "AA=="}}, "LEAD#L1 ?", None),
        ({"sk": {"S": "LEAD"}}, "? LEAD", None),
    ],
    ids=["without its document", "a key of bytes", "without a key"],
)
def test_an_unreadable_row_is_identified(
    caplog: pytest.LogCaptureFixture, item: dict[str, Any], key: str, error: str | None
) -> None:
    with pytest.raises(UnreadableRow) as raised:
        row_reader.asked_for(LeadRow, item, LeadRow.value)
    row = raised.value.row
    assert (row.kind, row.key) == ("lead", key)
    assert error in (None, row.error)
    assert logged(caplog) == [f"row_unreadable kind=lead key={key} error={row.error}"]


def test_the_first_readable_rows_are_listed_and_unreadable_ones_named(caplog: pytest.LogCaptureFixture) -> None:
    good, bad = LeadRow.of(LEAD).serialize(), {**LeadRow.of(LEAD).serialize(), "doc": {"S": "{"}}
    unreadable = Unreadable(kind="lead", key="LEAD#L1 LEAD", error="JSONDecodeError")
    listing = row_reader.listing(LeadRow, [bad, good, bad, good, good], LeadRow.value, 2)
    assert listing == Listing((LEAD, LEAD), (unreadable, unreadable))
    assert listing.unreadable == (unreadable, unreadable)
    assert len(logged(caplog)) == 2
    assert row_reader.listing(LeadRow, [good] * 3, LeadRow.value) == Listing((LEAD,) * 3)


def test_a_row_of_another_kind_is_not_read_as_this_kind() -> None:
    item = GuardRow.of(guard("k1", until=NOW), "L1").serialize()
    with pytest.raises(UnreadableRow):
        row_reader.value(LeadRow, item, LeadRow.value)


def test_each_key_is_requested_once_a_hundred_at_a_time_and_again_while_unprocessed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls: list[list[str]] = []

    def page(wanted: Sequence[dict[str, str]], **options: object) -> tuple[list[str], list[dict[str, str]] | None]:
        assert options == {"consistent_read": True, "attributes_to_get": None}
        calls.append([each["pk"] for each in wanted])
        left = list(wanted[-1:]) if len(calls) == 1 else None
        return [each["pk"] + each["sk"] for each in (wanted[:-1] if left else wanted)], left

    monkeypatch.setattr(TableRow, "_batch_get_page", page)
    wanted = [(f"{n:03}", "LEAD") for n in range(250)]
    items = list(row_reader.by_keys([*wanted, *wanted[:9]]))
    assert sorted(str(item) for item in items) == [f"{n:03}LEAD" for n in range(250)]
    assert [len(call) for call in calls] == [100, 100, 51]
    assert calls[1][0] == "099"
    assert list(row_reader.by_keys(())) == []
