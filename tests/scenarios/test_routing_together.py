"""A batch's leads are routed as if one by one."""

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from leadtight.domain.model.capacity import Caps
from leadtight.domain.model.errors import Conflict
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.rotation import LEAD
from leadtight.domain.policy.policy import Policy
from tests.scenarios.world import World, with_pool, without_caps

PEOPLE = {"ana": 3, "ben": 2, "cem": 1}


def arrived(world: World, count: int, words: random.Random) -> list[Lead]:
    """Receive leads that no stream has delivered yet.

    Some are urgent, some of a person who had one before.
    """
    world.stream_down = True
    ids = [world.receive(message=words.choice(("urgent", "a question"))) for _ in range(count)]
    return [world.lead(lead_id) for lead_id in dict.fromkeys(ids)]


def assigned(world: World, leads: list[Lead]) -> list[str | None]:
    return [world.lead(lead.id).owner_id for lead in leads]


def capped(policy: Policy) -> Policy:
    caps = {"ana": Caps(open=4), "ben": Caps(hour=3), "cem": Caps()}
    people = {name: replace(person, caps=caps.get(name, person.caps)) for name, person in policy.people.items()}
    return replace(policy, people=people)


@pytest.mark.proves("R6")
@pytest.mark.parametrize("govern", [without_caps, capped], ids=["without caps", "with caps"])
@pytest.mark.parametrize("seed", range(6))
def test_batches_assign_each_lead_as_if_it_were_alone(govern: Any, seed: int) -> None:
    chance = random.Random(seed)
    together, alone = (World(govern(with_pool(World().policy, PEOPLE))) for _ in range(2))
    leads, same = (arrived(world, 30, random.Random(seed)) for world in (together, alone))
    while leads:
        size = chance.randint(1, 12)
        batch, leads = leads[:size], leads[size:]
        changes = [*together.route.route_all(batch, together.now)]
        assert len(changes) == len(batch)
    for lead in same:
        alone.route.route(lead, alone.now)
    ids = [lead.id for lead in same]
    assert [together.lead(i).owner_id for i in ids] == [alone.lead(i).owner_id for i in ids]
    state, expected = (w.table.load_for_routing("", "inbound", w.policy.people) for w in (together, alone))
    assert state == expected
    assert {(lead.id, lead.wake_token) for lead in together.alarms.armed.values()} == {
        (lead.id, lead.wake_token) for lead in alone.alarms.armed.values()
    }


@pytest.mark.proves("R6")
@pytest.mark.slow
def test_concurrent_batches_of_several_shards_share_exactly() -> None:
    """Four readers of the stream, forty batches of one pool.

    No person is a lead away from their share, at any point.
    """
    world = World(without_caps(with_pool(World().policy, dict.fromkeys(PEOPLE, 1))))
    leads = arrived(world, 120, random.Random(1))
    batches = [leads[start : start + 3] for start in range(0, len(leads), 3)]

    def read(batch: list[Lead]) -> None:
        is_done = False
        while not is_done:
            try:
                [*world.route.route_all(batch, world.now)]
                is_done = True
            except* Conflict:
                is_done = False  # the stream delivers again

    with ThreadPoolExecutor(4) as readers:
        [*readers.map(read, batches)]
    owners = world.owners()
    assert len(owners) == len(leads)
    assert all(len({*owners[start : start + 3]}) == len(PEOPLE) for start in range(0, len(owners), 3))
    assert {*world.table.load_for_routing("", "inbound", ()).rotation.credits.values()} <= {0, LEAD, -LEAD}


def test_an_unroutable_lead_fails_alone_after_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    leads = arrived(world, 5, random.Random(2))
    commit, poison = world.table.commit, leads[1].id

    def refused(change: Any) -> None:
        if change.after.id == poison:
            raise ValueError("too large")
        commit(change)

    monkeypatch.setattr(world.table, "commit", refused)
    monkeypatch.setattr(world.table, "commit_all", lambda changes: refused(changes[1]))
    with pytest.raises(ExceptionGroup) as raised:
        [*world.route.route_all(leads, world.now)]
    assert [str(error) for error in raised.value.exceptions] == ["too large"]
    assert [owner is not None for owner in assigned(world, leads)] == [True, False, True, True, True]


def test_a_repeated_batch_or_lead_changes_nothing() -> None:
    world = World(with_pool(World().policy, dict.fromkeys(PEOPLE, 1)))
    leads = arrived(world, 4, random.Random(3))
    assert len([*world.route.route_all([*leads, leads[0]], world.now)]) == len(leads)
    state = world.table.load_for_routing("", "inbound", PEOPLE)
    assert [*world.route.route_all(leads, world.now)] == []
    assert world.table.load_for_routing("", "inbound", PEOPLE) == state


def test_a_batch_that_meets_another_reader_decides_again_on_its_result(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(with_pool(World().policy, dict.fromkeys(PEOPLE, 1)))
    first, *leads = arrived(world, 4, random.Random(4))
    commit_all = world.table.commit_all

    def meets(changes: Any) -> None:
        monkeypatch.setattr(world.table, "commit_all", commit_all)
        world.route.route(first, world.now)
        commit_all(changes)

    monkeypatch.setattr(world.table, "commit_all", meets)
    assert len([*world.route.route_all(leads, world.now)]) == len(leads)
    assert sorted(filter(None, assigned(world, [first, *leads[:2]]))) == sorted(PEOPLE)
    assert world.table.load_for_routing("", "inbound", ()).rotation.turn == 4
