"""Inquiry bodies, field by field, at and beyond each bound.

And beyond it.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from leadtight.adapters.contact_points.normalization import PhoneEmailNormalizer
from leadtight.app.intake.inquiry_parser import LONGEST_TEXT, ParsedInquiry, read
from leadtight.domain.calendar.timestamps import format_timestamp
from leadtight.domain.model.consent_record import ConsentCheckbox, ConsentPurpose
from leadtight.domain.model.inquiry import Inquiry
from leadtight.domain.model.message import Channel
from leadtight.domain.policy.policy import Policy
from leadtight.policy import loader as policies

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
SMS = ConsentCheckbox(channel=Channel.SMS, purpose=ConsentPurpose.INQUIRY, ticked=True, text="")


def parsed(policy: Policy | None = None, *, any_time: bool = False, **body: Any) -> ParsedInquiry:
    body = {"name": "Ada Obi"} | body
    return read(body, PhoneEmailNormalizer(), policy or policies.shipped(), NOW, any_time=any_time)


def inquiry(**body: Any) -> Inquiry:
    return parsed(**body).inquiry


def is_kept_as_typed(name: str, value: Any, text: str | None = None) -> bool:
    """Return whether a value is kept in the fields, flagged."""
    got = inquiry(**{name: value})
    return got.flags == (f"{name}_odd",) and got.fields[name] == (str(value) if text is None else text)


@pytest.mark.parametrize("at", [NOW, NOW - SECOND, NOW - DAY])
def test_a_time_of_receipt_is_believed_within_a_day(at: datetime) -> None:
    got = parsed(received_at=format_timestamp(at))
    assert (got.received_at, got.said_at, got.acknowledged) == (at, at, True)
    assert (got.inquiry.flags, got.inquiry.fields) == ((), {})


@pytest.mark.parametrize(
    ("at", "said_at"),
    [
        (format_timestamp(NOW + SECOND), NOW),
        (format_timestamp(NOW - DAY - SECOND), NOW - DAY - SECOND),
        ("yesterday", NOW),
        (7, NOW),
    ],
)
def test_other_receipt_times_are_kept_and_flagged_and_used_only_for_opt_outs(at: Any, said_at: datetime) -> None:
    got = parsed(received_at=at)
    assert (got.received_at, got.said_at) == (NOW, said_at)
    assert (got.inquiry.flags, got.inquiry.fields) == (("received_at_odd",), {"received_at": str(at)})


def test_an_imported_time_may_be_anything_but_the_future_and_old_leads_are_not_answered() -> None:
    old = format_timestamp(NOW - DAY - SECOND)
    got = parsed(any_time=True, received_at=old)
    assert (got.received_at, got.acknowledged, got.inquiry.flags) == (NOW - DAY - SECOND, False, ())
    assert parsed(any_time=True, received_at=format_timestamp(NOW + SECOND)).received_at == NOW


@pytest.mark.parametrize("nothing", [None, ""])
def test_the_default_time_is_now(nothing: str | None) -> None:
    got = parsed(received_at=nothing)
    assert (got.received_at, got.said_at, got.inquiry.flags) == (NOW, NOW, ())


@pytest.mark.parametrize(("value", "acknowledged"), [(None, True), (True, True), (False, False)])
def test_a_body_may_forbid_its_answer(value: bool | None, acknowledged: bool) -> None:
    got = parsed(acknowledge=value)
    assert (got.acknowledged, got.inquiry.flags, got.inquiry.fields) == (acknowledged, (), {})


def test_other_values_do_not_forbid_an_answer_and_are_kept() -> None:
    assert is_kept_as_typed("acknowledge", "no")
    assert parsed(acknowledge="no").acknowledged


@pytest.mark.parametrize("owner", ["ana", "Ana@leadtight.example", "ANA RUIZ"])
def test_an_owner_is_recognised_by_id_address_or_name(owner: str) -> None:
    policy = policies.shipped()
    ana = replace(policy.people["ana"], name="Ana Ruiz")
    got = parsed(replace(policy, people={**policy.people, "ana": ana}), owner=owner)
    assert (got.known_owner_id, got.inquiry.flags) == ("ana", ())


def test_a_name_shared_by_two_people_is_not_an_owner_and_is_kept() -> None:
    policy = policies.shipped()
    namesakes = {name: replace(policy.people[name], name="Sam Lee") for name in ("ana", "ben")}
    got = parsed(replace(policy, people={**policy.people, **namesakes}), owner="Sam Lee")
    assert (got.known_owner_id, got.inquiry.flags) == (None, ("owner_odd",))
    assert got.inquiry.fields == {"owner": "Sam Lee"}


@pytest.mark.parametrize(
    ("value", "read_as"),
    [
        (0, Decimal(0)),
        ("12.50", Decimal("12.50")),
        (10**15 - 1, Decimal(10**15 - 1)),
        ("0." + "1" * 38, Decimal("0." + "1" * 38)),
    ],
)
def test_a_value_is_any_number_of_money(value: Any, read_as: Decimal) -> None:
    got = inquiry(value=value)
    assert (got.value, got.flags) == (read_as, ())


@pytest.mark.parametrize("value", [-1, 10**15, "0." + "1" * 39, "NaN", "Infinity", "much", [1], "1e99"])
def test_an_invalid_value_is_kept_and_flagged(value: Any) -> None:
    assert is_kept_as_typed("value", value)
    assert inquiry(value=value).value is None


@pytest.mark.parametrize("nothing", [None, ""])
def test_an_empty_value_is_none_without_a_flag(nothing: str | None) -> None:
    assert (inquiry(value=nothing).value, inquiry(value=nothing).flags) == (None, ())


@pytest.mark.parametrize(("size", "read_as"), [("1", 1), (250, 250), (250.0, 250), (10**8, 10**8)])
def test_a_company_size_is_a_whole_number(size: Any, read_as: int) -> None:
    got = inquiry(company_size=size)
    assert (got.company_size, got.flags, got.fields) == (read_as, (), {})


@pytest.mark.parametrize("size", [10**8 + 1, "0000000001", "50-100", "٥", 2.5])
def test_an_invalid_company_size_is_kept_and_flagged(size: Any) -> None:
    assert is_kept_as_typed("company_size", size)


@pytest.mark.parametrize(
    ("name", "longest"),
    [("name", 200), ("company", 200), ("region", 200), ("product", 200), ("language", 35), ("postcode", 20)],
)
def test_a_short_field_is_cut_at_its_limit_and_kept_whole_in_a_field(name: str, longest: int) -> None:
    whole = "x" * longest
    got = inquiry(**{name: whole})
    assert (getattr(got, name), got.flags, got.fields) == (whole, (), {})
    longer = "x" * (longest - 1) + " y"
    got = inquiry(**{name: longer})
    assert (getattr(got, name), got.flags, got.fields) == ("x" * (longest - 1), (f"{name}_odd",), {name: longer})


def test_a_message_is_cut_at_the_maximum_length_of_a_body() -> None:
    assert len(inquiry(message="x" * (LONGEST_TEXT + 1)).message) == LONGEST_TEXT == 65_536


def test_a_name_is_joined_from_its_parts_where_it_is_not_whole() -> None:
    assert inquiry(name="", first_name="Ada", last_name="Obi").name == "Ada Obi"
    assert inquiry(name="", first_name="", last_name="Obi").name == "Obi"
    assert inquiry(name="A. Obi", first_name="Ada", last_name="Obi").name == "A. Obi"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("x", "x"),
        (7, "7"),
        (7.0, "7"),
        (1.5, "1.5"),
        (-7.0, "-7"),
        (2.0**53 - 1, str(2**53 - 1)),
        (2.0**53, "9007199254740992.0"),
    ],
)
def test_a_number_is_read_as_people_write_it(value: Any, text: str) -> None:
    assert (inquiry(postcode=value).postcode, inquiry(postcode=value).flags) == (text, ())


@pytest.mark.parametrize(("value", "text"), [(True, "true"), ([1], "[1]"), ({"a": 1}, '{"a": 1}')])
def test_values_other_than_text_are_kept_and_flagged(value: Any, text: str) -> None:
    assert is_kept_as_typed("company", value, text)
    assert inquiry(company=value).company == ""


def test_an_address_with_a_name_beside_it_is_kept_as_typed_without_a_flag() -> None:
    got = inquiry(email="Ada <ada@example.com>")
    assert (got.email, got.flags, got.fields) == ("ada@example.com", (), {"email": "Ada <ada@example.com>"})
    assert inquiry(email="ada@example.com").fields == {}


def test_a_repeated_address_is_one() -> None:
    assert inquiry(email="ada@example.com, ADA@example.com").flags == ()
    assert inquiry(email="ada@example.com, bo@example.com").flags == ("email_odd",)


def test_a_number_with_words_or_an_extension_is_kept_as_typed_without_a_flag() -> None:
    got = inquiry(phone="030 901820 DW 11")
    assert (got.phone, got.extension, got.flags) == ("+4930901820", "11", ())
    assert got.fields == {"phone": "030 901820 DW 11"}
    assert inquiry(phone="Tel. 030 901820").fields == {"phone": "Tel. 030 901820"}
    assert inquiry(phone="+49 30 901820").fields == {}


def test_of_two_numbers_the_first_is_read_and_both_are_kept_and_flagged() -> None:
    got = inquiry(phone="030 901820 / 030 901821")
    assert (got.phone, got.flags) == ("+4930901820", ("phone_odd",))
    assert got.fields == {"phone": "030 901820 / 030 901821"}


@pytest.mark.parametrize(("country", "phone"), [(None, "+4930901820"), ("-", "+4930901820"), ("US", None), (7, None)])
def test_a_number_is_dialled_in_the_stated_country_or_else_at_home(country: Any, phone: str | None) -> None:
    assert inquiry(country=country, phone="030 901820").phone == phone


def test_an_unknown_country_is_kept_and_flagged_and_one_of_several_words_is_kept() -> None:
    assert is_kept_as_typed("country", "Atlantis")
    got = inquiry(country="Germany (Berlin)")
    assert (got.country, got.flags, got.fields) == ("DE", (), {"country": "Germany (Berlin)"})
    assert inquiry(country="Germany").fields == {}


def test_a_handle_is_a_scheme_and_an_id_and_anything_else_a_field() -> None:
    got = inquiry(handle="whatsapp:DE.1")
    assert (got.handle, got.fields) == ("whatsapp:DE.1", {})
    for other in ("whatsapp", "whatsapp: 1", "WhatsApp:1", "w:1", f"whatsapp:{'1' * 257}"):
        got = inquiry(handle=other)
        assert (got.handle, got.fields) == ("", {"handle": other})
    assert read({"handle": "whatsapp:1"}, PhoneEmailNormalizer(), policies.shipped(), NOW).inquiry.name == ""


def test_an_unknown_field_is_kept_under_its_name() -> None:
    assert inquiry(roof="flat", rooms=3).fields == {"roof": "flat", "rooms": "3"}
    got = inquiry(roof="flat", fields={"roof": "flat", "rooms": 3})
    assert (got.fields, got.flags) == ({"roof": "flat", "rooms": "3"}, ())


def test_two_values_of_one_name_are_both_kept_and_flagged() -> None:
    got = inquiry(roof="steep", fields={"roof": "flat"})
    assert (got.fields, got.flags) == ({"roof": "flat", "roof (also)": "steep"}, ("fields_odd",))


def test_invalid_fields_are_kept_and_flagged() -> None:
    assert is_kept_as_typed("fields", "flat")
    assert inquiry(fields=None).flags == ()


def test_boxes_are_read_with_their_wording_and_only_ticked_ones_consent() -> None:
    boxes = [
        {"channel": "sms", "purpose": "inquiry", "ticked": True, "text": " Text me\nabout it "},
        {"channel": "email", "purpose": "marketing", "ticked": True},
        {"channel": "voice", "purpose": "marketing", "ticked": "yes"},
        {"channel": "fax", "purpose": "inquiry", "ticked": True},
        {"channel": "sms", "purpose": "anything", "ticked": True},
        {"channel": "slack", "purpose": "inquiry", "ticked": True},
        "sms",
    ]
    got = parsed(consent={"boxes": boxes, "url": "https://example.com/contact"})
    assert got.asked is not None
    assert got.asked.url == "https://example.com/contact"
    assert [(box.channel, box.purpose, box.ticked, box.text) for box in got.asked.boxes] == [
        (Channel.SMS, ConsentPurpose.INQUIRY, True, "Text me\nabout it"),
        (Channel.EMAIL, ConsentPurpose.MARKETING, True, ""),
        (Channel.VOICE, ConsentPurpose.MARKETING, False, ""),
    ]
    assert (got.inquiry.consent.sms, got.inquiry.consent.marketing) == (True, (Channel.EMAIL,))


def test_at_most_ten_boxes_are_read() -> None:
    box = {"channel": "sms", "purpose": "inquiry", "ticked": True}
    got = parsed(consent={"boxes": [box] * 11})
    assert got.asked is not None
    assert got.asked.boxes == (SMS,) * 10


@pytest.mark.parametrize(("sms", "is_ticked"), [(True, True), (False, False), ("yes", False)])
def test_consent_to_texts_is_a_box_as_shown(sms: Any, is_ticked: bool) -> None:
    got = parsed(consent={"sms": sms, "text": "Text me"})
    assert got.asked is not None
    assert got.asked.boxes == (replace(SMS, ticked=is_ticked, text="Text me"),)
    assert (got.inquiry.consent.sms, got.inquiry.consent.text) == (is_ticked, "Text me")


def test_consent_to_marketing_names_its_channels() -> None:
    got = parsed(consent={"marketing": ["voice", "email", "fax"], "text": "Yes"})
    assert got.asked is not None
    assert got.asked.boxes == tuple(
        ConsentCheckbox(channel=channel, purpose=ConsentPurpose.MARKETING, ticked=True, text="Yes")
        for channel in (Channel.EMAIL, Channel.VOICE)
    )
    assert (got.inquiry.consent.sms, got.inquiry.consent.marketing) == (False, (Channel.EMAIL, Channel.VOICE))
    listed = parsed(consent={"marketing": "email"}).asked
    assert listed is not None
    assert listed.boxes == ()


def test_the_page_of_a_consent_is_kept_up_to_its_limit() -> None:
    consent = inquiry(consent={"sms": True, "url": "https://example.com/" + "x" * 2_000}).consent
    assert len(consent.url) == 2_000


@pytest.mark.parametrize(("consent", "flags"), [("yes", ("consent_odd",)), ("", ()), (None, ())])
def test_an_invalid_consent_grants_nothing_and_is_kept(consent: str | None, flags: tuple[str, ...]) -> None:
    got = parsed(consent=consent)
    assert (got.asked, got.inquiry.consent.sms, got.inquiry.flags) == (None, False, flags)
    assert got.inquiry.fields == ({"consent": "yes"} if flags else {})
