"""Transfers to another pool, by a person or an outcome.

Under the policy of the team that gets the lead.
"""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from leadtight.app.outcomes.desk import HandOverForm
from leadtight.app.outcomes.recording import OutcomeForm
from leadtight.app.sla.sla import Alarm
from leadtight.domain.model.errors import InvalidInquiry, LinkExpired, PolicyError, StaleSubmission
from leadtight.domain.model.event import Event, fold
from leadtight.domain.model.event import EventKind as Kind
from leadtight.domain.model.message import Template
from leadtight.domain.model.sla import EXPIRY, FIRST_RESPONSE
from leadtight.domain.model.stage import Stage
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.targets import Target
from leadtight.policy import loader as policies
from tests.scenarios.world import MONDAY_NINE, World, without_caps

FRIDAY_CLOSING = MONDAY_NINE + timedelta(days=4, hours=6, minutes=58)
"""Friday 15:58 in Berlin: the office closes in two minutes."""

INBOUND, PROJECTS = {"ana", "ben", "cem"}, {"dora", "eli"}


def round_the_clock(policy: Policy | None = None) -> Policy:
    """Return a policy with a team that never closes.

    The projects team has a manager of its own.
    """
    policy = policy or policies.shipped()
    projects = replace(policy.teams["projects"], calendar="always", manager="eli")
    pool = replace(policy.pools["projects"], members={"dora": 1})
    return replace(policy, teams={**policy.teams, "projects": projects}, pools={**policy.pools, "projects": pool})


def handing_on(policy: Policy | None = None) -> Policy:
    """Return a policy whose outcome `interested` transfers to projects."""
    policy = policy or policies.shipped()
    interested = replace(policy.outcomes["interested"], pool="projects", after=None)
    return replace(policy, outcomes={**policy.outcomes, "interested": interested})


def hand_over(world: World, lead_id: str, pool: str = "projects", reason: str = "") -> None:
    form = HandOverForm(pool=pool, submission=world.lead(lead_id).version, reason=reason)
    world.desk.hand_over(world.link(lead_id), form, world.now)
    world.run_stream()


def moved(world: World, lead_id: str) -> Event:
    [event] = world.events(lead_id, Kind.LEAD_HANDED_OVER)
    return event


@pytest.mark.proves("R4")
def test_r4_a_move_rearms_under_the_new_teams_policy() -> None:
    world = World(policy=round_the_clock(), now=FRIDAY_CLOSING)
    lead_id = world.receive()
    lead_before, old_alarm = world.lead(lead_id), world.alarm(lead_id)
    monday = MONDAY_NINE + timedelta(days=7)
    assert lead_before.promise.deadline == monday + timedelta(minutes=3)
    world.advance(minutes=1)
    hand_over(world, lead_id, reason="Wants a kitchen")
    moved_at, lead = world.now, world.lead(lead_id)
    due = moved_at + timedelta(minutes=5)
    assert (lead.owner_id, lead.pool_id) == ("dora", "projects")
    assert lead.next_action is not None
    assert [c.deadline for c in lead.clocks if c.target != EXPIRY] == [lead.next_action.due_at] == [due]
    assert lead.promise == lead_before.promise, "the first promise stays what it was"
    assert (lead.first_assigned_at, lead.first_owner_id) == (lead_before.first_assigned_at, lead_before.first_owner_id)

    data = moved(world, lead_id).data
    assert (data["old_deadline"], data["new_deadline"]) == (
        "2026-11-30T08:03:00.000000Z",
        "2026-11-27T15:04:00.000000Z",
    )
    assert data["old_policy_version"] == data["new_policy_version"] == world.policy.version
    assert (data["cause"], data["reason"]) == ("person", "Wants a kitchen")
    assert (data["previous"], data["previous_pool"]) == (lead_before.owner_id, "inbound")

    assert world.sla.on_alarm(old_alarm, moved_at) is None, "the old alarm is ignored"
    world.advance(minutes=5)
    assert [e.at - moved_at for e in world.events(lead_id, Kind.OWNER_WARNED)] == [
        timedelta(minutes=3),
        timedelta(minutes=4, seconds=15),
    ]
    assert [e.data["to"] for e in world.events(lead_id, Kind.LEAD_ESCALATED)] == ["eli"]
    assert len(world.mails(lead_id, Template.ESCALATE)) == 1
    world.advance(minutes=5)
    world.press_form(world.link(lead_id), OutcomeForm(outcome="connected", submission=world.lead(lead_id).version))
    so_far = world.kinds(lead_id)
    world.advance(days=2, hours=17, minutes=10)
    assert world.now > lead_before.promise.deadline
    old_teams = [e for e in world.table.history(lead_id) if e.data.get("target") == FIRST_RESPONSE and e.at >= monday]
    assert old_teams == [], "the old team's clock stays silent"
    assert world.kinds(lead_id)[: len(so_far)] == so_far
    assert fold(world.table.history(lead_id)) == world.lead(lead_id)


