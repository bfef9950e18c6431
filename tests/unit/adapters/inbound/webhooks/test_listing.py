"""Listing leads at providers, over real HTTP.

A server of ours pages and fails as they do.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from leadtight.adapters.http import client
from leadtight.adapters.inbound.signatures import WebhookSecrets
from leadtight.adapters.inbound.webhooks import provider
from leadtight.adapters.inbound.webhooks.client import Fetching
from leadtight.adapters.inbound.webhooks.provider import paged
from leadtight.app.intake.submission import Submission
from leadtight.domain.model.errors import FetchFailed, FetchRefused
from leadtight.domain.policy.sources import LISTERS
from leadtight.policy.loader import shipped
from tests.serving import serving
from tests.unit.adapters.inbound.webhooks.deliveries import ALL, NOW

SINCE, UNTIL = NOW - timedelta(hours=9), NOW
MADE = "2026-11-23T08:59:00Z"
TYPEFORM: dict[str, Any] = json.loads(ALL["typeform"].body)["form_response"]
CALENDLY: dict[str, Any] = json.loads(ALL["calendly"].body)["payload"]
FACEBOOK = {
    "id": "123456789012345678",
    "created_time": MADE,
    "field_data": [{"name": "email", "values": ["a@b.example"]}],
}
HUBSPOT = {"id": "77", "createdAt": MADE, "properties": {"firstname": "Ada"}}
EVENT = {"uri": "https://api.example/scheduled_events/E1", "created_at": MADE, "start_time": "2026-11-25T09:00:00Z"}


@dataclass
class Source:
    """Provider answers by path prefix, page after page.

    `requests` holds the requests it received.
    """

    url: str = ""
    pages: dict[str, list[Any]] = field(default_factory=dict)
    requests: list[tuple[str, dict[str, list[str]], bytes, str]] = field(default_factory=list)
    failing: tuple[int, str, bytes] | None = None

    def answer(self, path: str) -> tuple[int, str, bytes]:
        if self.failing:
            return self.failing
        pages = self.pages[max((prefix for prefix in self.pages if path.startswith(prefix)), key=len)]
        page = pages.pop(0) if len(pages) > 1 else pages[0]
        return 200, "application/json", json.dumps(page).replace("URL", self.url).encode()


@pytest.fixture
def source() -> Iterator[Source]:
    source_ = Source()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.do_POST()

        def do_POST(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            source_.requests.append((parts.path, parse_qs(parts.query), body, self.headers["authorization"]))
            status, kind, content = source_.answer(parts.path)
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    with serving(Handler) as source_.url:
        yield source_


def listed(source: Source, name: str, **values: str) -> list[Submission]:
    hook = ALL[name].webhook
    options = {
        "api": source.url,
        "access_token": "a-token",
        "forms": "F1, F2",
        "organization": "https://api.example/o/1",
    }
    fetching = Fetching(shipped(), lambda: {hook.id: WebhookSecrets(values=options | values)}, client.ask)
    return [item for item in fetching.listed(hook, SINCE, UNTIL) if isinstance(item, Submission)]


ONE_EACH: dict[str, dict[str, list[Any]]] = {
    "typeform": {
        "/forms/F1": [{"fields": TYPEFORM["definition"]["fields"]}],
        "/forms/F2": [{"fields": []}],
        "/forms/F1/responses": [{"items": [TYPEFORM]}],
        "/forms/F2/responses": [{"items": []}],
    },
    "calendly": {
        "/scheduled_events": [{"collection": [EVENT], "pagination": {"next_page": None}}],
        "/scheduled_events/E1/invitees": [{"collection": [CALENDLY], "pagination": {}}],
    },
    "facebook": {"/F1/leads": [{"data": [FACEBOOK]}], "/F2/leads": [{"data": []}]},
    "hubspot": {"/crm/objects/2026-09/contacts/search": [{"results": [HUBSPOT]}]},
}


def test_every_listable_provider_is_covered() -> None:
    assert set(ONE_EACH) == LISTERS
    assert {name for name in LISTERS if hasattr(provider(name), "listed")} == LISTERS


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(LISTERS))
def test_a_listed_lead_has_the_key_and_words_of_its_delivery(source: Source, name: str) -> None:
    source.pages = ONE_EACH[name]
    [lead] = listed(source, name)
    assert lead.key == ALL[name].key
    assert lead.source == ALL[name].webhook.source
    assert lead.body["received_at"] == MADE
    delivered = ALL[name]
    if delivered.expected:
        [sent] = provider(name).read(delivered.body, "", delivered.webhook)
        assert isinstance(sent, Submission)
        assert {**lead.body, "fields": ""} == {**sent.body, "fields": ""}
        assert sent.body["fields"].items() <= lead.body["fields"].items()
        assert lead.fingerprint == sent.fingerprint == lead.key, "whichever comes first, the other is a duplicate"
    assert {authorization for *_, authorization in source.requests} == {"Bearer a-token"}


def test_facebook_pages_are_followed_within_the_period(source: Source) -> None:
    later = {**FACEBOOK, "id": "2"}
    source.pages = {
        "/F1/leads": [{"data": [FACEBOOK], "paging": {"cursors": {"after": "c1"}, "next": "x"}}, {"data": [later]}]
    }
    assert [lead.key for lead in listed(source, "facebook", forms="F1")] == [FACEBOOK["id"], "2"]
    (_, first, *_), (_, second, *_) = source.requests
    assert second["after"] == ["c1"]
    assert json.loads(first["filtering"][0]) == [
        {"field": "time_created", "operator": "GREATER_THAN", "value": int(SINCE.timestamp()) - 1},
        {"field": "time_created", "operator": "LESS_THAN", "value": int(UNTIL.timestamp())},
    ]


def test_hubspot_pages_are_followed_within_the_period(source: Source) -> None:
    pages = [{"results": [HUBSPOT], "paging": {"next": {"after": "100"}}}, {"results": [{**HUBSPOT, "id": "78"}]}]
    source.pages = {"/crm": pages}
    assert [lead.key for lead in listed(source, "hubspot")] == ["contact:77", "contact:78"]
    first, second = (json.loads(body) for _, _, body, _ in source.requests)
    [filter_] = first["filterGroups"][0]["filters"]
    assert (filter_["value"], filter_["highValue"]) == (
        str(int(SINCE.timestamp()) * 1000),
        str(int(UNTIL.timestamp()) * 1000 - 1),
    )
    assert (first.get("after"), second["after"]) == (None, "100")


def test_typeform_pages_are_followed_by_their_last_response(source: Source) -> None:
    full = [{**TYPEFORM, "token": f"T{number}"} for number in range(200)]
    source.pages = {"/forms/F1": [{"fields": []}], "/forms/F1/responses": [{"items": full}, {"items": [TYPEFORM]}]}
    assert len(listed(source, "typeform", forms="F1")) == 201
    assert source.requests[2][1]["before"] == ["T199"]


def test_calendly_bookings_are_limited_to_the_period_and_to_its_own_address(source: Source) -> None:
    old = {**EVENT, "uri": "https://api.example/scheduled_events/E0", "created_at": "2026-11-01T08:00:00Z"}
    shared = {**old, "uri": "https://api.example/scheduled_events/E2", "invitees_counter": {"limit": 10}}
    source.pages = {
        "/scheduled_events": [
            {"collection": [old, EVENT], "pagination": {"next_page": "URL/scheduled_events?page_token=p2"}},
            {"collection": [shared], "pagination": {}},
        ],
        "/scheduled_events/E1/invitees": [{"collection": [CALENDLY]}],
        "/scheduled_events/E2/invitees": [
            {"collection": [{**CALENDLY, "uri": "i3"}, {**CALENDLY, "uri": "i0", "created_at": old["created_at"]}]}
        ],
    }
    assert [lead.key for lead in listed(source, "calendly")] == [CALENDLY["uri"], "i3"]
    assert not [path for path, *_ in source.requests if "E0" in unquote(path)]
    source.pages["/scheduled_events"] = [{"collection": [], "pagination": {"next_page": "http://127.0.0.1:9/steal"}}]
    with pytest.raises(FetchRefused, match="somewhere else"):
        listed(source, "calendly")


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(LISTERS))
@pytest.mark.parametrize(
    "failing",
    [
        (429, "application/json", b"{}"),
        (500, "application/json", b"{}"),
        (401, "application/json", b"{}"),
        (200, "text/html", b"<p>"),
    ],
)
def test_a_temporarily_unavailable_list_is_requested_again(
    source: Source, name: str, failing: tuple[int, str, bytes]
) -> None:
    source.failing = failing
    with pytest.raises(FetchFailed):
        listed(source, name)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(LISTERS))
@pytest.mark.parametrize(
    "content",
    [
        b"[]",
        b'{"items": 1, "data": 1, "results": 1, "collection": 1}',
        b"{",
        b'{"items": [1], "data": [1], "results": [1], "collection": [1]}',
    ],
)
def test_an_unreadable_list_is_reported(source: Source, name: str, content: bytes) -> None:
    source.failing = (200, "application/json", content)
    with pytest.raises(FetchRefused):
        listed(source, name)


def test_an_endless_list_is_refused(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(paged.__globals__, "MOST_PAGES", 3)
    source.pages = {"/crm": [{"results": [], "paging": {"next": {"after": "1"}}}]}
    with pytest.raises(FetchRefused, match="over 3 pages"):
        listed(source, "hubspot")


@pytest.mark.parametrize(
    ("name", "lacking"), [("facebook", "forms"), ("typeform", "forms"), ("calendly", "organization")]
)
def test_a_secret_without_a_required_value_is_named(source: Source, name: str, lacking: str) -> None:
    with pytest.raises(FetchFailed, match=lacking):
        listed(source, name, **{lacking: " "})
