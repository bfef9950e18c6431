"""Signed links open only what they were made for."""

import base64
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadtight.domain.access.signed_links import Claims, Keyring, LinkPurpose, _encode, _signature, sign, verify
from leadtight.domain.model.errors import InvalidLink

OLD = Keyring(current="k1", keys={"k1": b"first secret"})
ROTATED = Keyring(current="k2", keys={"k1": b"first secret", "k2": b"second secret"})
EXPIRES = datetime(2026, 12, 1, tzinfo=UTC)
CLAIMS = Claims(purpose=LinkPurpose.OUTCOME, subject="L1", person="ana", generation=2, expires_at=EXPIRES)


def test_a_link_returns_what_was_signed() -> None:
    assert verify(sign(CLAIMS, OLD), LinkPurpose.OUTCOME, OLD) == CLAIMS


@given(
    subject=st.text(),
    person=st.text(),
    generation=st.integers(0, 99),
    purpose=st.sampled_from(list(LinkPurpose)),
    expires=st.integers(0, 4_000_000_000),
)
def test_any_claims_survive_signing(
    subject: str, person: str, generation: int, purpose: LinkPurpose, expires: int
) -> None:
    claims = Claims(
        purpose=purpose,
        subject=subject,
        person=person,
        generation=generation,
        expires_at=datetime.fromtimestamp(expires, UTC),
    )
    token = sign(claims, OLD)
    assert verify(token, purpose, OLD) == claims
    assert token.replace("-", "").replace("_", "").replace(".", "").isalnum()


def test_a_link_for_one_purpose_opens_no_other() -> None:
    with pytest.raises(InvalidLink, match="another purpose"):
        verify(sign(CLAIMS, OLD), LinkPurpose.REPORT, OLD)


def test_links_of_an_older_key_verify_until_the_key_is_removed() -> None:
    token = sign(CLAIMS, OLD)
    assert verify(token, LinkPurpose.OUTCOME, ROTATED) == CLAIMS
    assert sign(CLAIMS, ROTATED).startswith("v1.k2.")
    with pytest.raises(InvalidLink):
        verify(token, LinkPurpose.OUTCOME, Keyring(current="k2", keys={"k2": b"second secret"}))


def test_a_link_signed_by_another_party_under_our_key_id_is_refused() -> None:
    with pytest.raises(InvalidLink):
        verify(sign(CLAIMS, Keyring(current="k1", keys={"k1": b"a guess"})), LinkPurpose.OUTCOME, OLD)


def test_changed_claims_are_refused() -> None:
    version, key, body, signature = sign(CLAIMS, OLD).split(".")
    payload = json.loads(base64.urlsafe_b64decode(body + "=="))
    forged = _encode(json.dumps(payload | {"p": "mia"}).encode())
    with pytest.raises(InvalidLink):
        verify(f"{version}.{key}.{forged}.{signature}", LinkPurpose.OUTCOME, OLD)


@given(place=st.integers(0, 400), character=st.characters(codec=None))
def test_a_link_with_any_character_changed_is_refused(place: int, character: str) -> None:
    token = sign(CLAIMS, OLD)
    place %= len(token)
    if token[place] != character:
        with pytest.raises(InvalidLink):
            verify(token[:place] + character + token[place + 1 :], LinkPurpose.OUTCOME, OLD)


@pytest.mark.parametrize(
    "token", ["", ".", "...", "v1.k1..", "v1.k1.abc.\ud800", "v1.k1.\ud800.x", "v1.k1.é.x", "v1.\0.a.b"]
)
def test_odd_characters_are_an_invalid_link(token: str) -> None:
    with pytest.raises(InvalidLink):
        verify(token, LinkPurpose.OUTCOME, OLD)


GARBAGE = st.text(st.characters(codec=None), max_size=60)


@given(token=GARBAGE | st.tuples(GARBAGE, GARBAGE).map(lambda parts: f"v1.k1.{parts[0]}.{parts[1]}"))
def test_garbage_is_always_an_invalid_link(token: str) -> None:
    with pytest.raises(InvalidLink):
        verify(token, LinkPurpose.OUTCOME, OLD)


@given(
    payload=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("tspge"), inner, max_size=5),
        max_leaves=6,
    )
    | st.fixed_dictionaries(
        {"t": st.just("o"), "s": st.just("L1"), "p": st.just("ana"), "g": st.just(1), "e": st.integers()}
    )
)
def test_signed_nonsense_is_an_invalid_link_or_claims(payload: object) -> None:
    signed = f"v1.k1.{_encode(json.dumps(payload).encode())}"
    try:
        claims = verify(f"{signed}.{_signature(signed, b'first secret')}", LinkPurpose.OUTCOME, OLD)
    except InvalidLink:
        return
    assert claims.purpose is LinkPurpose.OUTCOME
