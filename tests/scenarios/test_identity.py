"""Identity: a person's second message joins the first.

Their name may differ.
"""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from leadtight.adapters.presentation.lead_view import contact_points
from leadtight.app.intake import receive as intake
from leadtight.app.intake.receive import IntakeResult
from leadtight.app.intake.submission import Submission
from leadtight.domain.model.identity import person_key, person_keys
from leadtight.domain.model.message import Channel, Template
from tests.scenarios.sequences import AGREED, planned_policy, until
from tests.scenarios.world import World


def chat(world: World, text: str, **body: object) -> IntakeResult:
    """Deliver one message of a chat."""
    body |= {"message": text}
    return world.submit(Submission(source="whatsapp", body=body, conversation=True, answers_by=Channel.SMS))


@pytest.mark.proves("A4")
def test_a_chat_user_without_a_number_is_one_lead() -> None:
    world = World()
    first = chat(world, "Hello", name="Bia", handle="whatsapp:BR.1029384756")
    second = chat(world, "Still there?", handle="whatsapp:BR.1029384756")
    assert (second.status, second.lead_id) == ("merged", first.lead_id)
    assert chat(world, "Hello", handle="whatsapp:BR.99").lead_id != first.lead_id


def test_a_user_who_hides_their_number_later_is_still_the_same_lead() -> None:
    world = World()
    first = chat(world, "Hello", phone="+4930901820", handle="whatsapp:DE.1")
    assert chat(world, "It is me", handle="whatsapp:DE.1").lead_id == first.lead_id


def test_a_chat_users_answer_stops_the_sequence_and_stop_is_respected() -> None:
    world = World()
    world.govern(planned_policy())
    lead_id = world.receive(**AGREED, handle="whatsapp:DE.1")
    until(world, 2)
    assert world.lead(lead_id).enrolment is not None
    chat(world, "STOP", handle="whatsapp:DE.1")
    lead = world.lead(lead_id)
    assert (lead.enrolment, lead.opted_out) == (None, (Channel.SMS,))


@pytest.mark.parametrize("handle", ["@ada", "", "ada obi", 7, ["whatsapp:1"], "https:", "whatsapp:\ud800"])
def test_a_handle_without_a_network_is_an_ordinary_field(handle: object) -> None:
    world = World()
    lead = world.lead(world.submit(Submission(source="api", body={"name": "Ada", "handle": handle})).lead_id)
    assert lead.inquiry.handle == ""
    assert "handle" in lead.inquiry.fields


def posted(world: World, *bodies: Mapping[str, object]) -> list[str]:
    """Receive each body separately; return the resulting lead ids."""
    return [world.submit(Submission(source="api", body=body)).lead_id for body in bodies]


def country_of(world: World, code: str) -> World:
    world.govern(replace(world.policy, company=replace(world.policy.company, country=code)))
    return world


@pytest.mark.proves("A4")
@pytest.mark.parametrize(
    ("whatsapp", "typed"),
    [
        ("+553199688319", "+55 31 99968-8319"),
        ("+5215512345678", "+52 55 1234 5678"),
        ("+5491123456789", "+54 11 2345-6789"),
        ("+5491123456789", "+54 11 15-2345-6789"),
        ("+22997123456", "+229 01 97 12 34 56"),
        ("+123456789012345", "+123456789012345"),
    ],
)
def test_a_chat_joins_the_lead_with_the_typed_number_and_stop_is_respected(whatsapp: str, typed: str) -> None:
    world = World()
    world.govern(planned_policy())
    lead_id = world.receive(**AGREED | {"email": "bia@example.com", "phone": typed})
    until(world, 2)
    assert chat(world, "STOP", phone=whatsapp, name="bia").lead_id == lead_id
    lead = world.lead(lead_id)
    assert (lead.enrolment, lead.opted_out) == (None, (Channel.SMS,))


@pytest.mark.proves("A12")
@pytest.mark.slow
@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"email": "ada.@docomo.ne.jp"}, {"email": " ADA.@docomo.ne.jp"}),
        ({"email": "Ada <ada.@docomo.ne.jp>"}, {"email": "ada.@docomo.ne.jp"}),
        ({"email": "ada@corp.local"}, {"email": "ada@corp.local\u200b"}),
        ({"email": "ada at example dot com"}, {"email": "Ada at  example dot com"}),
        ({"email": "ada@münchen.example"}, {"email": "ada@xn--mnchen-3ya.example"}),
        ({"phone": "+123456789012345"}, {"phone": "+1234 5678 9012 345"}),
        ({"phone": "72345"}, {"phone": "72345"}),
        ({"phone": "07 07 12 34 56", "country": "Ruritania"}, {"phone": "0707123456", "country": "ruritania"}),
    ],
)
def test_an_unreadable_address_or_number_is_a_key_by_its_text(
    first: dict[str, object], second: dict[str, object]
) -> None:
    world = World()
    first_id, second_id = posted(world, {"name": "Ada", **first}, {"message": "still there?", **second})
    assert first_id == second_id
    addresses = [mail.permission.address for mail in world.mails(first_id, Template.ACKNOWLEDGE)]
    assert {address.rpartition(".")[2] for address in addresses} <= {"com", "example"}


