"""Send leases last as the policy says.

Shorter ones would let a second holder send the message again.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from leadtight.domain.model.message import Message, Status
from tests.scenarios.world import World, with_pool, without_caps

LEASE = timedelta(minutes=11)


def world_of(monkeypatch: pytest.MonkeyPatch) -> tuple[World, list[timedelta]]:
    """Return a world with its own lease, and claimed leases."""
    shipped = World().policy
    policy = replace(shipped, messaging=replace(shipped.messaging, lease=LEASE))
    world = World(policy=with_pool(without_caps(policy), {"ana": 1}))
    leases: list[timedelta] = []
    claim: Callable[..., Message | None] = world.table.claim

    def noted(lead_id: str, message_id: str, holder: str, now: datetime, lease_until: datetime) -> Message | None:
        leases.append(lease_until - now)
        return claim(lead_id, message_id, holder, now, lease_until)

    monkeypatch.setattr(world.table, "claim", noted)
    return world, leases


def test_a_message_is_held_for_the_policys_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    world, leases = world_of(monkeypatch)
    world.receive()
    assert leases
    assert {*leases} == {LEASE}


def test_messages_of_a_digest_are_held_as_long(monkeypatch: pytest.MonkeyPatch) -> None:
    world, leases = world_of(monkeypatch)
    lead_id = world.receive()
    notice = next(m for m in world.table.messages(lead_id) if m.recipient in world.policy.people)
    queued = replace(notice, id="queued", queued=True, status=Status.PENDING, next_try_at=world.now)
    world.table.owe(queued)
    leases.clear()
    assert world.digest.send(notice.recipient, [queued], world.now)
    assert leases == [LEASE]


def test_one_unreadable_lead_keeps_no_other_notice_from_a_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    world, _ = world_of(monkeypatch)
    leads = [world.receive(), world.receive()]
    queued = []
    for lead_id in leads:
        notice = next(m for m in world.table.messages(lead_id) if m.recipient in world.policy.people)
        queued.append(replace(notice, id="q", queued=True, status=Status.PENDING, next_try_at=world.now))
        world.table.owe(queued[-1])
    world.table.spoiled.add(("lead", leads[0]))
    assert world.digest.send("ana", queued, world.now) == 1
    after = [world.table.find(lead_id, "q") for lead_id in leads]
    assert [message and message.status for message in after] == [Status.CLAIMED, Status.SENT]
