"""My queue: open leads, ranked, with action and page."""

from dataclasses import replace
from datetime import timedelta

import pytest

from leadtight.app.views import queue as use_case
from leadtight.app.views.queue import LeadQueue, MyQueue
from leadtight.domain.model.errors import InvalidLink, LinkExpired
from leadtight.domain.model.listing import Listing
from leadtight.domain.model.message import Template
from leadtight.domain.policy.conditions import Condition
from leadtight.domain.policy.rules import ScoringRule
from tests.scenarios.world import HOT, WARM, World, with_pool


def only_ana() -> World:
    world = World()
    return World(policy=with_pool(world.policy, {"ana": 1}))


def queue(world: World, person: str = "ana") -> MyQueue:
    token = world.links.queue(person, world.now).rpartition("/")[2]
    return LeadQueue(world.policy, world.table, world.links).show(token, world.now)


def ids(queue_: MyQueue) -> list[str]:
    return [row.lead.id for row in queue_.rows]


@pytest.mark.proves("B3")
def test_a_hot_lead_that_arrives_later_outranks_a_cold_one_that_is_not_yet_due() -> None:
    world = only_ana()
    cold = world.receive(message=WARM)
    world.advance(minutes=57)
    hot = world.receive(message=HOT)
    assert world.lead(cold).promise.deadline < world.lead(hot).promise.deadline
    assert ids(queue(world)) == [hot, cold]
    world.advance(minutes=4)
    assert ids(queue(world)) == [cold, hot], "overdue leads come first"


@pytest.mark.proves("B3")
def test_of_leads_due_together_the_one_with_the_highest_score_comes_first() -> None:
    points = ((10, "10"), (30, "30"), (20, "20"))
    rules = tuple(ScoringRule(id=v, points=n, when=Condition(field_is={"worth": (v,)})) for n, v in points)
    world = World(policy=replace(only_ana().policy, scoring=rules))
    low, high, middle = (world.receive(fields={"worth": worth}) for _, worth in points)
    assert ids(queue(world)) == [high, middle, low]


def test_each_row_shows_action_and_deadline_and_opens_the_leads_own_page() -> None:
    world = only_ana()
    lead_id = world.receive(name="Ada Obi", phone="+49 30 1234567")
    [row] = queue(world).rows
    assert (row.what, row.due_at) == ("Call Ada Obi", world.now + timedelta(minutes=5))
    assert world.desk.look(row.link.rpartition("/")[2], world.now).lead.id == lead_id
    world.press(lead_id, "proposal_sent")
    [row] = queue(world).rows
    assert (row.what, row.due_at) == ("Ask Ada Obi about the proposal", world.now + timedelta(hours=48))


def test_a_lead_without_a_next_action_waits_for_its_outcome(monkeypatch: pytest.MonkeyPatch) -> None:
    world = only_ana()
    lead = replace(world.lead(world.receive()), next_action=None)
    monkeypatch.setattr(world.table, "due_leads", lambda *_: Listing((lead,)))
    assert [row.what for row in queue(world).rows] == ["Record what happened"]


def test_closed_leads_and_those_of_others_are_not_listed_and_viewing_changes_nothing() -> None:
    world = only_ana()
    mine, closed = world.receive(), world.receive()
    world.receive(value=30_000)
    world.press(closed, "won")
    lead_before = world.lead(mine)
    assert ids(queue(world)) == [mine]
    assert world.lead(mine) == lead_before
    assert queue(world, "ben").rows == ()


def test_the_alert_links_to_the_owners_queue() -> None:
    world = only_ana()
    lead_id = world.receive()
    [alert] = world.mails(lead_id, Template.ALERT_OWNER)
    link = world.links.queue("ana", world.now)
    assert link in alert.mail.text
    assert link in alert.mail.html


@pytest.mark.proves("B3")
def test_at_most_fifty_are_shown_and_the_rest_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    assert use_case.SHOWN == 50
    monkeypatch.setattr(use_case, "SHOWN", 3)
    world = only_ana()
    leads = [world.receive() for _ in range(5)]
    shown = queue(world)
    assert (ids(shown), shown.left_out) == (leads[:3], 2)


def test_a_queues_link_opens_nothing_else_and_expires() -> None:
    world = only_ana()
    lead_id = world.receive()
    token = world.links.queue("ana", world.now).rpartition("/")[2]
    with pytest.raises(InvalidLink):
        world.desk.look(token, world.now)
    shown = LeadQueue(world.policy, world.table, world.links)
    with pytest.raises(InvalidLink):
        shown.show(world.link(lead_id), world.now)
    with pytest.raises(LinkExpired):
        shown.show(token, world.now + timedelta(days=14))
    with pytest.raises(LinkExpired, match="You are no longer assigned any leads"):
        shown.show(world.links.queue("gone", world.now).rpartition("/")[2], world.now)
