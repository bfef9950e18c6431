"""The data subject of an erasure or export.

What may be asked for, and which texts name a person.
"""

import pytest

from leadtight.adapters.contact_points.normalization import PhoneEmailNormalizer
from leadtight.adapters.memory.table import MemoryTable
from leadtight.app.compliance.data_subject import DataSubject, find_data_subject
from leadtight.domain.model.errors import InvalidInquiry


def addresses_of(who: str) -> frozenset[str]:
    return find_data_subject(MemoryTable(), PhoneEmailNormalizer(), who, "DE").addresses


def names(identifier: str, text: str) -> bool:
    national = {identifier: PhoneEmailNormalizer().national_digits(identifier)}
    theirs = DataSubject(
        asked="", addresses=frozenset({identifier}), national=national, leads=(), histories={}, others=()
    )
    return theirs.names(text)


@pytest.mark.parametrize(
    ("who", "address"),
    [
        ("Ada@Kanari.example", "ada@kanari.example"),
        ("030 901820", "+4930901820"),
        ("110", "phone:110"),
        ("030 901820 DW 11", "+4930901820;ext=11"),
        ("+49 30 901820 ext. 11", "+4930901820;ext=11"),
        ("+4930901820;ext=11", "+4930901820;ext=11"),
        ("tel:+49-30-901820", "+4930901820"),
        ("whatsapp:DE.1", "whatsapp:DE.1"),
        ("whatsapp:ada@example.com", "ada@example.com"),
        ("01ARZ3NDEKTSV4RRFFQ69G5FAV", None),
    ],
)
def test_an_address_a_displayed_number_a_handle_and_an_id_are_accepted(who: str, address: str | None) -> None:
    assert address is None or addresses_of(who) == {address}


@pytest.mark.parametrize(
    "who",
    ["Ada Kanari", "Ada 030 901820", "12", "12 1 Ada", "", "01arz3ndektsv4rrffq69g5fav", "01ARZ3NDEKTSV4RRFFQ69G5FA"],
)
def test_a_name_is_rejected_with_a_hint_what_to_search_for(who: str) -> None:
    with pytest.raises(InvalidInquiry) as refused:
        addresses_of(who)
    [problem] = refused.value.problems
    assert problem.field == "person"
    assert problem.detail == f"{who!r} is not a lead's id, an e-mail address or a phone number; names are not searched"


@pytest.mark.parametrize(
    ("identifier", "text"),
    [
        ("ada@kanari.example", "From: Ada <ADA@Kanari.example>"),
        ("ada@kanari.example", "/unsubscribe?who=ada%40kanari.example"),
        ("email:ada.@docomo.ne.jp", "to Ada.@docomo.ne.jp"),
        ("whatsapp:DE.1", '{"from": "whatsapp:de.1"}'),
        ("+4930901820", "030 / 90 18-20"),
        ("+4930901820;ext=11", "(030) 901.820"),
        ("+493012345678", "0049 30 12345678."),
        ("+493012345678", "4930-12345678"),
        ("+4512345678", "12 34 56 78"),
        ("+6834000", "+683 4000"),
        ("phone:12345@de", "call 123 45"),
    ],
)
def test_a_text_identifies_a_person_in_any_spelling_of_address_or_number(identifier: str, text: str) -> None:
    assert names(identifier, text)


@pytest.mark.parametrize(
    ("identifier", "text"),
    [
        ("ada@kanari.example", "bo@kanari.example"),
        ("whatsapp:DE.1", "whatsapp:fr.1"),
        ("+493012345678", "030 12345679"),
        ("+493012345678", "030 123456789"),
        ("+493012345678", "order 999999999012345678"),
        ("+493012345678", "03012 and then 345678"),
        ("+6834000", "4000 of them"),
        ("phone:12345@de", "call 12346"),
    ],
)
def test_a_text_about_another_person_is_not_theirs(identifier: str, text: str) -> None:
    assert not names(identifier, text)
