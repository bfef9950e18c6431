"""Rows as stored, attribute by attribute.

Conditions, filters, the index and every later version depend on them.
"""

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from leadtight.adapters.dynamodb.form_rows import ConsentRow, places, shards
from leadtight.adapters.dynamodb.quarantine_rows import QuarantinePartRow, QuarantineRow, lengths, parts_of
from leadtight.adapters.dynamodb.rows import (
    AlertsRow,
    BoardIndexRow,
    EventRow,
    GuardRow,
    LeadRow,
    MailRow,
    MessageRow,
    OwnerRow,
    PersonRow,
    RotationRow,
    TableRow,
    WaitingRow,
    short_text,
    text,
)
from leadtight.domain.calendar.timestamps import format_timestamp
from leadtight.domain.intake.quarantine import discard
from leadtight.domain.intake.spam import RateLimitCounter
from leadtight.domain.model.capacity import OwnerState
from leadtight.domain.model.inquiry import Inquiry
from leadtight.domain.model.lead import Exclusion, Score
from leadtight.domain.model.message import Channel, Status
from leadtight.domain.model.rotation import Rotation
from leadtight.domain.model.stage import Stage
from leadtight.domain.notifications.interruptions import Alerts
from leadtight.domain.notifications.urgency import lane
from tests.contracts.changes import NOW, arrival, assignment, guard
from tests.contracts.test_consents import record
from tests.contracts.test_held import quarantined, waiting

CHANGE = arrival("L1")
NEW = CHANGE.after
OWNED = assignment(NEW, Rotation(pool_id="inbound")).after
AT = "2026-11-23T09:00:00.123456Z"
FAR_EAST = timezone(timedelta(hours=12))
EVENING = datetime(2026, 11, 24, 9, 30, tzinfo=FAR_EAST)
"""A time whose UTC day differs: the 23rd."""


