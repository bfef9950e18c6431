"""Phone numbers keep their digits in one form, or fail."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadtight.adapters.contact_points.normalization import PhoneEmailNormalizer

BERLIN, MADISON = "+4930901820", "+16082719000"


def read(text: str, country: str = "", *, is_assumed: bool = False) -> str | None:
    return PhoneEmailNormalizer().phone(text, country, is_assumed=is_assumed)


@pytest.mark.parametrize(
    "text",
    [
        *("030 901820", "030/901820", "(030) 90 18 20", "030-901820", "030.901.820", "+49 30 901820", "0049 30 901820"),
        *("+49 (0)30 901820", "+49 (030) 901820", "49 (0) 30 901820", "4930901820", "49 30 901820", "++49 30 901820"),
        *(
            "+0049 30 901820",
            "(+49) 30 901820",
            "+49-30-901820",
            "tel:+49-30-901820",
            "tel:030901820;phone-context=+49",
            "Tel. 030 901820",
            "T: 030 901820",
        ),
        *(
            "４９３０９０１８２０",
            "＋４９ ３０ ９０１８２０",
            "+٤٩ ٣٠ ٩٠١٨٢٠",
            "+४९ ३० ९०१८२०",
            "+49\u00a030\u202f901820",
        ),
        *("\u202a+49 30 901820\u202c", "+49\u200b30\u200b901820", "\u200e+49 30 901820", "\ufeff030 901820"),
        *("+49 30 9018–20", "+49 30 9018\u221220", "030 901820 (Büro)", "030 901820 home", "+49 30 901820 abends"),
        *("'+4930901820", '="+4930901820"', '"030 901820"', "4930901820.0", "4930901820,0", "30901820.0"),
        *(
            "4.930901820E9",
            "4.930901820e+09",
            "4,93090182000E+09",
            "4,930,901,820",
            "4.930.901.820,00",
            "4'930'901'820",
        ),
    ],
)
def test_all_spellings_of_a_german_number_are_one_number(text: str) -> None:
    assert read(text, "DE", is_assumed=True) == BERLIN


@pytest.mark.parametrize(
    "text",
    [
        *("4,93090182E+09", "4.93E+09", "4.9E9", "493090182E+1", "+4930901820.00", "030901820.000", "4930901820.5"),
        *(
            "030 901820 / -22",
            "+8 495 123-45-67",
            "030 901820/22",
            "123",
            "n/a",
            "",
            "030",
            "49309018200000000000",
            "030 901820 Zimmer 12 oder 13",
        ),
    ],
)
def test_a_number_with_lost_or_extra_digits_is_not_repaired(text: str) -> None:
    assert read(text, "DE", is_assumed=True) is None


@pytest.mark.parametrize(
    ("whatsapp", "typed", "country"),
    [
        ("+553199688319", "+55 31 99968-8319", ""),
        ("+553199688319", "(31) 9968-8319", "BR"),
        ("+553199688319", "0 15 31 99968-8319", "BR"),
        ("+551199998888", "(0xx11) 99999-8888", "BR"),
        ("+551199998888", "+55 0xx11 9999-8888", ""),
        ("+558596543210", "+55 85 9 9654-3210", ""),
        ("+5215512345678", "+52 55 1234 5678", ""),
        ("+5215512345678", "044 55 1234 5678", "MX"),
        ("+5215512345678", "01 55 1234 5678", "MX"),
        ("+5213312345678", "+52 1 33 1234 5678", ""),
        ("+5491123456789", "+54 9 11 2345-6789", ""),
        ("+5491123456789", "+54 11 15-2345-6789", ""),
        ("+5491123456789", "011 15-2345-6789", "AR"),
        ("+5491123456789", "+54 9 11 15 2345 6789", ""),
        ("+5493514567890", "0351 15-456-7890", "AR"),
        ("+22507123456", "+225 07 07 12 34 56", ""),
        ("+22545123456", "+225 05 45 12 34 56", ""),
        ("+22997123456", "+229 01 97 12 34 56", ""),
    ],
)
def test_a_whatsapp_id_equals_the_number_that_people_type(whatsapp: str, typed: str, country: str) -> None:
    assert read(whatsapp) == read(typed, country)
    assert read(whatsapp) is not None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("+55 31 3221-4567", "+553132214567"),
        ("+52 55 5123 4567", "+525551234567"),
        ("+54 11 4321-9876", "+541143219876"),
        ("+39 06 1234 5678", "+390612345678"),
        ("+225 25 23 45 6789", "+2252523456789"),
    ],
)
def test_landlines_are_unchanged(text: str, number: str) -> None:
    assert read(text) == number


@pytest.mark.parametrize(
    ("text", "extension"),
    [
        *[("+1 608-271-9000 x11", "11"), ("(608) 271-9000 ext. 42", "42"), ("608.271.9000 Ext 42", "42")],
        *[("608-271-9000x007", "007"), ("608-271-9000 extension: 5", "5"), ("+1 608-271-9000,,42", "42")],
        *[("+1 608-271-9000;42", "42"), ("tel:+1-608-271-9000;ext=11", "11"), ("+16082719000;ext=11", "11")],
        *[("+1 608-271-9000 #12", "12"), ("608-271-9000 (ext 3)", "3"), ("608-271-9000, ext. 3", "3")],
        *[("+1 608-271-9000 Durchwahl 12", "12"), ("608-271-9000 DW 12", "12"), ("608-271-9000 poste 12", "12")],
        *[("608-271-9000 int. 3", "3"), ("608-271-9000 доб. 12", "12"), ("608-271-9000 ramal 12", "12")],
        *[("608-271-9000 anexo 12", "12"), ("608-271-9000 内線12", "12"), ("608-271-9000 转 12", "12")],
        *[("608-271-9000 toestel 12", "12"), ("608-271-9000 wew. 12", "12"), ("608-271-9000 dahili 12", "12")],
        *[("+1 608-271-9000,,42#", "42"), ("+1 608 271 9000 x 11 (mornings)", "11")],
    ],
)
def test_an_extension_is_part_of_the_number(text: str, extension: str) -> None:
    assert read(text, "US") == f"{MADISON};ext={extension}"


def test_direct_dial_digits_are_part_of_the_number() -> None:
    assert read("+49 30 901820-12") == "+493090182012"
    assert read("030 901820-0", "DE") == "+49309018200"


@pytest.mark.parametrize("text", ["16082719000", "41446681800", "447911123456"])
def test_bare_digits_of_a_possibly_foreign_number_are_not_read_without_a_country(text: str) -> None:
    assert read(text, "DE", is_assumed=True) is None
    assert (read(text, "DE") or "+49").startswith("+49")


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("6082719000", "US", MADISON),
        ("612345678.0", "FR", "+33612345678"),
        ("33612345678", "FR", "+33612345678"),
        ("9161234567", "RU", "+79161234567"),
        ("8 916 123-45-67", "RU", "+79161234567"),
        ("13123456789", "CN", "+8613123456789"),
        ("4917612345678.0", "DE", "+4917612345678"),
        ("15112345678", "DE", "+4915112345678"),
        ("06 1234 5678", "IT", "+390612345678"),
        ("912345678", "PT", "+351912345678"),
        ("1-800-FLOWERS", "US", "+18003569377"),
    ],
)
def test_a_number_is_read_for_the_assumed_country(text: str, country: str, number: str) -> None:
    assert read(text, country, is_assumed=True) == number


@pytest.mark.parametrize(
    "text", ["030 901820, 0171 2345678", "030 901820 / 0171 2345678", "030 901820 oder 0171 2345678"]
)
def test_of_two_numbers_the_first_is_used(text: str) -> None:
    assert read(text, "DE") == BERLIN


@given(st.text("0123456789+-()/.,;xX eE'\"\u200b٣", max_size=24), st.sampled_from(["", "DE", "US", "BR", "IT", "CI"]))
def test_a_parsed_number_parses_as_itself(text: str, country: str) -> None:
    number = read(text, country)
    assert number is None or read(number) == number
