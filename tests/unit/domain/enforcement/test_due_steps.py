"""Effects of an alarm, also after a change of policy.

The policy may have changed since the lead arrived.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from leadtight.domain.enforcement.due_steps import run_due_steps
from leadtight.domain.model.event import EventKind as Kind
from leadtight.domain.model.rotation import Rotation
from leadtight.domain.model.sla import FIRST_RESPONSE, StepKind
from leadtight.domain.model.stage import Stage
from leadtight.domain.policy.policy import Policy
from leadtight.policy import loader as policies
from tests.unit.domain.leads import new_lead, owned_lead, rung

POLICY = policies.shipped()
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
INBOUND = Rotation(pool_id="inbound")


def test_nothing_happens_to_a_lead_before_its_time_without_an_owner_or_after_closing() -> None:
    lead = owned_lead(POLICY, NOW)
    assert run_due_steps(POLICY, lead, INBOUND, {}, NOW + timedelta(minutes=2)) is None
    assert run_due_steps(POLICY, new_lead(POLICY, NOW), INBOUND, {}, NOW + timedelta(days=1)) is None
    assert run_due_steps(POLICY, replace(lead, stage=Stage.LOST), INBOUND, {}, NOW + timedelta(days=1)) is None


def test_a_late_alarm_runs_all_due_steps_in_order_in_one_change() -> None:
    change = run_due_steps(POLICY, owned_lead(POLICY, NOW), INBOUND, {}, NOW + timedelta(minutes=6))
    assert change is not None
    assert [e.kind for e in change.events] == [
        Kind.OWNER_WARNED,
        Kind.OWNER_WARNED,
        Kind.DEADLINE_MISSED,
        Kind.LEAD_ESCALATED,
    ]
    assert {e.version for e in change.events} == {change.after.version}
    assert [bool(e.changes) for e in change.events] == [True, False, False, False]
    assert len({m.id for m in change.messages}) == len(change.messages)


def test_a_repeated_alarm_at_the_same_instant_finds_nothing() -> None:
    lead = rung(POLICY, owned_lead(POLICY, NOW))
    assert run_due_steps(POLICY, lead, INBOUND, {}, NOW + timedelta(minutes=3)) is None


def test_the_rotation_changes_together_with_the_lead() -> None:
    change = run_due_steps(POLICY, owned_lead(POLICY, NOW), INBOUND, {}, NOW + timedelta(minutes=10))
    assert change is not None
    assert change.rotation is not None
    assert (change.rotation.turn, change.after.owner_id) == (1, "ben")


def test_a_lead_whose_target_left_the_policy_ends_with_one_owner_not_in_a_circle() -> None:
    patient = tuple(replace(tier, expire_after=timedelta(days=3_650)) for tier in POLICY.tiers)
    lead = owned_lead(replace(POLICY, tiers=patient), NOW)
    other = without_target_of(lead.promise.target)
    owners = [lead.owner_id]
    for _ in range(60):
        lead = rung(other, lead)
        owners.append(lead.owner_id)
    assert len(set(owners[-40:])) == 1
    assert lead.hops <= 4


def without_target_of(target: str) -> Policy:
    """Return a policy whose targets have other names.

    Its manager is not the catch-all person.
    """
    hot = replace(POLICY.targets[target], id="renamed")
    targets = {k: v for k, v in POLICY.targets.items() if k != target} | {"renamed": hot}
    return replace(
        POLICY,
        targets=targets,
        tiers=tuple(replace(t, target="renamed") if t.target == target else t for t in POLICY.tiers),
        routing=replace(POLICY.routing, catch_all="dora"),
    )


def test_two_clocks_are_independent() -> None:
    lead = owned_lead(POLICY, NOW)
    first = lead.clock(FIRST_RESPONSE)
    assert first is not None
    sooner = tuple(replace(first.steps[0], at=NOW + timedelta(minutes=m)) for m in (1, 2))
    other = replace(first, target="other", steps=sooner)
    both = replace(lead, clocks=(first, other))
    change = run_due_steps(POLICY, both, INBOUND, {}, NOW + timedelta(minutes=1))
    assert change is not None
    assert change.after.clock(FIRST_RESPONSE) == first
    assert change.after.wake_at == NOW + timedelta(minutes=2)


def test_after_the_last_hop_the_manager_is_reminded_and_keeps_the_lead() -> None:
    lead = owned_lead(POLICY, NOW)
    for _ in range(40):
        lead = rung(POLICY, lead)
    clock = lead.clock(FIRST_RESPONSE)
    assert clock is not None
    assert lead.owner_id == "mia"
    assert [s.kind for s in clock.steps] == [StepKind.REMIND]
