"""Messages caused by strangers are bounded.

The limits are by person, network, source and day.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from leadtight.adapters.contact_points.number_costs import barred_reason, countries
from leadtight.app.intake.submission import Submission
from leadtight.domain.compliance.send_limits import mailbox
from leadtight.domain.intake.rate_limits import PostOrigin
from leadtight.domain.model.errors import SendFailed
from leadtight.domain.model.event import EventKind as Kind
from leadtight.domain.model.message import Channel, Status, Template
from leadtight.domain.policy.forms import FormLimits
from leadtight.domain.policy.messaging import Budgets, DailySendLimits
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.trust import Submitter
from leadtight.policy import loader as policies
from tests.scenarios.world import World

VICTIM = "victim@example.org"
NUMBER = "+49 30 901820"
AGREED = {"sms": True, "text": "You may text me."}
OPEN = FormLimits()


def messaging(**changes: Any) -> Policy:
    shipped = policies.shipped()
    return replace(shipped, messaging=replace(shipped.messaging, **changes))


def post(world: World, number: int, *, address: str = "203.0.113.9", source: str = "api", **body: Any) -> str:
    """Post as a stranger, with a unique message."""
    fields = {"name": f"Eve {number}", "email": f"eve{number}@example.org", "message": f"call me, {number}"} | body
    door = PostOrigin(name="api", rates=FormLimits(per_source=100_000), address=address)
    return world.submit(Submission(source=source, body=fields, door=door)).lead_id


def mailed(world: World, template: Template = Template.ACKNOWLEDGE) -> list[str]:
    return [mail.permission.address for mail in world.mailer.sent if mail.permission.purpose is template]


@pytest.mark.proves("E1", "U3")
def test_a_known_address_is_answered_twice_on_the_first_day_and_once_on_each_other() -> None:
    world, lead_id = World(), ""
    for number in range(48):
        lead_id = post(world, number, email=VICTIM, address=f"2001:db8:{number:x}::1")
        world.advance(hours=1)
    assert len(mailed(world)) == 3
    assert len(world.events(lead_id, Kind.INQUIRY_JOINED)) == 47, "each of them is kept"
    refused = world.events(lead_id, Kind.MESSAGE_REFUSED)
    assert {event.data["detail"] for event in refused} == {"this address had an automatic reply within 24 hours"}
    assert world.lead(lead_id).owner_id


@pytest.mark.parametrize("spelling", ["victim+{}@example.org", "VICTIM+x{}@Example.org"])
def test_all_spellings_of_a_mailbox_are_one(spelling: str) -> None:
    world = World()
    for number in range(20):
        post(world, number, email=spelling.format(number))
    assert len(mailed(world)) == 2


def test_gmail_ignores_dots() -> None:
    assert {mailbox(a) for a in ("a.da@gmail.com", "ada+x@googlemail.com", "AdA@gmail.com")} == {"ada@gmail.com"}
    assert mailbox("a.da@example.com") != mailbox("ada@example.com")
    assert mailbox("+@example.com") == "+@example.com"


def test_many_leads_of_one_address_are_one_person() -> None:
    world = World()
    for number in range(10):
        lead_id = post(world, number, email=VICTIM)
        world.press(lead_id, "lost", reason="spam")
    assert len(set(world.lead_ids())) == 10
    assert len(mailed(world)) == 2


@pytest.mark.proves("U3")
def test_one_network_causes_limited_answers_a_day_and_another_is_still_answered() -> None:
    world = World(policy=messaging(limits=DailySendLimits(per_network=5)))
    flood = [post(world, number, address=f"2001:db8:7:{number:x}::1") for number in range(20)]
    genuine = post(world, 99, address="2001:db8:8::1")
    assert len(mailed(world)) == 6
    assert world.message(genuine, Template.ACKNOWLEDGE).status is Status.SENT
    refused = world.message(flood[-1], Template.ACKNOWLEDGE)
    assert (refused.status, refused.detail) == (
        Status.REFUSED,
        "its network has caused the maximum of automatic answers for today",
    )
    assert all(world.lead(lead_id).owner_id and world.lead(lead_id).clocks for lead_id in flood)


def test_beyond_a_sources_limit_each_network_is_answered_once_and_a_new_visitor_too() -> None:
    world = World(policy=messaging(limits=DailySendLimits(per_source=10)))
    for number in range(60):
        post(world, number, address=f"2001:db8:{number % 6:x}::1", source=f"name{number}")
    assert len(mailed(world)) == 10
    genuine = [post(world, 100 + n, address=f"198.51.{n}.7") for n in range(5)]
    assert {world.message(lead_id, Template.ACKNOWLEDGE).status for lead_id in genuine} == {Status.SENT}


@pytest.mark.proves("E1")
def test_a_strangers_tick_texts_nobody_and_the_mail_is_sent() -> None:
    world = World()
    for number in range(50):
        post(world, number, phone=f"+49 30 9018{number:02}", consent=AGREED)
    assert world.texter.sent == []
    assert len(mailed(world)) == 50
    message = world.message(world.lead_ids()[0], Template.ACKNOWLEDGE, Channel.SMS)
    assert (message.status, message.detail) == (Status.REFUSED, "the phone number is not verified")


@pytest.mark.proves("E1")
@pytest.mark.parametrize("proof", ["verified", "provider", "team"])
def test_a_proved_number_is_texted(proof: str) -> None:
    world = World()
    world.receive(phone=NUMBER, consent=AGREED, phone_proof=proof)
    assert [text.permission.address for text in world.texter.sent] == ["+4930901820"]


@pytest.mark.parametrize(
    ("caller", "says", "is_texted"),
    [
        (Submitter.KEYED_API, True, True),
        (Submitter.PROVIDER, True, True),
        (Submitter.API, True, False),
        (Submitter.FORM, True, False),
        (Submitter.KEYED_API, "no", False),
        (Submitter.KEYED_API, "true", False),
        (Submitter.PROVIDER, None, False),
    ],
)
def test_only_trusted_sources_may_say_that_a_number_is_verified(
    caller: Submitter, says: object, is_texted: bool
) -> None:
    world = World()
    body = {"name": "Ada", "phone": NUMBER, "consent": AGREED, "phone_verified": says}
    mapped = frozenset({"phone", "phone_verified", "consent"})
    lead_id = world.submit(Submission(source="api", body=body, caller=caller, mapped=mapped)).lead_id
    assert bool(world.texter.sent) == is_texted
    assert is_texted or says is None or "phone_verified" in world.lead(lead_id).inquiry.fields


def test_a_text_from_the_number_proves_it() -> None:
    world = World()
    lead_id = post(world, 1, phone=NUMBER, consent=AGREED)
    answer = {"phone": "+4930901820", "message": "yes, it is me"}
    world.submit(Submission(source="twilio_sms", body=answer, conversation=True, phone_proof="provider"))
    assert world.lead(lead_id).inquiry.phone_proof == "provider"


def test_the_proof_of_one_number_proves_no_other() -> None:
    world = World()
    lead_id = world.receive(email=VICTIM, phone=NUMBER, consent=AGREED)
    post(world, 2, email=VICTIM, phone="+49 30 901899", consent=AGREED)
    assert [text.permission.address for text in world.texter.sent] == ["+4930901820"]
    assert world.lead(lead_id).inquiry.phone == "+4930901820"


def test_a_policy_may_text_without_proof() -> None:
    world = World(policy=messaging(number_proof=False))
    post(world, 1, phone=NUMBER, consent=AGREED)
    assert len(world.texter.sent) == 1


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("+23276123456", "the policy does not allow texts or automatic calls to SL"),
        ("+18765551234", "the policy does not allow texts or automatic calls to JM"),
        ("+447400123456", "the policy does not allow texts or automatic calls to GB"),
        ("+870773123456", "the policy does not allow texts or automatic calls to numbers outside any country"),
        ("+881612345678", "the policy does not allow texts or automatic calls to numbers outside any country"),
        ("+499001234567", "texts and calls to numbers of this kind cost more"),
        ("+4918012345", "texts and calls to numbers of this kind cost more"),
        ("+4970012345678", "texts and calls to numbers of this kind cost more"),
        ("+19005551234", "texts and calls to numbers of this kind cost more"),
        ("none", "the country of the number is not known"),
        ("+491711234567", ""),
        ("+12125550123", ""),
    ],
)
def test_only_standard_rate_numbers_of_the_policys_countries_are_texted(number: str, reason: str) -> None:
    assert barred_reason(policies.shipped(), number) == reason


def test_by_default_the_countries_are_those_of_the_company_and_its_teams() -> None:
    assert countries(messaging(countries=None)) == {"DE"}
    world = World(policy=messaging(countries=None))
    lead_id = world.receive(phone="+1 212 555 0123", country="US", consent=AGREED)
    assert world.texter.sent == []
    detail = world.message(lead_id, Template.ACKNOWLEDGE, Channel.SMS).detail
    assert detail == "the policy does not allow texts or automatic calls to US"


def test_after_the_days_budget_automatic_answers_wait_and_requested_messages_are_sent() -> None:
    world = World(policy=messaging(budgets=Budgets(mails=10)))
    leads = [world.receive(email=f"ada{n}@example.com") for n in range(12)]
    assert len(mailed(world)) == 9, "nine tenths are for answers"
    waiting = world.message(leads[-1], Template.ACKNOWLEDGE)
    assert (waiting.status, waiting.detail) == (Status.PENDING, "today's budget of email is used up")
    assert all(world.lead(lead_id).owner_id for lead_id in leads)
    assert len(mailed(world, Template.ALERT_OWNER)) >= 1, "the team is notified of them"
    world.press(leads[-1], "interested")
    assert mailed(world, Template.BOOKING_LINK) == ["ada11@example.com"]
    world.advance(hours=17)
    assert len(mailed(world)) == 12, "nothing is dropped"


@pytest.mark.slow
def test_yesterdays_answers_leave_room_for_todays_and_expire_after_a_day() -> None:
    world = World(policy=messaging(budgets=Budgets(mails=10)))
    leads = [world.receive(email=f"ada{n}@example.com") for n in range(30)]
    world.advance(hours=17)
    assert len(mailed(world)) == 9 + 5
    fresh = world.receive(email="new@example.com")
    assert world.message(fresh, Template.ACKNOWLEDGE).status is Status.SENT
    world.advance(hours=24)
    messages = [world.message(lead_id, Template.ACKNOWLEDGE) for lead_id in leads]
    late = [message.detail for message in messages if message.status is Status.REFUSED]
    assert late == ["it would come too late"] * 16


def test_a_retried_message_is_counted_once() -> None:
    world = World(policy=messaging(budgets=Budgets(mails=2), limits=DailySendLimits(mails_per_person=1)))
    world.mailer.failures = [SendFailed("throttled") for _ in range(4)]
    lead_id = world.receive()
    world.advance(minutes=10)
    assert world.message(lead_id, Template.ACKNOWLEDGE).status is Status.SENT


def test_messages_other_than_answers_wait_for_room_in_the_readers_day() -> None:
    policy = replace(messaging(limits=DailySendLimits(mails_per_person=1)), ask_lead_after=timedelta(hours=1))
    world = World(policy=policy)
    lead_id = world.receive(email=VICTIM)
    world.press(lead_id, "interested")
    assert mailed(world, Template.BOOKING_LINK) == [VICTIM], "a team member requested it"
    other = world.receive(email=VICTIM, message="and another thing")
    assert world.message(other, Template.ACKNOWLEDGE).status is Status.REFUSED