def test_an_opt_out_applies_to_an_unreadable_number() -> None:
    world = World()
    chat(world, "STOP", phone="72345")
    [lead_id] = world.lead_ids()
    suppression = world.table.suppression(person_keys(world.lead(lead_id).inquiry))
    assert suppression.channels == {Channel.SMS}


@pytest.mark.parametrize("text", ["none", "n/a", "-", "no email", "000 000 000", "0"])
def test_placeholder_contact_points_join_nothing(text: str) -> None:
    world = World()
    first_id, second_id = posted(
        world, {"name": "Ada", "email": text, "phone": text}, {"name": "Bo", "email": text, "phone": text}
    )
    assert first_id != second_id


NUMBER = {"phone": "+49 30 901820"}
ANN = {"name": "Ann Lee", "email": "ann@acme.example"}


@pytest.mark.proves("A12", "T1")
@pytest.mark.parametrize(
    ("second", "is_same"),
    [
        ({"name": "Bob Lee", "email": "bob@acme.example"}, False),
        ({"name": "Bob Lee"}, True),
        ({"email": "bob@acme.example"}, True),
        ({"name": "A. Lee", "email": "ann@home.example"}, True),
        ({"name": "Ann", "email": "ann@home.example"}, True),
        ({"name": "LEE, Ann", "email": "ann@home.example"}, True),
        ({"name": "Dr. Ann Lee", "email": "ann@home.example"}, True),
        ({"name": "Bob Lee", "email": "ann@acme.example"}, True),
    ],
)
def test_two_people_at_one_number_have_different_names_and_addresses(second: dict[str, object], is_same: bool) -> None:
    first, other = posted(World(), ANN | NUMBER, second | NUMBER)
    assert (first == other) is is_same


def test_a_person_sharing_a_number_finds_their_own_lead_even_if_it_is_not_the_latest() -> None:
    world = World()
    ann, bob = posted(world, ANN | NUMBER, {"name": "Bob Ray", "email": "bob@acme.example"} | NUMBER)
    assert posted(world, ANN | NUMBER, {"email": "ann@acme.example"}, {"name": "Ann Lee"} | NUMBER) == [ann] * 3
    assert posted(world, {"name": "Bob Ray"} | NUMBER) == [bob]


def test_a_link_opt_out_does_not_stop_the_sequence_of_a_person_sharing_the_number() -> None:
    world = World()
    world.govern(planned_policy())
    ann = world.receive(**AGREED | ANN)
    bob = world.receive(**AGREED | {"name": "Bob Ray", "email": "bob@acme.example"})
    until(world, 2)
    chat(world, "STOP", phone="+4930901820", name="Bob Ray")
    assert world.lead(bob).enrolment is None
    assert world.lead(ann).enrolment is not None
    assert Channel.SMS in world.table.suppression(person_keys(world.lead(ann).inquiry)).channels


@pytest.mark.proves("A12")
@pytest.mark.parametrize(
    ("second", "is_same"),
    [
        ({"name": "Bob Ray", "phone": "(608) 271-9000 ext. 42", "email": "bob@acme.example"}, False),
        ({"name": "Bob Ray", "phone": "(608) 271-9000 ext. 42"}, False),
        ({"phone": "(608) 271-9000 ext. 42"}, False),
        ({"name": "Bob Ray", "phone": "(608) 271-9000"}, False),
        ({"name": "Ann Lee", "phone": "(608) 271-9000"}, True),
        ({"phone": "+16082719000,,11"}, True),
        ({"name": "Ann", "phone": "608-271-9000 x11", "email": "ann@home.example"}, True),
        ({"name": "Bob Ray", "phone": "(608) 271-9000 ext. 42", "email": "ann@acme.example"}, True),
    ],
)
def test_behind_a_switchboard_the_extension_distinguishes_people(second: dict[str, object], is_same: bool) -> None:
    world = country_of(World(), "US")
    first, other = posted(world, ANN | {"phone": "+1 608-271-9000 x11"}, second)
    assert (first == other) is is_same


