"""Interruptions of the team: frequency, causes and the rest.

J8, Q11.
"""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadtight.adapters.memory.ports import PUBLIC_URL
from leadtight.adapters.memory.senders import SentMail
from leadtight.app.messaging.retry import LONGEST_BACKOFF
from leadtight.domain.access.signed_links import LinkPurpose
from leadtight.domain.model.capacity import Caps
from leadtight.domain.model.errors import SendFailed, SendRefused
from leadtight.domain.model.event import EventKind
from leadtight.domain.model.message import LEAD, Channel, Message, Status, Template
from leadtight.domain.notifications.interruptions import SHARES
from leadtight.domain.policy.messaging import AlertRules
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.pools import OutsideHours
from leadtight.domain.roster.alert_channels import RANKS, NoticeRank
from tests.scenarios.world import HOT, MONDAY_NINE, SWEEP_EVERY, WARM, World, with_pool

HOUR = timedelta(hours=1)
EVERY_HALF_HOUR = timedelta(minutes=30)
PHONE = "+4930901820"


def only_ana(budget: int = 6, **ana: Any) -> World:
    """Return a world in which ana owns every lead.

    `budget` is her alerts an hour.
    """
    policy = with_pool(World().policy, {"ana": 1})
    people = {**policy.people, "ana": replace(policy.people["ana"], **ana)}
    return World(policy=replace(policy, people=people, alerts=AlertRules(per_hour=budget)))


def alerts_to(world: World, person: str = "ana") -> list[Message]:
    """Return every message to a team member, in any state."""
    messages = [m for lead_id in world.lead_ids() for m in world.table.messages(lead_id)]
    return [m for m in messages if m.recipient == person]


def digests(world: World) -> list[SentMail]:
    return [m for m in world.mailer.sent if m.mail.subject.startswith("Summary")]


@pytest.mark.proves("J8")
def test_alerts_over_the_budget_come_in_one_digest_with_a_link_for_each_lead() -> None:
    world = only_ana(budget=2)
    leads = [world.receive(message=WARM) for _ in range(5)]
    assert [len(world.mails(lead_id, Template.ALERT_OWNER)) for lead_id in leads] == [1, 1, 0, 0, 0]
    world.advance(minutes=29)
    assert digests(world) == []
    world.advance(minutes=6)
    [digest] = digests(world)
    assert digest.permission.address == "ana@leadtight.example"
    assert "Updates on 3 leads" in digest.mail.text
    for number in (3, 4, 5):
        assert f"Ada Obi {number}" in digest.mail.text
    assert digest.mail.text.count("/o/") == digest.mail.html.count("/o/") == 3
    assert [world.message(lead_id, Template.ALERT_OWNER).status for lead_id in leads] == [Status.SENT] * 5
    assert world.repairs() == 0, "a digest is not a repair"
    world.advance(minutes=10)
    assert len(digests(world)) == 1


@pytest.mark.proves("J8")
def test_by_default_six_alerts_interrupt_a_person_within_an_hour() -> None:
    world = World(policy=with_pool(World().policy, {"ana": 1}))
    leads = [world.receive(message=WARM) for _ in range(8)]
    assert [len(world.mails(lead_id, Template.ALERT_OWNER)) for lead_id in leads] == [1] * 6 + [0] * 2


@pytest.mark.proves("J8", "Q11")
def test_a_missed_promise_interrupts_beyond_the_budget() -> None:
    world = only_ana(budget=1)
    leads = [world.receive(message=HOT) for _ in range(4)]
    world.advance(minutes=5)
    for lead_id in leads:
        assert len(world.mails(lead_id, Template.DEADLINE_MISSED)) == 1
        assert len(world.mails(lead_id, Template.ESCALATE)) == 1, "mia is notified of each"


@pytest.mark.proves("Q11")
def test_the_last_of_the_budget_is_reserved_for_new_leads() -> None:
    world = only_ana(budget=3)
    first, second = world.receive(message=HOT), world.receive(message=HOT)
    world.advance(minutes=4, seconds=30)
    assert world.mails(first, Template.WARN_OWNER) == [], "warnings may use two thirds"
    third = world.receive(message=HOT)
    assert [len(world.mails(lead_id, Template.ALERT_OWNER)) for lead_id in (first, second, third)] == [1, 1, 1]


def test_a_digest_waits_for_the_persons_working_hours() -> None:
    world = only_ana(budget=1)
    world.advance(hours=8, minutes=50)
    world.receive(message=WARM), world.receive(message=WARM)
    world.advance(hours=15)
    assert digests(world) == []
    world.advance(minutes=20)
    [digest] = digests(world)
    assert digest.mail.text.count("/o/") == 1


