"""Every fast path may fail.

What it lost is repaired, and nothing happens twice.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from leadtight.app.sla.sla import Alarm
from leadtight.domain.model.errors import SendFailed
from leadtight.domain.model.event import EventKind as Kind
from leadtight.domain.model.message import Template
from leadtight.domain.model.sla import FIRST_RESPONSE
from leadtight.domain.policy.conditions import Condition
from leadtight.domain.policy.people import Person
from leadtight.domain.policy.policy import Policy
from tests.scenarios.world import MONDAY_NINE, WARM, World


@pytest.mark.proves("Q4")
def test_leads_and_messages_lost_by_the_stream_are_repaired_by_the_sweep() -> None:
    world = World(stream_down=True)
    lead_id = world.receive(message=WARM)
    assert world.lead(lead_id).owner_id is None
    world.advance(minutes=10)
    assert world.lead(lead_id).owner_id == "ana"
    assert len(world.mails(lead_id, Template.ACKNOWLEDGE)) == 1
    assert len(world.mails(lead_id, Template.ALERT_OWNER)) == 1
    assert world.repairs() == 3


@pytest.mark.proves("E1")
def test_a_repeated_stream_record_assigns_once_and_sends_once() -> None:
    world = World(stream_doubled=True)
    leads = [world.receive() for _ in range(6)]
    assert world.owners() == ["ana", "ben", "cem"] * 2
    assert all(len(world.mails(i, Template.ACKNOWLEDGE)) == 1 for i in leads)
    assert all(len(world.mails(i, Template.ALERT_OWNER)) == 1 for i in leads)


def test_replaying_the_stream_days_later_changes_nothing() -> None:
    world = World()
    for _ in range(4):
        world.receive()
    world.advance(days=1)
    leads, sent = [world.lead(i) for i in world.lead_ids()], len(world.mailer.sent)
    for record in tuple(world.table.inserted):
        world.stream(record)
    assert [world.lead(i) for i in world.lead_ids()] == leads
    assert len(world.mailer.sent) == sent


@pytest.mark.proves("Q4")
def test_a_deleted_alarm_is_repaired_by_the_sweep() -> None:
    world = World()
    lead_id = world.receive(message=WARM)
    world.alarms.armed.clear()
    world.advance(hours=1, minutes=7)
    assert Kind.DEADLINE_MISSED in world.kinds(lead_id)
    assert world.repairs() >= 1


def test_without_alarms_the_sweep_keeps_every_promise_within_seven_minutes() -> None:
    world = World()
    world.alarms.lost = True
    lead_id = world.receive(message=WARM)
    world.advance(hours=4)
    missed = world.events(lead_id, Kind.DEADLINE_MISSED)[0]
    assert missed.at - world.lead(lead_id).promise.deadline <= timedelta(minutes=7)
    assert len(world.events(lead_id, Kind.LEAD_REASSIGNED)) == 3


def test_a_long_outage_costs_one_move_not_all_of_them() -> None:
    world = World(sweeping=False)
    world.alarms.lost = True
    lead_id = world.receive()
    world.advance(hours=3)
    world.sweep()
    assert world.kinds(lead_id).count(Kind.LEAD_REASSIGNED) == 1
    clock = world.lead(lead_id).clock(FIRST_RESPONSE)
    assert clock is not None
    assert clock.deadline == world.now + timedelta(minutes=5)


def test_an_owner_assigned_after_a_long_outage_gets_the_grace_before_the_lead_moves_on() -> None:
    world = World(stream_down=True, sweeping=False)
    lead_id = world.receive()
    world.advance(minutes=30)
    world.stream_down = False
    world.sweep()
    world.advance(seconds=1)
    lead = world.lead(lead_id)
    assert lead.owner_id == "ana"
    assert Kind.DEADLINE_MISSED in world.kinds(lead_id)
    world.advance(minutes=5)
    assert world.lead(lead_id).owner_id == "ben"


def test_a_contact_before_a_delayed_alarm_rings_gives_no_breach() -> None:
    world = World(sweeping=False)
    world.alarms.lost = True
    lead_id = world.receive()
    late = world.alarm(lead_id)
    world.advance(minutes=4, seconds=59)
    world.press(lead_id, "connected")
    world.advance(minutes=3)
    assert world.sla.on_alarm(late, world.now) is None
    assert not world.lead(lead_id).is_breached(world.now)
    assert Kind.DEADLINE_MISSED not in world.kinds(lead_id)


@pytest.mark.proves("R5")
def test_a_stale_alarm_is_ignored() -> None:
    world = World()
    lead_id = world.receive()
    old = world.alarm(lead_id)
    world.advance(minutes=3)
    lead_before = world.lead(lead_id)
    assert world.sla.on_alarm(old, world.now + timedelta(minutes=5)) is None
    assert world.lead(lead_id) == lead_before


def test_an_early_alarm_is_armed_again() -> None:
    world = World(sweeping=False)
    lead_id = world.receive()
    alarm = world.alarm(lead_id)
    world.alarms.armed.clear()
    assert world.sla.on_alarm(alarm, world.now + timedelta(minutes=1)) is None
    world.advance(minutes=6)
    assert Kind.DEADLINE_MISSED in world.kinds(lead_id)


def test_the_spare_copy_of_an_alarm_finds_nothing_due() -> None:
    world = World()
    lead_id = world.receive()
    alarm = world.alarm(lead_id)
    at = world.lead(lead_id).wake_at
    assert at is not None
    assert world.sla.on_alarm(alarm, at) is not None
    assert world.sla.on_alarm(alarm, at) is None
    assert world.kinds(lead_id).count(Kind.OWNER_WARNED) == 1


def test_an_alarm_for_a_missing_lead_is_ignored() -> None:
    world = World()
    assert world.sla.on_alarm(Alarm(lead_id="gone", token="1", pool_id="inbound"), MONDAY_NINE) is None


def test_an_alarm_with_a_former_pool_still_rotates_the_right_pool() -> None:
    world = World()
    lead_id = world.receive(sms=False)
    world.table.set_away("dora", MONDAY_NINE + timedelta(days=1))
    rules = world.policy.routing.rules
    everything = replace(rules[-1], pool="projects")
    world.govern(replace(world.policy, routing=replace(world.policy.routing, rules=(everything,))))
    world.advance(minutes=11)
    assert world.lead(lead_id).owner_id == "eli"
    assert set(world.table.load_for_routing(lead_id, "projects", ()).rotation.credits) == {"eli"}
    assert set(world.table.load_for_routing(lead_id, "inbound", ()).rotation.credits) == {"ana", "ben", "cem"}


def test_a_healthy_day_needs_no_repair() -> None:
    world = World()
    for _ in range(8):
        lead_id = world.receive()
        world.advance(hours=1)
        assert world.lead(lead_id).owner_id is not None
    assert world.repairs() == 0


def test_an_unrepairable_lead_does_not_keep_the_sweep_from_the_others() -> None:
    world = World(stream_down=True, sweeping=False)
    poison, good = world.receive(), world.receive()
    world.table._leads[poison] = replace(world.lead(poison), source=None)  # type: ignore[arg-type]
    world.govern(with_condition_on_source(world.policy))
    world.advance(minutes=1)
    swept = world.sweep()
    assert world.lead(good).owner_id == "ana"
    assert [f.lead_id for f in swept.faults] == [poison]


def with_condition_on_source(policy: Policy) -> Policy:
    rule = replace(policy.routing.rules[0], when=Condition(source=("partner",)))
    return replace(policy, routing=replace(policy.routing, rules=(rule, *policy.routing.rules)))


def test_an_alert_too_late_for_its_owner_is_not_sent() -> None:
    world = World()
    world.mailer.failures = [SendFailed("down") for _ in range(100)]
    lead_id = world.receive()
    first = str(world.lead(lead_id).owner_id)
    world.advance(hours=1)
    alerts = world.mails(lead_id, Template.ALERT_OWNER)
    assert world.lead(lead_id).owner_id != first
    assert world.policy.people[first].email not in {mail.permission.address for mail in alerts}
    assert any(e.data["template"] == Template.ALERT_OWNER for e in world.events(lead_id, Kind.MESSAGE_REFUSED))


def test_a_lead_of_a_person_who_left_the_policy_is_still_swept() -> None:
    world = World()
    lead_id = world.receive()
    gone = str(world.lead(lead_id).owner_id)
    pools = {
        name: replace(pool, members={p: w for p, w in pool.members.items() if p != gone})
        for name, pool in world.policy.pools.items()
    }
    world.govern(replace(world.policy, people=without(world.policy.people, gone), pools=pools))
    world.alarms.armed.clear()
    world.advance(minutes=40)
    assert Kind.DEADLINE_MISSED in world.kinds(lead_id)
    assert world.lead(lead_id).owner_id not in (None, gone)


def without(people: Mapping[str, Person], gone: str) -> Mapping[str, Person]:
    return {name: person for name, person in people.items() if name != gone}
