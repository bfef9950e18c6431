"""Messages go once, only to permitted recipients.

Providers may fail in any way.
"""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from leadtight.adapters.memory.ports import PUBLIC_URL
from leadtight.adapters.memory.send_pace import MemoryPace
from leadtight.app.messaging.delivery_reports import DeliveryReceipt, DeliveryReport
from leadtight.domain.compliance.send_permission import Permission
from leadtight.domain.model.errors import SendFailed, SendRefused, SendThrottled, SendUnsure
from leadtight.domain.model.event import EventKind as Kind
from leadtight.domain.model.identity import person_key
from leadtight.domain.model.message import Channel, Status, Template
from tests.scenarios.world import MONDAY_NINE, WARM, World

CONSENT = {"sms": True, "text": "Text me about my inquiry", "url": "https://harbour.example/contact"}
PHONE = "+49 30 901820"


@pytest.mark.proves("E1")
@pytest.mark.parametrize("is_doubled", [False, True])
def test_each_inquiry_is_acknowledged_once_by_mail_and_with_consent_by_text(is_doubled: bool) -> None:
    world = World(stream_doubled=is_doubled)
    texted, mailed = world.receive(phone=PHONE, consent=CONSENT), world.receive(phone="+49 30 901821")
    world.advance(hours=1)
    for lead_id in (texted, mailed):
        assert len(world.mails(lead_id, Template.ACKNOWLEDGE)) == 1
    assert [sent.permission.address for sent in world.texter.sent] == ["+4930901820"]
    assert Channel.SMS not in {message.channel for message in world.table.messages(mailed)}
    world.receive(email="ada1@example.com", message="One more thing", phone=None)
    assert len(world.mails(texted, Template.ACKNOWLEDGE)) == 2


@pytest.mark.proves("E1")
@pytest.mark.parametrize(
    ("language", "words"), [("de", "Ana Costa meldet sich bei Ihnen bis"), ("en", "Ana Costa will get in touch")]
)
def test_acknowledgement_that_waited_names_the_owner_in_the_leads_language(language: str, words: str) -> None:
    world = World()
    world.mailer.failures = [SendFailed("throttled") for _ in range(3)]
    lead_id = world.receive(language=language)
    world.advance(minutes=6)
    [sent] = world.mails(lead_id, Template.ACKNOWLEDGE)
    assert words in sent.mail.text
    assert str(world.policy.company.booking_url) in sent.mail.text


def test_an_acknowledgement_has_no_link_that_acts_for_the_team() -> None:
    world = World()
    mail = world.mails(world.receive(), Template.ACKNOWLEDGE)[0].mail
    assert PUBLIC_URL not in mail.text + mail.html


def test_a_provider_outage_is_retried_until_each_message_is_delivered_once() -> None:
    world = World()
    world.mailer.failures = [SendFailed("throttled") for _ in range(10)]
    lead_id = world.receive(message=WARM)
    assert world.message(lead_id, Template.ACKNOWLEDGE).detail == "throttled"
    world.advance(minutes=50)
    assert len(world.mails(lead_id, Template.ACKNOWLEDGE)) == 1
    assert len(world.mails(lead_id, Template.ALERT_OWNER)) == 1
    assert world.message(lead_id, Template.ACKNOWLEDGE).status is Status.SENT


def test_a_brief_provider_failure_costs_no_waiting() -> None:
    world = World()
    world.mailer.failures = [SendFailed("throttled") for _ in range(2)]
    lead_id = world.receive()
    assert len(world.mails(lead_id, Template.ACKNOWLEDGE)) == 1


def test_a_deliberately_postponed_message_is_not_a_repair() -> None:
    world = World()
    world.mailer.failures = [SendFailed("throttled") for _ in range(3)]
    world.receive()
    world.advance(minutes=6)
    assert world.repairs() == 0


@pytest.mark.slow
def test_a_provider_that_never_accepts_is_given_up_and_the_history_says_so() -> None:
    world = World()
    world.mailer.failures = [SendFailed("down") for _ in range(10_000)]
    lead_id = world.receive()
    world.advance(days=1)
    message = world.message(lead_id, Template.ACKNOWLEDGE)
    assert (message.status, message.detail) == (Status.DEAD, "down")
    assert 24 * 4 <= message.attempts <= 24 * 4 * 4 / 3 + 12, "every quarter of an hour for a day, a bit less"
    assert [e.data["message"] for e in world.events(lead_id, Kind.MESSAGE_FAILED)].count(message.id) == 1
    assert world.lead(lead_id).owner_id is not None


