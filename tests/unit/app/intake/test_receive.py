"""Arrivals become complete leads, or are rejected by field."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadtight.adapters.contact_points.normalization import PhoneEmailNormalizer
from leadtight.adapters.memory.alarms import MemoryAlarms
from leadtight.adapters.memory.table import MemoryTable
from leadtight.app.intake.inquiry_parser import KNOWN_FIELDS
from leadtight.app.intake.receive import Intake
from leadtight.app.intake.submission import Submission
from leadtight.domain.model.codec import from_document, to_document
from leadtight.domain.model.errors import InvalidInquiry
from leadtight.domain.model.identity import person_keys
from leadtight.domain.model.inquiry import Inquiry
from leadtight.domain.model.lead import Lead
from leadtight.domain.policy.trust import Submitter
from leadtight.domain.text.sanitizing import sanitize
from leadtight.policy import loader as policies

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def received(body: Mapping[str, Any]) -> Lead:
    table, ids = MemoryTable(), count()
    intake = Intake(policies.shipped(), table, PhoneEmailNormalizer(), lambda: f"L{next(ids)}", MemoryAlarms())
    lead = table.load(intake.receive(Submission(source="api", body=body, caller=Submitter.PROVIDER), NOW).lead_id)
    assert lead is not None
    return lead


def inquiry(**body: Any) -> Inquiry:
    return received({"name": "Ada Obi"} | body).inquiry


def test_a_plain_submission_is_normalised() -> None:
    got = inquiry(
        email=" Ada@Example.COM ",
        phone="030 901820",
        company="Obi & Co",
        message="Hello\r\nworld",
        language="de",
        country="de",
        value=1200.5,
        fields={"roof": "flat", "rooms": 3},
        colour="red",
    )
    assert got == Inquiry(
        name="Ada Obi",
        email="ada@example.com",
        phone="+4930901820",
        company="Obi & Co",
        message="Hello\nworld",
        language="de",
        country="DE",
        value=Decimal("1200.5"),
        fields={"colour": "red", "roof": "flat", "rooms": "3"},
    )


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": " \t"}, {"name": "\x00"}, {"message": "hi"}, {"name": []}])
def test_without_name_and_contact_every_missing_field_is_named(body: dict[str, Any]) -> None:
    with pytest.raises(InvalidInquiry) as caught:
        received(body)
    assert [p.field for p in caught.value.problems] == ["name", "email", "phone"]


@pytest.mark.parametrize(("field", "value"), [("name", "Ada"), ("email", "ada@example.com"), ("phone", "+4930901820")])
def test_one_of_name_address_and_number_is_enough(field: str, value: str) -> None:
    assert received({field: value}).inquiry.display_name == value


@pytest.mark.parametrize("email", ["ada", "ada@", "ada@example.com, bo@example", "a" * 300 + "@example.com"])
def test_an_invalid_address_is_kept_and_flagged(email: str) -> None:
    got = inquiry(email=email)
    assert (got.email, got.fields["email"], got.flags) == (None, email, ("email_odd",))


def test_of_two_addresses_the_first_is_used_and_both_are_kept_and_flagged() -> None:
    got = inquiry(email="ada@example.com, bo@example.com")
    assert (got.email, got.fields["email"]) == ("ada@example.com", "ada@example.com, bo@example.com")
    assert got.flags == ("email_odd",)


@pytest.mark.parametrize("phone", ["call me", "123", "+49 30 90 18 20 ext ???? 99999999999999999"])
def test_an_invalid_number_is_kept_and_flagged(phone: str) -> None:
    got = inquiry(phone=phone)
    assert (got.phone, got.fields["phone"], got.flags) == (None, phone, ("phone_odd",))


def test_two_different_names_are_both_kept_and_flagged() -> None:
    got = received({"name": "Ada", "roof": "flat", "rooms": 3, "fields": {"roof": "steep", "rooms": 3}}).inquiry
    assert got.fields == {"roof": "steep", "roof (also)": "flat", "rooms": "3"}
    assert got.flags == ("fields_odd",)
    odd = received({"name": "Ada", "phone": "abc", "fields": {"phone": "the office's"}}).inquiry
    assert odd.fields == {"phone": "abc", "phone (also)": "the office's"}
    assert odd.flags == ("fields_odd", "phone_odd")


def test_an_unreadable_contact_point_is_still_a_lead() -> None:
    assert received({"email": "ada(at)example.com"}).inquiry.fields == {"email": "ada(at)example.com"}


def test_a_number_is_read_as_dialled_in_the_stated_country() -> None:
    assert inquiry(phone="020 7946 0018", country="GB").phone == "+442079460018"
    assert inquiry(phone="030 901820").phone == "+4930901820"


@pytest.mark.parametrize("country", ["D", "1A", "XX", "Georgia", "Ruritania"])
def test_without_a_known_country_no_national_number_is_read(country: str) -> None:
    got = inquiry(phone="030 901820", country=country)
    assert (got.country, got.phone) == ("", None)
    assert got.fields == {"country": country, "phone": "030 901820"}
    assert got.flags == ("country_odd", "phone_odd")
    assert inquiry(phone="+49 30 901820", country=country).phone == "+4930901820"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", ["ada@example.com"]),
        ("phone", {"number": "030"}),
        ("message", True),
        ("company", [None]),
        ("value", "a lot"),
        ("value", "-5"),
        ("value", float("nan")),
        ("value", float("inf")),
        ("value", "1e400"),
        ("value", "9" * 500),
        ("value", True),
        ("value", {}),
        ("consent", "yes"),
        ("fields", ["a"]),
        ("received_at", "yesterday"),
        ("received_at", "2026-11-23T08:00:00"),
        ("received_at", "2026-11-23T09:00:01Z"),
        ("received_at", "2026-11-20T09:00:00Z"),
        ("received_at", "0001-01-01T00:00:00+14:00"),
        ("received_at", 1_763_888_400),
    ],
)
def test_an_odd_value_is_kept_and_flagged_without_rejecting_the_lead(field: str, value: Any) -> None:
    got = inquiry(**{field: value})
    assert got.flags == (f"{field}_odd",)
    assert got.fields[field] == (value if isinstance(value, str) else json.dumps(value))


@pytest.mark.proves("A14")
def test_a_sources_time_is_believed_within_a_day() -> None:
    received_at = NOW - timedelta(hours=2)
    lead = received({"name": "Ada", "received_at": "2026-11-23T08:00:00+01:00"})
    assert (lead.received_at, lead.recorded_at, lead.promise.starts_at) == (received_at, NOW, received_at)


def test_a_time_exactly_a_day_old_starts_the_promise() -> None:
    lead = received({"name": "Ada", "received_at": "2026-11-22T09:00:00Z"})
    assert (lead.received_at, lead.promise.starts_at) == (NOW - timedelta(days=1), NOW - timedelta(days=1))


def test_a_name_of_five_thousand_characters_is_cut_and_kept_whole_in_a_field() -> None:
    got = inquiry(name="Ada " * 1_250)
    assert (len(got.name), len(got.fields["name"])) == (199, 4_999)  # no space at its end
    assert got.flags == ("name_odd",)


@pytest.mark.parametrize("field", ["company", "language", "message"])
def test_other_oversized_values_are_kept_whole_too(field: str) -> None:
    text = "word " * 12_000 + "end"
    got = inquiry(**{field: text})
    assert text in (got.message, got.fields.get(field))


def test_a_name_cannot_contain_a_header_or_a_hidden_direction() -> None:
    got = inquiry(name="Ada\r\nBcc: all@example.com\u202e\x00\u2028x", email="a@example.com\r\nBcc: b@example.com")
    assert got.name == "Ada Bcc: all@example.com x"
    assert got.email is None


def test_emoji_and_right_to_left_names_are_kept_unchanged() -> None:
    for name in ("عادل العمري", "👩🏽‍🚀 Ada", "李小龙", "Zoë Ångström", "O'Brien-Łukasz"):
        assert inquiry(name=name).name == name


def test_lone_surrogates_and_control_characters_never_reach_the_table() -> None:
    lead = received(
        json.loads('{"name": "A\\ud800da", "fields": {"\\udfff": "\\ud83d x"}, "message": "a\\u0000\\u0007b"}')
    )
    assert json.dumps(to_document(lead), ensure_ascii=False).encode()
    assert lead.inquiry.name == "Ada"
    assert lead.inquiry.message == "ab"


def test_nested_json_is_kept_as_text() -> None:
    got = inquiry(fields={"answers": [{"q": 1, "a": ["x", None]}]})
    assert got.fields["answers"] == '[{"q": 1, "a": ["x", null]}]'


def test_too_deeply_nested_json_is_rejected_without_a_crash() -> None:
    deep: Any = "x"
    for _ in range(5_000):
        deep = [deep]
    with pytest.raises(InvalidInquiry) as caught:
        inquiry(odd=deep)
    assert [(p.field, p.detail) for p in caught.value.problems] == [("body", "is nested too deeply")]


def test_thousands_of_fields_are_kept() -> None:
    assert len(inquiry(**{f"f{n}": str(n) for n in range(4_000)}).fields) == 4_000


def test_long_field_names_with_the_same_beginning_stay_separate() -> None:
    fields = {"q" * 150 + "1": "a", "q" * 150 + "2": "b"}
    assert sorted(inquiry(fields=fields).fields.values()) == ["a", "b"]


def test_missing_consent_wording_is_empty_and_not_the_word_none() -> None:
    assert inquiry(consent={"sms": True, "text": None}).consent.text == ""


def test_people_are_keyed_by_address_and_number_and_blanks_are_not_keys() -> None:
    both = Inquiry(email="ada@example.com", phone="+4930901820")
    assert len(person_keys(both)) == 2
    assert person_keys(Inquiry(name="Ada")) == ()
    assert person_keys(Inquiry(email="ada@example.com"))[0] in person_keys(both)


@given(text=st.text(st.characters(codec=None)))
def test_sanitizing_is_idempotent(text: str) -> None:
    assert sanitize(sanitize(text)) == sanitize(text)
    assert sanitize(sanitize(text, multiline=True), multiline=True) == sanitize(text, multiline=True)


FIELD_NAMES = st.sampled_from(sorted({*KNOWN_FIELDS, "first_name", "last_name"}))
TEXTS = st.text(st.characters(codec=None), max_size=20) | st.sampled_from(
    [
        "ada@example.com",
        "+4930901820",
        "DE",
        "1e999999",
        "-0",
        "NaN",
        "0001-01-01T00:00:00+14:00",
        "\r\nBcc: x@y.example",
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=8,
)


@pytest.mark.slow
@given(body=st.dictionaries(FIELD_NAMES | TEXTS, JSON, max_size=10))
def test_any_json_object_is_a_lead_or_a_rejection_that_names_fields(body: dict[str, Any]) -> None:
    try:
        lead = received(body)
    except InvalidInquiry as error:
        assert error.problems  # noqa: PT017 - either answer is right
        assert all(p.field for p in error.problems)  # noqa: PT017 - either answer is right
        return
    stored = json.dumps(to_document(lead), ensure_ascii=False, allow_nan=False).encode()
    assert from_document(Lead, json.loads(stored)) == lead
    assert len(stored) < 400_000


def test_place_product_and_company_size_are_read() -> None:
    got = inquiry(region="Bavaria", postcode=" 80331 ", product="roof", company_size="120")
    assert (got.region, got.postcode, got.product, got.company_size) == ("Bavaria", "80331", "roof", 120)


@pytest.mark.parametrize("size", ["51-200", -1, 1.5, True, 10**12, "²"])
def test_an_invalid_company_size_is_kept_and_flagged(size: Any) -> None:
    got = inquiry(company_size=size)
    assert (got.company_size, got.flags) == (None, ("company_size_odd",))
    assert "company_size" in got.fields


@pytest.mark.parametrize("owner", ["ana", "Ana", "ana@leadtight.example", "ANA@leadtight.example"])
def test_the_known_owner_of_a_lead_is_read_by_id_or_address(owner: str) -> None:
    assert received({"name": "Ada Obi", "owner": owner}).known_owner_id == "ana"


def test_an_unknown_owner_is_kept_and_flagged() -> None:
    lead = received({"name": "Ada Obi", "owner": "zoe"})
    assert (lead.known_owner_id, lead.inquiry.fields["owner"], lead.inquiry.flags) == (None, "zoe", ("owner_odd",))
