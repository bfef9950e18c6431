"""Answers of form services, ad platforms and CRMs.

Each has the right name, and none is lost.
"""

import json
from typing import Any

import pytest

from leadtight.adapters.inbound.webhooks import provider
from leadtight.adapters.inbound.webhooks.reader import read
from leadtight.app.intake.deliveries import PendingDelivery
from leadtight.app.intake.submission import Submission
from leadtight.domain.intake.quarantine import Reason
from leadtight.domain.model.event import EventKind
from leadtight.domain.model.inquiry import Inquiry
from leadtight.domain.policy.sources import Webhook
from tests.scenarios.world import World
from tests.unit.adapters.inbound.webhooks import payloads


def items(name: str, content: Any, **fields: str) -> Any:
    return read(Webhook(id=name, provider=name, source=name, fields=fields), json.dumps(content).encode(), "", "")


def inquiry(name: str, content: Any, **fields: str) -> Inquiry:
    world = World()
    [item] = items(name, content, **fields)
    assert isinstance(item, Submission)
    return world.lead(world.submit(item).lead_id).inquiry


def typeform(*questions: tuple[str, str, Any], **response: Any) -> dict[str, Any]:
    """Return a response; each question has type, title and answer."""
    fields = [
        {"id": str(n), "ref": f"r{n}", "type": kind, "title": title} for n, (kind, title, _) in enumerate(questions)
    ]
    by = {
        "email": "email",
        "phone_number": "phone_number",
        "short_text": "text",
        "yes_no": "boolean",
        "number": "number",
    }
    answers = [
        {"type": by[kind], by[kind]: value, "field": {"id": str(n), "ref": f"r{n}", "type": kind}}
        for n, (kind, _, value) in enumerate(questions)
    ]
    return {
        "event_type": "form_response",
        "form_response": {"token": "T1", "definition": {"fields": fields}, "answers": answers} | response,
    }


MAIL = ("email", "E-Mail", "ada@example.com")


@pytest.mark.parametrize(
    ("first", "last", "company"),
    [
        ("What's your first name?", "And your last name?", "What is the name of your company?"),
        ("Vorname", "Nachname", "Name Ihres Unternehmens"),
        ("Prénom", "Nom", "Nom de votre entreprise"),
        ("Nombre", "Apellidos", "Nombre de tu empresa"),
        ("Voornaam", "Achternaam", "Naam van uw bedrijf"),
        ("Förnamn", "Efternamn", "Företag"),
        ("Imię", "Nazwisko", "Nazwa firmy"),
        ("Primeiro nome", "Sobrenome", "Nome da empresa"),
    ],
)
def test_a_name_in_two_questions_is_one_and_a_company_name_is_another(first: str, last: str, company: str) -> None:
    questions = [("short_text", first, "Ada"), ("short_text", last, "Obi"), MAIL, ("short_text", company, "Obi Dental")]
    lead = inquiry("typeform", typeform(*questions))
    assert (lead.name, lead.company, lead.email) == ("Ada Obi", "Obi Dental", "ada@example.com")


def test_questions_about_other_names_remain_fields() -> None:
    questions = [
        ("short_text", "Your dog's name", "Rex"),
        ("short_text", "Name", "Ada Obi"),
        ("short_text", "Project name", "Roof"),
    ]
    lead = inquiry("typeform", typeform(*questions))
    assert (lead.name, lead.fields) == ("Ada Obi", {"Your dog's name": "Rex", "Project name": "Roof"})


def test_of_several_addresses_and_numbers_the_first_is_used_and_none_is_lost() -> None:
    questions = [
        ("email", "Where do we write?", "ada@example.com"),
        ("email", "Who else?", "bo@example.com"),
        ("phone_number", "Mobile", "+4930901820"),
        ("phone_number", "Office", "+4930901821"),
    ]
    lead = inquiry("typeform", typeform(*questions))
    assert (lead.email, lead.phone) == ("ada@example.com", "+4930901820")
    assert lead.fields == {"Who else?": "bo@example.com", "Office": "+4930901821"}


def test_a_question_asking_for_the_address_precedes_one_that_only_has_its_type() -> None:
    questions = [("email", "Who decides?", "boss@example.com"), ("email", "Your e-mail address", "ada@example.com")]
    lead = inquiry("typeform", typeform(*questions))
    assert (lead.email, lead.fields) == ("ada@example.com", {"Who decides?": "boss@example.com"})


def test_two_questions_with_the_same_words_are_two_answers() -> None:
    questions = [MAIL, ("number", "How many?", 3), ("number", "How many?", 5), ("yes_no", "Soon?", False)]
    assert inquiry("typeform", typeform(*questions)).fields == {
        "How many?": "3",
        "How many? (also)": "5",
        "Soon?": "no",
    }


