"""Returning people: one open lead, one owner, every word."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from leadtight.app.intake.receive import IntakeResult
from leadtight.app.intake.submission import Submission
from leadtight.domain.model.event import EventKind as Kind
from leadtight.domain.model.event import fold
from leadtight.domain.model.message import Template
from leadtight.domain.policy.conditions import Condition
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.rules import RoutingRule
from leadtight.domain.policy.sources import Identity
from tests.scenarios.world import WARM, World

ADA = {"name": "Ada Obi", "email": "ada@example.com"}


def send(world: World, source: str = "web_form", **body: object) -> IntakeResult:
    return world.submit(Submission(source=source, body={**ADA, "message": WARM, **body}))


@pytest.mark.proves("A12")
@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"email": "ada@example.com"}, {"email": " ADA@Example.com"}),
        ({"phone": "030 123456"}, {"phone": "+49 (30) 12 34 56"}),
        ({"email": "ada@example.com", "phone": "+4930123456"}, {"email": "ada@other.example", "phone": "030123456"}),
    ],
)
def test_a12_the_same_address_or_number_is_one_lead_with_both_sources_and_its_owner(
    first: dict[str, str], second: dict[str, str]
) -> None:
    world = World()
    result = world.submit(Submission(source="web_form", body=first))
    owner = world.lead(result.lead_id).owner_id
    two = world.submit(Submission(source="facebook", body={**second, "message": "still waiting"}))
    lead = world.lead(result.lead_id)
    assert (two.status, two.lead_id) == ("merged", result.lead_id)
    assert (lead.source, lead.also_from) == ("web_form", ("facebook",))
    assert lead.owner_id == owner
    [joined] = world.events(result.lead_id, Kind.INQUIRY_JOINED)
    assert joined.data["inquiry"]["message"] == "still waiting"
    assert fold(world.table.history(result.lead_id)) == lead


def test_blank_addresses_and_numbers_join_nothing() -> None:
    world = World()
    ids = {world.submit(Submission(source="api", body={"name": "Ada Obi", "message": str(n)})).lead_id for n in (1, 2)}
    assert len(ids) == 2


def test_the_first_promise_stands_and_its_clock_continues() -> None:
    world = World()
    lead_id = send(world).lead_id
    lead_before = world.lead(lead_id)
    world.advance(minutes=10)
    send(world, message="urgent, please")
    after = world.lead(lead_id)
    assert (after.promise, after.clocks, after.next_action) == (
        lead_before.promise,
        lead_before.clocks,
        lead_before.next_action,
    )
    world.advance(minutes=51)
    assert Kind.DEADLINE_MISSED in world.kinds(lead_id)


def test_every_inquiry_is_acknowledged_once_at_its_address_and_the_owner_is_notified() -> None:
    world = World()
    lead_id = world.submit(Submission(source="api", body={**ADA, "phone": "+4930123456"})).lead_id
    world.submit(Submission(source="api", body={"phone": "+4930123456", "email": "ada@work.example"}))
    acknowledged = [m.permission.address for m in world.mails(lead_id, Template.ACKNOWLEDGE)]
    assert acknowledged == ["ada@example.com", "ada@work.example"]
    [mail] = world.mails(lead_id, Template.WROTE_AGAIN)
    assert mail.permission.address == world.policy.people[world.lead(lead_id).owner_id or ""].email


@pytest.mark.proves("A4")
def test_a_conversation_is_acknowledged_once() -> None:
    world = World()
    for number in range(3):
        world.submit(Submission(source="whatsapp", key=str(number), body=ADA, conversation=True))
    [lead_id] = world.lead_ids()
    assert len(world.mails(lead_id, Template.ACKNOWLEDGE)) == 1
    assert len(world.events(lead_id, Kind.INQUIRY_JOINED)) == 2


def test_a_new_message_after_an_answer_makes_answering_the_next_action() -> None:
    world = World()
    lead_id = send(world).lead_id
    world.press(lead_id, "not_now")
    world.advance(hours=1)
    send(world, message="now it is urgent")
    action = world.lead(lead_id).next_action
    assert action is not None
    assert action.what == "Answer Ada Obi, who wrote again"
    assert action.due_at == world.now + timedelta(minutes=5)
    world.advance(minutes=5)
    assert Kind.DEADLINE_MISSED in world.kinds(lead_id)


def test_a_sooner_due_action_stays_the_next_action() -> None:
    world = World()
    lead_id = send(world).lead_id
    world.press(lead_id, "connected", follow_up="2026-11-23T10:52")
    next_action = world.lead(lead_id).next_action
    world.advance(hours=1, minutes=50)
    send(world)
    assert world.lead(lead_id).next_action == next_action


@pytest.mark.proves("A12")
def test_a_closed_lead_is_linked_to_its_new_lead_which_goes_to_its_owner_by_rule() -> None:
    world = World()
    world.govern(_known_first(world))
    lead_id = send(world).lead_id
    owner = world.lead(lead_id).owner_id
    world.press(lead_id, "lost", reason="too far away")
    send(world, source="noise", email="someone@example.com")
    again = send(world, message="is it still far?")
    lead = world.lead(again.lead_id)
    assert again.status == "created"
    assert lead.earlier_lead_ids == (lead_id,)
    assert (lead.known_owner_id, lead.owner_id) == (owner, owner)


def test_an_absent_owner_of_a_returning_person_does_not_get_them() -> None:
    world = World()
    world.govern(_known_first(world))
    lead_id = send(world).lead_id
    owner = str(world.lead(lead_id).owner_id)
    world.press(lead_id, "lost", reason="too far away")
    world.table.set_away(owner, world.now + timedelta(days=9))
    lead = world.lead(send(world, message="is it still far?").lead_id)
    assert lead.known_owner_id == owner
    assert lead.owner_id not in (owner, None)


def _known_first(world: World) -> Policy:
    routing = world.policy.routing
    rule = RoutingRule(id="known", pool="inbound", when=Condition(existing_owner=True), to_existing_owner=True)
    return replace(world.policy, routing=replace(routing, rules=(rule, *routing.rules)))


@pytest.mark.proves("A12")
def test_after_the_window_an_inquiry_is_a_new_lead_linked_to_the_previous_one() -> None:
    world = World()
    world.govern(replace(world.policy, identity=Identity(merge_within=timedelta(days=2))))
    first = send(world).lead_id
    world.advance(days=1)
    assert send(world).status == "merged"
    world.advance(days=1)
    assert send(world, message="and again").status == "merged"  # the window counts from the last inquiry
    world.advance(days=2)
    again = send(world, message="is it still far?")
    assert again.status == "created"
    assert world.lead(again.lead_id).earlier_lead_ids == (first,)


def test_concurrent_deliveries_of_one_person_are_one_lead_and_none_is_lost() -> None:
    world = World()

    def deliver(number: int) -> IntakeResult:
        return world.intake.receive(Submission(source="api", key=str(number), body=ADA), world.now)

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(deliver, range(8)))
    [lead_id] = world.lead_ids()
    assert {a.lead_id for a in answers} == {lead_id}
    assert sorted(a.status for a in answers) == ["created", *["merged"] * 7]
    assert len(world.events(lead_id, Kind.INQUIRY_JOINED)) == 7
