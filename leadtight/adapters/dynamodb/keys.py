"""Every key of the table is built here."""

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
BOARD_SK = "BOARD"
BOARD = "BOARD"
HELD_OPEN = "HELD"
HELD_SUSPECTED = "HELD#SUSPECTED"
HELD_WAITING = "HELD#WAITING"
EVENT_PREFIX = "EVENT#"
MESSAGE_PREFIX = "MSG#"
CONSENT_PREFIX = "CONSENT#"
LIST_PREFIX = "LIST#"


def lead(lead_id: str) -> str:
    """Return the partition of a lead, its events and its messages."""
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
    """Return an owner's partition, in the table and in the index; nobody's is the unowned."""
    return f"OWNER#{owner_id or NOBODY}"


def person(person_hash: str) -> str:
    """Return the partition of somebody known by a hashed address or number."""
    return f"PERSON#{person_hash}"


def listed(number_hash: str) -> str:
    """Return the partition of a hashed number's places on do-not-call lists."""
    return f"{CALL_LISTS}#{number_hash}"


def call_list(name: str) -> str:
    """Return the sort key of a do-not-call list, and of a number's place on it."""
    return f"{LIST_PREFIX}{name}"


def guard(source: str, key: str) -> str:
    """Return the partition of an idempotency guard: hashed, for callers choose both and a key holds 2,048 bytes."""
    both = json.dumps([source, key])  # escaped, so that no spelling of one pair is another
    return f"SEEN#{hashlib.sha256(both.encode()).hexdigest()}"


def erasure(asked: str) -> str:
    """Return the partition of the record of an erasure, by the hash of what was asked for."""
    return f"ERASURE#{asked}"


def consent(at: datetime, record_id: str) -> str:
    """Return a consent's place among those of its person."""
    return f"{CONSENT_PREFIX}{format_timestamp(at)}#{record_id}"


def count(key: str, shard: int) -> str:
    """Return the partition of a count's shard: hashed, for a key holds a form's name."""
    named = f"{key}#{shard}" if shard else key
    return f"COUNT#{hashlib.sha256(named.encode()).hexdigest()}"


def spread(item_id: str, over: int) -> tuple[int, ...]:
    """Return all shards of something that an item may go to, in an order of its own."""
    first = _shard(item_id, over)
    return tuple((first + n) % over for n in range(over))


def sent(recipient_hash: str) -> str:
    """Return the partition of what went to a hashed address or number."""
    return f"SENT#{recipient_hash}"


def pace(channel: str, second: int) -> str:
    """Return the partition of how many sends of a channel a second had: one each, so that none runs hot."""
    return f"PACE#{channel}#{second}"


def mail(provider_id: str) -> str:
    """Return the partition that leads from a provider's id to our message."""
    return f"MAIL#{provider_id}"


def held(held_id: str) -> str:
    """Return the partition of a held delivery."""
    return f"HELD#{held_id}"


def held_part(held_id: str, number: int) -> str:
    """Return the partition of a piece of a large delivery: each has its own, for none takes a megabyte in a second."""
    return f"HELDPART#{held_id}#{number}"


def excluded(on: date) -> str:
    """Return the index partition of the leads recorded on a UTC day that count for nothing."""
    return f"EXCLUDED#{on.isoformat()}"


def held_day(on: date) -> str:
    """Return the index partition of the settled deliveries that came in on a UTC day."""
    return f"HELD#{on.isoformat()}"


def outbox(lead_id: str) -> str:
    """Return the index partition of an owed message: spread, so that no partition runs hot."""
    return f"OUTBOX#{_shard(lead_id, OUTBOX_SHARDS)}"


def outboxes() -> tuple[str, ...]:
    """Return all index partitions of owed messages."""
    return tuple(f"OUTBOX#{n}" for n in range(OUTBOX_SHARDS))


def owed(lane: OutboxLane, at: datetime, item_id: str) -> str:
    """Return an owed message's index sort key: its lane, then its time; one that is claimed has the time alone.

    So did all of them before there were lanes: whatever a version before wrote is among the claimed.
    """
    return due(at, item_id) if lane is OutboxLane.LEASED else f"0{lane.value}#{due(at, item_id)}"


def owed_by(lane: OutboxLane, at: datetime) -> tuple[str, str]:
    """Return the index sort keys that all messages of a lane stand between which are due at or before `at`."""
    return ("1", due_by(at)) if lane is OutboxLane.LEASED else (f"0{lane.value}#", f"0{lane.value}#{due_by(at)}")


def day(on: date, lead_id: str) -> str:
    """Return the index partition of an event: its UTC day, spread by lead."""
    return f"DAY#{on.isoformat()}#{_shard(lead_id, DAY_SHARDS)}"


def board(lead_id: str) -> str:
    """Return the index partition of an open lead on the board: spread, the first under the name that all had once."""
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
    """Return an index sort key that orders by time, then by id."""
    return f"{format_timestamp(at)}#{item_id}"


def due_by(at: datetime) -> str:
    """Return the index sort key after everything that is due at or before `at`."""
    return f"{format_timestamp(at)}#~"


def due_after(at: datetime, item_id: str) -> str:
    """Return the index sort key just after an item's."""
    return f"{due(at, item_id)} "


def _shard(text: str, shards: int) -> int:
    return zlib.crc32(text.encode()) % shards
