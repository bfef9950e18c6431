"""Typing a person's number or address first grants nothing."""

from typing import Any

import pytest

from leadtight.app.intake.submission import Submission
from leadtight.domain.model.event import EventKind
from leadtight.domain.model.identity import person_key
from leadtight.domain.model.message import Template
from leadtight.domain.policy.trust import Submitter
from tests.scenarios.test_mail import Inbox
from tests.scenarios.world import World
from tests.unit.adapters.email.letters import mail

NUMBER, ADDRESS = "+4930901820", "ada@example.com"
ADA = {"name": "Ada Obi", "phone": NUMBER, "email": ADDRESS, "message": "A roof, please"}
CLAIMS: dict[str, dict[str, Any]] = {
    "her number": {"name": "Mallory Kane", "phone": NUMBER},
    "her number beside an address": {"name": "Mallory Kane", "phone": NUMBER, "email": "m@evil.example"},
    "her number without a name": {"phone": NUMBER, "email": "m@evil.example"},
    "her address beside a number": {"name": "Mallory Kane", "email": ADDRESS, "phone": "+4930901829"},
    "her address without a name": {"email": ADDRESS, "phone": "+4930901829"},
}


def post(world: World, body: dict[str, Any], caller: Submitter = Submitter.FORM, **more: Any) -> str:
    form = "contact" if caller is Submitter.FORM else None
    return world.submit(Submission(source="web_form", form=form, body=body, caller=caller, **more)).lead_id


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS)
def test_a_person_with_a_taken_number_gets_a_separate_lead_promise_and_reply(claim: dict[str, Any]) -> None:
    world = World()
    stranger = post(world, claim)
    hers = world.lead(post(world, ADA))
    assert hers.id != stranger
    assert (hers.inquiry.name, hers.inquiry.phone, hers.inquiry.email) == ("Ada Obi", NUMBER, ADDRESS)
    assert hers.promise.starts_at == world.now
    assert hers.owner_id is not None
    assert [m.permission.address for m in world.mails(hers.id, Template.ACKNOWLEDGE)] == [ADDRESS]
    assert post(world, ADA | {"message": "And a gutter"}) == hers.id, "her next inquiry joins hers"


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS)
def test_a_later_claim_changes_nothing_of_the_named_person(claim: dict[str, Any]) -> None:
    world = World()
    hers = post(world, ADA)
    inquiry = world.lead(hers).inquiry
    post(world, claim)
    assert world.lead(hers).inquiry == inquiry
    assert post(world, ADA | {"message": "And a gutter"}) == hers


@pytest.mark.parametrize("known_fields", [{"name": "Ada Obi", "phone": NUMBER}, {"phone": NUMBER}])
def test_a_stranger_cannot_set_the_address_of_a_reply(known_fields: dict[str, Any]) -> None:
    world = World()
    hers = post(world, known_fields | {"message": "A roof, please"})
    post(world, {"phone": NUMBER, "email": "m@evil.example", "message": "Please answer here", "consent": {"sms": True}})
    lead = world.lead(hers)
    assert (lead.inquiry.email, lead.inquiry.consent.sms) == (None, False)
    assert world.table.leads_of([person_key("m@evil.example")]) in ((), (world.lead_ids()[-1],))
    assert post(world, {"name": "Mallory Kane", "email": "m@evil.example"}) != hers


def test_the_owner_is_shown_the_differences() -> None:
    world = World()
    hers = post(world, ADA)
    joined = post(world, {"phone": NUMBER, "email": "m@evil.example", "message": "Please answer here"})
    assert joined == hers
    mail = world.mails(hers, Template.WROTE_AGAIN)[-1].mail
    assert "Gives another address: m@evil.example" in mail.text
    assert "Gives another address" in mail.html
    post(world, {"name": "Adele Obi", "phone": NUMBER, "message": "It is me"})
    assert "Gives another name: Adele Obi" in world.mails(hers, Template.WROTE_AGAIN)[-1].mail.text


def test_the_same_name_is_the_same_person_and_completes_known_data() -> None:
    world = World()
    hers = post(world, {"name": "Ada Obi", "phone": NUMBER})
    assert post(world, {"name": "Ada", "phone": NUMBER, "email": ADDRESS}) == hers
    assert world.lead(hers).inquiry.email == ADDRESS
    assert post(world, {"name": "A. Obi", "phone": NUMBER, "email": "ada@home.example"}) == hers


def test_a_program_with_a_key_completes_known_data() -> None:
    world = World()
    hers = post(world, {"phone": NUMBER})
    assert post(world, {"phone": NUMBER, "email": ADDRESS}, Submitter.KEYED_API) == hers
    assert world.lead(hers).inquiry.email == ADDRESS


def test_a_person_with_a_taken_address_has_their_own_lead_when_they_write() -> None:
    world = Inbox()
    stranger = post(world, CLAIMS["her address beside a number"])
    settled = world.drop(mail("When do you come?"))
    assert settled.id != stranger
    assert world.lead(settled.id).inquiry.phone is None


def test_a_person_with_a_taken_number_is_distinguished_by_a_providers_booking_or_form() -> None:
    world = World()
    stranger = post(world, CLAIMS["her number"])
    hers = post(world, ADA, Submitter.PROVIDER, key="T1")
    assert hers != stranger
    assert [event.data["caller"] for event in world.events(hers, EventKind.LEAD_RECEIVED)] == ["provider"]


def test_a_number_in_a_signature_joins_a_mail_to_no_lead() -> None:
    world = Inbox()
    hers = post(world, ADA)
    letter = mail("Call me.\n\n-- \nMallory Kane\n+49 30 901820", headers={"From": "M <m@evil.example>"})
    assert world.drop(letter).id != hers
    assert post(world, ADA | {"message": "And a gutter"}) == hers


def test_a_strangers_unreadable_address_belongs_to_nobody_else() -> None:
    """Its text identifies its sender.

    The lead of the person named by the stranger must not answer to it.
    """
    world = World()
    hers = post(world, {"phone": NUMBER, "message": "A roof, please"})
    unreadable = {"name": "Mallory Kane", "email": "m.@evil.example", "message": "Me"}
    post(world, {"phone": NUMBER, "email": unreadable["email"], "message": "And here"})
    lead = world.lead(hers)
    assert ("email" in lead.inquiry.fields, lead.inquiry.flags) == (False, ())
    [joined] = [event for event in world.table.history(hers) if event.kind is EventKind.INQUIRY_JOINED]
    assert joined.data["inquiry"]["fields"]["email"] == unreadable["email"], "the event keeps it"
    assert post(world, unreadable) != hers
