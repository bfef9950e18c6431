"""Broken first promises are reported after a change of owner.

F9, R4.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from leadtight.domain.calendar.timestamps import format_timestamp
from leadtight.domain.model.event import EventKind as Kind
from leadtight.domain.model.event import fold
from leadtight.domain.model.message import Template
from leadtight.domain.model.sla import ARRIVAL
from leadtight.domain.model.stage import Stage
from leadtight.domain.policy.policy import Policy
from leadtight.policy import loader as policies
from tests.scenarios.test_bypass import with_bypass
from tests.scenarios.test_handover import FRIDAY_CLOSING, hand_over, round_the_clock
from tests.scenarios.test_rearm import rearm, with_window
from tests.scenarios.world import MONDAY_NINE, WARM, World

pytestmark = pytest.mark.slow

DUE = MONDAY_NINE + timedelta(minutes=5)
"""When the first answer to a hot lead of Monday nine is due."""


def breach_recipients(
    world: World, lead_id: str, deadline: datetime, template: Template = Template.ESCALATE
) -> list[str]:
    """Return who was notified of a breach."""
    messages = [m for m in world.table.messages(lead_id) if m.template is template]
    return [m.recipient for m in messages if m.data["due_at"] == format_timestamp(deadline)]


def missed(world: World, lead_id: str) -> list[datetime]:
    return [event.at for event in world.events(lead_id, Kind.DEADLINE_MISSED)]


def handing_on_unanswered() -> Policy:
    """Return a policy that transfers leads on `no_answer`.

    It is no contact, and the projects get the lead.
    """
    shipped = policies.shipped()
    no_answer = replace(shipped.outcomes["no_answer"], pool="projects", after=None)
    return replace(shipped, outcomes={**shipped.outcomes, "no_answer": no_answer})


def expiring(after: timedelta) -> Policy:
    shipped = policies.shipped()
    return replace(shipped, tiers=tuple(replace(tier, expire_after=after) for tier in shipped.tiers))


def by_a_person(world: World, lead_id: str) -> None:
    hand_over(world, lead_id)


def by_an_outcome(world: World, lead_id: str) -> None:
    world.press(lead_id, "no_answer")


def by_itself(world: World, lead_id: str) -> None:
    """Let the policy move it at this time."""


@pytest.mark.proves("F9")
@pytest.mark.parametrize(
    ("policy", "moves"),
    [
        (policies.shipped(), by_a_person),
        (handing_on_unanswered(), by_an_outcome),
        (with_bypass(Stage.NEW, timedelta(minutes=4)), by_itself),
        (expiring(timedelta(minutes=4)), by_itself),
    ],
    ids=["person", "outcome", "bypass", "expiry"],
)
def test_the_manager_is_notified_at_the_deadline_of_a_lead_that_moved_just_before(
    policy: Policy, moves: Callable[[World, str], None]
) -> None:
    world = World(policy=policy)
    lead_id = world.receive()
    first = world.lead(lead_id).owner_id
    world.advance(minutes=4)
    moves(world, lead_id)
    assert world.lead(lead_id).owner_id != first
    assert breach_recipients(world, lead_id, DUE) == []
    world.advance(minutes=1)
    assert missed(world, lead_id) == [DUE]
    assert breach_recipients(world, lead_id, DUE) == ["mia"]
    world.advance(days=3)
    assert breach_recipients(world, lead_id, DUE) == ["mia"], "once"
    assert world.repairs() == 0
    assert fold(world.table.history(lead_id)) == world.lead(lead_id)


def test_the_breach_is_reported_on_time_though_the_new_teams_promise_ends_after_the_weekend() -> None:
    world = World(now=FRIDAY_CLOSING - timedelta(minutes=4))
    lead_id = world.receive()
    due = world.lead(lead_id).promise.deadline
    world.advance(minutes=4, seconds=59)
    hand_over(world, lead_id)
    assert world.lead(lead_id).team_promise.deadline > due + timedelta(days=2)
    world.advance(seconds=1)
    assert (world.now, breach_recipients(world, lead_id, due)) == (due, ["mia"])


def test_the_managers_of_both_teams_are_notified() -> None:
    policy = round_the_clock()
    slow = replace(policy.targets["warm"], id="slow")
    pool = replace(policy.pools["projects"], target="slow")
    world = World(
        policy=replace(policy, targets={**policy.targets, "slow": slow}, pools={**policy.pools, "projects": pool})
    )
    lead_id = world.receive()
    world.advance(minutes=4)
    hand_over(world, lead_id)
    world.advance(minutes=1)
    assert sorted(breach_recipients(world, lead_id, DUE)) == ["eli", "mia"]


def test_a_breach_overdue_before_its_alarm_is_reported_after_the_move() -> None:
    world = World(sweeping=False)
    lead_id = world.receive()
    world.now += timedelta(minutes=5, seconds=30)  # the alarm is a moment late
    hand_over(world, lead_id)
    world.advance(minutes=1)
    assert breach_recipients(world, lead_id, DUE) == ["mia"]


def test_a_waiting_leads_breach_is_reported_though_it_is_assigned_first() -> None:
    world = World()
    world.alarms.lost = True
    for person in ("ana", "ben", "cem"):
        world.table.set_away(person, MONDAY_NINE + timedelta(minutes=6))
    lead_id = world.receive()
    assert world.lead(lead_id).is_waiting
    world.now += timedelta(minutes=6)
    world.sweep()
    assert world.lead(lead_id).owner_id in {"ana", "ben", "cem"}
    world.alarms.lost = False
    world.advance(minutes=10)
    assert breach_recipients(world, lead_id, DUE) == ["mia"]


def test_two_moves_before_the_deadline_report_the_breach_once_and_a_later_move_not_again() -> None:
    world = World()
    lead_id = world.receive()
    for pool in ("projects", "inbound", "projects"):
        world.advance(minutes=1)
        hand_over(world, lead_id, pool)
    world.advance(minutes=2)
    assert breach_recipients(world, lead_id, DUE) == ["mia"]
    hand_over(world, lead_id, "inbound")
    world.advance(days=1)
    assert breach_recipients(world, lead_id, DUE) == ["mia"]


def test_a_team_with_a_sooner_promise_reports_that_one() -> None:
    world = World(policy=round_the_clock(), now=FRIDAY_CLOSING)
    lead_id = world.receive()
    first_due = world.lead(lead_id).promise.deadline
    hand_over(world, lead_id)
    team_due = world.lead(lead_id).team_promise.deadline
    assert team_due < first_due
    hand_over(world, lead_id, "inbound")
    assert world.lead(lead_id).team_promise.deadline == first_due
    world.advance(days=3)
    assert breach_recipients(world, lead_id, first_due) == ["mia"], "by the clock of the team that has it"


def test_a_reported_sooner_promise_leaves_nothing_more_to_report() -> None:
    world = World(policy=round_the_clock(), now=FRIDAY_CLOSING)
    lead_id = world.receive()
    hand_over(world, lead_id)
    team_due = world.lead(lead_id).team_promise.deadline
    world.advance(minutes=6)
    assert breach_recipients(world, lead_id, team_due) == ["eli"]
    hand_over(world, lead_id, "inbound")
    assert world.lead(lead_id).clock(ARRIVAL) is None


def test_a_sooner_promise_that_never_came_due_keeps_the_first_one_watched() -> None:
    policy = round_the_clock()
    slow = replace(policy.targets["warm"], id="slow")
    pools = {**policy.pools, "inbound": replace(policy.pools["inbound"], target="slow")}
    world = World(policy=replace(policy, targets={**policy.targets, "slow": slow}, pools=pools), now=FRIDAY_CLOSING)
    lead_id = world.receive()
    due = world.lead(lead_id).promise.deadline
    hand_over(world, lead_id)  # to a team that works now, and passes it back before its own five minutes are over
    world.advance(minutes=1)
    hand_over(world, lead_id, "inbound")
    assert world.lead(lead_id).team_promise.deadline > due
    world.advance(days=3)
    assert "mia" in breach_recipients(world, lead_id, due)


def test_a_promise_kept_after_the_move_is_not_reported() -> None:
    world = World()
    lead_id = world.receive()
    world.advance(minutes=4)
    hand_over(world, lead_id)
    world.press(lead_id, "connected")
    assert world.lead(lead_id).clock(ARRIVAL) is None
    world.advance(hours=1)
    assert missed(world, lead_id) == []


def test_an_undone_move_keeps_the_first_promise_watched() -> None:
    world = World(policy=handing_on_unanswered())
    lead_id = world.receive()
    world.advance(minutes=4)
    world.press(lead_id, "no_answer")
    world.undo(lead_id)
    world.run_stream()
    assert world.lead(lead_id).clock(ARRIVAL) is None
    world.advance(minutes=1)
    assert breach_recipients(world, lead_id, DUE) == ["mia"]


def test_a_contact_undone_after_the_deadline_is_reported_then() -> None:
    world = World()
    lead_id = world.receive()
    world.advance(minutes=4)
    world.press(lead_id, "connected")
    world.advance(minutes=10)
    world.undo(lead_id)
    world.advance(minutes=6)
    assert "mia" in breach_recipients(world, lead_id, DUE)


def test_an_owner_on_leave_just_before_the_deadline_loses_no_report() -> None:
    world = World()
    lead_id = world.receive(message=WARM)
    due = world.lead(lead_id).promise.deadline
    world.advance(minutes=58)
    world.table.set_away(str(world.lead(lead_id).owner_id), world.now + timedelta(days=5))
    world.sweep()
    world.advance(minutes=3)
    assert breach_recipients(world, lead_id, due) == ["mia"]


def test_a_policy_without_managers_notifies_the_owner() -> None:
    shipped = policies.shipped()
    hot = replace(shipped.targets["hot"], escalate=())
    world = World(policy=replace(shipped, targets={**shipped.targets, "hot": hot}))
    lead_id = world.receive()
    world.advance(minutes=4)
    hand_over(world, lead_id)
    world.advance(minutes=1)
    assert breach_recipients(world, lead_id, DUE) == []
    assert breach_recipients(world, lead_id, DUE, Template.DEADLINE_MISSED) == [world.lead(lead_id).owner_id]


def test_a_rearmed_lead_keeps_its_first_promise_watched() -> None:
    world = World()
    lead_id = world.receive()
    world.advance(minutes=4)
    hand_over(world, lead_id)
    world.govern(with_window(world.policy, 30))
    rearm(world)
    world.advance(minutes=1)
    assert breach_recipients(world, lead_id, DUE) == ["mia"]
    world.advance(days=2)
    assert breach_recipients(world, lead_id, DUE) == ["mia"]
