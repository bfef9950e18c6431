"""Consent questions are stored as evidence with the lead.

Ticked or not, the evidence never changes.
"""

from datetime import timedelta

import pytest

from leadtight.domain.model.consent_record import ConsentPurpose
from leadtight.domain.model.message import Channel
from leadtight.domain.policy.forms import Api, ConsentWording
from tests.unit.adapters.inbound.forms.conftest import ADA, Site

PHONE = "+4930901820"
ADA_PHONE = {**ADA, "phone": "030 901820"}
WORDING = ConsentWording(
    sms="You may text me.", marketing_email="Send me offers.", url="https://www.example.com/contact"
)


def test_a_ticked_box_is_stored_with_wording_page_time_address_and_browser(site: Site) -> None:
    words = {"consent_sms": "on", "consent_text": "Text me", "consent_url": "https://www.example.com/quote"}
    site.post({**ADA_PHONE, **words}, address="198.51.100.9", user_agent="Mozilla/5.0")
    [record] = site.consents(PHONE)
    [lead_id] = site.lead_ids()
    assert (record.channel, record.purpose, record.ticked) == (Channel.SMS, ConsentPurpose.INQUIRY, True)
    assert (record.text, record.url) == ("Text me", "https://www.example.com/quote")
    assert (record.at, record.lead_id, record.form) == (site.now, lead_id, "contact")
    assert (record.ip, record.user_agent) == ("198.51.100.9", "Mozilla/5.0")
    assert record.policy_version == site.policy.version
    assert site.lead(lead_id).inquiry.consent.sms


def test_an_unticked_box_is_recorded_as_shown_and_grants_nothing(site: Site) -> None:
    site.show(consent=WORDING)
    site.post({**ADA_PHONE, "consent_marketing_email": "on"}, address="198.51.100.9")
    [texts], [mails] = site.consents(PHONE), site.consents(ADA["email"])
    assert (texts.ticked, texts.text, texts.ip, texts.user_agent) == (False, "You may text me.", "", "")
    assert (mails.ticked, mails.text, mails.ip) == (True, "Send me offers.", "198.51.100.9")
    assert mails.url == "https://www.example.com/contact"
    consent = site.lead(site.lead_ids()[0]).inquiry.consent
    assert (consent.sms, consent.marketing, consent.text) == (False, (Channel.EMAIL,), "Send me offers.")


def test_a_box_for_automatic_calls_is_stored_with_wording_and_version_and_permits_calls_only(site: Site) -> None:
    site.show(consent=ConsentWording(marketing_voice="You may call me with a recorded voice.", sms="You may text me."))
    site.post({**ADA_PHONE, "consent_marketing_voice": "on"})
    texts, calls = site.consents(PHONE)
    assert (texts.channel, texts.ticked) == (Channel.SMS, False)
    assert (calls.channel, calls.purpose, calls.ticked) == (Channel.VOICE, ConsentPurpose.MARKETING, True)
    assert (calls.text, calls.policy_version) == ("You may call me with a recorded voice.", site.policy.version)
    consent = site.lead(site.lead_ids()[0]).inquiry.consent
    assert (consent.sms, consent.marketing) == (False, (Channel.VOICE,))


@pytest.mark.parametrize("ticked", ["on", "1", "true", "YES", "You may text me."])
def test_a_form_need_not_send_the_wording(site: Site, ticked: str) -> None:
    site.show(consent=WORDING)
    site.post({**ADA_PHONE, "consent_sms": ticked})
    [record] = site.consents(PHONE)
    assert (record.ticked, record.text) == (True, "You may text me.")


@pytest.mark.slow
@pytest.mark.parametrize("value", ["", "off", "no", "0", "false", "maybe", "null", "[object Object]"])
def test_only_a_tick_is_a_tick(site: Site, value: str) -> None:
    site.post({**ADA_PHONE, "consent_sms": value})
    [record] = site.consents(PHONE)
    assert not record.ticked
    assert not site.lead(site.lead_ids()[0]).inquiry.consent.sms


def test_every_inquiry_adds_to_stored_consent_and_changes_nothing(site: Site) -> None:
    site.post({**ADA_PHONE, "consent_sms": "on", "consent_text": "First words"})
    site.advance(hours=1)
    site.post({**ADA_PHONE, "consent_text": "Other words", "message": "and another thing"})
    first, second = site.consents(PHONE)
    assert [(r.ticked, r.text) for r in (first, second)] == [(True, "First words"), (False, "Other words")]
    assert second.at - first.at == timedelta(hours=1)
    [lead_id] = site.lead_ids()
    assert first.lead_id == second.lead_id == lead_id, "the second joined the open lead"
    assert site.lead(lead_id).inquiry.consent.sms, "a box left unticked later takes nothing back"


def test_a_repeated_delivery_is_stored_once(site: Site) -> None:
    for _ in range(3):
        site.post({**ADA_PHONE, "consent_sms": "on"})
    assert len(site.consents(PHONE)) == 1


def test_consent_of_a_held_delivery_dates_from_its_giving(site: Site) -> None:
    site.show(honeypot="website", consent=WORDING)
    site.post({**ADA_PHONE, "website": "x", "consent_sms": "on"}, address="198.51.100.9", user_agent="Mozilla/5.0")
    given_at = site.now
    site.advance(hours=3)
    assert site.consents(PHONE) == ()
    [delivery] = site.quarantine.suspected(9)
    site.quarantine.release(delivery.id, "mia", site.now)
    [record] = site.consents(PHONE)
    assert (record.at, record.ip, record.user_agent) == (given_at, "198.51.100.9", "Mozilla/5.0")


def test_api_leads_are_evidence_too_but_a_servers_address_proves_nothing(site: Site) -> None:
    site.show(api=Api(origins=("https://www.example.com",)))
    consent = {"sms": True, "text": "Text me", "url": "https://www.example.com/app"}
    site.send({**ADA_PHONE, "consent": consent}, address="198.51.100.9")
    site.send({**ADA_PHONE, "consent": {"sms": False}}, address="198.51.100.9", origin="https://www.example.com")
    third = {**ADA_PHONE, "message": "And a wall", "consent": consent}
    site.send(third, address="198.51.100.9", origin="https://www.example.com")
    assert [(r.ticked, r.text, r.ip) for r in site.consents(PHONE)] == [
        (True, "Text me", ""),
        (False, "", ""),
        (True, "Text me", "198.51.100.9"),
    ]


def test_neither_address_nor_browser_is_logged(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    site.show(consent=WORDING, honeypot="website")
    site.post({**ADA_PHONE, "consent_sms": "on"}, address="198.51.100.9", user_agent="Mozilla/5.0")
    site.post({**ADA, "website": "x"}, address="198.51.100.9", user_agent="Mozilla/5.0")
    site.send({**ADA, "consent": {"sms": True}}, address="198.51.100.9", user_agent="Mozilla/5.0")
    logged = " ".join(str(vars(record)) for record in caplog.records)
    assert "form_taken" in logged
    assert [word for word in ("198.51.100.9", "Mozilla", ADA["email"]) if word in logged] == []


def test_consent_without_an_address_permits_nothing(site: Site) -> None:
    site.post({"name": "Ada Obi", "consent_sms": "on"})
    assert len(site.lead_ids()) == 1
    assert site.table._consents == []
