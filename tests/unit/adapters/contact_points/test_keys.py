"""A number, address or handle yields a person key.

Spacing does not change the key.
"""

from datetime import UTC, datetime
from time import process_time

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from leadtight.adapters.contact_points.normalization import PhoneEmailNormalizer
from leadtight.app.intake.inquiry_parser import read
from leadtight.domain.intake.identity_match import is_same_person, names_agree
from leadtight.domain.model.identity import lookup_keys, person_key, person_keys
from leadtight.domain.model.inquiry import Inquiry
from leadtight.policy import loader as policies

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
POLICY = policies.shipped()
PARTS = st.text("abcxyzäöü0123456789.+-_'", min_size=1, max_size=12)


def inquiry(**body: object) -> Inquiry:
    return read({"name": "Ada", **body}, PhoneEmailNormalizer(), POLICY, NOW).inquiry


@given(digits=st.text("0123456789", min_size=3, max_size=18), spaces=st.sampled_from([" ", "-", "\u200b", "\u00a0"]))
def test_a_senders_number_of_any_form_is_a_key(digits: str, spaces: str) -> None:
    assume(len(set(digits)) > 1)
    assert person_keys(inquiry(phone=f"+{digits}")) == person_keys(inquiry(phone=f"\u202a+{digits}\u202c")) != ()
    unread = inquiry(phone=f"+{digits}").phone is None
    assert not unread or person_keys(inquiry(phone=f"+{spaces.join(digits)}")) == person_keys(
        inquiry(phone=f"+{digits}")
    )


@given(local=PARTS, domain=PARTS)
def test_a_senders_address_of_any_form_is_a_key(local: str, domain: str) -> None:
    address = f"{local}@{domain}"
    keys = person_keys(inquiry(email=address))
    assert keys != ()
    assert keys == person_keys(inquiry(email=f" {address.upper().lower()}\u200b"))


@given(local=PARTS, domain=PARTS)
def test_an_address_is_unchanged_or_kept_unread(local: str, domain: str) -> None:
    address = f"{local}@{domain}".lower()
    read_as = inquiry(email=address).email
    assert read_as is None or read_as in address or "xn--" in address


def test_an_extension_is_a_separate_key_that_is_also_looked_up_under_its_number() -> None:
    plain, extended = Inquiry(phone="+16082719000"), Inquiry(phone="+16082719000", extension="11")
    assert set(person_keys(plain)).isdisjoint(person_keys(extended))
    assert set(person_keys(plain)) < set(lookup_keys(extended))


def test_an_argentine_mobile_number_has_one_key_with_and_without_its_nine() -> None:
    assert person_key("+5491123456789") == person_key("+541123456789")
    assert person_key("+5491123456789;ext=1") == person_key("+541123456789;ext=1")


@pytest.mark.parametrize(
    ("first", "second", "agree"),
    [
        *[("Ann Lee", "Ann Lee", True), ("Ann Lee", "ann lee", True), ("Ann Lee", "", True), ("", "", True)],
        *[("Ann Lee", "Ann", True), ("Ann Lee", "A. Lee", True), ("Ann Lee", "Lee, Ann", True), ("Ann", "Anna", True)],
        *[("Zoë Ångström", "Zoe Angstrom", True), ("山田太郎", "山田 太郎", True), ("O'Brien", "O’Brien", True)],
        *[("Ann Lee", "Bob Lee", False), ("Ann Lee", "Bob Ray", False), ("Ann", "Bob", False)],
        *[("Müller", "Meier", False), ("Анна", "Борис", False), ("Mr Lee", "Ann Lee", False)],
    ],
)
def test_names_match_when_one_may_be_a_shorter_form_of_the_other(first: str, second: str, agree: bool) -> None:
    assert names_agree(first, second) is names_agree(second, first) is agree


NAMES = st.sampled_from(["", "Ann Lee", "Ann", "Bob Ray"])
EMAILS = st.sampled_from([None, "ann@example.com", "bob@example.com"])
INQUIRIES = st.builds(
    Inquiry, name=NAMES, email=EMAILS, phone=st.just("+16082719000"), extension=st.sampled_from(["", "11", "42"])
)


@given(INQUIRIES, INQUIRIES)
def test_being_one_person_is_symmetric_and_an_address_decides_it(first: Inquiry, second: Inquiry) -> None:
    assert is_same_person(first, first)
    assert is_same_person(first, second) is is_same_person(second, first)
    assert is_same_person(first, second) or not first.email or first.email != second.email


@pytest.mark.slow
@pytest.mark.parametrize(
    "part", ["ada@example.com ", "030 901820 / ", "(", "1-", "Korea, ", "the republic of ", "x1", "<", "a@<"]
)
def test_an_endless_text_is_kept_at_no_cost(part: str) -> None:
    text, began = part * 50_000, process_time()
    kept = inquiry(email=text, phone=text, country=text)
    assert len(person_keys(kept)) <= 2
    assert (kept.email, kept.phone, kept.country) == (None, None, "")
    assert process_time() - began < 5
