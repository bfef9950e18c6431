"""No route redirects where a stranger wants.

Not by a field, a header, a query or the path.
"""

from urllib.parse import urlencode, urljoin, urlsplit

import pytest

from leadtight.domain.access.signed_links import LinkPurpose
from scripts.load import requests
from tests.hostile.conftest import FILLED, ROUTES, Door

OURS = "https://leads.example.com"
EVIL = (
    "https://evil.example.net/",
    "//evil.example.net",
    "/\\evil.example.net",
    "javascript:alert(1)",
    "https:evil.example.net",
    "\r\nlocation: https://evil.example.net/",
    "%0d%0alocation:%20https://evil.example.net/",
    "https://leads.example.com@evil.example.net/",
)
NAMES = (
    "redirect",
    "redirect_to",
    "next",
    "return_to",
    "url",
    "thank_you_url",
    "_next",
    "success_url",
    "_redirect",
    "to",
)


def target(event: dict[str, object], answer: dict[str, object]) -> str:
    """Return where a browser goes after an answer."""
    headers = answer["headers"]
    assert isinstance(headers, dict)
    location = str(headers.get("location", ""))
    assert "\r" not in location
    assert "\n" not in location
    return urljoin(f"{OURS}{event['rawPath']}", location)


@pytest.mark.parametrize("evil", EVIL)
def test_a_form_redirects_only_to_its_thank_you_page(door: Door, evil: str) -> None:
    fields = {"your-name": "Bo", "your-email": "bo@example.com", **dict.fromkeys(NAMES, evil)}
    event = requests.form(
        "contact",
        fields,
        host="evil.example.net",
        x_forwarded_host="evil.example.net",
        x_forwarded_proto="javascript",
        referer=evil,
        origin="https://evil.example.net",
    )
    event["rawQueryString"] = urlencode(dict.fromkeys(NAMES, evil))
    event["queryStringParameters"] = dict.fromkeys(NAMES, evil)
    answer = door.stage._visit(event, "intake")
    assert answer["statusCode"] == 303
    assert target(event, answer) == f"{OURS}/forms/contact/thanks"


@pytest.mark.parametrize("evil", EVIL)
@pytest.mark.parametrize(("purpose", "route"), [(p, route) for p, routes in ROUTES.items() for route in routes])
def test_a_page_redirects_its_link_holder_only_to_itself_or_our_own_file(
    taken: Door, purpose: LinkPurpose, route: str, evil: str
) -> None:
    token = taken.token(purpose)
    body = f"{FILLED}&{urlencode(dict.fromkeys(NAMES, evil))}".replace(
        "submission=1", f"submission={taken.lead().version}"
    )
    event = requests.request(
        route,
        body=body,
        headers={
            "content-type": "application/x-www-form-urlencoded",
            "host": "evil.example.net",
            "x-forwarded-host": "evil.example.net",
            "referer": evil,
        },
        token=token,
    )
    event["queryStringParameters"] = dict.fromkeys((*NAMES, "file", "done", "held"), evil)
    answer = taken.stage._visit(event, "desk")
    assert answer["statusCode"] != 500
    if answer["statusCode"] in (302, 303):
        where = urlsplit(target(event, answer))
        assert where.scheme == "https"
        assert where.netloc in ("leads.example.com", "reports.s3.eu-central-1.amazonaws.com")
        assert "evil" not in where.netloc


@pytest.mark.parametrize(
    "token", ["//evil.example.net", "\\evil.example.net", "https://evil.example.net", "..%2f..", "\r\nx"]
)
@pytest.mark.parametrize("route", [route for routes in ROUTES.values() for route in routes])
def test_a_token_is_never_a_redirect_target(door: Door, route: str, token: str) -> None:
    answer = door.open(route, token, FILLED)
    assert answer["statusCode"] == 403
    assert "location" not in answer["headers"]


@pytest.mark.parametrize("name", ["../o", "//evil.example.net", "contact/../../x", "https://evil.example.net", ""])
def test_a_form_name_is_never_a_redirect_target(door: Door, name: str) -> None:
    answer = door.stage._visit(requests.form(name, {"your-name": "Bo"}), "intake")
    assert answer["statusCode"] == 404
    assert "location" not in answer["headers"]
