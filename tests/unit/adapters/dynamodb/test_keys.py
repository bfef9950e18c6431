"""Stored key formats, which every later version must find."""

import hashlib
from datetime import UTC, date, datetime

import pytest

from leadtight.adapters.dynamodb import keys
from leadtight.domain.notifications.urgency import OutboxLane

AT, DAY = datetime(2026, 11, 23, 9, 0, 0, 123_456, tzinfo=UTC), date(2026, 11, 23)
WHEN = "2026-11-23T09:00:00.123456Z"


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    ("key", "stored"),
    [
        (keys.lead("L1"), "LEAD#L1"),
        (keys.event(AT, "e1"), f"EVENT#{WHEN}#e1"),
        (keys.message("ack"), "MSG#ack"),
        (keys.pool("inbound"), "POOL#inbound"),
        (keys.owner("ana"), "OWNER#ana"),
        (keys.owner(None), "OWNER#-"),
        (keys.person("abc"), "PERSON#abc"),
        (keys.listed("abc"), "DNC#abc"),
        (keys.call_list("national"), "LIST#national"),
        (keys.guard("api", 'é"'), "SEEN#" + sha256('["api", "\\u00e9\\""]')),
        (keys.erasure("abc"), "ERASURE#abc"),
        (keys.consent(AT, "c1"), f"CONSENT#{WHEN}#c1"),
        (keys.count("form#é", 0), "COUNT#" + sha256("form#é")),
        (keys.count("form#é", 3), "COUNT#" + sha256("form#é#3")),
        (keys.sent("abc"), "SENT#abc"),
        (keys.pace("email", 12), "PACE#email#12"),
        (keys.mail("p1"), "MAIL#p1"),
        (keys.held("H1"), "HELD#H1"),
        (keys.held_part("H1", 2), "HELDPART#H1#2"),
        (keys.excluded(DAY), "EXCLUDED#2026-11-23"),
        (keys.held_day(DAY), "HELD#2026-11-23"),
        (keys.due(AT, "L1"), f"{WHEN}#L1"),
        (keys.due_by(AT), f"{WHEN}#~"),
        (keys.due_after(AT, "L1"), f"{WHEN}#L1 "),
        (keys.owed(OutboxLane.LEASED, AT, "L1#ack"), f"{WHEN}#L1#ack"),
        (keys.owed(OutboxLane.FIRST, AT, "L1#ack"), f"0{OutboxLane.FIRST.value}#{WHEN}#L1#ack"),
        (keys.owed_by(OutboxLane.LEASED, AT), ("1", f"{WHEN}#~")),
        (keys.owed_by(OutboxLane.SOON, AT), (f"0{OutboxLane.SOON.value}#", f"0{OutboxLane.SOON.value}#{WHEN}#~")),
        (keys.outboxes(), ("OUTBOX#0", "OUTBOX#1", "OUTBOX#2", "OUTBOX#3")),
        (keys.boards(), ("BOARD", "BOARD#1", "BOARD#2", "BOARD#3")),
        (keys.days(DAY), tuple(f"DAY#2026-11-23#{n}" for n in range(8))),
    ],
    ids=lambda value: str(value)[:40],
)
def test_keys_keep_their_stored_format(key: object, stored: object) -> None:
    assert key == stored


def test_shards_keep_their_former_location() -> None:
    leads = [f"lead-{n}" for n in range(6)]
    assert [keys.outbox(lead) for lead in leads] == [f"OUTBOX#{n}" for n in (2, 0, 2, 0, 3, 1)]
    assert [keys.board(lead) for lead in leads] == ["BOARD#2", "BOARD", "BOARD#2", "BOARD", "BOARD#3", "BOARD#1"]
    assert [keys.day(DAY, lead) for lead in leads] == [f"DAY#2026-11-23#{n}" for n in (6, 0, 2, 4, 7, 1)]


def test_a_sharded_count_may_use_every_shard_in_its_own_order() -> None:
    orders = {keys.spread(f"lead-{n}", 5) for n in range(100)}
    assert orders == {(0, 1, 2, 3, 4), (1, 2, 3, 4, 0), (2, 3, 4, 0, 1), (3, 4, 0, 1, 2), (4, 0, 1, 2, 3)}
