"""Re-arming open leads under today's policy, on request.

Deadlines, steps, and what stays.
"""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from leadtight.app.sla.rearm import LeadSelection, Rearm, RearmedLead
from leadtight.domain.model.errors import NotFound
from leadtight.domain.model.event import EventKind as Kind
from leadtight.domain.model.event import fold
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.sla import FIRST_RESPONSE, STAGE
from leadtight.domain.policy.policy import Policy
from tests.scenarios.world import HOT, MONDAY_NINE, WARM, World

ALL = LeadSelection(everything=True)


def with_window(policy: Policy, minutes: int) -> Policy:
    """Return a policy's next version with another hot window."""
    hot = replace(policy.targets["hot"], within=timedelta(minutes=minutes))
    return replace(policy, version=f"{minutes} minutes", targets={**policy.targets, "hot": hot})


def rearm(world: World, chosen: LeadSelection = ALL, *, apply: bool = True) -> tuple[RearmedLead, ...]:
    result = Rearm(world.policy, world.table, world.alarms).rearm(chosen, world.now, apply=apply)
    world.run_stream()
    return result.leads


def due(lead: Lead) -> datetime:
    clock = lead.clock(FIRST_RESPONSE)
    assert clock is not None
    return clock.deadline


def test_a_dry_run_shows_old_and_new_deadline_and_changes_nothing() -> None:
    world = World()
    lead_id = world.receive()
    lead_before = world.lead(lead_id)
    world.govern(with_window(world.policy, 30))
    [entry] = rearm(world, apply=False)
    assert (entry.lead_id, entry.owner, entry.pool) == (lead_id, lead_before.owner_id, "inbound")
    assert entry.old_deadline == MONDAY_NINE + timedelta(minutes=5)
    assert entry.new_deadline == MONDAY_NINE + timedelta(minutes=30)
    assert (entry.old_policy_version, entry.new_policy_version) == (lead_before.promise.policy_version, "30 minutes")
    assert world.lead(lead_id) == lead_before


def test_a_rearmed_lead_follows_todays_policy_and_a_second_run_changes_nothing() -> None:
    world = World()
    lead_id = world.receive()
    world.govern(with_window(world.policy, 30))
    assert len(rearm(world)) == 1
    lead = world.lead(lead_id)
    assert lead.promise.deadline == due(lead) == MONDAY_NINE + timedelta(minutes=30)
    assert lead.next_action is not None
    assert lead.next_action.due_at == due(lead)
    assert rearm(world) == ()
    assert world.lead(lead_id) == lead
    world.advance(minutes=29)
    assert Kind.DEADLINE_MISSED not in world.kinds(lead_id)
    assert len(world.events(lead_id, Kind.OWNER_WARNED)) == 2
    world.advance(minutes=1)
    assert len(world.events(lead_id, Kind.DEADLINE_MISSED)) == 1
    assert fold(world.table.history(lead_id)) == world.lead(lead_id)


def test_a_late_lead_stays_late_and_past_events_are_not_repeated() -> None:
    world = World()
    lead_id = world.receive()
    world.advance(minutes=6)
    world.govern(with_window(world.policy, 30))
    [entry] = rearm(world)
    assert entry.old_deadline == entry.new_deadline == MONDAY_NINE + timedelta(minutes=5)
    lead = world.lead(lead_id)
    assert lead.is_breached(world.now)
    world.press(lead_id, "connected")
    assert world.lead(lead_id).is_breached(world.now)
    assert len(world.events(lead_id, Kind.DEADLINE_MISSED)) == 1


def test_the_command_makes_no_lead_late() -> None:
    world = World()
    lead_id = world.receive(message=WARM)
    lead_before = world.lead(lead_id)
    world.advance(minutes=20)
    warm = replace(world.policy.targets["warm"], within=timedelta(minutes=10))
    world.govern(replace(world.policy, version="strict", targets={**world.policy.targets, "warm": warm}))
    [entry] = rearm(world)
    assert entry.new_deadline == lead_before.promise.deadline
    assert not world.lead(lead_id).is_breached(world.now)


def test_a_missed_lead_keeps_its_reminders() -> None:
    world = World()
    lead_id = world.receive()
    world.advance(minutes=6)
    silent = replace(with_window(world.policy, 30).targets["hot"], escalate=(), reassign=None)
    world.govern(replace(world.policy, version="silent", targets={**world.policy.targets, "hot": silent}))
    rearm(world)
    world.advance(hours=2)
    assert Kind.OWNER_REMINDED in world.kinds(lead_id)