def test_events_after_a_move_follow_the_hours_of_the_new_team() -> None:
    world = World(policy=round_the_clock(), now=FRIDAY_CLOSING)
    lead_id = world.receive()
    hand_over(world, lead_id)
    world.press(lead_id, "connected", follow_up=(world.now + timedelta(hours=2)).isoformat())
    action = world.lead(lead_id).next_action
    assert action is not None
    assert action.due_at == world.now + timedelta(hours=2)
    world.advance(hours=6)
    assert [e.data["to"] for e in world.events(lead_id, Kind.LEAD_ESCALATED)] == ["eli"]


@pytest.mark.proves("R4")
def test_a_pool_may_have_its_own_promise() -> None:
    policy = round_the_clock()
    own = Target(id="slow", calendar="office", within=timedelta(hours=3))
    pool = replace(policy.pools["projects"], target="slow")
    pools = {**policy.pools, "projects": pool}
    world = World(policy=replace(policy, targets={**policy.targets, "slow": own}, pools=pools))
    lead_id = world.receive()
    hand_over(world, lead_id)
    clock = world.lead(lead_id).clock(FIRST_RESPONSE)
    assert clock is not None
    assert clock.deadline == MONDAY_NINE + timedelta(hours=3)
    assert moved(world, lead_id).data["target"] == "slow"


def test_a_missed_lead_moves_on_within_its_new_pool() -> None:
    world = World()
    lead_id = world.receive()
    hand_over(world, lead_id)
    first = world.lead(lead_id).owner_id
    world.advance(minutes=10)
    [again] = world.events(lead_id, Kind.LEAD_REASSIGNED)
    assert {first, again.data["owner"]} == PROJECTS
    assert again.data["receipt"]["pool"] == "projects"


@pytest.mark.proves("R4")
def test_a_late_lead_stays_late_after_a_move() -> None:
    world = World()
    lead_id = world.receive()
    world.advance(minutes=6)
    assert world.lead(lead_id).is_breached(world.now)
    hand_over(world, lead_id)
    world.press(lead_id, "connected")
    assert world.lead(lead_id).is_breached(world.now)


def test_the_old_owners_links_expire_and_the_new_owner_learns_why() -> None:
    world = World()
    lead_id = world.receive()
    old_link, old = world.link(lead_id), world.lead(lead_id).owner_id
    hand_over(world, lead_id, reason="Wants a kitchen")
    with pytest.raises(LinkExpired, match="is now with"):
        world.desk.look(old_link, world.now)
    alert = world.mails(lead_id, Template.ALERT_OWNER)[-1].mail.text
    assert f"{world.policy.person_name(old)} handed it over to your team: “Wants a kitchen”" in alert
    assert world.mails(lead_id, Template.LEAD_MOVED) == [], "the person who handed it over knows"


def test_a_managers_handover_notifies_the_old_owner_once() -> None:
    world = World(policy=policies.shipped())
    lead_id = world.receive()
    world.advance(minutes=5)
    token, form = world.link(lead_id, "mia"), HandOverForm(pool="projects", submission=world.lead(lead_id).version)
    for _ in range(2):
        world.desk.hand_over(token, form, world.now)
        world.run_stream()
    assert moved(world, lead_id).actor == "person:mia"
    [mail] = world.mails(lead_id, Template.LEAD_MOVED)
    assert "It was handed over to another team." in mail.mail.text


