"""A lead's history page by page, in both twins.

Also how large a page of the real one gets.
"""

from collections.abc import Iterator
from datetime import timedelta

import boto3
import pytest
from moto import mock_aws

from leadtight.adapters.dynamodb import history as history_reading
from leadtight.adapters.dynamodb.table import DynamoTable
from leadtight.app.ports.history import HistoryPage
from leadtight.app.ports.leads import LeadStore
from leadtight.app.views import history as use_case
from leadtight.domain.intake.merging import record_auto_reply
from leadtight.domain.model.event import Event
from leadtight.domain.model.lead import Lead
from tests.contracts.changes import NOW, stored
from tests.contracts.conftest import NAME, REGION, Table, declared


@pytest.fixture
def dynamo(monkeypatch: pytest.MonkeyPatch) -> Iterator[DynamoTable]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        boto3.client("dynamodb", region_name=REGION).create_table(**declared())
        yield DynamoTable(NAME, REGION, pause=lambda _: None)


def loaded(table: LeadStore) -> Lead:
    lead = table.load("L1")
    assert lead is not None
    return lead


def filled(table: LeadStore, events: int, words: str = "back on Monday") -> tuple[Event, ...]:
    stored(table)
    for number in range(events):
        table.commit(record_auto_reply(loaded(table), f"away {number}", words, NOW + timedelta(hours=number)))
    return table.history("L1")


def test_a_history_is_paged_completely_latest_first(table: Table) -> None:
    whole, cursor, pages = filled(table, 9), None, list[tuple[Event, ...]]()
    while not pages or cursor is not None:
        page = table.history_page("L1", 4, cursor)
        pages.append(page.events)
        cursor = page.before
    assert [len(events) for events in pages] == [4, 4, len(whole) - 8]
    assert tuple(event for events in reversed(pages) for event in events) == whole
    assert table.history_page("L1", len(whole)).before is None
    assert table.history_page("L9", 4) == HistoryPage(events=())
    assert table.history_page("L1", 4, "2020").events == ()


def test_only_the_requested_end_of_a_history_is_read(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    assert use_case.AT_ONCE == 200
    monkeypatch.setattr(use_case, "AT_ONCE", 2)
    whole, sizes = filled(table, 5), list[int]()
    history_page = table.history_page

    def counted(lead_id: str, most: int, before: str | None = None) -> HistoryPage:
        page = history_page(lead_id, most, before)
        sizes.append(len(page.events))
        return page

    monkeypatch.setattr(table, "history_page", counted)
    assert next(use_case.newest_first(table, "L1")) == whole[-1]
    assert sizes == [2]
    assert tuple(use_case.newest_first(table, "L1")) == tuple(reversed(whole))


def test_a_page_of_large_events_ends_early_and_says_where(dynamo: DynamoTable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history_reading, "MOST_BYTES", 5_000)
    whole = filled(dynamo, 6, "x" * 2_000)
    page = dynamo.history_page("L1", 100)
    assert 1 < len(page.events) < 5
    assert page.before is not None
    assert page.events == whole[-len(page.events) :]
    older = dynamo.history_page("L1", 100, page.before)
    assert older.events == whole[-len(page.events) - len(older.events) : -len(page.events)]
