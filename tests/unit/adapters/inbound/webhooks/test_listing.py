"""Listing leads at providers, over real HTTP.

A server of ours pages and fails as they do.
"""

import json
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
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
from tests.unit.adapters.inbound.webhooks.deliveries import ALL, NOW, Delivery

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
WEBFLOW: dict[str, Any] = json.loads(ALL["webflow"].body)["payload"]
SUBMISSION: dict[str, Any] = {
    "id": "S1",
    "displayName": "Contact",
    "dateSubmitted": MADE,
    "formResponse": WEBFLOW["data"],
    "siteId": "W1",
}
SITE = {"pagination": {"limit": 100, "offset": 0, "total": 1}, "formSubmissions": [SUBMISSION]}
PERSON: dict[str, Any] = json.loads(ALL["pipedrive"].body)["data"] | {"add_time": MADE}
LINKEDIN = {
    "id": "abc-1",
    "submittedAt": 1795424340000,
    "formResponse": {"answers": [{"questionId": 1, "answerDetails": {"textQuestionAnswer": {"answer": "Ada"}}}]},
}
TWILIO_TIME = "Mon, 23 Nov 2026 08:59:00 +0000"
CALL = {
    "sid": "CA1",
    "from": "+4930123456",
    "to": "+4930999999",
    "status": "no-answer",
    "direction": "inbound",
    "start_time": TWILIO_TIME,
    "parent_call_sid": None,
}
TEXT = {
    "sid": "SM1",
    "from": "+4930123456",
    "to": "+4930999999",
    "body": "Call me & Bo?",
    "status": "received",
    "direction": "inbound",
    "date_sent": TWILIO_TIME,
    "num_media": "0",
}
ACCOUNT = "/2010-04-01/Accounts/AC1"
EVENT = {"uri": "https://api.example/scheduled_events/E1", "created_at": MADE, "start_time": "2026-11-25T09:00:00Z"}


@dataclass
class Source:
    """Provider answers by path prefix, page after page.

    `requests` holds the requests it received.
    """

    url: str = ""
    pages: dict[str, list[Any]] = field(default_factory=dict)
    requests: list[tuple[str, dict[str, list[str]], bytes, str]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
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
            source_.tokens += filter(None, [self.headers["x-api-token"]])
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
    hook = ALL[DELIVERED.get(name, name)].webhook
    options = {
        "api": source.url,
        "access_token": "a-token",
        "forms": "F1, F2",
        "organization": "https://api.example/o/1",
        "site": "W1",
        "owners": "urn:li:sponsoredAccount:7",
        "account": "AC1",
        "numbers": "+4930999999, +4930888888",
    }
    options |= {"forms": ""} if name == "webflow" else {}
    fetching = Fetching(shipped(), lambda: {hook.id: WebhookSecrets(values=options | values)}, client.ask)
    return [item for item in fetching.listed(hook, SINCE, UNTIL) if isinstance(item, Submission)]


DELIVERED = {"twilio": "twilio call"}
"""The deliveries of listed leads that have another name."""

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
    "linkedin": {"/leadFormResponses": [{"elements": [LINKEDIN], "paging": {"start": 0, "count": 50, "links": []}}]},
    "pipedrive": {"/api/v2/persons": [{"success": True, "data": [PERSON], "additional_data": {"next_cursor": None}}]},
    "twilio": {f"{ACCOUNT}/Calls.json": [{"calls": [CALL]}], f"{ACCOUNT}/Messages.json": [{"messages": []}]},
    "webflow": {"/sites/W1/form_submissions": [SITE]},
}


def test_every_listable_provider_is_covered() -> None:
    assert set(ONE_EACH) == LISTERS
    assert {name for name in LISTERS if hasattr(provider(name), "listed")} == LISTERS


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(LISTERS))
def test_a_listed_lead_has_the_key_and_words_of_its_delivery(source: Source, name: str) -> None:
    source.pages = ONE_EACH[name]
    [lead] = listed(source, name)
    delivered = ALL[DELIVERED.get(name, name)]
    assert lead.key == lead.fingerprint == delivered.key
    assert datetime.fromisoformat(lead.body["received_at"]) == datetime.fromisoformat(MADE)
    if delivered.expected:
        assert_same_as_delivered(lead, delivered)
    assert {authorization for *_, authorization in source.requests} == {SIGNED_IN.get(name, "Bearer a-token")}