def test_a_lead_moves_only_where_the_policy_allows() -> None:
    shipped = policies.shipped()
    closed = {name: replace(pool, hands_over_to=()) for name, pool in shipped.pools.items()}
    world = World(policy=replace(shipped, pools=closed))
    lead_id = world.receive()
    with pytest.raises(InvalidInquiry, match="pool: choose the pool to hand over to"):
        hand_over(world, lead_id)
    assert Kind.LEAD_HANDED_OVER not in world.kinds(lead_id)


def test_a_form_from_before_the_latest_outcome_moves_nothing() -> None:
    world = World()
    lead_id = world.receive()
    form = HandOverForm(pool="projects", submission=world.lead(lead_id).version)
    world.press(lead_id, "connected")
    with pytest.raises(StaleSubmission):
        world.desk.hand_over(world.link(lead_id), form, world.now)
    assert world.lead(lead_id).pool_id == "inbound"


def test_without_candidates_the_catch_all_person_gets_it_and_the_receipt_says_why() -> None:
    world = World()
    lead_id = world.receive()
    for person in PROJECTS:
        world.table.set_away(person, world.now + timedelta(days=1))
    hand_over(world, lead_id)
    assert world.lead(lead_id).owner_id == "mia"
    assert moved(world, lead_id).data["receipt"]["reason"] == "no_eligible_rep"


def test_handed_over_leads_take_turns_in_the_pools_rotation() -> None:
    world = World()
    leads = [world.receive() for _ in range(4)]
    for lead_id in leads:
        hand_over(world, lead_id)
    owners = [world.lead(lead_id).owner_id for lead_id in leads]
    assert owners == [owners[0], owners[1]] * 2
    assert {*owners} == PROJECTS


@pytest.mark.proves("B6")
def test_an_outcome_that_names_a_pool_assigns_the_new_owner_in_its_own_transaction() -> None:
    world = World(policy=handing_on())
    lead_id = world.receive(name="Ada Obi")
    setter = str(world.lead(lead_id).owner_id)
    world.advance(minutes=2)
    world.press(lead_id, "interested")
    lead = world.lead(lead_id)
    [recorded] = world.events(lead_id, Kind.OUTCOME_RECORDED)
    handed = moved(world, lead_id)
    assert (recorded.version, recorded.at) == (handed.version, handed.at), "one transaction: zero seconds (B6)"
    assert (lead.stage, lead.first_contact_by, lead.first_contact_at) == (Stage.QUALIFIED, setter, world.now)
    assert lead.owner_id in PROJECTS
    assert lead.next_action is not None
    assert (lead.next_action.what, lead.next_action.due_at) == (
        "Book a call with Ada Obi",
        world.now + timedelta(minutes=5),
    )
    assert not lead.is_breached(world.now + timedelta(days=9)), "answered in time by the first owner"


@pytest.mark.proves("B6")
@pytest.mark.slow
def test_a_thousand_qualified_leads_have_their_closers_at_once_with_stream_and_sweep_down() -> None:
    world = World(policy=without_caps(policies.shipped()), sweeping=False)
    world.respond.deliver = lambda *_: None  # type: ignore[method-assign]  # nothing here depends on mails
    for number in range(1_000):
        lead = world.lead(world.receive(key=str(number)))
        world.stream_down = True
        token = world.links.outcome(lead, str(lead.owner_id), world.now).rpartition("/")[2]
        world.press_form(token, OutcomeForm(outcome="qualified", submission=lead.version))
        world.now += timedelta(seconds=1)
        world.stream_down = False
    events = [*world.table._events.values()]
    qualified = {e.lead_id: e for e in events if e.kind is Kind.OUTCOME_RECORDED}
    owned = {e.lead_id: e for e in events if e.kind is Kind.LEAD_HANDED_OVER}
    assert {id_: event.version for id_, event in qualified.items()} == {id_: e.version for id_, e in owned.items()}
    waits = sorted(owned[lead_id].at - event.at for lead_id, event in qualified.items())
    assert (len(waits), waits[989]) == (1_000, timedelta()), "the 99th percentile"
    assert Counter(event.data["owner"] for event in owned.values()) == {"dora": 500, "eli": 500}


def test_a_closer_who_does_not_respond_is_warned_and_missed_like_anybody() -> None:
    world = World(policy=handing_on())
    lead_id = world.receive()
    world.press(lead_id, "interested")
    world.advance(minutes=5)
    [missed] = world.events(lead_id, Kind.DEADLINE_MISSED)
    assert missed.data["owner"] in PROJECTS
    world.press(lead_id, "connected")
    assert world.lead(lead_id).clock(FIRST_RESPONSE) is None


