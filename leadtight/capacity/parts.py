"""The keys that many leads share, and all limits."""

from __future__ import annotations

from collections.abc import Iterator

from leadtight.adapters.dynamodb import keys
from leadtight.adapters.dynamodb.form_rows import MOST_SHARDS
from leadtight.capacity import model
from leadtight.capacity.data import Aws, LeadLife
from leadtight.capacity.model import TOGETHER, PartCapacity, SharedKey

REFUSED = "the index throttles the table's writes: forms spill, programs get 503, the stream waits"
RACES = "lost races are retried, then the stream waits"

POOL = f"{RACES}: with them one pool carries some 140 leads/s (`make load SHAPE=hour`)"

SHARED = (
    SharedKey(name="OWNER#-", column="index", over=1, then=REFUSED),
    SharedKey(name="OWNERS", column="index", over=1, then=REFUSED),
    SharedKey(name="WAITING", column="index", over=1, then=REFUSED),
    SharedKey(name="BOARD#…", column="index", over=keys.BOARD_SHARDS, then=REFUSED),
    SharedKey(name="DAY#…", column="index", over=keys.DAY_SHARDS, then=REFUSED),
    SharedKey(name="OUTBOX#…", column="index", over=keys.OUTBOX_SHARDS, then=REFUSED),
    SharedKey(name="OWNER#…", column="index", over=1, then=REFUSED, per="person"),
    SharedKey(name="OWNER#…/OWNER", column="writes", over=1, then=RACES, per="person"),
    SharedKey(name="OWNER#…/ALERTS", column="writes", over=1, then="the alert is retried", per="person"),
    SharedKey(name="POOL#…/POOL", column="writes", over=1, then=POOL, together=TOGETHER, per="pool"),
    SharedKey(
        name="COUNT#sent…/COUNT", column="writes", over=1, then="the send is delayed, as when its budget is used up"
    ),
    SharedKey(name="PACE#…/PACE", column="writes", over=1, then="the send is delayed by a second"),
    SharedKey(name="COUNT#…/COUNT", column="writes", over=MOST_SHARDS, then="lost races: forms spill", per="form"),
)


def bounds(life: LeadLife, aws: Aws) -> list[PartCapacity]:
    """Return the limits of AWS and keys, lowest first."""
    return sorted(_all(life, aws), key=lambda bound: bound.rate)


def _all(life: LeadLife, aws: Aws) -> Iterator[PartCapacity]:
    yield from model.key_bounds(SHARED, life, aws.limits["partition_writes"])
    yield from model.table_bounds(life, aws.limits)
    yield from model.shard_bounds(life, aws)
    yield from model.function_bounds(life, aws)
    yield model.http_bound(life, aws.limits["http_requests"])
    yield from model.provider_bounds(life, aws.limits)
