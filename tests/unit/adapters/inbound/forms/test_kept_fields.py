"""Fields named like ours with another meaning are kept.

Of two values, neither is lost.
"""

from urllib.parse import urlencode

import pytest

from leadtight.app.intake.inquiry_parser import KNOWN_FIELDS
from leadtight.domain.model.inquiry import Inquiry
from leadtight.domain.policy.forms import ConsentWording
from tests.unit.adapters.inbound.forms.conftest import ADA, Site


def inquiry(site: Site, pairs: list[tuple[str, str]]) -> Inquiry:
    site.post(urlencode([*ADA.items(), *pairs]).encode())
    return site.lead(site.lead_ids()[0]).inquiry


@pytest.mark.parametrize("name", sorted(KNOWN_FIELDS - {"name", "email", "phone", "message"}))
@pytest.mark.parametrize("words", ["", "You may text me."])
def test_a_hidden_fields_value_is_kept_under_any_name(site: Site, name: str, words: str) -> None:
    site.show(consent=ConsentWording(sms=words))
    lead = inquiry(site, [(name, "google-ads")])
    assert "google-ads" in (
        *lead.fields.values(),
        lead.company,
        lead.language,
        lead.region,
        lead.product,
        lead.name,
    ) or (lead.postcode == "google-ads")


@pytest.mark.parametrize("name", ["source", "external_id", "utm_source"])
def test_hidden_marketing_data_is_a_field(site: Site, name: str) -> None:
    lead = inquiry(site, [(name, "google-ads")])
    assert (lead.fields, lead.flags) == ({name: "google-ads"}, ())


def test_of_two_addresses_the_first_is_used_and_the_other_kept(site: Site) -> None:
    site.post(b"name=Ada&email=ada%40example.com&email=boss%40example.com")
    lead = site.lead(site.lead_ids()[0]).inquiry
    assert (lead.email, lead.fields) == ("ada@example.com", {"email": "boss@example.com"})


@pytest.mark.parametrize(
    ("pairs", "name", "fields"),
    [
        ([("Vorname", "Ada"), ("Name", "Obi")], "Ada Obi", {"first_name": "Ada"}),
        ([("Prénom", "Ada"), ("Nom", "Obi")], "Ada Obi", {"first_name": "Ada"}),
        ([("Nombre", "Ada"), ("Apellidos", "Obi Ruiz")], "Ada Obi Ruiz", {"last_name": "Obi Ruiz"}),
        ([("First name", "Ada"), ("Last name", "Obi")], "Ada Obi", {}),
        ([("name", "Ada Obi"), ("first_name", "Ada")], "Ada Obi", {"first_name": "Ada"}),
        ([("user[first_name]", "Ada"), ("user[last_name]", "Obi")], "Ada Obi", {}),
        ([("Contact.FirstName", "Ada"), ("Contact.LastName", "Obi")], "Ada Obi", {}),
        ([("Your name", "Ada Obi"), ("Dog's name", "Rex")], "Ada Obi", {"Dog's name": "Rex"}),
    ],
)
def test_a_name_in_parts_is_one_name(
    site: Site, pairs: list[tuple[str, str]], name: str, fields: dict[str, str]
) -> None:
    site.post(urlencode([*pairs, ("E-Mail", "ada@example.com")]).encode())
    lead = site.lead(site.lead_ids()[0]).inquiry
    assert (lead.name, lead.fields, lead.email) == (name, fields, "ada@example.com")
