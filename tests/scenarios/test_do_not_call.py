"""Do-not-call lists block texts and warn the owner (H2)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from leadtight.adapters.presentation.pages.outcome import Pages
from leadtight.domain.compliance.do_not_call import DncList
from leadtight.domain.model.event import EventKind as Kind
from leadtight.domain.model.identity import person_key
from leadtight.domain.model.message import Channel, Status, Template
from leadtight.policy import loader as policies
from tests.scenarios.sequences import AGREED, planned_world, until
from tests.scenarios.world import World

NUMBER = "+4930901820"
TEXTS: dict[str, Any] = {"phone": NUMBER, "country": "DE", "consent": {"sms": True}}
WHY = "on the do-not-call list “national” (as of 2026-11-20)"


def imported(world: World, *numbers: str, age: int = 3) -> None:
    """Import a list that was obtained so many days ago."""
    dnc_list = DncList(
        name="national",
        as_of=(world.now - timedelta(days=age)).astimezone(UTC).date(),
        imported_at=world.now,
        numbers=len(numbers),
    )
    world.call_lists.add(dnc_list, [person_key(number) for number in numbers])
    world.call_lists.publish(dnc_list)


@pytest.mark.proves("H2")
def test_a_listed_number_is_not_texted_and_the_refusal_says_which_list() -> None:
    world = World()
    imported(world, NUMBER)
    lead_id = world.receive(**TEXTS)
    assert world.texter.sent == []
    [refused] = world.events(lead_id, Kind.MESSAGE_REFUSED)
    assert refused.data["detail"] == WHY
    assert refused.data["channel"] == Channel.SMS
    assert world.message(lead_id, Template.ACKNOWLEDGE).status is Status.SENT  # the mail is still sent


@pytest.mark.proves("H2")
def test_other_numbers_are_texted_until_the_list_is_older_than_31_days() -> None:
    world = World()
    imported(world, "+4930901821", age=31)
    first = world.receive(**TEXTS)
    assert world.message(first, Template.ACKNOWLEDGE, Channel.SMS).status is Status.SENT
    world.advance(days=1)
    second = world.receive(**{**TEXTS, "phone": "+4930901822"})
    stale = world.message(second, Template.ACKNOWLEDGE, Channel.SMS)
    assert (stale.status, stale.detail) == (Status.REFUSED, "the do-not-call list “national” is 32 days old")


def test_a_list_required_by_the_policy_must_have_been_imported() -> None:
    shipped = policies.shipped()
    needs = replace(shipped, messaging=replace(shipped.messaging, do_not_call_lists=("national",)))
    world = World(policy=needs)
    lead_id = world.receive(**TEXTS)
    assert world.message(lead_id, Template.ACKNOWLEDGE, Channel.SMS).detail == (
        "the do-not-call list “national” was never imported"
    )
    imported(world)
    lead_id = world.receive(**{**TEXTS, "phone": "+4930901822"})
    assert world.message(lead_id, Template.ACKNOWLEDGE, Channel.SMS).status is Status.SENT


def test_a_sequence_step_checks_the_list_on_its_day() -> None:
    world = planned_world()
    lead_id = world.receive(**AGREED)
    until(world, 7)
    world.press(lead_id, "no_answer")
    until(world, 8.5)
    imported(world, NUMBER)
    until(world, 10)
    assert world.message(lead_id, Template.SEQUENCE_STEP, Channel.SMS).status is Status.REFUSED
    assert [sent.permission.purpose for sent in world.texter.sent] == [Template.ACKNOWLEDGE]


@pytest.mark.proves("H2")
def test_the_owner_sees_in_alert_task_and_page_that_the_number_must_not_be_called() -> None:
    world = World()
    imported(world, NUMBER)
    lead_id = world.receive(**TEXTS)
    [alert] = world.mails(lead_id, Template.ALERT_OWNER)
    assert f"Do not call: {WHY}" in alert.mail.text
    assert NUMBER not in alert.mail.text + alert.mail.html
    page = Pages(world.policy).outcome(world.desk.show(world.link(lead_id), world.now), world.now)
    assert WHY in page
    assert f"tel:{NUMBER}" not in page
    other = world.receive(**{**TEXTS, "phone": "+4930901822"})
    [alert] = world.mails(other, Template.ALERT_OWNER)
    assert "Do not call" not in alert.mail.text
    assert "tel:+4930901822" in alert.mail.html


@pytest.mark.proves("H3")
def test_an_alert_outside_the_leads_hours_says_from_when_they_may_be_called() -> None:
    world = World()
    lead_id = world.receive(name="Ada Obi", phone="+12135550123", country="US")
    [alert] = world.mails(lead_id, Template.ALERT_OWNER)
    assert (
        "Do not call: outside the hours in which they may be called, until Mon 23 Nov, 17:00 our time"
        in alert.mail.text
    )
    assert "tel:" not in alert.mail.html
    assert "5550123" not in alert.mail.text + alert.mail.html


def test_mail_beyond_the_acknowledgement_requires_a_postal_address_and_includes_it() -> None:
    shipped = policies.shipped()
    homeless = replace(shipped, company=replace(shipped.company, postal_address="", booking_url="https://book.example"))
    world = World(policy=homeless)
    lead_id = world.receive()
    world.press(lead_id, "interested")
    assert world.message(lead_id, Template.ACKNOWLEDGE).status is Status.SENT
    assert world.message(lead_id, Template.BOOKING_LINK).detail == "the policy has no postal address of the company"
    world = World(policy=replace(shipped, company=replace(shipped.company, booking_url="https://book.example")))
    lead_id = world.receive()
    world.press(lead_id, "interested")
    [mail] = world.mails(lead_id, Template.BOOKING_LINK)
    assert shipped.company.postal_address in mail.mail.text.replace("\n", " ")
    assert shipped.company.postal_address in mail.mail.html


def test_a_list_ages_by_the_utc_day() -> None:
    dnc_list = DncList(name="x", as_of=datetime(2026, 11, 1, tzinfo=UTC).date(), imported_at=World().now, numbers=0)
    assert dnc_list.age(datetime(2026, 11, 2, 0, 0, tzinfo=UTC)) == 1
