"""Forms claim only what the policy maps.

A stranger's JSON claims nothing.
"""

import json
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from leadtight.adapters.inbound.field_mapping import answered
from leadtight.domain.calendar.timestamps import format_timestamp
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.message import Channel
from leadtight.domain.policy.forms import Builder, ConsentWording
from tests.unit.adapters.inbound.forms.conftest import ADA, Site

LINK = "https://social.example/thread/7"


def claims(site: Site) -> dict[str, str]:
    return {
        "received_at": format_timestamp(site.now - timedelta(hours=20)),
        "owner": "cem",
        "value": "999999",
        "stage": "won",
        "acknowledge": "false",
        "permalink": LINK,
        "consent_marketing_voice": "yes",
        "consent_marketing": "email",
    }


def only(site: Site) -> Lead:
    [lead_id] = site.lead_ids()
    return site.lead(lead_id)


def claims_nothing(site: Site, lead: Lead) -> None:
    inquiry = lead.inquiry
    assert (lead.received_at, lead.promise.starts_at, lead.known_owner_id) == (site.now, site.now, None)
    assert (inquiry.consent.marketing, inquiry.permalink) == ((), "")
    for name in ("received_at", "owner"):
        assert name in inquiry.fields, "kept as a field"


@pytest.mark.parametrize("builder", [Builder.HTML, Builder.ELEMENTOR, Builder.GRAVITY_FORMS])
def test_our_field_names_in_a_forms_post_have_no_authority(site: Site, builder: Builder) -> None:
    site.show(builder=builder)
    fields = ADA | claims(site)
    site.post(urlencode(fields).encode())
    lead = only(site)
    claims_nothing(site, lead)
    assert lead.inquiry.value is None
    assert "999999" in lead.inquiry.fields.values()


def test_an_html_form_sets_only_mapped_fields(site: Site) -> None:
    mapped = {"owner": "owner", "value": "value", "received_at": "received_at"}
    site.show(fields=mapped, consent=ConsentWording(marketing_voice="You may call me by machine."))
    site.post(urlencode(ADA | claims(site) | {"phone": "030 901820"}).encode())
    lead = only(site)
    assert (lead.known_owner_id, str(lead.inquiry.value)) == ("cem", "999999")
    assert lead.inquiry.consent.marketing == (Channel.VOICE,)
    assert lead.received_at == site.now
    assert {record.said_by for record in site.consents("+4930901820")} == {"form"}


def test_a_json_form_sets_only_mapped_paths_except_a_receipt_time(site: Site) -> None:
    site.show(builder=Builder.JSON, fields={"name": "name", "email": "email", "at": "received_at", "rep": "owner"})
    body = ADA | {"at": claims(site)["received_at"], "rep": "cem", "value": "999999", "permalink": LINK}
    site.post(json.dumps(body).encode(), kind="application/json")
    lead = only(site)
    assert (lead.known_owner_id, lead.received_at, lead.inquiry.value) == ("cem", site.now, None)
    assert lead.inquiry.permalink == ""


def test_a_lead_without_a_key_claims_nothing(site: Site) -> None:
    body = ADA | claims(site) | {"acknowledge": False, "consent": {"marketing": ["email", "sms", "voice"]}}
    site.send(body | {"source": "email"})
    lead = only(site)
    claims_nothing(site, lead)
    assert (lead.source, lead.inquiry.fields["source"]) == ("api", "email")


def test_no_form_field_is_a_link_in_the_owners_mail_or_card(site: Site) -> None:
    fields = {"permalink": LINK, "website": f"see {LINK}", "company": "www.social.example"}
    site.post(urlencode(ADA | fields | {"name": "Ada social.example/x"}).encode())
    sent = [mail.mail for mail in site.mailer.sent if mail.permission.person in site.policy.people]
    assert sent
    for mail in sent:
        for shown in (mail.subject, mail.text, mail.html):
            assert "//social.example" not in shown
            assert "www.social" not in shown
            assert "Ada social.example/x" not in shown


@pytest.mark.parametrize("name", ["owner", "received_at", "acknowledge", "permalink"])
def test_a_visitors_answer_has_no_authority_though_a_provider_signs_it(name: str) -> None:
    body = answered({}, {"name": "Ada", name: LINK})
    assert name not in body
    assert LINK in body["fields"].values()
    assert "permalink" not in body["fields"], "which is a link, from a provider"
    assert answered({"q": "owner"}, {"q": "cem"})["owner"] == "cem", "unless the policy maps it"
