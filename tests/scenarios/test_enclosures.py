"""Collateral mailed after an outcome, each once (G2, G4).

The booking link, and what answers an objection.
"""

from dataclasses import replace
from typing import Any

import pytest

from leadtight.domain.model.event import EventKind as Kind
from leadtight.domain.model.event import fold
from leadtight.domain.model.message import Channel, Status, Template
from leadtight.domain.model.stage import Stage
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.sequences import LegalBasis
from leadtight.policy import loader as policies
from tests.scenarios.world import World

PAGE = "https://leadtight.example/book"
MARKETING: dict[str, Any] = {"consent": {"marketing": ["email"], "text": "yes"}}
OBJECTION = "objection:price"


def with_page(url: str | None, company: str | None = PAGE) -> Policy:
    """Return the policy with booking pages.

    One of Ana's own, and the company's.
    """
    shipped = policies.shipped()
    people = {**shipped.people, "ana": replace(shipped.people["ana"], booking_url=url)}
    return replace(shipped, people=people, company=replace(shipped.company, booking_url=company))


@pytest.mark.proves("G2")
@pytest.mark.parametrize("own", ["https://ana.example/call", None])
def test_an_interested_lead_gets_the_owners_booking_link_or_the_companys(own: str | None) -> None:
    world = World(policy=with_page(own))
    lead_id = world.receive()
    world.press(lead_id, "interested")
    [sent] = world.mails(lead_id, Template.BOOKING_LINK)
    assert (own or PAGE) in sent.mail.text
    assert f'href="{own or PAGE}"' in sent.mail.html
    assert (sent.permission.basis, sent.envelope.unsubscribe is not None) == ("inquiry", True)
    assert sent.permission.address == "ada1@example.com"


@pytest.mark.proves("G2")
def test_a_booking_link_is_sent_once_even_if_interest_is_recorded_again_or_undone() -> None:
    world = World()
    lead_id = world.receive()
    world.press(lead_id, "interested")
    world.undo(lead_id)
    world.advance(minutes=1)
    world.press(lead_id, "interested")
    world.advance(days=1)
    world.press(lead_id, "interested")
    assert len(world.mails(lead_id, Template.BOOKING_LINK)) == 1
    assert fold(world.table.history(lead_id)) == world.lead(lead_id)


def test_without_a_page_or_address_no_booking_link_is_owed() -> None:
    world = World(policy=with_page(None, company=None))
    lead_id = world.receive()
    assert world.press(lead_id, "interested").lead.sent_once == ()
    world = World()
    lead_id = world.receive(email="", phone="+49 30 901820")
    assert world.press(lead_id, "interested").lead.sent_once == ()
    assert world.mailer.sent[-1].permission.purpose is not Template.BOOKING_LINK


def test_an_opted_out_person_gets_neither_link_nor_answer() -> None:
    world = World()
    lead_id = world.receive(**MARKETING)
    world.stream_down = True
    world.press(lead_id, OBJECTION)
    world.press(lead_id, "interested")
    world.press(lead_id, "do_not_contact")
    world.stream_down = False
    world.advance(minutes=30)
    for template in (Template.BOOKING_LINK, Template.ASSET):
        assert world.mails(lead_id, template) == []
        assert world.message(lead_id, template).status is Status.REFUSED
        assert "opted out" in world.message(lead_id, template).detail


def test_a_lead_closed_before_the_mail_leaves_gets_none() -> None:
    world = World()
    lead_id = world.receive()
    world.stream_down = True
    world.press(lead_id, "interested")
    world.press(lead_id, "lost", reason="chose another offer")
    world.stream_down = False
    world.advance(minutes=30)
    assert world.message(lead_id, Template.BOOKING_LINK).detail == "the lead is closed"


@pytest.mark.proves("G4")
def test_an_objection_mails_its_asset_once_to_a_lead_that_agreed() -> None:
    world = World()
    lead_id = world.receive(**MARKETING)
    lead = world.press(lead_id, OBJECTION).lead
    assert lead.stage is Stage.CONTACTED
    [sent] = world.mails(lead_id, Template.ASSET)
    asset = world.policy.outcomes[OBJECTION].asset
    assert asset is not None
    assert sent.mail.subject == asset.title
    assert asset.url in sent.mail.text
    assert (sent.permission.basis, sent.permission.channel) == ("consent", Channel.EMAIL)
    world.advance(hours=3)
    world.press(lead_id, OBJECTION)
    assert len(world.mails(lead_id, Template.ASSET)) == 1
    assert world.lead(lead_id).sent_once == (OBJECTION,)


@pytest.mark.proves("G4")
def test_each_type_of_objection_has_its_own_asset() -> None:
    shipped = policies.shipped()
    price = shipped.outcomes[OBJECTION]
    assert price.asset is not None
    customers = replace(price.asset, title="What our customers say")
    trust = replace(price, id="objection:trust", asset=customers)
    world = World(policy=replace(shipped, outcomes={**shipped.outcomes, trust.id: trust}))
    lead_id = world.receive(**MARKETING)
    for outcome in (OBJECTION, trust.id, OBJECTION, trust.id):
        world.press(lead_id, outcome)
        world.advance(minutes=5)
    assert [m.mail.subject for m in world.mails(lead_id, Template.ASSET)] == [price.asset.title, customers.title]
    sent = [e.data.get("objection") for e in world.events(lead_id, Kind.MESSAGE_SENT)]
    assert [s for s in sent if s] == [OBJECTION, trust.id]


@pytest.mark.proves("G4")
def test_an_asset_requires_consent_unless_the_policy_accepts_the_inquiry() -> None:
    world = World()
    lead_id = world.receive()
    world.press(lead_id, OBJECTION)
    assert world.message(lead_id, Template.ASSET).detail == "no consent to email beyond the inquiry"
    messaging = replace(world.policy.messaging, sequence_mail_basis=LegalBasis.INQUIRY)
    world = World(policy=replace(world.policy, messaging=messaging))
    lead_id = world.receive()
    world.press(lead_id, OBJECTION)
    assert len(world.mails(lead_id, Template.ASSET)) == 1


def test_automatic_mail_is_not_a_contact() -> None:
    world = World()
    lead_id = world.receive()
    first_contact = world.lead(lead_id).first_contact_at
    world.press(lead_id, "interested")
    assert first_contact is None
    assert world.lead(lead_id).attempts == 1
