"""Check boxes as frameworks post them.

A tick is a tick, and nothing else is.
"""

import json
from urllib.parse import urlencode

import pytest

from leadtight.adapters.inbound.consent_boxes import is_ticked
from leadtight.domain.policy.forms import Builder, ConsentWording
from tests.unit.adapters.inbound.forms.conftest import ADA, Site

PHONE = "+4930901820"
WORDING = ConsentWording(sms="You may text me.")


def consent(site: Site, pairs: list[tuple[str, str]]) -> bool:
    body = urlencode([*ADA.items(), ("phone", "030 901820"), *pairs]).encode()
    site.post(body)
    [record] = site.consents(PHONE)
    assert site.lead(site.lead_ids()[0]).inquiry.consent.sms == record.ticked
    return record.ticked


@pytest.mark.parametrize(
    "pairs",
    [
        [("consent_sms", "0"), ("consent_sms", "1")],  # Rails, Laravel: the hidden twin goes first
        [("consent_sms", "true"), ("consent_sms", "false")],  # ASP.NET: it comes last
        [("consent_sms", "false"), ("consent_sms", "true")],
        [("consent_sms", "off"), ("consent_sms", "on")],
        [("consent_sms", "no"), ("consent_sms", "yes")],
        [("consent_sms", ""), ("consent_sms", "on")],
        [("consent_sms", "0"), ("consent_sms[]", "1")],
        [("consent_sms[]", "1")],
        [("consent_sms[0]", "1")],
        [("lead[consent_sms]", "0"), ("lead[consent_sms]", "1")],
        [("Input.ConsentSms", "true"), ("Input.ConsentSms", "false")],
        [("consent_sms", "You may text me.")],
        [("consent_sms", "  you may TEXT me")],
        [("consent_sms", "I agree")],
        [("consent_sms", "Yes, text me")],
        [("consent_sms", "✓")],
    ],
)
def test_a_ticked_box_is_ticked(site: Site, pairs: list[tuple[str, str]]) -> None:
    site.show(consent=WORDING)
    assert consent(site, pairs)


@pytest.mark.parametrize(
    "pairs",
    [
        [("consent_sms", "0")],
        [("consent_sms", "false")],
        [("consent_sms", "false"), ("consent_sms", "0")],
        [("consent_sms[]", "")],
        [("consent_sms", "No")],
        [("consent_sms", "I do not agree")],
        [("consent_sms", "Yes, but not by text")],
        [("consent_sms", "maybe")],
        [],
    ],
)
def test_an_empty_box_is_shown_and_not_ticked(site: Site, pairs: list[tuple[str, str]]) -> None:
    site.show(consent=WORDING)
    assert not consent(site, pairs)


@pytest.mark.parametrize("value", ["ja", "Oui", "Sí", "sì", "sim", "tak", "J", "Ich stimme zu", "J’accepte", "Acepto"])
def test_ticks_in_nine_languages(value: str) -> None:
    assert is_ticked(value)


@pytest.mark.parametrize("value", ["nein", "non", "No", "não", "nee", "nej", "nie", "Ich stimme nicht zu", "0, 0"])
def test_refusals_in_nine_languages(value: str) -> None:
    assert not is_ticked(value)


@pytest.mark.parametrize("value", [True, ["true"], [False, True], 1, ["", "on"], "1, 0", ["0", ["1"]]])
def test_ticks_in_json(value: object) -> None:
    assert is_ticked(value)


@pytest.mark.parametrize("value", [False, None, [], 0, [False], {}, ["", "0"]])
def test_empty_boxes_in_json(value: object) -> None:
    assert not is_ticked(value)


def test_an_ambiguous_value_is_kept_for_a_person(site: Site) -> None:
    site.show(consent=WORDING)
    assert not consent(site, [("consent_sms", "only on Mondays")])
    assert site.lead(site.lead_ids()[0]).inquiry.fields == {"consent_sms": "only on Mondays"}


def test_consent_is_evidence_even_when_only_the_box_states_it(site: Site) -> None:
    assert consent(site, [("consent_sms", "I agree to texts about my quote")])
    [record] = site.consents(PHONE)
    assert record.text == "I agree to texts about my quote"


@pytest.mark.parametrize(
    ("builder", "fields", "post"),
    [
        (Builder.GRAVITY_FORMS, {"5.1": "consent_sms"}, {"5.1": "1", "5.2": "You may text me.", "5.3": "1"}),
        (Builder.CONTACT_FORM_7, {"acceptance-1": "consent_sms"}, {"acceptance-1": "1"}),
        (Builder.CONTACT_FORM_7, {"box": "consent_sms"}, {"box": ["You may text me."]}),
        (Builder.ELEMENTOR, {"field_9": "consent_sms"}, {"field_9": "on"}),
        (Builder.JSON, {"consent": "consent_sms"}, {"consent": [False, True]}),
    ],
)
def test_builders_post_ticks_in_their_own_ways(
    site: Site, builder: Builder, fields: dict[str, str], post: dict[str, object]
) -> None:
    ours = {"email": "email", "phone": "phone"} if builder is Builder.JSON else {}
    site.show(builder=builder, consent=WORDING, fields=fields | ours)
    site.post(json.dumps({**ADA, "phone": "030 901820", **post}).encode(), kind="application/json")
    [record] = site.consents(PHONE)
    assert (record.ticked, record.text) == (True, "You may text me.")


@pytest.mark.parametrize("listed", [["email", "sms"], ["E-Mail", "Texts"]])
def test_a_group_of_boxes_selects_channels(site: Site, listed: list[str]) -> None:
    site.show(consent=ConsentWording(marketing_email="You may write to me.", marketing_sms="You may text me offers."))
    body = urlencode([*ADA.items(), ("phone", "030 901820"), *(("consent_marketing[]", value) for value in listed)])
    site.post(body.encode())
    assert [channel.value for channel in site.lead(site.lead_ids()[0]).inquiry.consent.marketing] == ["email", "sms"]