@pytest.mark.proves("J8")
def test_resting_people_get_one_mail_at_opening_and_a_broken_promise_at_once() -> None:
    world = only_ana()
    policy = world.policy
    targets = {**policy.targets, "hot": replace(policy.targets["hot"], calendar="always")}
    inbound = replace(policy.pools["inbound"], outside_hours=OutsideHours.ASSIGN)
    pools = {**policy.pools, "inbound": inbound}
    world.govern(replace(policy, targets=targets, pools=pools, alerts=AlertRules(rest_outside_hours=True)))
    world.advance(days=4, hours=12)  # Friday evening
    quiet = [world.receive(message=WARM) for _ in range(3)]
    assert alerts_sent(world) == []
    promised = world.receive(message=HOT)
    world.advance(minutes=6)
    assert {world.lead(promised).is_breached(world.now), *alerts_sent(world)} == {True, Template.DEADLINE_MISSED}
    world.advance(days=2, hours=11, minutes=50)
    assert set(alerts_sent(world)) == {Template.DEADLINE_MISSED}, "until Monday, and through a weekend"
    world.advance(minutes=10)
    [digest] = [m for m in digests(world) if m.permission.person == "ana"]
    assert all(world.lead(lead_id).inquiry.name in digest.mail.text for lead_id in quiet)


def test_people_without_rest_get_new_leads_at_once_and_other_alerts_in_working_time() -> None:
    world = only_ana()
    world.advance(hours=12)
    world.receive(message=WARM)
    assert alerts_sent(world) == [Template.ALERT_OWNER]
    world.advance(hours=11)
    assert alerts_sent(world) == [Template.ALERT_OWNER]


def alerts_sent(world: World) -> list[Template]:
    """Return ana's alerts so far, without digests."""
    mails = [m for m in world.mailer.sent if m.permission.address == "ana@leadtight.example"]
    return [m.permission.purpose for m in mails if m not in digests(world)]


@pytest.mark.proves("Q11")
def test_a_sender_that_dies_after_recording_the_interruption_uses_no_second_slot() -> None:
    world = only_ana(budget=2)
    world.stream_down = True
    lead_id = world.receive(message=WARM)
    world.route.route(world.lead(lead_id), world.now)
    world.stream_down = False
    alert = world.message(lead_id, Template.ALERT_OWNER)
    world.mailer.failures = [RuntimeError("killed")]
    with pytest.raises(RuntimeError):
        world.respond.deliver(lead_id, alert.id, world.now)
    assert (len(world.table.alerts("ana").sent), len(world.mails(lead_id, Template.ALERT_OWNER))) == (1, 0)
    world.advance(minutes=10)
    assert len(world.mails(lead_id, Template.ALERT_OWNER)) == 1
    second, third = world.receive(message=WARM), world.receive(message=WARM)
    assert [len(world.mails(id_, Template.ALERT_OWNER)) for id_ in (second, third)] == [1, 0]


@pytest.mark.proves("Q11")
def test_a_digest_omits_what_was_done_meanwhile() -> None:
    world = only_ana(budget=1)
    first, second = world.receive(message=WARM), world.receive(message=WARM)
    world.table._leads[second] = replace(world.lead(second), owner_id="ben")
    world.advance(minutes=36)
    assert digests(world) == []
    refused = world.message(second, Template.ALERT_OWNER)
    assert (refused.status, refused.detail) == (Status.REFUSED, "the lead has a new owner")
    assert world.message(first, Template.ALERT_OWNER).status is Status.SENT


def test_a_digest_that_could_not_be_sent_is_rebuilt_at_once() -> None:
    world = only_ana(budget=1)
    leads = [world.receive(message=WARM) for _ in range(3)]
    world.mailer.failures = [SendFailed("throttled")]
    world.advance(minutes=30, seconds=30)
    assert len(digests(world)) == 1
    assert all(world.message(lead_id, Template.ALERT_OWNER).status is Status.SENT for lead_id in leads)


def test_a_digest_without_a_retry_is_rebuilt_by_the_sweep() -> None:
    world = only_ana(budget=1)
    world.retries.lost = True
    leads = [world.receive(message=WARM) for _ in range(3)]
    world.mailer.failures = [SendFailed("throttled")]
    world.advance(minutes=31)
    assert digests(world) == []
    world.advance(minutes=10)
    assert len(digests(world)) == 1
    assert all(world.message(lead_id, Template.ALERT_OWNER).status is Status.SENT for lead_id in leads)


def test_a_digest_links_to_its_readers_queue() -> None:
    world = only_ana(budget=1)
    world.receive(message=WARM), world.receive(message=WARM)
    world.advance(minutes=31)
    [digest] = digests(world)
    token = re.search(rf"{PUBLIC_URL}/desk/(\S+)", digest.mail.text)
    assert token is not None
    assert world.links.open(token[1], LinkPurpose.QUEUE, world.now).person == "ana"