@pytest.fixture(autouse=True)
def far_from_greenwich(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Run on a machine whose local zone is not UTC."""
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def stored(row: TableRow) -> dict[str, Any]:
    """Return a row's stored attributes, without DynamoDB's types."""
    values = {name: next(iter(typed.values())) for name, typed in row.serialize().items() if "NULL" not in typed}
    return {name: value for name, value in values.items() if name != "kind"}


def index(row: TableRow) -> tuple[str, str]:
    return str(row.gsi1pk), str(row.gsi1sk)


def test_a_lead_is_stored_whole_in_its_row_and_not_in_the_index() -> None:
    row = LeadRow.of(OWNED)
    assert stored(row) == {"pk": "LEAD#L1", "sk": "LEAD", "version": str(OWNED.version), "doc": text(OWNED)}
    assert row.value() == OWNED


def test_an_open_lead_is_indexed_as_due_for_its_owner_and_a_closed_one_is_not() -> None:
    assert OWNED.wake_at
    row = LeadRow.due_of(OWNED)
    assert index(row) == (f"OWNER#{OWNED.owner_id}", f"{format_timestamp(OWNED.wake_at)}#L1")
    assert (row.sk, row.version, row.doc) == ("DUE", 0, short_text(OWNED))
    closed = LeadRow.due_of(replace(OWNED, wake_at=None))
    assert stored(closed) == {"pk": "LEAD#L1", "sk": "DUE", "version": "0", "doc": "{}"}


def test_a_waiting_lead_is_indexed_by_its_teams_promise() -> None:
    waits = replace(OWNED, waiting_since=NOW)
    assert waits.is_waiting
    row = WaitingRow.of(waits)
    assert index(row) == ("WAITING", f"{format_timestamp(waits.team_promise.deadline)}#L1")
    assert (row.sk, row.doc, row.value().id) == ("WAIT", short_text(waits), "L1")
    assert stored(WaitingRow.of(replace(waits, waiting_since=None))) == {"pk": "LEAD#L1", "sk": "WAIT"}


def test_the_board_holds_open_leads_and_excluded_ones_by_recording_day() -> None:
    row = BoardIndexRow.of(OWNED)
    assert (row.sk, row.doc, row.value().lead_id) == ("BOARD", text(row.value()), "L1")
    assert index(row) == ("BOARD", f"{format_timestamp(row.value().due_at)}#L1")
    excluded = replace(
        OWNED, excluded=Exclusion(rule="tests", reason="a test", policy_version="1"), recorded_at=EVENING
    )
    assert stored(BoardIndexRow.of(excluded)) == {
        "pk": "LEAD#L1",
        "sk": "BOARD",
        "gsi1pk": "EXCLUDED#2026-11-23",
        "gsi1sk": "2026-11-23T21:30:00.000000Z#L1",
    }
    assert stored(BoardIndexRow.of(replace(OWNED, stage=Stage.LOST))) == {"pk": "LEAD#L1", "sk": "BOARD"}


def test_an_event_is_indexed_by_its_utc_day() -> None:
    event = replace(CHANGE.events[0], id="e1", at=EVENING)
    row = EventRow.of(event, frees="ana")
    when = "2026-11-23T21:30:00.000000Z"
    assert stored(row) == {
        "pk": "LEAD#L1",
        "sk": f"EVENT#{when}#e1",
        "frees": "ana",
        "doc": text(event),
        "gsi1pk": "DAY#2026-11-23#4",
        "gsi1sk": f"{when}#L1#e1",
    }
    assert row.value() == event
    assert "frees" not in stored(EventRow.of(event))


def test_a_message_stores_its_state_beside_its_document_and_is_indexed_while_owed() -> None:
    message = replace(CHANGE.messages[0], id="ack", attempts=2, detail="busy", next_try_at=NOW)
    row = MessageRow.of(message)
    assert stored(row) == {
        "pk": "LEAD#L1",
        "sk": "MSG#ack",
        "status": "pending",
        "attempts": "2",
        "next_try_at": AT,
        "detail": "busy",
        "doc": text(message),
        "gsi1pk": "OUTBOX#0",
        "gsi1sk": f"0{lane(message).value}#{AT}#L1#ack",
    }
    assert row.value() == message
    sent = replace(message, status=Status.SENT, provider_id="p-1", detail="")
    kept = {"pk", "sk", "status", "attempts", "next_try_at", "provider_id", "doc"}
    assert stored(MessageRow.of(sent)).keys() == kept
    assert MessageRow.of(sent).value() == sent


def test_a_messages_state_comes_from_its_attributes() -> None:
    row = MessageRow.of(CHANGE.messages[0])
    row.status, row.attempts, row.next_try_at, row.provider_id, row.detail = "sent", 3, AT, "p-9", "late"
    state = {"status": Status.SENT, "attempts": 3, "next_try_at": NOW, "provider_id": "p-9", "detail": "late"}
    assert row.value() == replace(CHANGE.messages[0], **state)  # type: ignore[arg-type]  # mixed on purpose


def test_a_sent_message_is_found_by_its_provider_id() -> None:
    message = replace(CHANGE.messages[0], id="ack", provider_id="p-1")
    assert stored(MailRow.of(message)) == {"pk": "MAIL#p-1", "sk": "MAIL", "lead_id": "L1", "message_id": "ack"}


def test_rotations_and_interruptions_store_the_version_used_in_conditions() -> None:
    rotation, alerts = Rotation(pool_id="inbound", turn=3), Alerts(person_id="ana", turn=4)
    assert stored(RotationRow.of(rotation)) == {"pk": "POOL#inbound", "sk": "POOL", "turn": "3", "doc": text(rotation)}
    assert stored(AlertsRow.of(alerts)) == {"pk": "OWNER#ana", "sk": "ALERTS", "turn": "4", "doc": text(alerts)}
    assert RotationRow.of(rotation).value() == rotation
    assert AlertsRow.of(alerts).value() == alerts


def test_person_data_is_read_from_optional_attributes() -> None:
    full = OwnerRow("OWNER#ana", "OWNER", away_until=AT, open_leads=3, turn=2, recent=json.dumps([AT]))
    assert full.value() == OwnerState(person_id="ana", away_until=NOW, open=3, turn=2, recent=(NOW,))
    assert OwnerRow("OWNER#ana", "OWNER").value() == OwnerState(person_id="ana")


def test_a_guard_holds_to_its_last_moment_and_expires_no_sooner() -> None:
    row = GuardRow.of(guard("k1", until=NOW), "L1")
    ends = int(NOW.timestamp()) + 1
    assert {name: value for name, value in stored(row).items() if name != "pk"} == {
        "sk": "SEEN",
        "lead_id": "L1",
        "fingerprint": "f",
        "taken_until": AT,
        "expires_at": str(ends),
    }


def test_a_channel_is_ended_by_name_and_unknown_ones_end_none() -> None:
    assert PersonRow("PERSON#1", "PERSON", suppressed={"email", "fax"}).channels() == {Channel.EMAIL}
    assert PersonRow("PERSON#1", "PERSON").channels() == frozenset()


def test_documents_are_compact_and_keep_unicode_letters() -> None:
    assert text(Score(total=1, breakdown={"größe": 1})) == ('{"total":1,"breakdown":{"größe":1},"policy_version":""}')


def test_a_short_lead_has_the_fields_of_rules_and_omits_defaults() -> None:
    lead = replace(OWNED, score=Score(total=7), inquiry=Inquiry(name="Ada Obi", product="Tür", message="x" * 900))
    short = json.loads(short_text(lead))
    assert short["score"] == {"total": 7}
    assert short["inquiry"] == {"product": "Tür"}
    assert json.loads(short_text(replace(lead, score=Score())))["score"] == {}
    assert '"Tür"' in short_text(lead)
    assert ": " not in short_text(lead)
    assert "clocks" not in short


def test_a_consent_is_keyed_by_its_time_and_person() -> None:
    consent = record("L1#0", person_key="one")
    row = ConsentRow.of(consent)
    assert stored(row) == {"pk": "PERSON#one", "sk": f"CONSENT#{AT}#L1#0", "doc": text(consent)}
    assert row.value() == consent


@pytest.mark.parametrize(
    ("at_most", "over"), [(1, 1), (24, 1), (49, 1), (50, 2), (74, 2), (75, 3), (399, 15), (400, 16), (9_000, 16)]
)
def test_frequent_counts_are_sharded(at_most: int, over: int) -> None:
    assert shards(at_most) == over
    spread = RateLimitCounter(key="form", at_most=at_most, expires_at=NOW)
    assert len(set(places(spread, "L1"))) == over
    assert sum(share for _, share in places(spread, "L1")) == at_most
    assert max(share for _, share in places(spread, "L1")) - min(share for _, share in places(spread, "L1")) <= 1
    assert [share for _, share in places(replace(spread, is_spread=False), "L1")] == [at_most]


def test_a_held_delivery_is_indexed_by_its_state() -> None:
    assert index(QuarantineRow.of(quarantined())) == ("HELD", f"{AT}#H1")
    assert index(QuarantineRow.of(waiting(received_at=EVENING))) == ("HELD#WAITING", f"{AT}#H1")
    settled = discard(quarantined(received_at=EVENING), "mia", "an advert", NOW)
    row = QuarantineRow.of(settled)
    assert index(row) == ("HELD#2026-11-23", "2026-11-23T21:30:00.000000Z#H1")
    assert stored(row)["expires_at"] == str(int((NOW + timedelta(days=90)).timestamp()))
    assert stored(QuarantineRow.of(quarantined())).keys() == {"pk", "sk", "version", "doc", "gsi1pk", "gsi1sk"}
    assert stored(QuarantineRow.of(quarantined()))["sk"] == "HELD"


def test_a_large_delivery_is_split_into_parts_stored_with_it() -> None:
    content = "".join(f"{n:07}," for n in range(30_000))
    large = discard(quarantined(content=content), "mia", "an advert", NOW)
    row, parts = QuarantineRow.of(large), list(parts_of(large))
    assert row.characters == len(content)
    assert row.value() == replace(large, content=content[:4_000])
    assert "".join(part.doc for part in parts) == content
    assert [len(part.doc) for part in parts] == lengths(len(content)) == [65_536, 65_536, 65_536, 43_392]
    assert [(part.pk, part.sk) for part in parts] == [(f"HELDPART#H1#{n}", "PART") for n in range(4)]
    assert {part.expires_at for part in parts} == {row.expires_at}
    assert isinstance(parts[0], QuarantinePartRow)
    assert list(parts_of(quarantined())) == []


def test_a_deliverys_size_is_measured_in_bytes() -> None:
    around = 200 * 1024 - len(QuarantineRow.of(quarantined(content="")).doc.encode())
    assert QuarantineRow.of(quarantined(content="ü" * (around // 2))).characters is None
    assert QuarantineRow.of(quarantined(content="ü" * (around // 2 + 1))).characters == around // 2 + 1
    assert QuarantineRow.of(quarantined(content="\ud800" * (around + 1))).characters == around + 1


@pytest.mark.parametrize(
    ("characters", "parts"), [(0, []), (1, [1]), (65_536, [65_536]), (65_537, [65_536, 1]), (131_072, [65_536] * 2)]
)
def test_parts_have_the_maximum_length(characters: int, parts: list[int]) -> None:
    assert lengths(characters) == parts
