"""Reply addresses of single leads.

They are short, ignore case, and only we can make them.
"""

from hypothesis import given
from hypothesis import strategies as st

from leadtight.adapters.clock_and_ids import new_id
from leadtight.domain.access.signed_links import Claims, Keyring, LinkPurpose, sign, sign_reply, verify_reply
from tests.scenarios.world import MONDAY_NINE

OLD = Keyring(current="k1", keys={"k1": b"old"})
BOTH = Keyring(current="k2", keys={"k1": b"old", "k2": b"new"})
NEW = Keyring(current="k2", keys={"k2": b"new"})
IDS = st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", min_size=26, max_size=26)


@given(lead_id=IDS)
def test_an_address_names_its_lead_in_any_case(lead_id: str) -> None:
    local = sign_reply(lead_id, OLD)
    assert {verify_reply(written, OLD) for written in (local, local.upper(), local.title())} == {lead_id}


def test_it_fits_before_an_at_sign() -> None:
    longest = Keyring(current="a" * 14, keys={"a" * 14: b"key"})
    assert len(sign_reply(new_id(), longest)) <= 64


def test_an_old_key_verifies_until_it_is_removed() -> None:
    lead_id = new_id()
    local = sign_reply(lead_id, OLD)
    assert verify_reply(local, BOTH) == lead_id
    assert verify_reply(local, NEW) is None
    assert verify_reply(sign_reply(lead_id, BOTH), NEW) == lead_id


@given(lead_id=IDS, other=IDS, place=st.integers(0, 200), letter=st.sampled_from("abcz234.+"))
def test_a_changed_address_names_no_other_lead(lead_id: str, other: str, place: int, letter: str) -> None:
    local = sign_reply(lead_id, OLD)
    at = place % len(local)
    changed = local[:at] + letter + local[at + 1 :]
    assert verify_reply(changed, OLD) in (None, lead_id)
    if other != lead_id:
        assert verify_reply(local.replace(lead_id.lower(), other.lower()), OLD) is None


@given(text=st.text(max_size=80))
def test_arbitrary_text_names_no_lead(text: str) -> None:
    assert verify_reply(text, OLD) is None
    assert verify_reply(f"reply+{text}", OLD) is None


def test_a_links_token_is_not_an_address_and_a_key_without_a_name_makes_none() -> None:
    claims = Claims(purpose=LinkPurpose.OUTCOME, subject="L1", person="ana", expires_at=MONDAY_NINE)
    assert verify_reply(sign(claims, OLD), OLD) is None
    assert verify_reply("reply+l1..", OLD) is None