def test_an_undeliverable_digest_is_given_up_with_each_of_its_messages() -> None:
    world = only_ana(budget=1)
    policy = world.policy
    world.govern(replace(policy, messaging=replace(policy.messaging, give_up_after=8 * LONGEST_BACKOFF)))
    leads = [world.receive(message=WARM) for _ in range(3)]
    world.mailer.failures = [SendFailed("down") for _ in range(999)]
    world.advance(minutes=31)
    waiting = world.message(leads[1], Template.ALERT_OWNER)
    assert (waiting.status, waiting.detail) == (Status.PENDING, "down")
    world.advance(hours=2)
    for lead_id in (leads[1], leads[2]):
        message = world.message(lead_id, Template.ALERT_OWNER)
        assert (message.status, message.detail, message.attempts) == (Status.DEAD, "down", 8)
        failed = [e.data["message"] for e in world.events(lead_id, EventKind.MESSAGE_FAILED)]
        assert failed.count(message.id) == 1
    assert digests(world) == []


def test_a_retried_alert_is_one_interruption() -> None:
    world = only_ana(budget=2)
    world.mailer.failures = [SendFailed("throttled") for _ in range(2)]
    world.receive(message=WARM)
    assert len(world.table.alerts("ana").sent) == 1


def test_a_person_may_have_their_own_budget() -> None:
    world = only_ana(budget=1, alerts_per_hour=3)
    leads = [world.receive(message=WARM) for _ in range(4)]
    assert [len(world.mails(lead_id, Template.ALERT_OWNER)) for lead_id in leads] == [1, 1, 1, 0]


@pytest.mark.proves("E4")
def test_alert_names_lead_source_request_and_due_time_and_its_link_records_the_outcome() -> None:
    world = World()
    lead_id = world.receive(source="web_form", name="Ada Obi", message="Please call me about a roof")
    world.advance(minutes=10)
    alerts = world.mails(lead_id, Template.ALERT_OWNER)
    assert [alert.permission.address for alert in alerts] == ["ana@leadtight.example", "ben@leadtight.example"]
    for alert, due in zip(alerts, ("09:05", "09:15"), strict=True):
        for words in ("Ada Obi", "Web form", "call me about a roof", f"Mon 23 Nov, {due}"):
            assert words in alert.mail.text
            assert words in alert.mail.html
    world.press(lead_id, "connected")
    assert world.lead(lead_id).first_contact_by == "ben"


@pytest.mark.proves("E4", "J8")
def test_an_alert_uses_the_first_choice_and_a_missed_promise_all_channels() -> None:
    world = only_ana(alert_by=(Channel.SLACK, Channel.SMS, Channel.EMAIL), phone=PHONE)
    lead_id = world.receive(message=HOT)
    [card] = world.chat.posted
    assert (card.permission.address, card.card.title[:8]) == ("ana", "New lead")
    assert dict(card.card.facts)["Source"] == "API"
    assert [label for label, _ in card.card.links] == ["Record what happened", "All your leads"]
    assert world.texter.sent == []
    assert world.mails(lead_id, Template.ALERT_OWNER) == []
    world.advance(minutes=5)
    assert world.chat.posted[-1].permission.purpose is Template.DEADLINE_MISSED
    assert world.texter.sent[-1].permission.purpose is Template.DEADLINE_MISSED
    assert len(world.mails(lead_id, Template.DEADLINE_MISSED)) == 1
    assert len([a for a in world.table.alerts("ana").sent if "deadline_missed" in a.notice]) == 1


@pytest.mark.proves("J8")
def test_a_failing_channel_falls_back_to_the_next_and_finally_to_mail() -> None:
    world = only_ana(alert_by=(Channel.SLACK, Channel.TEAMS))
    world.chat.failures = [SendRefused("answered 404"), SendFailed("answered 503")]
    lead_id = world.receive(message=WARM)
    assert len(world.mails(lead_id, Template.ALERT_OWNER)) == 1
    message = world.message(lead_id, Template.ALERT_OWNER)
    assert (message.channel, message.status, message.attempts) == (Channel.EMAIL, Status.SENT, 1)
    sent = [e for e in world.events(lead_id, EventKind.MESSAGE_SENT) if e.data["template"] == "alert_owner"]
    assert [e.data["instead_of"] for e in sent] == ["teams: answered 503"]
    assert len(world.table.alerts("ana").sent) == 1


def test_a_missed_promise_reaches_a_person_whose_only_channel_fails() -> None:
    world = only_ana(alert_by=(Channel.TEAMS,))
    lead_id = world.receive(message=HOT)
    world.chat.failures = [SendFailed("no answer") for _ in range(99)]
    world.advance(minutes=6)
    assert len(world.mails(lead_id, Template.DEADLINE_MISSED)) == 1


