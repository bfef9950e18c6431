"""Links open only their purpose, unchanged, for their person.

They change nothing else.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadtight.domain.access.signed_links import Claims, Keyring, LinkPurpose, sign, verify
from leadtight.domain.model.errors import InvalidLink
from scripts.load import requests
from scripts.load.stage import MONDAY_NINE
from tests.hostile.conftest import FILLED, ROUTES, Door

OPENS = {200, 302, 303, 400, 404, 409, 422}
"""Statuses of a link that is believed. A report not yet written and a form without a choice are among them."""

OPENED_BY = [(route, purpose) for purpose, routes in ROUTES.items() for route in routes]
KEYRING = Keyring(current="k2", keys={"k1": b"first secret", "k2": b"second secret"})
CLAIMS = Claims(
    purpose=LinkPurpose.OUTCOME, subject="L1", person="ana", generation=2, expires_at=MONDAY_NINE + timedelta(days=1)
)


@pytest.mark.parametrize("made_for", LinkPurpose)
@pytest.mark.parametrize(("route", "opened_by"), OPENED_BY)
def test_a_link_opens_only_the_routes_of_its_purpose(
    taken: Door, route: str, opened_by: LinkPurpose, made_for: LinkPurpose
) -> None:
    rows = taken.rows()
    answer = taken.open(route, taken.token(made_for), FILLED)
    if made_for is opened_by:
        assert answer["statusCode"] in OPENS, answer["body"]
        return
    assert answer["statusCode"] == 403
    assert "Ada" not in answer["body"]
    assert taken.rows() == rows


def _payload(token: str) -> bytes:
    body = token.split(".")[2]
    return base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))


def _with_payload(token: str, body: str) -> str:
    version, key, _, signature = token.split(".")
    return ".".join((version, key, body, signature))


def _with_signature(token: str, change: Callable[[str], str]) -> str:
    signed, _, signature = token.rpartition(".")
    return f"{signed}.{change(signature)}"


def _raw(signature: str) -> bytes:
    return base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))


FORGERIES: dict[str, Callable[[str], str]] = {
    "cut by one": lambda t: t[:-1],
    "cut to half": lambda t: _with_signature(t, lambda s: s[: len(s) // 2]),
    "without signature": lambda t: _with_signature(t, lambda _: ""),
    "without its last dot": lambda t: t.rpartition(".")[0],
    "padded": lambda t: f"{t}=",
    "padded twice": lambda t: f"{t}==",
    "signature doubled": lambda t: _with_signature(t, lambda s: s * 2),
    "signature twice": lambda t: f"{t}.{t.rpartition('.')[2]}",
    "token doubled": lambda t: t + t,
    "standard alphabet": lambda t: _with_signature(t, lambda s: base64.b64encode(_raw(s)).decode()),
    "in hexadecimal": lambda t: _with_signature(t, lambda s: _raw(s).hex()),
    "in base 32": lambda t: _with_signature(t, lambda s: base64.b32encode(_raw(s)).decode()),
    "in capitals": lambda t: t.upper(),
    "with a space": lambda t: f"{t} ",
    "with a line break": lambda t: f"{t}\n",
    "with a null": lambda t: f"{t}\x00",
    "percent-encoded": lambda t: t.replace(".", "%2E"),
    "payload padded": lambda t: _with_payload(t, t.split(".")[2] + "="),
    "payload encoded anew": lambda t: _with_payload(t, base64.b64encode(_payload(t) + b" ").decode()),
    "payload of another": lambda t: _with_payload(t, base64.urlsafe_b64encode(b'{"t":"o","s":"L2"}').decode()),
    "key empty": lambda t: t.replace(".k1.", "..", 1),
    "key unknown": lambda t: t.replace(".k1.", ".k9.", 1),
    "key named current": lambda t: t.replace(".k1.", ".current.", 1),
    "key a path": lambda t: t.replace(".k1.", ".__class__.", 1),
    "other version": lambda t: t.replace("v1.", "v2.", 1),
    "no version": lambda t: t.replace("v1.", "", 1),
    "full-width digits": lambda t: t.replace("v1", "v\uff11", 1),
    "signed with nothing": lambda t: _signed_with(t, b""),
    "signed with the key's name": lambda t: _signed_with(t, b"k1"),
    "signed with its own payload": lambda t: _signed_with(t, _payload(t)),
    "empty": lambda _: "",
    "dots": lambda _: "...",
}


def _signed_with(token: str, key: bytes) -> str:
    signed = token.rpartition(".")[0]
    made = hmac.new(key, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(made).rstrip(b'=').decode()}"


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=list(FORGERIES))
def test_a_forged_or_altered_link_opens_nothing(taken: Door, forge: Callable[[str], str]) -> None:
    rows = taken.rows()
    for purpose, routes in ROUTES.items():
        forged = forge(taken.token(purpose))
        assert routes
        for route in routes:
            answer = taken.open(route, forged, body=FILLED)
            assert answer["statusCode"] == 403, (purpose, route)
            assert "Ada" not in answer["body"]
    assert taken.rows() == rows


@settings(max_examples=300)
@given(st.data())
def test_changing_any_character_invalidates_a_link(data: st.DataObject) -> None:
    token = sign(CLAIMS, KEYRING)
    at = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters(codec="ascii").filter(lambda c: c != token[at]))
    with pytest.raises(InvalidLink):
        verify(token[:at] + other + token[at + 1 :], CLAIMS.purpose, KEYRING)


@pytest.mark.parametrize("other", ["k1", "", "k", "k22", "K2"])
def test_a_link_of_one_key_is_invalid_under_another_key_id(other: str) -> None:
    token = sign(CLAIMS, KEYRING)
    with pytest.raises(InvalidLink):
        verify(token.replace(".k2.", f".{other}.", 1), CLAIMS.purpose, KEYRING)


# who may what


def _may(person: str, owner: str, purpose: LinkPurpose) -> bool:
    """Check access as `docs/development/security.md` promises.

    The owner, their manager and Dora, the second level of each target; boards for managers.
    """
    opens_lead = purpose is LinkPurpose.OUTCOME and person in (owner, "dora")
    return person == "mia" or opens_lead or purpose is LinkPurpose.QUEUE


@pytest.mark.parametrize("purpose", [LinkPurpose.OUTCOME, LinkPurpose.QUEUE, LinkPurpose.BOARD, LinkPurpose.QUARANTINE])
@pytest.mark.parametrize("person", ["mia", "ana", "ben", "cem", "dora", "eli", "nobody"])
def test_a_person_opens_what_their_role_permits(taken: Door, person: str, purpose: LinkPurpose) -> None:
    answer = taken.open(ROUTES[purpose][0], taken.token(purpose, person))
    owner = str(taken.lead().owner_id)
    if _may(person, owner, purpose) and person != "nobody":
        assert answer["statusCode"] == 200
    else:
        assert answer["statusCode"] in (403, 404, 410)
        assert "ada@example.com" not in answer["body"]
        assert "+4930901820" not in answer["body"]


@pytest.mark.parametrize("person", ["ana", "ben", "cem"])
def test_a_queue_shows_only_its_own_persons_leads(taken: Door, person: str) -> None:
    taken.settle(5)
    body = taken.open("GET /desk/{token}", taken.token(LinkPurpose.QUEUE, person))["body"]
    assert ("Ada Obi" in body) == (person == taken.lead().owner_id)


@pytest.mark.parametrize("person", ["ana", "ben", "cem", "dora", "eli", "mia"])
def test_only_the_owner_and_those_who_are_notified_of_a_breach_record_outcomes(taken: Door, person: str) -> None:
    owner, version = taken.lead().owner_id, taken.lead().version
    body = f"outcome=connected&submission={version}"
    taken.open("POST /o/{token}", taken.token(LinkPurpose.OUTCOME, person), body=body)
    changed = taken.lead().version != version
    assert changed == (person in (owner, "mia", "dora"))


def test_an_expired_link_opens_nothing_on_any_route(taken: Door) -> None:
    tokens = {purpose: taken.token(purpose) for purpose in ROUTES}
    taken.stage.clock.now += 90_000
    rows = taken.rows()
    for purpose, routes in ROUTES.items():
        assert routes
        for route in routes:
            assert taken.open(route, tokens[purpose], FILLED)["statusCode"] == 410, route
    assert taken.rows() == rows


def test_without_a_valid_key_no_program_reads_or_changes_a_lead(taken: Door) -> None:
    rows = taken.rows()
    for bearer in ("", "x", taken.key[:-1], taken.key + "A", taken.key.upper(), taken.key.lower()):
        for route in ("GET /leads/{lead_id}", "POST /leads/{lead_id}/outcomes"):
            headers = {"authorization": f"Bearer {bearer}" if bearer else "", "content-type": "application/json"}
            event = requests.request(route, body='{"outcome":"won"}', headers=headers, lead_id=taken.lead_id)
            answer = taken.stage._visit(event, "desk")
            assert answer["statusCode"] in (401, 403), bearer
            assert "Ada" not in answer["body"]
    assert taken.rows() == rows