def test_an_unanswered_send_confirmed_by_the_provider_is_not_repeated() -> None:
    world = World()
    world.mailer.failures = [SendUnsure("timeout")]
    lead_id = world.receive()
    message = world.message(lead_id, Template.ACKNOWLEDGE)
    assert message.status is Status.CLAIMED
    report = DeliveryReport(
        provider_id="ses-1", reported=DeliveryReceipt.DELIVERED, lead_id=lead_id, message_id=message.id
    )
    assert world.delivery_reports.record(report, world.now)
    assert not world.delivery_reports.record(report, world.now)
    world.advance(hours=1)
    assert world.mails(lead_id, Template.ACKNOWLEDGE) == []
    assert world.message(lead_id, Template.ACKNOWLEDGE).status is Status.CONFIRMED


def test_every_mail_has_the_ids_that_its_report_will_name() -> None:
    world = World()
    world.receive()
    assert len(world.mailer.sent) == 2
    for number, sent in enumerate(world.mailer.sent, start=1):
        message = world.table.find(sent.envelope.lead_id, sent.envelope.message_id)
        assert message is not None
        assert (message.provider_id, message.template) == (f"mail-{number}", sent.permission.purpose)


def test_a_rate_limited_provider_gets_no_other_mail_this_second() -> None:
    world = World()
    world.twins.pace = MemoryPace()
    world.govern(world.policy)
    world.mailer.failures = [SendThrottled("maximum sending rate exceeded")]
    lead_id = world.receive()
    assert world.mailer.sent == []
    waiting = {m.detail.partition(":")[0] for m in world.table.messages(lead_id)}
    assert waiting == {"over the provider's rate"}
    world.advance(seconds=2)
    assert {sent.permission.purpose for sent in world.mailer.sent} == {Template.ACKNOWLEDGE, Template.ALERT_OWNER}


def test_a_message_not_tried_for_its_whole_time_is_dropped() -> None:
    world = World(stream_down=True, sweeping=False)
    first, second = (world.receive() for _ in range(2))
    messages = [world.message(lead_id, Template.ACKNOWLEDGE) for lead_id in (first, second)]
    world.now += world.policy.messaging.give_up_after - timedelta(seconds=1)
    sent = world.respond.deliver(first, messages[0].id, world.now)
    world.now += timedelta(seconds=1)
    late = world.respond.deliver(second, messages[1].id, world.now)
    assert sent is not None
    assert late is not None
    assert (sent.status, late.status) == (Status.SENT, Status.DEAD)
    assert late.detail == "tried for too long without an answer"
    assert len(world.events(second, Kind.MESSAGE_FAILED)) == 1


def test_after_an_unanswered_send_the_provider_rests_for_ten_seconds() -> None:
    world = World(stream_down=True, sweeping=False)
    leads = [world.receive() for _ in range(2)]
    world.advance(minutes=1)
    world.stream_down = False
    world.mailer.failures = [SendUnsure("timeout")]
    world.dispatch.work(world.now)
    assert world.mailer.sent == []
    world.advance(seconds=9)
    assert world.mailer.sent == []
    world.advance(seconds=2)
    assert sorted(world.message(i, Template.ACKNOWLEDGE).status for i in leads) == [Status.CLAIMED, Status.SENT]


def test_a_send_without_answer_or_report_is_retried_after_its_lease() -> None:
    world = World()
    world.mailer.failures = [SendUnsure("timeout")]
    lead_id = world.receive()
    world.respond.deliver(lead_id, "acknowledge-1-0", world.now + timedelta(minutes=2, seconds=-1))
    assert world.mails(lead_id, Template.ACKNOWLEDGE) == []
    world.advance(minutes=6)
    assert len(world.mails(lead_id, Template.ACKNOWLEDGE)) == 1


def test_sends_that_are_never_answered_back_off_and_end() -> None:
    world = World()
    world.mailer.failures = [SendUnsure("timeout") for _ in range(10_000)]
    lead_id = world.receive()
    world.advance(hours=25)
    message = world.message(lead_id, Template.ACKNOWLEDGE)
    assert message.status is Status.DEAD
    assert message.attempts <= 12
    assert world.events(lead_id, Kind.MESSAGE_FAILED)


def test_a_message_that_always_crashes_its_sender_is_given_up() -> None:
    world = World()
    world.mailer.failures = [RuntimeError("cannot be rendered") for _ in range(10_000)]
    world.stream_down = True
    lead_id = world.receive(message=WARM)
    world.govern(replace(world.policy, messaging=replace(world.policy.messaging, give_up_after=timedelta(hours=1))))
    world.advance(hours=1, minutes=10)
    assert world.message(lead_id, Template.ACKNOWLEDGE).status is Status.DEAD


