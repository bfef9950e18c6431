"""Tier to deadline, and the steps around it."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadtight.domain.model.inquiry import Inquiry
from leadtight.domain.model.sla import SlaTimer, StepKind
from leadtight.domain.policy.evaluation import Arrival, tier_of
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.targets import EscalationLevel, Reassignment, Target, Tier
from leadtight.domain.promises.deadlines import first_response_clock, next_action_clock, promise
from leadtight.policy import loader as policies
from tests.unit.domain.leads import owned_lead, rung

BERLIN = ZoneInfo("Europe/Berlin")
POLICY = policies.shipped()
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def due(message: str, arrived: str) -> str:
    """Return an inquiry's local deadline under the shipped policy."""
    at = datetime.fromisoformat(arrived).replace(tzinfo=BERLIN)
    inquiry = Inquiry(name="Ada", message=message)
    tier = tier_of(POLICY, Arrival(source="api", form=None, inquiry=inquiry, received_at=at))
    return promise(POLICY, tier, at).deadline.astimezone(BERLIN).strftime("%a %H:%M")


@pytest.mark.parametrize(
    ("message", "arrived", "deadline"),
    [
        ("A question", "2026-11-23T10:00", "Mon 11:00"),  # within 60 minutes of business hours
        ("A question", "2026-11-23T12:00", "Mon 14:00"),  # over the lunch break
        ("A question", "2026-11-27T15:30", "Mon 09:30"),  # over the weekend: 30 minutes on Friday, 30 on Monday
        ("A question", "2026-11-23T18:00", "Tue 10:00"),  # after hours: by 10:00 next business day
        ("A question", "2026-11-22T03:00", "Mon 10:00"),
        ("Urgent!", "2026-11-23T10:00", "Mon 10:05"),  # hot
        ("Urgent!", "2026-11-22T03:00", "Mon 09:05"),
        ("A question", "2026-12-23T17:30", "Mon 09:30"),  # over Christmas
    ],
)
def test_the_shipped_rule_of_a_small_team(message: str, arrived: str, deadline: str) -> None:
    assert due(message, arrived) == deadline


def kinds(clock: SlaTimer) -> list[StepKind]:
    return [step.kind for step in clock.steps]


def with_target(**fields: object) -> tuple[Policy, Target]:
    target = replace(POLICY.targets["hot"], **fields)  # type: ignore[arg-type]
    return replace(POLICY, targets={**POLICY.targets, "hot": target}), target


def rung_after(minutes: int, notify: str = "manager") -> EscalationLevel:
    return EscalationLevel(after=timedelta(minutes=minutes), notify=notify)


def clock_of(policy: Policy, at: datetime, hops: int = 0) -> SlaTimer:
    return first_response_clock(policy, promise(policy, policy.tiers[0], at), hops=hops, owned_at=at)


def test_simultaneous_steps_keep_the_order_warn_miss_escalate_move() -> None:
    policy, _ = with_target(
        warn_at=(0.5,),
        escalate=(rung_after(0), rung_after(0, "eli")),
        reassign=Reassignment(after=timedelta(), within=timedelta(minutes=5), at_most=1),
    )
    clock = clock_of(policy, NOW)
    assert kinds(clock) == [StepKind.WARN, StepKind.BREACH, StepKind.ESCALATE, StepKind.ESCALATE, StepKind.REASSIGN]
    assert [s.level for s in clock.steps] == [1, 0, 1, 2, 0]


def test_past_the_last_hop_the_timer_reminds_instead_of_moving() -> None:
    assert kinds(clock_of(POLICY, NOW, hops=2))[-2:] == [StepKind.REASSIGN, StepKind.ESCALATE]
    assert kinds(clock_of(POLICY, NOW, hops=3))[-2:] == [StepKind.ESCALATE, StepKind.REMIND]


def test_no_warning_follows_its_deadline() -> None:
    policy, _ = with_target(within=None, by=time(8), warn_at=(0.6, 0.85))  # before the office opens
    clock = clock_of(policy, datetime(2026, 11, 22, 3, 0, tzinfo=UTC))
    assert {StepKind.BREACH} <= {step.kind for step in clock.steps if step.at >= clock.deadline}
    assert StepKind.WARN not in {step.kind for step in clock.steps}


@given(
    arrived=st.integers(0, 366 * 86_400).map(lambda s: NOW + timedelta(seconds=s)),
    within=st.integers(1, 6_000).map(lambda m: timedelta(minutes=m)),
    warn_at=st.lists(st.floats(0.01, 0.99), max_size=3).map(tuple),
    rungs=st.lists(st.integers(0, 3_000).map(lambda m: rung_after(m)), max_size=3).map(tuple),
)
def test_steps_are_in_time_order_and_the_last_one_repeats(
    arrived: datetime, within: timedelta, warn_at: tuple[float, ...], rungs: tuple[EscalationLevel, ...]
) -> None:
    policy, _ = with_target(within=within, warn_at=warn_at, escalate=rungs)
    clock = clock_of(policy, arrived)
    assert all(earlier.at <= later.at for earlier, later in pairwise(clock.steps))
    assert kinds(clock).count(StepKind.BREACH) == 1
    assert {StepKind.REASSIGN, StepKind.REMIND} & set(kinds(clock))
    assert len([s for s in clock.steps if s.kind is StepKind.ESCALATE]) == len(rungs)
    assert all(arrived <= s.at for s in clock.steps)
    assert all(s.at <= clock.deadline for s in clock.steps if s.kind is StepKind.WARN)


def test_reminders_between_late_escalation_levels_are_kept() -> None:
    policy, _ = with_target(
        escalate=(rung_after(0), rung_after(180)),
        reassign=None,
        remind_every=timedelta(hours=1),
    )
    lead = owned_lead(policy, NOW)
    at: list[datetime] = []
    for _ in range(8):
        assert lead.wake_at is not None
        at.append(lead.wake_at)
        lead = rung(policy, lead)
    assert at == sorted(at)
    assert all(later - earlier <= timedelta(hours=1, minutes=61) for earlier, later in pairwise(at))


def test_a_next_action_is_missed_then_escalated_then_reminded_of() -> None:
    clock = next_action_clock(POLICY, NOW + timedelta(hours=1), NOW)
    assert kinds(clock) == [StepKind.BREACH, StepKind.ESCALATE, StepKind.REMIND]
    assert clock.deadline == clock.steps[0].at == NOW + timedelta(hours=1)


def test_a_source_may_have_its_own_target_in_a_tier() -> None:
    tier = Tier(id="warm", target="warm", target_by_source={"phone_missed": "hot"})
    at = datetime(2026, 11, 23, 10, tzinfo=BERLIN)
    assert promise(POLICY, tier, at, "phone_missed").target == "hot"
    assert promise(POLICY, tier, at, "web_form").target == "warm"