def test_an_answered_lead_keeps_its_next_actions_time_and_gets_todays_escalation() -> None:
    world = World()
    lead_id = world.receive()
    world.press(lead_id, "connected", follow_up="2026-11-23T11:00")
    action = world.lead(lead_id).next_action
    late = replace(world.policy.targets["next_action"], escalate=())
    world.govern(replace(world.policy, version="lenient", targets={**world.policy.targets, "next_action": late}))
    rearm(world)
    assert world.lead(lead_id).next_action == action
    assert {c.policy_version for c in world.lead(lead_id).clocks} == {"lenient"}
    world.advance(days=1)
    assert Kind.LEAD_ESCALATED not in world.kinds(lead_id)
    assert Kind.DEADLINE_MISSED in world.kinds(lead_id)


def test_todays_stage_limit_counts_from_the_beginning_of_the_stage() -> None:
    world = World()
    lead_id = world.receive()
    world.press(lead_id, "connected")
    world.advance(days=1)
    stages = {stage: replace(rule, limit=timedelta(days=9)) for stage, rule in world.policy.stages.items()}
    world.govern(replace(world.policy, version="patient", stages=stages))
    rearm(world)
    clock = world.lead(lead_id).clock(STAGE)
    assert clock is not None
    assert (clock.started_at, clock.deadline) == (MONDAY_NINE, MONDAY_NINE + timedelta(days=9))
    world.govern(replace(world.policy, version="careless", stages={}))
    rearm(world)
    assert world.lead(lead_id).clock(STAGE) is None


def test_leads_are_selected_by_id_pool_and_owner() -> None:
    world = World()
    leads = [world.receive(message=HOT) for _ in range(3)] + [world.receive(value=30_000)]
    world.govern(with_window(world.policy, 30))
    owner = str(world.lead(leads[0]).owner_id)
    assert [r.lead_id for r in rearm(world, LeadSelection(lead=leads[0]), apply=False)] == [leads[0]]
    assert [r.lead_id for r in rearm(world, LeadSelection(owner=owner), apply=False)] == [leads[0]]
    assert [r.lead_id for r in rearm(world, LeadSelection(pool="projects"), apply=False)] == [leads[3]]
    assert {r.lead_id for r in rearm(world, apply=False)} == {*leads}


@pytest.mark.parametrize(
    "chosen", [LeadSelection(lead="L9"), LeadSelection(pool="nowhere"), LeadSelection(owner="nobody")]
)
def test_missing_objects_are_named(chosen: LeadSelection) -> None:
    world = World()
    with pytest.raises(NotFound, match=r"'(L9|nowhere|nobody)'"):
        rearm(world, chosen)


def test_closed_leads_are_unchanged() -> None:
    world = World()
    lead_id = world.receive()
    world.press(lead_id, "won")
    world.govern(with_window(world.policy, 30))
    assert rearm(world, LeadSelection(lead=lead_id)) == ()


def test_one_call_changes_a_bounded_number_and_reports_the_remainder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leadtight.app.sla.rearm.AT_ONCE", 2)
    world = World()
    for _ in range(5):
        world.receive()
    world.govern(with_window(world.policy, 30))
    use_case = Rearm(world.policy, world.table, world.alarms)
    left = [use_case.rearm(ALL, world.now, apply=True).left for _ in range(4)]
    assert left == [3, 1, 0, 0]
    assert {world.lead(lead_id).promise.policy_version for lead_id in world.lead_ids()} == {"30 minutes"}


def test_after_a_restore_every_open_lead_is_rearmed_in_bounded_batches(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("leadtight.app.sla.rearm.AT_ONCE", 2)
    world = World()
    owned = [world.receive() for _ in range(3)]
    closed = world.receive()
    world.press(closed, "won")
    world.stream_down = True
    unowned = world.receive()
    waiting = {(lead.id, lead.wake_token) for lead in map(world.lead, [*owned, unowned])}
    leads = [world.lead(lead_id) for lead_id in world.lead_ids()]
    world.alarms.armed.clear()
    use_case = Rearm(world.policy, world.table, world.alarms)
    assert use_case.arm_again(world.now, after=0, apply=False) == 4
    assert world.alarms.armed == {}
    armed = []
    for after in (0, 2, 4):
        assert use_case.arm_again(world.now, after=after, apply=True) == 4
        armed.append(len(world.alarms.armed))
    assert armed == [2, 4, 4]
    assert {*world.alarms.armed} == waiting
    assert [world.lead(lead_id) for lead_id in world.lead_ids()] == leads, "no lead changes"
