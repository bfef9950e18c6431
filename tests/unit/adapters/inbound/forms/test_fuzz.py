"""Arbitrary posts to any form.

Each gets an answer in time and never a fault; nothing accepted is lost.
"""

import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadtight.adapters.dynamodb.quarantine_rows import QuarantineRow
from leadtight.adapters.dynamodb.rows import EventRow, LeadRow
from leadtight.adapters.http.events import LONGEST_BODY
from leadtight.domain.policy.forms import Builder
from tests.integration.form_posts import POSTS
from tests.unit.adapters.inbound.forms.conftest import URLENCODED, Site

MANY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
LARGEST_ROW = 400_000
ANSWERS = frozenset({200, 202, 303, 400, 413, 422})
NAUGHTY = (
    "\x00",
    "\ud800",
    "‮gpj.exe",
    "<script>alert(1)</script>",
    "'; DROP TABLE leads; --",
    "${jndi:ldap://x}",
    "{{7*7}}",
    "%s%n",
    "Z̷͓̈́ą̸l̴g̵o̸",
    "👩‍👩‍👧‍👦",
    "﷽",
    "1e400",
    "NaN",
    "-0",
    "undefined",
    "../../etc/passwd",
    "a@b",
    "=cmd|' /C calc'!A0",
)
NAMES = st.one_of(
    st.sampled_from(
        ("name", "email", "phone", "fields", "consent", "consent_sms", "consent_marketing", "value", "received_at")
    ),
    st.sampled_from(("rawRequest", "data", "payload", "eventType", "FieldStructure", "HandshakeKey", "meta", "1.3")),
    st.sampled_from(("fields[a][value]", "fields[a]", "form_fields[]", "form_fields[email][x][y][z]", "a[b", "[c]")),
    st.text(max_size=12),
)
WORDS = st.one_of(st.sampled_from(NAUGHTY), st.text(max_size=40))
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), WORDS),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(NAMES, inner, max_size=4)),
    max_leaves=12,
)
BUILDERS = st.sampled_from(list(Builder))


def post_and_check(site: Site, body: bytes, kind: str) -> Any:
    """Post a body and check its answer.

    The answer is an expected one and comes soon; what was accepted is a lead or held.
    """
    ids, leads = set(site.table._deliveries), set(site.lead_ids())
    started = time.monotonic()
    answer = site.post(body, kind=kind)
    assert time.monotonic() - started < 2
    assert answer["statusCode"] in ANSWERS
    new_held, new_leads = set(site.table._deliveries) - ids, set(site.lead_ids()) - leads
    assert len(new_held) + len(new_leads) <= 1
    for row in (*(QuarantineRow.of(site.table._deliveries[id_]) for id_ in new_held), *_rows(site, new_leads)):
        assert len(str(row.doc).encode()) < LARGEST_ROW
    return answer


def _rows(site: Site, lead_ids: set[str]) -> Iterator[LeadRow | EventRow]:
    for lead_id in lead_ids:
        yield LeadRow.of(site.lead(lead_id))
        yield from map(EventRow.of, site.table.history(lead_id))


@pytest.mark.slow
@MANY
@given(builder=BUILDERS, content=st.dictionaries(NAMES, JSON, max_size=6))
def test_any_json_object_is_answered(site: Site, builder: Builder, content: dict[str, Any]) -> None:
    site.show(builder=builder)
    post_and_check(site, json.dumps(content).encode(), "application/json")


@MANY
@given(builder=BUILDERS, fields=st.lists(st.tuples(NAMES, WORDS), max_size=12))
def test_any_fields_are_answered(site: Site, builder: Builder, fields: list[tuple[str, str]]) -> None:
    site.show(builder=builder)
    post_and_check(site, urlencode(fields, errors="replace").encode(), URLENCODED)


