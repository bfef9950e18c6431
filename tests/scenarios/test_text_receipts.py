"""Texts and their receipts: confirmed, not reached, or opted out."""

from dataclasses import replace
from datetime import timedelta

import pytest

from leadtight.app.messaging.delivery_reports import DeliveryReceipt, DeliveryReport
from leadtight.domain.model.errors import OptedOut
from leadtight.domain.model.identity import person_keys
from leadtight.domain.model.message import Channel, Message, Status, Template
from tests.scenarios.world import World

PHONE = "+4930901820"
CONSENT = {"sms": True}


def texted(world: World) -> Message:
    lead_id = world.receive(phone=PHONE, country="DE", consent=CONSENT)
    return world.message(lead_id, Template.ACKNOWLEDGE, Channel.SMS)


def suppressed(world: World, message: Message) -> frozenset[Channel]:
    return world.table.suppression(person_keys(world.lead(message.lead_id).inquiry)).channels


def reported(world: World, message: Message, reported: DeliveryReceipt) -> bool:
    report = DeliveryReport(
        provider_id=str(message.provider_id), reported=reported, lead_id=message.lead_id, message_id=message.id
    )
    return world.delivery_reports.record(report, world.now)


def test_a_delivered_text_is_confirmed() -> None:
    world = World()
    message = texted(world)
    assert not reported(world, message, DeliveryReceipt.ACCEPTED)
    assert world.message(message.lead_id, Template.ACKNOWLEDGE, Channel.SMS).status is Status.SENT
    assert reported(world, message, DeliveryReceipt.DELIVERED)
    assert world.message(message.lead_id, Template.ACKNOWLEDGE, Channel.SMS).status is Status.CONFIRMED


@pytest.mark.parametrize(
    ("receipt", "ended"),
    [(DeliveryReceipt.UNDELIVERED, frozenset()), (DeliveryReceipt.BOUNCED, frozenset({Channel.SMS}))],
)
def test_a_text_that_did_not_arrive_did_not_reach_the_lead(receipt: DeliveryReceipt, ended: frozenset[Channel]) -> None:
    world = World()
    message = texted(world)
    assert reported(world, message, receipt)
    assert world.lead(message.lead_id).unreachable == (Channel.SMS,)
    assert suppressed(world, message) == ended


def test_an_opt_out_that_the_provider_knows_ends_texts_to_the_person() -> None:
    world = World()
    world.texter.failures = [OptedOut("ConflictException: opted out")]
    message = texted(world)
    assert message.status is Status.DEAD
    assert suppressed(world, message) == {Channel.SMS}
    world.receive(phone=PHONE, country="DE", consent=CONSENT, message="again")
    assert world.texter.sent == []


@pytest.mark.parametrize("confirms", [True, False])
def test_a_text_is_missed_only_where_its_provider_reports_deliveries(confirms: bool) -> None:
    world = World()
    world.twins.texter = world.texter = replace(world.texter, confirms=confirms)
    world.govern(world.policy)
    message = texted(world)
    assert message.status is Status.SENT
    late = world.unconfirmed.late(world.now + timedelta(minutes=45))
    assert (message.id in {m.id for m in late}) is confirms
    assert Channel.EMAIL in {m.channel for m in late}


def test_each_stored_status_is_counted_once() -> None:
    world = World()
    message = texted(world)
    for _ in range(2):
        reported(world, message, DeliveryReceipt.DELIVERED)
    counted = [m.status for m in world.twins.counted if m.id == message.id and not m.is_owed]
    assert counted == [Status.SENT, Status.CONFIRMED]