def test_a_refused_address_is_dead_and_visible_and_the_lead_is_still_owned_and_timed() -> None:
    world = World()
    world.mailer.failures = [SendRefused("address not allowed")]
    lead_id = world.receive()
    assert world.message(lead_id, Template.ACKNOWLEDGE).status is Status.DEAD
    failed = world.events(lead_id, Kind.MESSAGE_FAILED)
    assert [e.data["detail"] for e in failed] == ["address not allowed"]
    assert world.mails(lead_id, Template.ALERT_OWNER)
    world.advance(minutes=6)
    assert Kind.DEADLINE_MISSED in world.kinds(lead_id)


@pytest.mark.proves("H4")
@pytest.mark.parametrize("reported", [DeliveryReceipt.BOUNCED, DeliveryReceipt.COMPLAINED])
def test_a_bounce_or_complaint_ends_the_channel_for_the_person(reported: DeliveryReceipt) -> None:
    world = World()
    lead_id = world.receive(email="ada@example.com")
    assert world.report(world.mails(lead_id, Template.ACKNOWLEDGE)[0], reported, "no such user")
    assert world.message(lead_id, Template.ACKNOWLEDGE).status is Status.BOUNCED
    assert world.receive(email="ADA@example.com", message="me again, today") == lead_id
    assert len(world.mails(lead_id, Template.ACKNOWLEDGE)) == 1
    refused = world.events(lead_id, Kind.MESSAGE_REFUSED)
    assert [e.data["detail"] for e in refused] == ["opted out of email"]
    assert world.mails(lead_id, Template.WROTE_AGAIN)


def test_a_confirmation_after_a_bounce_does_not_revive_the_message() -> None:
    world = World()
    lead_id = world.receive()
    sent = world.mails(lead_id, Template.ACKNOWLEDGE)[0]
    world.report(sent, DeliveryReceipt.BOUNCED)
    assert not world.report(sent, DeliveryReceipt.DELIVERED)
    assert world.message(lead_id, Template.ACKNOWLEDGE).status is Status.BOUNCED


def test_a_bounced_alert_does_not_end_the_leads_channel() -> None:
    world = World()
    lead_id = world.receive()
    world.report(world.mails(lead_id, Template.ALERT_OWNER)[0], DeliveryReceipt.BOUNCED)
    assert world.receive(email="ada1@example.com") == lead_id
    assert len(world.mails(lead_id, Template.ACKNOWLEDGE)) == 2


def test_a_report_about_a_foreign_mail_is_ignored() -> None:
    world = World()
    world.receive()
    assert not world.delivery_reports.record(
        DeliveryReport(provider_id="other", reported=DeliveryReceipt.BOUNCED), world.now
    )


def test_a_report_is_found_by_the_provider_id_alone() -> None:
    world = World()
    lead_id = world.receive()
    assert world.delivery_reports.record(
        DeliveryReport(provider_id="mail-1", reported=DeliveryReceipt.DELIVERED), world.now
    )
    assert world.message(lead_id, Template.ACKNOWLEDGE).status is Status.CONFIRMED


@pytest.mark.proves("H1")
def test_a_text_goes_only_to_a_number_with_recorded_consent() -> None:
    world = World()
    consented, not_asked = world.receive(phone=PHONE, consent=CONSENT), world.receive(phone="+49 30 901821")
    assert [t.envelope.lead_id for t in world.texter.sent] == [consented]
    assert world.texter.sent[0].permission.basis == "consent"
    assert world.lead(consented).inquiry.consent.url == CONSENT["url"]
    assert {m.channel for m in world.table.messages(not_asked)} == {Channel.EMAIL}


@pytest.mark.proves("H1")
def test_a_text_needs_consent_when_it_is_sent() -> None:
    world = World(stream_down=True)
    lead_id = world.receive(phone=PHONE, consent=CONSENT)
    lead = world.lead(lead_id)
    withdrawn = replace(lead.inquiry.consent, sms=False)
    world.table._leads[lead_id] = replace(lead, inquiry=replace(lead.inquiry, consent=withdrawn))
    world.stream_down = False
    world.advance(minutes=6)
    assert world.texter.sent == []
    refused = world.events(lead_id, Kind.MESSAGE_REFUSED)
    assert [(e.data["channel"], e.data["detail"]) for e in refused] == [("sms", "no consent to texts")]