SIGNED_IN = {"twilio": f"Basic {b64encode(b'AC1:a-token').decode()}", "pipedrive": None}
"""Authorization by provider where it is not a bearer token."""


def assert_same_as_delivered(lead: Submission, delivered: Delivery) -> None:
    [sent] = provider(delivered.webhook.provider).read(delivered.body, "", delivered.webhook)
    assert isinstance(sent, Submission)
    times = {"received_at": lead.body["received_at"]}
    assert {**lead.body, "fields": ""} == {**sent.body, **times, "fields": ""}
    assert sent.body["fields"].items() <= lead.body["fields"].items()
    assert (lead.source, lead.phone_proof, lead.conversation) == (sent.source, sent.phone_proof, sent.conversation)
    assert lead.fingerprint == sent.fingerprint == lead.key, "whichever comes first, the other is a duplicate"


def test_pipedrives_token_is_a_header_of_its_own(source: Source) -> None:
    source.pages = ONE_EACH["pipedrive"]
    listed(source, "pipedrive")
    assert source.tokens == ["a-token"]


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
    paths = {unquote(path) for path, *_ in source.requests}
    assert any("E1" in path for path in paths)
    assert not any("E0" in path for path in paths)
    source.pages["/scheduled_events"] = [{"collection": [], "pagination": {"next_page": "http://127.0.0.1:9/steal"}}]
    with pytest.raises(FetchRefused, match="somewhere else"):
        listed(source, "calendly")


def test_pipedrive_pages_are_followed_to_people_added_in_the_period(source: Source) -> None:
    changed = {**PERSON, "id": 1, "add_time": "2025-01-01T00:00:00Z"}
    first = {"data": [changed, PERSON], "additional_data": {"next_cursor": "c2"}}
    source.pages = {"/api": [first, {"data": [{**PERSON, "id": 13}], "additional_data": {}}]}
    assert [lead.key for lead in listed(source, "pipedrive")] == ["person:12", "person:13"]
    (_, asked, *_), (_, then, *_) = source.requests
    assert (asked["updated_since"], then["cursor"]) == (["2026-11-23T00:00:00Z"], ["c2"])


def test_webflow_pages_are_followed_until_the_period_is_over(source: Source) -> None:
    def page(offset: int, *dates: str) -> dict[str, Any]:
        sent = [SUBMISSION | {"id": f"{offset}{at}", "dateSubmitted": at} for at in dates]
        return {"formSubmissions": sent, "pagination": {"limit": 100, "offset": offset, "total": 900}}

    source.pages = {"/sites": [page(0, "2026-11-23T09:30:00Z", MADE), page(2, MADE, "2026-11-20T00:00:00Z")]}
    assert [lead.key for lead in listed(source, "webflow")] == [f"0{MADE}", f"2{MADE}"]
    assert [query["offset"] for _, query, *_ in source.requests] == [["0"], ["2"]]


def test_webflow_forms_of_others_are_left_out(source: Source) -> None:
    source.pages = ONE_EACH["webflow"]
    assert listed(source, "webflow", forms="Newsletter, Jobs") == []
    assert len(listed(source, "webflow", forms="Newsletter, Contact")) == 1


def test_linkedin_pages_are_followed_for_each_owner_and_type_of_lead(source: Source) -> None:
    full = {"elements": [LINKEDIN] * 50, "paging": {"start": 0, "count": 50, "links": []}}
    rest = {"elements": [LINKEDIN], "paging": {"start": 50, "count": 50, "links": []}}
    source.pages = {"/leadFormResponses": [full, rest, {"elements": [], "paging": {"start": 0}}]}
    owners = "urn:li:sponsoredAccount:7, urn:li:organization:8"
    assert len(listed(source, "linkedin", owners=owners)) == 51
    asked = [(query["owner"][0], query["leadType"][0], query["start"][0]) for _, query, *_ in source.requests]
    account, company = "(sponsoredAccount:urn:li:sponsoredAccount:7)", "(organization:urn:li:organization:8)"
    assert asked == [
        (account, "(leadType:SPONSORED)", "0"),
        (account, "(leadType:SPONSORED)", "50"),
        (company, "(leadType:COMPANY)", "0"),
        (company, "(leadType:EVENT)", "0"),
        (company, "(leadType:ORGANIZATION_PRODUCT)", "0"),
    ]
    period = f"(start:{int(SINCE.timestamp()) * 1000},end:{int(UNTIL.timestamp()) * 1000})"
    assert {query["submittedAtTimeRange"][0] for _, query, *_ in source.requests} == {period}
    with pytest.raises(FetchRefused, match="must be a urn:li:sponsoredAccount"):
        listed(source, "linkedin", owners="7")