@MANY
@given(
    builder=BUILDERS,
    body=st.binary(max_size=300),
    kind=st.sampled_from(
        (URLENCODED, "application/json", "multipart/form-data; boundary=b", "text/plain", "", "x/y; =")
    ),
)
def test_any_bytes_of_any_content_type_are_answered(site: Site, builder: Builder, body: bytes, kind: str) -> None:
    site.show(builder=builder)
    post_and_check(site, body, kind)


@MANY
@given(post=st.sampled_from(sorted(POSTS)), at=st.integers(0, 2_000), bites=st.binary(min_size=1, max_size=6))
def test_a_damaged_real_post_is_answered(site: Site, post: str, at: int, bites: bytes) -> None:
    real = POSTS[post]
    site.show(builder=real.builder, fields=real.fields)
    at = at % len(real.body)
    post_and_check(site, real.body[:at] + bites + real.body[at + len(bites) :], real.content_type)


@pytest.mark.parametrize("naughty", NAUGHTY)
def test_naughty_strings_are_kept_as_text(site: Site, naughty: str) -> None:
    words = {"name": naughty, "message": naughty, "email": "ada@example.com", naughty: naughty, "consent_text": naughty}
    assert post_and_check(site, urlencode(words, errors="replace").encode(), URLENCODED)["statusCode"] == 303
    assert (
        post_and_check(site, json.dumps(words | {"message": "again"}).encode(), "application/json")["statusCode"] == 303
    )


@pytest.mark.slow
@pytest.mark.parametrize("builder", list(Builder))
def test_ten_thousand_fields_are_rejected_or_kept_in_bounded_time(site: Site, builder: Builder) -> None:
    site.show(builder=builder)
    fields = {f"f{n}": "" for n in range(10_000)}
    assert post_and_check(site, urlencode(fields).encode()[:LONGEST_BODY], URLENCODED)["statusCode"] == 400
    many = json.dumps({f"{n}": n for n in range(4_000)} | {"email": "ada@example.com"}).encode()
    assert len(many) < LONGEST_BODY
    post_and_check(site, many, "application/json")
    deep = "form_fields" + "[a]" * 10_000 + "=1"
    post_and_check(site, deep.encode(), URLENCODED)


@pytest.mark.parametrize("builder", list(Builder))
@pytest.mark.parametrize("depth", [50, 400, 900, 5_000])
def test_deeply_nested_json_is_answered(site: Site, builder: Builder, depth: int) -> None:
    site.show(builder=builder, honeypot=None)
    inner = '{"a":' * depth + "1" + "}" * depth
    post_and_check(site, f'{{"email": "ada@example.com", "x": {inner}}}'.encode(), "application/json")
    post_and_check(site, f'{{"data": {inner}, "payload": {inner}, "rawRequest": {inner}}}'.encode(), "application/json")


def test_a_held_post_of_control_characters_fits_into_a_row(site: Site) -> None:
    site.show(honeypot="website")
    fields = b"website=x&message=" + b"\x01" * (LONGEST_BODY - 30)
    assert post_and_check(site, fields, URLENCODED)["statusCode"] == 303
    assert len(site.quarantine.suspected(9)) == 1


@pytest.mark.parametrize(
    "kind",
    [
        "multipart/form-data; boundary=" + "x" * 500,
        'multipart/form-data; boundary="--b"',
        "multipart/form-data; boundary=b; boundary=c",
        "multipart/form-data; boundary*=utf-8''b",
        "multipart/form-data; charset=utf-16; boundary=b",
        "MULTIPART/FORM-DATA;BOUNDARY=b",
    ],
)
def test_boundary_tricks_are_answered(site: Site, kind: str) -> None:
    part = b'--b\r\nContent-Disposition: form-data; name="email"\r\n\r\nada@example.com\r\n'
    for body in (part * 2 + b"--b--", part[:-2], b"--b--\r\n", b"--" + b"b" * 60_000, part + b"--b" * 10_000):
        post_and_check(site, body, kind)