@pytest.mark.proves("Q9")
def test_each_message_is_sent_with_the_permission_that_names_its_person_channel_purpose_and_zones() -> None:
    world = World(now=MONDAY_NINE + timedelta(hours=8))  # eleven in New York
    lead_id = world.receive(phone="+1 212 555 0123", country="US", email="ada@example.com", consent=CONSENT)
    [text], version = world.texter.sent, world.policy.version
    purpose = Template.ACKNOWLEDGE
    assert text.permission == Permission(
        person=person_key("+12125550123"),
        channel=Channel.SMS,
        purpose=purpose,
        address="+12125550123",
        policy_version=version,
        basis="consent",
        zones=("America/New_York",),
    )
    [mail] = world.mails(lead_id, purpose)
    assert mail.permission == Permission(
        person=person_key("ada@example.com"),
        channel=Channel.EMAIL,
        purpose=purpose,
        address="ada@example.com",
        policy_version=version,
        basis="inquiry",
    )


@pytest.mark.parametrize("value", ["yes", 1, "true", {"sms": "true"}, {"sms": 1}, [True], True])
def test_only_an_explicit_true_is_consent_to_texts(value: object) -> None:
    world = World()
    world.receive(phone=PHONE, consent=value)
    assert world.texter.sent == []


@pytest.mark.proves("E3")
def test_a_night_text_waits_for_the_first_permitted_minute_while_the_mail_is_sent_at_once() -> None:
    sunday_three = datetime.fromisoformat("2026-11-22T03:00:00+01:00")
    world = World(now=sunday_three)
    lead_id = world.receive(phone=PHONE, consent=CONSENT)
    assert world.mails(lead_id, Template.ACKNOWLEDGE)
    waiting = world.message(lead_id, Template.ACKNOWLEDGE, Channel.SMS)
    assert waiting.next_try_at == sunday_three + timedelta(hours=5)
    world.advance(hours=5, minutes=-1)
    assert world.texter.sent == []
    world.advance(minutes=6)
    assert len(world.texter.sent) == 1


def test_the_team_is_texted_only_by_choice() -> None:
    world = World()
    ana = replace(world.policy.people["ana"], phone="+4930901820", sms_alerts=True)
    world.govern(replace(world.policy, people={**world.policy.people, "ana": ana}))
    lead_id = world.receive()
    world.receive()
    assert [(t.envelope.lead_id, t.permission.basis) for t in world.texter.sent] == [(lead_id, "team")]


@pytest.mark.proves("F5")
def test_no_warning_reaches_the_owner_after_a_contact() -> None:
    world = World()
    lead_id = world.receive()
    world.advance(minutes=2, seconds=59)
    world.mailer.failures = [SendFailed("throttled") for _ in range(3)]
    world.advance(seconds=1)
    world.press(lead_id, "connected")
    world.advance(hours=1)
    assert world.mails(lead_id, Template.WARN_OWNER) == []
    assert world.message(lead_id, Template.WARN_OWNER).status is Status.REFUSED


def test_a_lead_without_contact_points_is_still_owned() -> None:
    world = World()
    lead_id = world.receive(email="", phone="")
    assert world.mails(lead_id, Template.ACKNOWLEDGE) == []
    assert world.lead(lead_id).owner_id == "ana"


def test_a_person_who_left_the_policy_costs_nobody_elses_message() -> None:
    world = World()
    lead_id = world.receive()
    people = {p: q for p, q in world.policy.people.items() if p != "ana"}
    pool = replace(world.policy.pools["inbound"], members={"ben": 1, "cem": 1})
    world.govern(replace(world.policy, people=people, pools={**world.policy.pools, "inbound": pool}))
    world.advance(minutes=11)
    assert world.lead(lead_id).owner_id in ("ben", "cem")
    assert world.mails(lead_id, Template.ESCALATE)
    assert world.events(lead_id, Kind.MESSAGE_REFUSED) == []
    recipients = {message.recipient for message in world.table.messages(lead_id) if message.created_at > MONDAY_NINE}
    assert recipients <= {"mia", "ben", "cem"}, "ana's messages go to the person responsible for her leads"


def test_two_senders_of_one_message_send_it_once() -> None:
    world = World(stream_down=True)
    lead_id = world.receive()
    message = world.message(lead_id, Template.ACKNOWLEDGE)
    assert world.respond.deliver(lead_id, message.id, MONDAY_NINE) is not None
    assert world.respond.deliver(lead_id, message.id, MONDAY_NINE) is None
    assert len(world.mailer.sent) == 1