def test_a_listed_text_has_the_words_and_files_of_its_delivery(source: Source) -> None:
    source.pages = ONE_EACH["twilio"] | {f"{ACCOUNT}/Messages.json": [{"messages": [TEXT]}]}
    [_, text] = listed(source, "twilio")
    assert_same_as_delivered(text, ALL["twilio text"])
    picture = {"uri": f"{ACCOUNT}/Messages/SM1/Media/ME1.json", "content_type": "image/png"}
    source.pages |= {
        f"{ACCOUNT}/Messages.json": [{"messages": [{**TEXT, "body": "", "num_media": "1"}]}],
        f"{ACCOUNT}/Messages/SM1/Media.json": [{"media_list": [picture]}],
    }
    [_, text] = listed(source, "twilio")
    assert text.body["message"] == "[image]"


def test_twilio_lists_what_came_in_to_our_numbers_and_was_not_answered(source: Source) -> None:
    calls = [
        {**CALL, "sid": "forwarded", "status": "completed"},
        {**CALL, "sid": "leg1", "parent_call_sid": "forwarded", "direction": "outbound-dial", "status": "busy"},
        {**CALL, "sid": "answered", "status": "completed"},
        {**CALL, "sid": "leg2", "parent_call_sid": "answered", "direction": "outbound-dial", "status": "no-answer"},
        {**CALL, "sid": "leg3", "parent_call_sid": "answered", "direction": "outbound-dial", "status": "completed"},
        {**CALL, "sid": "taken", "status": "completed"},
        {**CALL, "sid": "ours", "direction": "outbound-api", "start_time": None},
        {**CALL, "sid": "of another", "to": "+4930777777"},
        {**CALL, "sid": "earlier", "start_time": "Sun, 22 Nov 2026 08:59:00 +0000"},
    ]
    page = {"calls": calls[:4], "next_page_uri": f"{ACCOUNT}/Calls.json?Page=1"}
    messages = [{**TEXT, "direction": "outbound-api", "date_sent": None}, {**TEXT, "to": "whatsapp:+4930888888"}]
    source.pages = {
        f"{ACCOUNT}/Calls.json": [page, {"calls": calls[4:], "next_page_uri": None}],
        f"{ACCOUNT}/Messages.json": [{"messages": messages}],
    }
    leads = listed(source, "twilio", access_token="SK1:secret")
    assert [(lead.key, lead.body["message"]) for lead in leads] == [
        ("forwarded", "Missed call (busy)"),
        ("SM1", "Call me & Bo?"),
    ]
    assert source.requests[0][1]["StartTime>"] == ["2026-11-23T00:00:00Z"]
    assert {authorization for *_, authorization in source.requests} == {f"Basic {b64encode(b'SK1:secret').decode()}"}


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
        b'{"items": 1, "data": 1, "results": 1, "collection": 1, "elements": 1, "calls": 1, "formSubmissions": 1}',
        b"{",
        b'{"items": [1], "data": [1], "results": [1], "collection": [1], "elements": [1], "calls": [1]}',
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
    ("name", "lacking"),
    [
        ("facebook", "forms"),
        ("typeform", "forms"),
        ("calendly", "organization"),
        ("linkedin", "owners"),
        ("pipedrive", "access_token"),
        ("webflow", "site"),
        ("twilio", "account"),
        ("twilio", "numbers"),
        ("twilio", "access_token"),
    ],
)
def test_a_secret_without_a_required_value_is_named(source: Source, name: str, lacking: str) -> None:
    with pytest.raises(FetchFailed, match=lacking):
        listed(source, name, **{lacking: " "})