@pytest.mark.parametrize(("second", "extension"), [("608-271-9000 x42", "42"), ("608-272-8000 x42", "")])
def test_an_extension_of_another_number_is_not_dialled_behind_the_known_one(second: str, extension: str) -> None:
    world = country_of(World(), "US")
    first, other = posted(world, ANN | {"phone": "608-271-9000"}, ANN | {"phone": second})
    inquiry = world.lead(first).inquiry
    assert (other, inquiry.phone, inquiry.extension) == (first, "+16082719000", extension)


def test_an_extension_is_shown_and_dialled_and_texts_go_to_the_number() -> None:
    world = country_of(World(), "US")
    consent = {"sms": True, "text": "yes"}
    [lead_id] = posted(world, ANN | {"phone": "+1 608-271-9000 x11", "consent": consent})
    inquiry = world.lead(lead_id).inquiry
    assert (inquiry.phone, inquiry.extension, inquiry.fields["phone"]) == ("+16082719000", "11", "+1 608-271-9000 x11")
    [call, _] = contact_points(world.lead(lead_id))
    assert (call.text, call.href) == ("+16082719000 ext. 11", "tel:+16082719000;ext=11")
    until(world, 1)
    assert {text.permission.address for text in world.texter.sent} <= {"+16082719000"}


@pytest.mark.parametrize("number", [4930901820.0, 4930901820, "4930901820.0", "4.930901820E9", "'+4930901820"])
def test_a_spreadsheet_number_is_repaired_when_all_digits_are_present(number: object) -> None:
    world = World()
    [lead_id] = posted(world, {"name": "Ada", "phone": number})
    assert world.lead(lead_id).inquiry.phone == "+4930901820"


@pytest.mark.parametrize("number", [4.93e20, 4930901820.5, "4,93E+09", "4.93090182E+09", "16082719000"])
def test_a_number_with_lost_digits_or_ambiguity_is_kept_and_flagged(number: object) -> None:
    world = World()
    [lead_id] = posted(world, {"name": "Ada", "phone": number})
    inquiry = world.lead(lead_id).inquiry
    assert (inquiry.phone, inquiry.fields["phone"], inquiry.flags) == (None, str(number), ("phone_odd",))


@pytest.mark.parametrize(
    ("country", "phone", "number"),
    [
        ("United States", "(608) 271-9000", "+16082719000"),
        ("Switzerland", "044 668 18 00", "+41446681800"),
        ("Suisse", "044 668 18 00", "+41446681800"),
        ("UK", "020 7946 0958", "+442079460958"),
        ("Vereinigtes Königreich", "020 7946 0958", "+442079460958"),
        ("日本", "03-1234-5678", "+81312345678"),
        ("Texas, USA", "(608) 271-9000", "+16082719000"),
        ("Ruritania", "+1 608 271 9000", "+16082719000"),
        ("Georgia", "(608) 271-9000", None),
        ("XX", "030 901820", None),
        (["Germany"], "030 901820", None),
        ({"code": "US"}, "(608) 271-9000", None),
        (49, "030 901820", None),
        ("-", "030 901820", "+4930901820"),
        ("", "030 901820", "+4930901820"),
        (None, "030 901820", "+4930901820"),
        ("Ruritania", "030 901820", None),
        ("\U0001f1e8\U0001f1ed", "044 668 18 00", "+41446681800"),
        ("+41", "044 668 18 00", "+41446681800"),
    ],
)
def test_a_number_is_read_for_the_stated_country_or_not_at_all(country: object, phone: str, number: str | None) -> None:
    world = World()
    [lead_id] = posted(world, {"name": "A", "country": country, "phone": phone})
    inquiry = world.lead(lead_id).inquiry
    assert inquiry.phone == number
    assert ("phone_odd" in inquiry.flags) is (number is None)


def test_an_address_with_a_broken_byte_is_kept_unread_and_never_mailed() -> None:
    world = World()
    [lead_id] = posted(world, {"name": "J", "email": "j\udcc3\udcbcrgen@example.com"})
    inquiry = world.lead(lead_id).inquiry
    assert (inquiry.email, inquiry.fields["email"]) == (None, "j\ufffd\ufffdrgen@example.com")
    assert world.mails(lead_id, Template.ACKNOWLEDGE) == []


def test_a_number_named_by_a_crowd_is_no_longer_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "CROWD", 3)
    world = World()
    posted(world, *({"name": f"{x}{x} Obi", "email": f"{x}@example.com"} | NUMBER for x in "ABCDEF"))
    assert len(world.table.leads_of([person_key("+4930901820")])) == 3