def test_the_policy_names_a_question_by_its_words_or_reference() -> None:
    questions = [MAIL, ("short_text", "What?", "A roof"), ("short_text", "Who?", "Ada")]
    lead = inquiry("typeform", typeform(*questions), **{"What?": "message", "r2": "name"})
    assert (lead.message, lead.name, lead.fields) == ("A roof", "Ada", {})


def test_an_answer_without_a_question_is_kept() -> None:
    content = typeform(MAIL)
    content["form_response"]["answers"] += [{"type": "text", "text": "lost?"}, "odd"]
    assert sorted(inquiry("typeform", content).fields.values()) == ["answer: odd", "lost?"]


def test_a_complete_typeform_response_is_understood() -> None:
    lead = inquiry("typeform", payloads.TYPEFORM)
    assert (lead.name, lead.company, lead.email) == ("Ada Obi", "Obi Dental", "ada@example.com")
    assert (lead.phone, lead.postcode) == ("+4930901820", "20457")
    assert lead.fields["Needs"] == "Heating-110, Bath-111, Stable-112"
    assert lead.fields["Deposit"] == "amount: 49.13, last4: 1134, name: A OBI CARD, success: true"
    assert (lead.fields["budget_var"], lead.fields["name_var"]) == ("10731", "text-108")
    assert (lead.fields["How good?: Doors"], lead.fields["Floors (also)"]) == ("Fine-121", "116")


def test_a_complete_calendly_booking_is_understood() -> None:
    lead = inquiry("calendly", payloads.CALENDLY)
    assert (lead.name, lead.email, lead.phone) == ("Ada Obi", "ada@example.com", "+12125550123")
    assert lead.company == "Obi Dental"
    assert lead.fields["text_reminder_number"] == "+49 30 901821"
    assert {"Rex-210", "boss@example.com", "+49 30 901829", "friend-211"} <= set(lead.fields.values())


def booking(event: str, **more: Any) -> dict[str, Any]:
    about = {
        "uri": "i1",
        "email": "ada@example.com",
        "name": "Ada Obi",
        "scheduled_event": {"start_time": "2026-11-25T09:00:00Z"},
    }
    return {"event": event, "payload": about | more}


def test_a_cancelled_call_is_noted_on_its_lead_and_creates_none() -> None:
    world = World()
    [canceled] = items(
        "calendly", booking("invitee.canceled", cancellation={"reason": "Ill", "canceled_by": "Ada Obi"})
    )
    assert canceled.joins_only
    lead_id = world.receive(name="Ada Obi", email="ada@example.com")
    assert world.submit(canceled).lead_id == lead_id
    [joined] = world.events(lead_id, EventKind.INQUIRY_JOINED)
    assert joined.data["inquiry"]["message"] == "[call canceled] 2026-11-25T09:00:00Z\nIll"


@pytest.mark.parametrize(
    "content",
    [
        booking("invitee.canceled", rescheduled=True, new_invitee="i2"),
        booking("invitee_no_show.created", invitee="i1"),
        booking("contact.created"),
        booking("event_type.updated"),
    ],
)
def test_other_calendly_events_are_ignored(content: Any) -> None:
    assert items("calendly", content) == []


def test_a_person_who_fills_in_a_routing_form_is_a_lead() -> None:
    answers = [{"question": "Name", "answer": "Ada Obi"}, {"question": "Email", "answer": "ada@example.com"}]
    content = booking("routing_form_submission.created", questions_and_answers=answers, result={"type": "event_type"})
    lead = inquiry("calendly", content)
    assert (lead.name, lead.email, lead.fields["result.type"]) == ("Ada Obi", "ada@example.com", "event_type")


def hubspot(kind: str, **more: Any) -> list[dict[str, Any]]:
    return [{"eventId": 1, "subscriptionType": kind, "objectId": 88, "portalId": 3} | more]


@pytest.mark.parametrize(
    ("event", "key"),
    [
        (hubspot("contact.creation"), "contact:88"),
        (hubspot("object.creation", objectTypeId="0-1"), "contact:88"),
        (hubspot("object.creation", objectTypeId="CONTACT"), "contact:88"),
        ({"events": hubspot("contact.creation")}, "contact:88"),
        ({"journalEvents": [{"action": "CREATE", "objectTypeId": "0-1", "objectId": 88}]}, "contact:88"),
        (hubspot("contact.merge", primaryObjectId=88, mergedObjectIds=[87], newObjectId=99), "contact:99"),
        (hubspot("object.merge", objectTypeId="0-1", primaryObjectId=90, mergedObjectIds=[88]), "contact:90"),
    ],
)
def test_a_hubspot_contact_is_fetched_by_its_current_id(event: Any, key: str) -> None:
    [item] = items("hubspot", event)
    assert (item.reason, item.key, item.data["contact_id"]) == (Reason.ANNOUNCED, key, key.partition(":")[2])