def test_every_message_to_the_team_has_a_rank() -> None:
    to_leads = {Template.ASK_LEAD, Template.ACKNOWLEDGE, Template.SEQUENCE_STEP, Template.BOOKING_LINK, Template.ASSET}
    assert set(RANKS) | to_leads | {Template.WEEKLY_REVIEW} == set(Template)


@pytest.mark.proves("Q11")
@pytest.mark.slow
@settings(max_examples=4, deadline=None)
@given(
    arrivals=st.lists(st.tuples(st.integers(0, 3 * 60), st.booleans()), min_size=4, max_size=9),
    budget=st.integers(1, 6),
)
def test_on_any_day_alerts_stay_under_the_cap_no_breach_is_lost_and_the_rest_is_digested(
    arrivals: list[tuple[int, bool]], budget: int
) -> None:
    world = World(policy=day_of_two(budget))
    for minute, is_hot in sorted(arrivals):
        world.advance(seconds=max(0.0, (MONDAY_NINE + timedelta(minutes=minute) - world.now).total_seconds()))
        world.receive(message=HOT if is_hot else WARM)
    world.advance(hours=9)
    interruptions = _interruptions(world)
    for person in ("ana", "ben", "mia"):
        _check_cap([i for i in interruptions if i[0] == person], budget)
    for lead_id in world.lead_ids():
        for event in world.events(lead_id, EventKind.DEADLINE_MISSED):
            assert any(m.created_at == event.at for m in _interrupting(world, lead_id, Template.DEADLINE_MISSED))
        for message in world.table.messages(lead_id):
            is_gathered = message.queued and message.next_try_at > world.now - SWEEP_EVERY
            assert is_gathered or message.status in (Status.SENT, Status.REFUSED), message


def day_of_two(budget: int) -> Policy:
    policy = with_pool(World().policy, {"ana": 1, "ben": 1})
    return replace(policy, alerts=AlertRules(per_hour=budget, digest_every=EVERY_HALF_HOUR))


def _interrupting(world: World, lead_id: str, template: Template) -> list[Message]:
    return [m for m in world.table.messages(lead_id) if m.template is template and m.detail != "in a digest"]


def _interruptions(world: World) -> list[tuple[str, NoticeRank, Any]]:
    sent = [(e.data, e.at) for lead_id in world.lead_ids() for e in world.events(lead_id, EventKind.MESSAGE_SENT)]
    interruptions = [
        (data["recipient"], RANKS[Template(data["template"])], at)
        for data, at in sent
        if data["recipient"] != LEAD and data["detail"] != "in a digest"
    ]
    return sorted(interruptions, key=lambda i: (i[2], -i[1]))


def _check_cap(interruptions: list[tuple[str, NoticeRank, Any]], budget: int) -> None:
    """Check that only breaches interrupt beyond the budget.

    Within the hour before it, breaches counted.
    """
    for number, (_, its_rank, at) in enumerate(interruptions):
        recent = [i for i in interruptions[:number] if i[2] > at - HOUR]
        assert its_rank is NoticeRank.BREACH or len(recent) < SHARES[its_rank] * budget


@pytest.mark.proves("Q11")
def test_one_digest_takes_all_waiting_alerts_and_lists_the_most_urgent() -> None:
    world = only_ana(budget=2, caps=Caps())
    world.alarms.lost = True
    for number in range(82):
        world.receive(message=f"{WARM} {number}")
    world.advance(minutes=35)
    [digest] = digests(world)
    assert digest.mail.subject == "Summary: updates on 80 leads"
    assert digest.mail.text.count("Record what happened") == 50
    assert "And 30 more leads, less urgent." in digest.mail.text
    assert "And 30 more leads, less urgent." in digest.mail.html
    assert world.table.queued(world.now, 999) == ()


def test_in_a_flood_missed_promises_are_digested_too_and_none_is_lost() -> None:
    shipped = World().policy
    bounded = replace(shipped, alerts=replace(shipped.alerts, breaches_per_hour=10))
    world = World(policy=bounded)
    for _ in range(40):
        world.receive()
    world.advance(minutes=59)
    to_mia = [sent for sent in world.mailer.sent if sent.permission.address == "mia@leadtight.example"]
    assert len(to_mia) <= 10 + 2 * 2, "her alerts, and a digest each half hour"
    world.advance(hours=3)
    messages = [m for i in world.lead_ids() for m in world.table.messages(i) if m.template is Template.ESCALATE]
    assert len({m.lead_id for m in messages}) == 40
    assert {m.status for m in messages} <= {Status.SENT, Status.CONFIRMED, Status.REFUSED}
