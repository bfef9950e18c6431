"""A lead's rows in the index.

Small, found by this version and the one before, and spread where it is hot.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from time import process_time
from typing import Any

import boto3
import pytest
from moto import mock_aws

from leadtight.adapters.dynamodb import keys, row_reader
from leadtight.adapters.dynamodb.rows import BoardIndexRow, LeadRow, TableRow, WaitingRow, text
from leadtight.adapters.dynamodb.table import DynamoTable
from leadtight.adapters.memory.dnc_lists import MemoryDncLists
from leadtight.adapters.memory.ports import InMemoryPorts
from leadtight.app.views.board import Boards
from leadtight.domain.calendar.timestamps import format_timestamp
from leadtight.domain.change import Change
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.lead_summary import summarize
from leadtight.domain.model.stage import Stage
from tests.contracts.changes import NOW, POLICY, arrival, assignment, rotation_of, stored
from tests.contracts.conftest import NAME, REGION, declared
from tests.contracts.test_lead_store import SECOND, caught

pytestmark = pytest.mark.slow

WRITE_UNIT = 1024
LONG: dict[str, Any] = {
    "message": "word " * 8_000,
    "company": "B" * 5_000,
    "fields": {f"field {n}": "v" * 90 for n in range(200)},
}
LATER = NOW + timedelta(days=1)


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Iterator[DynamoTable]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        boto3.client("dynamodb", region_name=REGION).create_table(**declared())
        yield DynamoTable(NAME, REGION, pause=lambda _: None)


def indexed() -> list[dict[str, Any]]:
    """Return the raw items that the index holds."""
    client = boto3.client("dynamodb", region_name=REGION)
    items: list[dict[str, Any]] = client.scan(TableName=NAME, IndexName="gsi1")["Items"]
    return items


def size(item: dict[str, Any]) -> int:
    """Return an item's size as DynamoDB counts it.

    Names and values.
    """
    return sum(len(name) + len(str(next(iter(value.values()))).encode()) for name, value in item.items())


def owned(table: DynamoTable, lead_id: str = "L1", **inquiry: Any) -> Lead:
    change = assignment(stored(table, lead_id, **inquiry), rotation_of(table))
    table.commit(change)
    return change.after


def store_as_previous_version(lead: Lead) -> None:
    """Store a lead as the previous version did.

    It is whole in the index, and has no row of its own there.
    """
    row = LeadRow.of(lead)
    if lead.wake_at:
        row.gsi1pk, row.gsi1sk = keys.owner(lead.owner_id), keys.due(lead.wake_at, lead.id)
    row.save()


def test_the_index_holds_a_kilobyte_of_a_lead_however_long_its_inquiry(table: DynamoTable) -> None:
    stored(table, "L1", **LONG)
    owned(table, "L2", **LONG)
    caught(table, "L3", NOW)
    sizes = {
        item["gsi1pk"]["S"]: size(item) for item in indexed() if not item["gsi1pk"]["S"].startswith(("DAY", "OUT"))
    }
    assert {"OWNER#-", "OWNER#ana", "OWNER#mia", "WAITING"} <= sizes.keys()
    assert max(sizes.values()) <= WRITE_UNIT


def test_the_index_holds_no_personal_data(table: DynamoTable) -> None:
    stored(table, "L1", name="Ada Obi", email="ada@example.com", company="Ada's", message="urgent", postcode="10115")
    [row] = [item["doc"]["S"] for item in indexed() if item["gsi1pk"]["S"] == "OWNER#-"]
    assert not any(word in row for word in ("Ada", "Obi", "example.com", "urgent", "10115"))


def test_a_due_lead_is_loaded_whole_though_the_index_holds_it_in_short(table: DynamoTable) -> None:
    lead = owned(table, **LONG)
    assert table.due_leads("ana", LATER, 10) == (lead,)


def test_leads_of_the_previous_version_are_due_and_lose_its_rows_on_their_next_change(table: DynamoTable) -> None:
    lead = stored(table)
    store_as_previous_version(lead)
    LeadRow.due_of(replace(lead, wake_at=None)).save()
    assert table.due_leads(None, LATER, 10) == (lead,)
    change = assignment(lead, rotation_of(table))
    table.commit(change)
    assert table.due_leads(None, LATER, 10) == ()
    assert table.due_leads("ana", LATER, 10) == (change.after,)
    rows = [item["sk"]["S"] for item in indexed() if item["gsi1pk"]["S"].startswith("OWNER#")]
    assert rows == ["DUE"]


def test_the_previous_version_finds_rows_written_by_this_one(table: DynamoTable) -> None:
    stored(table, "L1", **LONG)
    lead, waiting = owned(table, "L2"), caught(table, "L3", NOW)
    by_owner = {owner: [*TableRow.due.query(keys.owner(owner))] for owner in (None, "ana", "mia")}
    assert all(isinstance(row, LeadRow) for rows in by_owner.values() for row in rows)
    [unowned], [anas], [mias] = (
        [row.value() for row in rows if isinstance(row, LeadRow)] for rows in by_owner.values()
    )
    assert (unowned.id, unowned.owner_id) == ("L1", None)
    assert (anas.id, anas.owner_id, anas.wake_at, anas.pool_id) == ("L2", "ana", lead.wake_at, lead.pool_id)
    assert mias.id == "L3"
    [row] = [*TableRow.due.query(keys.WAITING)]
    assert isinstance(row, WaitingRow)
    assert row.value() == summarize(waiting)


def test_rows_left_by_a_rollback_do_not_displace_due_leads(table: DynamoTable) -> None:
    """The previous version changes a lead without its short row.

    That row is outdated then.
    """
    for number in range(105):
        lead = arrival(f"A{number}").after
        store_as_previous_version(
            replace(lead, stage=Stage.LOST, closed_at=NOW, clocks=(), wake_at=None, version=lead.version + 1)
        )
        LeadRow.due_of(lead).save()
    moved = owned(table, "B1")
    store_as_previous_version(replace(moved, wake_at=NOW + timedelta(hours=9), version=moved.version + 1))
    due = stored(table, "C1", NOW + timedelta(seconds=1))
    assert table.due_leads(None, LATER, 1) == (due,)
    assert [lead.wake_at for lead in table.due_leads("ana", LATER, 10)] == [NOW + timedelta(hours=9)]
    assert table.due_leads("ana", NOW + timedelta(hours=8), 10) == ()


def test_the_sharded_board_is_read_together_with_rows_of_the_previous_version(table: DynamoTable) -> None:
    leads = [stored(table, f"L{number}", NOW + timedelta(seconds=number % 7)) for number in range(24)]
    row = BoardIndexRow.of(leads[0])
    row.gsi1pk = "BOARD"
    row.save()
    spread = Counter(item["gsi1pk"]["S"] for item in indexed() if item["gsi1pk"]["S"].startswith("BOARD"))
    assert {*spread} == {*keys.boards()}
    shown = table.open_on_board(100)
    assert len(shown) == len(leads)
    assert [*shown] == sorted(shown, key=lambda lead: (lead.due_at, lead.lead_id))
    assert table.open_on_board(7) == shown[:7]


def test_a_waiting_lead_of_the_previous_version_is_still_waiting(table: DynamoTable) -> None:
    lead = caught(table, "L1", NOW)
    row = WaitingRow.of(lead)
    row.doc = text(lead)
    row.save()
    assert [waiting.id for waiting in table.waiting_in_short()] == ["L1"]
    assert json.loads(text(lead))["inquiry"]["name"]


def test_a_change_that_keeps_the_due_time_writes_no_second_index_row(table: DynamoTable) -> None:
    lead = owned(table)
    rows = [item for item in indexed() if item["sk"]["S"] == "DUE"]
    table.commit(Change(before=lead, after=replace(lead, status_notes="x", version=9), events=(), messages=()))
    assert [item for item in indexed() if item["sk"]["S"] == "DUE"] == rows


def test_a_board_of_20_000_leads_is_shown_within_the_desks_ten_seconds(
    table: DynamoTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By processor time.

    A function of 512 MB has some 0.29 of a processor, so a quarter of its time is allowed.
    """
    stored(table)
    [row] = [item for item in indexed() if item["sk"]["S"] == "BOARD"]

    def shard(name: str, *_: Any, **__: Any) -> Iterator[dict[str, Any]]:
        for number in range(5_000):
            lead_id = f"{name}-{number:05}"
            doc = {**json.loads(row["doc"]["S"]), "lead_id": lead_id, "due_at": format_timestamp(NOW + number * SECOND)}
            key = {"gsi1sk": {"S": keys.due(NOW + number * SECOND, lead_id)}, "pk": {"S": keys.lead(lead_id)}}
            yield {**row, **key, "doc": {"S": json.dumps(doc)}}

    made = {name: [*shard(name)] for name in keys.boards()}
    monkeypatch.setattr(row_reader, "on_index", lambda name, *_, **__: iter(made.get(name, [])))
    boards = Boards(POLICY, table, MemoryDncLists(), InMemoryPorts().links)
    token = boards.link("mia", NOW).rpartition("/")[2]
    began = process_time()
    view = boards.show(token, NOW)
    assert process_time() - began < 2.5
    assert view.open == 20_000
    due = [lead.due_at for lead in view.standing.unassigned]
    assert due == sorted(due)