@pytest.mark.parametrize(
    "event",
    [
        *(hubspot("object.creation", objectTypeId=kind) for kind in ("0-2", "0-3", "0-5", "0-136", "2-1234567")),
        *(hubspot(f"{kind}.creation") for kind in ("company", "deal", "ticket", "product", "line_item")),
        hubspot("object.merge", objectTypeId="0-2"),
        hubspot("contact.propertyChange", propertyName="email", propertyValue="x"),
        hubspot("object.propertyChange", objectTypeId="0-1"),
        hubspot("contact.deletion"),
        hubspot("contact.restore"),
        hubspot("contact.associationChange"),
        hubspot("conversation.creation"),
        [{"action": "UPDATE", "objectTypeId": "0-1", "objectId": 88}],
        [{"action": "CREATE", "objectTypeId": "0-2", "objectId": 88}],
    ],
)
def test_events_other_than_a_new_contact_are_ignored(event: Any) -> None:
    assert items("hubspot", event) == []


def test_an_object_without_a_type_is_not_taken_for_a_contact() -> None:
    [item] = items("hubspot", hubspot("object.creation"))
    assert (item.reason, item.detail) == (Reason.UNREADABLE, "objectTypeId is missing")


@pytest.mark.parametrize(
    "event", [hubspot("contact.privacyDeletion"), hubspot("object.privacyDeletion", objectTypeId="0-1")]
)
def test_a_person_erased_in_hubspot_waits_to_be_erased_here(event: Any) -> None:
    [item] = items("hubspot", event)
    assert isinstance(item, PendingDelivery)
    assert (item.reason, item.settled_by) == (Reason.UNMAPPED, "")
    assert "privacy" in item.detail


def test_hubspot_is_queried_by_a_dated_path() -> None:
    from leadtight.adapters.inbound.signatures import WebhookSecrets
    from leadtight.adapters.inbound.webhooks.hubspot import HubSpot

    question = HubSpot().question({"contact_id": "77"}, WebhookSecrets(values={"access_token": "t"}))
    assert question.url.startswith("https://api.hubapi.com/crm/objects/2026-09/contacts/77?properties=")


def test_a_person_in_pipedrives_first_version_is_a_lead() -> None:
    current = {
        "id": 7,
        "name": "Ada Obi",
        "email": [{"value": "ada@example.com", "primary": True}],
        "phone": [],
        "hash1": "slate",
    }
    content = {"v": 1, "event": "added.person", "meta": {"action": "added", "object": "person"}, "current": current}
    lead = inquiry("pipedrive", content)
    assert (lead.name, lead.email, lead.fields["hash1"]) == ("Ada Obi", "ada@example.com", "slate")


@pytest.mark.parametrize(
    "meta",
    [
        {"action": "change", "entity": "person", "merged_from_id": "11"},
        {"action": "delete", "entity": "person", "merged_to_id": "12"},
        {"action": "create", "entity": "deal"},
        {"action": "merged", "object": "person"},
    ],
)
def test_changes_and_merges_in_pipedrive_are_not_new_people(meta: dict[str, str]) -> None:
    assert items("pipedrive", {"meta": meta, "data": {"id": 12, "name": "Ada"}}) == []


def test_a_complete_pipedrive_person_is_understood() -> None:
    lead = inquiry("pipedrive", payloads.PIPEDRIVE, hash1="message")
    assert (lead.name, lead.email, lead.phone) == ("Ada Obi", "ada@example.com", "+4930901820")
    assert (lead.company, lead.message) == ("Obi Dental", "slate-607")


def test_a_complete_google_ads_lead_is_understood() -> None:
    lead = inquiry("google_ads", payloads.GOOGLE_ADS)
    assert (lead.name, lead.email, lead.phone) == ("Ada Obi", "ada@example.com", "+4930901820")
    assert (lead.company, lead.postcode, lead.region, lead.country) == ("Obi Dental", "20457", "HH-309", "DE")
    assert (lead.fields["Which roof?"], lead.fields["Which roof? (also)"]) == ("roof-312", "bath-313")
    assert lead.fields["PHONE_NUMBER"] == "+49 30 901821"


def test_an_advert_lead_keeps_every_answer_and_its_boxes() -> None:
    speaker: Any = provider("facebook")
    webhook = Webhook(id="f", provider="facebook", source="f")
    [item] = speaker.read_fetched(json.dumps(payloads.LEAD_ADS_FETCHED).encode(), "9001", webhook)
    assert (item.body["name"], item.body["email"]) == ("Ada Obi", "ada@example.com")
    fields = item.body["fields"]
    assert (fields["what_do_you_need?"], fields["work_email"], fields["source"]) == (
        "roof-906, bath-907",
        "work@example.com",
        "radio-908",
    )
    assert fields["custom_disclaimer_responses.0.is_checked"] == "1"
