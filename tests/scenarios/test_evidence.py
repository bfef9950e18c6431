"""The evidence pack of a person (H6).

Each consent, check, send and refusal, with time, zone and policy version.
"""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from leadtight.adapters.contact_points.normalization import PhoneEmailNormalizer
from leadtight.adapters.presentation import subject_export
from leadtight.app.compliance.export_person import Export, SubjectExport
from leadtight.app.messaging.delivery_reports import DeliveryReceipt
from leadtight.domain.compliance.do_not_call import DncList
from leadtight.domain.model.errors import NotFound
from leadtight.domain.model.identity import person_key
from tests.scenarios.world import World

EVIL = "<script>alert(1)</script>"
NIGHT = datetime(2026, 11, 22, 6, 30, tzinfo=UTC)
"""Half past one in Miami."""

AGREED: dict[str, Any] = {
    "email": "ada@example.com",
    "phone": "+13055551234",
    "country": "US",
    "consent": {"sms": True, "text": f"Text me {EVIL}", "url": "https://example.com/contact"},
}


def of(world: World, who: str) -> SubjectExport:
    return Export(world.table, world.table, world.call_lists, PhoneEmailNormalizer()).of(who, "US", world.now)


def timeline_of(world: World, who: str) -> list[tuple[str, str, str]]:
    return [(entry.what, entry.channel, entry.purpose) for entry in of(world, who).evidence]


def lived_through() -> tuple[World, str]:
    """Take a lead through consent, text, bounce and opt-out.

    It asks for a text at night and gets it in the morning under another policy.
    """
    world = World(now=NIGHT)
    lead_id = world.receive(name=EVIL, **AGREED)
    world.govern(replace(world.policy, version="next"))
    world.advance(hours=8)
    [mail] = [sent for sent in world.mailer.sent if sent.permission.address == "ada@example.com"]
    world.report(mail, DeliveryReceipt.BOUNCED, "mailbox full")
    return world, lead_id


@pytest.mark.proves("H6")
def test_every_consent_check_send_and_refusal_is_listed_in_order_with_policy_version_and_zone() -> None:
    world, lead_id = lived_through()
    assert timeline_of(world, lead_id) == [
        ("agreed", "sms", "inquiry"),
        ("sent", "email", "acknowledge"),
        ("waits", "sms", "acknowledge"),
        ("sent", "sms", "acknowledge"),
        ("bounced", "email", "acknowledge"),
    ]
    consent, mailed, waits, texted, bounced = of(world, lead_id).evidence
    first = consent.policy_version
    assert (consent.why, consent.url) == (AGREED["consent"]["text"], "https://example.com/contact")
    assert (mailed.basis, mailed.policy_version) == ("inquiry", first)
    assert (waits.why, waits.zones) == ("outside permitted hours", ("America/New_York",))
    assert (texted.basis, texted.zones, texted.policy_version) == ("consent", ("America/New_York",), "next")
    assert texted.at == datetime(2026, 11, 22, 13, 0, tzinfo=UTC)
    assert bounced.why == "mailbox full"
    assert of(world, lead_id).left == ("email",)


@pytest.mark.proves("H6")
@pytest.mark.parametrize("who", ["ADA@example.com", "+1 305 555 1234", "(305) 555-1234"])
def test_a_person_is_found_by_lead_address_or_number_with_all_their_leads(who: str) -> None:
    world, lead_id = lived_through()
    world.press(lead_id, "won")
    second = world.receive(email="ada@example.com", message="Once more", key="k2")
    subject = of(world, who)
    assert [file.lead.id for file in subject.leads] == [lead_id, second]
    assert set(of(world, second).keys) == set(subject.keys)
    assert {entry.lead_id for entry in subject.evidence} == {lead_id, second}
    refused = [entry for entry in subject.evidence if entry.what == "refused"]
    assert [(entry.why, entry.lead_id) for entry in refused] == [("opted out of email", second)]


@pytest.mark.proves("H6")
def test_an_empty_box_and_an_opt_out_are_evidence() -> None:
    world = World()
    boxes = {"sms": False, "marketing": ["email"], "text": "Write to me"}
    lead_id = world.receive(email="ada@example.com", phone="+13055551234", country="US", consent=boxes)
    world.press(lead_id, "do_not_contact")
    happened = [(entry.what, entry.channel) for entry in of(world, lead_id).evidence if entry.what != "sent"]
    assert happened == [
        ("not agreed", "sms"),
        ("agreed", "email"),
        *(("opted out", channel) for channel in ("email", "sms", "voice")),
    ]


def test_an_unknown_person_is_reported() -> None:
    for who in ("nobody@example.com", "L999999", "+4930901820"):
        with pytest.raises(NotFound, match="no data is stored"):
            of(World(), who)


def test_the_pack_is_a_page_for_people_and_a_file_for_machines() -> None:
    world, lead_id = lived_through()
    written = subject_export.files(of(world, lead_id), "Harbour")
    assert EVIL not in written["evidence.html"]
    assert "&lt;script&gt;" in written["evidence.html"]
    assert "outside permitted hours" in written["evidence.html"]
    exported = json.loads(written["export.json"])
    assert exported["schema"] == "leadtight.export/1"
    assert len(exported["evidence"]) == 5
    [lead] = exported["leads"]
    assert lead["lead"]["id"] == lead_id
    assert lead["history"][0]["kind"] == "lead_received"
    assert {message["channel"] for message in lead["messages"]} == {"email", "sms"}
    assert exported["consents"][0]["ticked"] is True


def test_a_listed_number_is_named_with_its_list_in_both() -> None:
    world, lead_id = lived_through()
    dnc_list = DncList(name="national", as_of=world.now.date(), imported_at=world.now, numbers=1)
    world.call_lists.add(dnc_list, [person_key(AGREED["phone"])])
    world.call_lists.publish(dnc_list)
    written = subject_export.files(of(world, lead_id), "Harbour")
    assert "on the do-not-call list “national”" in written["evidence.html"]
    [(number, standing)] = json.loads(written["export.json"])["standing"].items()
    assert (number, standing["on"]) == (AGREED["phone"], ["national"])
