"""Builds every key of the table."""

import hashlib
import json
import zlib
from datetime import date, datetime

from leadtight.domain.calendar.timestamps import format_timestamp
from leadtight.domain.notifications.urgency import OutboxLane

NOBODY = "-"
OWNERS = "OWNERS"
WAITING = "WAITING"
OUTBOX_SHARDS = 4
DAY_SHARDS = 8
BOARD_SHARDS = 4
LEAD_SK = "LEAD"
DUE_SK = "DUE"
WAITING_SK = "WAIT"
POOL_SK = "POOL"
OWNER_SK = "OWNER"
ALERTS_SK = "ALERTS"
PERSON_SK = "PERSON"
GUARD_SK = "SEEN"
MAIL_SK = "MAIL"
HELD_SK = "HELD"
PART_SK = "PART"
COUNT_SK = "COUNT"
SENT_SK = "SENT"
ERASURE_SK = "ERASURE"
PACE_SK = "PACE"
CALL_LISTS = "DNC"
RUNS = "RUNS"
BOARD_SK = "BOARD"
BOARD = "BOARD"
HELD_OPEN = "HELD"
HELD_SUSPECTED = "HELD#SUSPECTED"
HELD_WAITING = "HELD#WAITING"
EVENT_PREFIX = "EVENT#"
MESSAGE_PREFIX = "MSG#"
CONSENT_PREFIX = "CONSENT#"
RUN_PREFIX = "RUN#"
LIST_PREFIX = "LIST#"


def lead(lead_id: str) -> str:
    """Return the partition of a lead, its events and messages."""
    return f"LEAD#{lead_id}"


def event(at: datetime, event_id: str) -> str:
    """Return an event's place in its lead's history."""
    return f"{EVENT_PREFIX}{format_timestamp(at)}#{event_id}"


def message(message_id: str) -> str:
    """Return a message's sort key."""
    return f"{MESSAGE_PREFIX}{message_id}"


def pool(pool_id: str) -> str:
    """Return the partition of a pool's rotation."""
    return f"POOL#{pool_id}"


def owner(owner_id: str | None) -> str:
    """Return an owner's partition, in the table and the index.

    Without an owner, it is that of unowned leads.
    """
    return f"OWNER#{owner_id or NOBODY}"


def person(person_hash: str) -> str:
    """Return a person's partition, by hashed address or number."""
    return f"PERSON#{person_hash}"


def listed(number_hash: str) -> str:
    """Return the partition of a hashed number's do-not-call entries."""
    return f"{CALL_LISTS}#{number_hash}"


def call_list(name: str) -> str:
    """Return the sort key of a do-not-call list.

    The entries of numbers on it have the same.
    """
    return f"{LIST_PREFIX}{name}"


def guard(source: str, key: str) -> str:
    """Return the partition of an idempotency guard.

    It is hashed: callers choose both parts, and a key holds at most 2,048 bytes.
    """
    both = json.dumps([source, key])  # escaped, so that no spelling of one pair is another
    return f"SEEN#{hashlib.sha256(both.encode()).hexdigest()}"


def run(name: str) -> str:
    """Return the sort key of a scheduled run's last success."""
    return f"{RUN_PREFIX}{name}"


def erasure(request: str) -> str:
    """Return the partition of an erasure, by its hashed request."""
    return f"ERASURE#{request}"


def consent(at: datetime, record_id: str) -> str:
    """Return a consent's place among those of its person."""
    return f"{CONSENT_PREFIX}{format_timestamp(at)}#{record_id}"


def count(key: str, shard: int) -> str:
    """Return the partition of a count's shard.

    It is hashed: the key has the name of a form.
    """
    counter = f"{key}#{shard}" if shard else key
    return f"COUNT#{hashlib.sha256(counter.encode()).hexdigest()}"


def spread(item_id: str, over: int) -> tuple[int, ...]:
    """Return all shards in the order an item tries."""
    first = _shard(item_id, over)
    return tuple((first + n) % over for n in range(over))


def sent(recipient_hash: str) -> str:
    """Return the partition of a hashed recipient's sends."""
    return f"SENT#{recipient_hash}"


def pace(channel: str, second: int) -> str:
    """Return the partition of a channel's sends in one second.

    Each second has its own, so that none becomes hot.
    """
    return f"PACE#{channel}#{second}"


def mail(provider_id: str) -> str:
    """Return the partition that maps a provider's id.

    It leads to our message.
    """
    return f"MAIL#{provider_id}"


def held(held_id: str) -> str:
    """Return the partition of a quarantined delivery."""
    return f"HELD#{held_id}"


def held_part(held_id: str, number: int) -> str:
    """Return the partition of one part of a large delivery.

    Each part has its own, since a partition does not accept a megabyte in a second.
    """
    return f"HELDPART#{held_id}#{number}"


def excluded(on: date) -> str:
    """Return the index partition of a UTC day's excluded leads."""
    return f"EXCLUDED#{on.isoformat()}"


def held_day(on: date) -> str:
    """Return the index partition of a UTC day's settled deliveries.

    The day is that of their arrival.
    """
    return f"HELD#{on.isoformat()}"


def outbox(lead_id: str) -> str:
    """Return the index partition of an owed message.

    Messages are spread, so that no partition becomes hot.
    """
    return f"OUTBOX#{_shard(lead_id, OUTBOX_SHARDS)}"


def outboxes() -> tuple[str, ...]:
    """Return all index partitions of owed messages."""
    return tuple(f"OUTBOX#{n}" for n in range(OUTBOX_SHARDS))


def owed(lane: OutboxLane, at: datetime, item_id: str) -> str:
    """Return an owed message's index sort key.

    It is the lane, then the time; a claimed message has only the time. Before there were lanes, all messages had only
    the time, so those of an earlier version count as claimed.
    """
    return due(at, item_id) if lane is OutboxLane.LEASED else f"0{lane.value}#{due(at, item_id)}"


def owed_by(lane: OutboxLane, at: datetime) -> tuple[str, str]:
    """Return the index sort keys around a lane's due messages.

    They enclose all messages due at or before `at`.
    """
    return ("1", due_by(at)) if lane is OutboxLane.LEASED else (f"0{lane.value}#", f"0{lane.value}#{due_by(at)}")


def day(on: date, lead_id: str) -> str:
    """Return an event's index partition: its UTC day and shard.

    The shard depends on the lead.
    """
    return f"DAY#{on.isoformat()}#{_shard(lead_id, DAY_SHARDS)}"


def board(lead_id: str) -> str:
    """Return the index partition of a lead on the board.

    Open leads are spread; the first shard has the name of the former single partition.
    """
    return _board(_shard(lead_id, BOARD_SHARDS))


def boards() -> tuple[str, ...]:
    """Return all index partitions of the board."""
    return tuple(_board(n) for n in range(BOARD_SHARDS))


def _board(number: int) -> str:
    return f"{BOARD}#{number}" if number else BOARD


def days(on: date) -> tuple[str, ...]:
    """Return all index partitions of one UTC day."""
    return tuple(f"DAY#{on.isoformat()}#{n}" for n in range(DAY_SHARDS))


def due(at: datetime, item_id: str) -> str:
    """Return an index sort key: time, then id."""
    return f"{format_timestamp(at)}#{item_id}"


def due_by(at: datetime) -> str:
    """Return the index sort key after everything due by `at`."""
    return f"{format_timestamp(at)}#~"


def due_after(at: datetime, item_id: str) -> str:
    """Return the index sort key just after an item's."""
    return f"{due(at, item_id)} "


def _shard(text: str, shards: int) -> int:
    return zlib.crc32(text.encode()) % shards
