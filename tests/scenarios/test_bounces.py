"""Bounces: the lead is phoned, and undelivered alerts escalate."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from leadtight.adapters.presentation.lead_view import bounce_hint
from leadtight.adapters.presentation.pages.outcome import Pages
from leadtight.app.intake.quick_add import AddForm
from leadtight.app.messaging.delivery_reports import DeliveryReceipt, DeliveryReport
from leadtight.app.views.queue import LeadQueue
from leadtight.domain.model.errors import SendRefused, SendUnsure
from leadtight.domain.model.event import EventKind, fold
from leadtight.domain.model.identity import person_keys
from leadtight.domain.model.message import Channel, Status, Template
from tests.scenarios.test_alerts import digests, only_ana
from tests.scenarios.world import HOT, WARM, World

PHONE = "+49 30 901820"


def bounced(world: World, lead_id: str, template: Template) -> None:
    assert world.report(world.mails(lead_id, template)[-1], DeliveryReceipt.BOUNCED, "550 5.1.1 user unknown")
    world.run_stream()


@pytest.mark.proves("B3")
def test_a_bounced_acknowledgement_asks_to_phone_on_page_queue_and_next_action() -> None:
    world = World()
    lead_id = world.receive(phone=PHONE, name="Ada Obi", message=WARM)
    due_at = world.lead(lead_id).next_action
    bounced(world, lead_id, Template.ACKNOWLEDGE)
    lead = world.lead(lead_id)
    assert lead.next_action is not None
    assert due_at is not None
    assert lead.next_action.what == "Mail bounces: phone Ada Obi"
    assert lead.next_action.due_at == due_at.due_at
    view = world.desk.show(world.link(lead_id), world.now)
    pages = Pages(world.policy)
    assert "Phone instead: mail bounces" in pages.outcome(view, world.now)
    token = world.links.queue("ana", world.now).rpartition("/")[2]
    queue = LeadQueue(world.policy, world.table, world.links).show(token, world.now)
    assert "Phone instead: mail bounces" in pages.queue(queue, world.now, AddForm(submission="1"))
    assert queue.rows[0].what == lead.next_action.what


@pytest.mark.proves("Q3")
def test_the_timer_continues_after_a_bounce_and_its_alarms_still_ring() -> None:
    world = World()
    lead_id = world.receive()
    bounced(world, lead_id, Template.ACKNOWLEDGE)
    assert world.lead(lead_id).first_contact_at is None
    world.advance(minutes=5)
    assert len(world.mails(lead_id, Template.DEADLINE_MISSED)) == 1
    assert world.repairs() == 0
    assert fold(world.table.history(lead_id)) == world.lead(lead_id)


def test_without_a_number_the_next_action_asks_for_another_way_to_reach_the_lead() -> None:
    world = World()
    lead_id = world.receive(name="Ada Obi")
    bounced(world, lead_id, Template.ACKNOWLEDGE)
    action = world.lead(lead_id).next_action
    assert action is not None
    assert action.what == "Mail bounces: find another way to reach Ada Obi"
    assert bounce_hint(world.lead(lead_id)) == "Mail bounces, and there is no number"
    world.advance(minutes=10)
    assert world.lead(lead_id).owner_id == "ben"
    action = world.lead(lead_id).next_action
    assert action is not None
    assert action.what.startswith("Mail bounces: find another way"), "the next owner reads it, too"


def test_a_repeated_bounce_changes_nothing_more_and_a_complaint_is_not_a_bounce() -> None:
    world = World()
    lead_id, other = world.receive(), world.receive()
    bounced(world, lead_id, Template.ACKNOWLEDGE)
    version = world.lead(lead_id).version
    assert not world.report(world.mails(lead_id, Template.ACKNOWLEDGE)[0], DeliveryReceipt.BOUNCED)
    assert world.lead(lead_id).version == version
    assert world.report(world.mails(other, Template.ACKNOWLEDGE)[0], DeliveryReceipt.COMPLAINED)
    assert world.lead(other).unreachable == ()


@pytest.mark.proves("E4")
def test_a_bounced_alert_escalates_immediately_and_once() -> None:
    world = World()
    lead_id = world.receive(message=WARM)
    bounced(world, lead_id, Template.ALERT_OWNER)
    [mail] = world.mails(lead_id, Template.NOT_REACHED)
    assert mail.permission.address == "mia@leadtight.example"
    assert mail.mail.subject == f"Ana Costa was not reached: {world.lead(lead_id).inquiry.name}"
    assert world.desk.look(world.link(lead_id, "mia"), world.now).person == "mia"
    world.advance(minutes=40)
    bounced(world, lead_id, Template.WARN_OWNER)
    assert len(world.mails(lead_id, Template.NOT_REACHED)) == 1
    [event] = world.events(lead_id, EventKind.ALERT_NOT_DELIVERED)
    assert (event.data["person"], event.data["to"]) == ("ana", "mia")
    assert fold(world.table.history(lead_id)) == world.lead(lead_id)


def test_a_bounce_reported_after_the_lead_moved_or_closed_alerts_nobody() -> None:
    world = World()
    lead_id = world.receive()
    first = world.mails(lead_id, Template.ALERT_OWNER)[0]
    world.advance(minutes=10)
    assert world.lead(lead_id).owner_id == "ben"
    world.report(first, DeliveryReceipt.BOUNCED)
    assert world.mails(lead_id, Template.NOT_REACHED) == []
    closed = world.receive()
    world.press(closed, "won")
    world.report(world.mails(closed, Template.ALERT_OWNER)[0], DeliveryReceipt.BOUNCED)
    assert world.mails(closed, Template.NOT_REACHED) == []


def test_a_bounce_reported_again_after_reopening_alerts_nobody() -> None:
    world = World()
    lead_id = world.receive()
    world.press(lead_id, "won")
    alert = world.mails(lead_id, Template.ALERT_OWNER)[0]
    assert world.report(alert, DeliveryReceipt.BOUNCED)
    assert world.undo(lead_id).lead.is_open
    version = world.lead(lead_id).version
    assert not world.report(alert, DeliveryReceipt.BOUNCED)
    assert (world.lead(lead_id).version, world.mails(lead_id, Template.NOT_REACHED)) == (version, [])


def test_bounces_of_managers_escalate_to_the_last_available_person() -> None:
    world = World()
    policy = world.policy
    world.govern(replace(policy, routing=replace(policy.routing, catch_all="dora")))
    lead_id = world.receive(message=WARM)
    bounced(world, lead_id, Template.ALERT_OWNER)
    bounced(world, lead_id, Template.NOT_REACHED)
    recipients = [m.permission.address for m in world.mails(lead_id, Template.NOT_REACHED)]
    assert recipients == ["mia@leadtight.example", "dora@leadtight.example"]
    bounced(world, lead_id, Template.NOT_REACHED)
    assert len(world.mails(lead_id, Template.NOT_REACHED)) == 2
    assert world.lead(lead_id).not_reached == ("ana", "mia", "dora")


def test_an_alert_that_the_provider_refuses_permanently_escalates_too() -> None:
    world = World()
    lead_id = world.receive(message=WARM)
    world.mailer.failures = [SendRefused("MessageRejected: no such address")]
    world.advance(minutes=36)
    assert world.message(lead_id, Template.WARN_OWNER).status is Status.DEAD
    assert len(world.mails(lead_id, Template.NOT_REACHED)) == 1


def test_a_bounced_digest_escalates_each_of_its_leads() -> None:
    world = only_ana(budget=1)
    _, *queued = [world.receive(message=WARM) for _ in range(3)]
    world.advance(minutes=31)
    [digest] = digests(world)
    assert world.report(digest, DeliveryReceipt.BOUNCED)
    world.run_stream()
    assert [len(world.mails(lead_id, Template.NOT_REACHED)) for lead_id in queued] == [1, 1]
    for lead_id in queued:
        assert world.message(lead_id, Template.ALERT_OWNER).status is Status.BOUNCED


@pytest.mark.parametrize("message", [HOT, WARM])
def test_a_bounce_before_assignment_is_kept_for_the_owner(message: str) -> None:
    world = World(stream_down=True)
    lead_id = world.receive(message=message)
    world.respond.deliver(lead_id, "acknowledge-1-0", world.now)
    world.report(world.mails(lead_id, Template.ACKNOWLEDGE)[0], DeliveryReceipt.BOUNCED)
    assert world.lead(lead_id).unreachable == (Channel.EMAIL,)
    world.stream_down = False
    world.advance(minutes=6)
    action = world.lead(lead_id).next_action
    assert action is not None
    assert action.what.startswith("Mail bounces: find another way")
    assert world.now - world.lead(lead_id).received_at == timedelta(minutes=6)


def gave_up(world: World, lead_id: str, template: Template, detail: str = "the mailbox is full") -> bool:
    stored = world.report(world.mails(lead_id, template)[-1], DeliveryReceipt.UNDELIVERED, detail)
    world.run_stream()
    return stored


def test_a_mail_that_the_provider_gave_up_is_not_reached_and_its_address_stays_in_use() -> None:
    world = World()
    lead_id = world.receive(phone=PHONE, name="Ada Obi", message=WARM)
    assert gave_up(world, lead_id, Template.ACKNOWLEDGE)
    assert world.message(lead_id, Template.ACKNOWLEDGE).status is Status.BOUNCED
    assert world.lead(lead_id).unreachable == (Channel.EMAIL,)
    assert world.table.suppression(person_keys(world.lead(lead_id).inquiry)).channels == frozenset()
    assert world.receive(phone=PHONE, name="Ada Obi", message=WARM) == lead_id
    assert len(world.mails(lead_id, Template.ACKNOWLEDGE)) == 2


def test_an_alert_that_the_provider_gave_up_escalates_and_goes_by_the_next_channel_once() -> None:
    world = World()
    people = {**world.policy.people}
    people["ana"] = replace(people["ana"], alert_by=(Channel.EMAIL, Channel.SLACK))
    world.govern(replace(world.policy, people=people))
    lead_id = world.receive(message=WARM)
    alert = world.mails(lead_id, Template.ALERT_OWNER)[0]
    for _ in range(3):
        world.report(alert, DeliveryReceipt.UNDELIVERED, "the mailbox is full")
        world.run_stream()
    [card] = world.chat.posted
    assert card.permission.person == "ana"
    assert len(world.mails(lead_id, Template.NOT_REACHED)) == 1
    assert [m.data.get("instead_of") for m in world.table.messages(lead_id) if m.channel is Channel.SLACK] == [
        "email: the mailbox is full"
    ]


def test_an_undelivered_alert_about_a_closed_lead_is_not_sent_again() -> None:
    world = World()
    people = {**world.policy.people}
    people["ana"] = replace(people["ana"], alert_by=(Channel.EMAIL, Channel.SLACK))
    world.govern(replace(world.policy, people=people))
    lead_id = world.receive()
    world.press(lead_id, "won")
    assert gave_up(world, lead_id, Template.ALERT_OWNER)
    assert world.chat.posted == []


def auto_replied(world: World, lead_id: str) -> bool:
    sent = world.mails(lead_id, Template.ALERT_OWNER)[0]
    report = DeliveryReport(
        provider_id=f"mail-{world.mailer.sent.index(sent) + 1}",
        reported=DeliveryReceipt.UNDELIVERED,
        lead_id=lead_id,
        message_id=sent.envelope.message_id,
        may_be_auto_reply=True,
    )
    stored = world.delivery_reports.record(report, world.now)
    world.run_stream()
    return stored


def test_an_unnamed_bounce_after_the_delivery_is_an_automatic_reply_and_changes_nothing() -> None:
    world = World()
    lead_id = world.receive(message=WARM)
    world.report(world.mails(lead_id, Template.ALERT_OWNER)[0], DeliveryReceipt.DELIVERED)
    assert not auto_replied(world, lead_id)
    assert world.mails(lead_id, Template.NOT_REACHED) == []
    other = world.receive(email="bo@example.com", message=WARM)
    assert auto_replied(world, other)
    assert len(world.mails(other, Template.NOT_REACHED)) == 1


@pytest.mark.parametrize("order", list(permutations(["accepted", "delivered", "bounced"])))
def test_reports_in_any_order_end_in_the_same_status(order: tuple[str, ...]) -> None:
    world = World()
    lead_id = world.receive(message=WARM)
    mail = world.mails(lead_id, Template.ALERT_OWNER)[0]
    for name in (*order, *order):
        world.report(mail, DeliveryReceipt(name))
        world.run_stream()
    assert world.message(lead_id, Template.ALERT_OWNER).status is Status.BOUNCED
    assert len(world.mails(lead_id, Template.NOT_REACHED)) == 1
    assert len(world.events(lead_id, EventKind.MESSAGE_BOUNCED)) == 1


def test_the_providers_acceptance_confirms_nothing_but_ends_the_doubt_about_a_send() -> None:
    world = World()
    world.mailer.failures = [SendUnsure("no answer")]
    lead_id = world.receive()
    message = next(m for m in world.table.messages(lead_id) if m.status is Status.CLAIMED)
    accepted = DeliveryReport(
        provider_id="p-1", reported=DeliveryReceipt.ACCEPTED, lead_id=lead_id, message_id=message.id
    )
    assert world.delivery_reports.record(accepted, world.now)
    assert not world.delivery_reports.record(accepted, world.now)
    assert world.table.find(lead_id, message.id) == replace(message, status=Status.SENT, provider_id="p-1")
    assert world.delivery_reports.record(replace(accepted, reported=DeliveryReceipt.DELIVERED), world.now)
    assert not world.delivery_reports.record(accepted, world.now)
