"""CORS: only scripts of sites in the policy read answers.

Which pages may post is a separate question.
"""

import json

import pytest

from leadtight.domain.policy.forms import Api
from tests.unit.adapters.inbound.forms.conftest import ADA, Site

OURS = "https://www.example.com"
FOREIGN = (
    "https://example.com",
    "http://www.example.com",
    "https://www.example.com:8443",
    "https://www.example.com.evil.example",
    "https://evil.example/https://www.example.com",
    "https://WWW.example.com",
    "null",
    "",
)


def allowed(answer: dict[str, object]) -> object:
    headers = answer["headers"]
    assert isinstance(headers, dict)
    return headers.get("access-control-allow-origin")


@pytest.mark.parametrize("route", ["/forms/{form}", "/leads"])
def test_scripts_of_an_allowed_site_may_post_and_read_the_answer(site: Site, route: str) -> None:
    site.show(origins=(OURS,), api=Api(origins=(OURS,)))
    preflight = site.preflight(route, origin=OURS)
    assert (preflight["statusCode"], allowed(preflight), preflight["headers"]["vary"]) == (204, OURS, "Origin")
    assert preflight["headers"]["access-control-allow-methods"] == "POST"
    assert "content-type" in preflight["headers"]["access-control-allow-headers"]
    if route == "/leads":
        answer = site.send(ADA, origin=OURS)
    else:
        answer = site.post(json.dumps(ADA).encode(), kind="application/json", accept="application/json", origin=OURS)
    assert (answer["statusCode"], allowed(answer), answer["headers"]["vary"]) == (202, OURS, "Origin")


@pytest.mark.parametrize("origin", FOREIGN)
def test_other_sites_cannot_read_answers_but_their_plain_post_is_a_lead(site: Site, origin: str) -> None:
    site.show(origins=(OURS,), api=Api(origins=(OURS,)))
    preflight, posted, sent = (
        site.preflight(origin=origin),
        site.post(ADA, origin=origin),
        site.send(ADA, origin=origin),
    )
    for answer in (preflight, posted, sent):
        assert (allowed(answer), answer["headers"]["vary"]) == (None, "Origin")
    assert "access-control-allow-methods" not in preflight["headers"]
    assert (posted["statusCode"], len(site.lead_ids())) == (303, 1)


def test_without_origins_in_the_policy_no_header_is_sent(site: Site) -> None:
    answer = site.preflight(origin=OURS)
    assert (answer["statusCode"], allowed(answer), "vary" in answer["headers"]) == (204, None, False)


def test_a_script_may_read_validation_errors(site: Site) -> None:
    site.show(origins=(OURS,))
    answer = site.post(b'{"message": "x"}', kind="application/json", accept="application/json", origin=OURS)
    assert (answer["statusCode"], allowed(answer)) == (422, OURS)