def test_an_agreed_time_overrides_the_new_teams_target() -> None:
    world = World(policy=handing_on())
    lead_id = world.receive()
    world.press(lead_id, "interested", follow_up="2026-11-25T11:00")
    action = world.lead(lead_id).next_action
    assert action is not None
    assert action.due_at == MONDAY_NINE + timedelta(days=2, hours=2)


def test_a_person_who_qualifies_a_lead_of_their_own_pool_keeps_it() -> None:
    world = World(policy=handing_on())
    lead_id = world.receive(value=30000)
    owner = world.lead(lead_id).owner_id
    world.press(lead_id, "interested")
    assert (world.lead(lead_id).owner_id, world.lead(lead_id).generation) == (owner, 1)
    assert Kind.LEAD_HANDED_OVER not in world.kinds(lead_id)
    action = world.lead(lead_id).next_action
    assert action is not None
    assert action.due_at == world.now + timedelta(minutes=5)


def test_undoing_an_outcome_returns_the_lead_with_a_new_link() -> None:
    world = World(policy=handing_on())
    lead_id = world.receive()
    lead_before, old_link = world.lead(lead_id), world.link(lead_id)
    world.press(lead_id, "interested")
    closer = world.lead(lead_id).owner_id
    world.undo(lead_id)
    world.run_stream()
    lead = world.lead(lead_id)
    assert (lead.owner_id, lead.pool_id, lead.clocks, lead.handover) == (
        lead_before.owner_id,
        lead_before.pool_id,
        lead_before.clocks,
        None,
    )
    assert lead.generation == lead_before.generation + 2
    with pytest.raises(LinkExpired):
        world.desk.look(old_link, world.now)
    assert world.desk.look(world.link(lead_id), world.now).lead == lead
    assert "undone" in world.mails(lead_id, Template.ALERT_OWNER)[-1].mail.text
    assert closer in PROJECTS
    assert world.mails(lead_id, Template.LEAD_MOVED) == [], "the closer undid it"
    assert fold(world.table.history(lead_id)) == lead


def test_open_leads_are_counted_for_their_owner_after_a_move() -> None:
    world = World()
    lead_id = world.receive()
    old = str(world.lead(lead_id).owner_id)
    hand_over(world, lead_id)
    new = str(world.lead(lead_id).owner_id)
    roster = world.table.load_for_routing("", "", (old, new)).roster
    assert (roster[old].open, roster[new].open) == (0, 1)


def test_a_stale_alarm_of_the_old_owner_is_ignored() -> None:
    world = World()
    lead_id = world.receive()
    lead = world.lead(lead_id)
    alarm = Alarm(lead_id=lead_id, token=lead.wake_token, pool_id="inbound")
    hand_over(world, lead_id)
    world.now += timedelta(hours=1)
    assert world.sla.on_alarm(alarm, world.now) is None


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('hands_over_to = ["inbound"]', 'hands_over_to = ["nowhere"]', "pools.projects.hands_over_to: unknown pool"),
        ('hands_over_to = ["inbound"]', 'hands_over_to = ["projects"]', "pools.projects.hands_over_to: names the pool"),
        ('members = ["dora", "eli"]', 'members = ["dora"]\ntarget = "soon"', "pools.projects.target: unknown target"),
        ('members = ["dora", "eli"]', 'members = ["dora"]\ntarget = "next_action"', "pools.projects.target: must be"),
        ('label = "Won"', 'label = "Won"\npool = "projects"', "outcomes.won.pool: a closed lead"),
        (
            'label = "We spoke"',
            'label = "We spoke"\npool = "projects"',
            "outcomes.connected.pool: leave out `after`",
        ),
        ('label = "We spoke"', 'label = "We spoke"\npool = "nowhere"', "outcomes.connected.pool: unknown pool"),
    ],
)
def test_a_policy_that_moves_leads_nowhere_is_refused_by_path(old: str, new: str, problem: str) -> None:
    text = policies.SHIPPED.read_text()
    assert old in text
    with pytest.raises(PolicyError, match=problem.replace(".", r"\.")):
        policies.parse(text.replace(old, new, 1).encode())
