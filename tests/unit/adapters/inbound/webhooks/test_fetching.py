"""Fetching over real HTTP from a server that fails.

It fails in every way in which a provider does.
"""

import json
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from leadtight.adapters.http import client
from leadtight.adapters.inbound.signatures import WebhookSecrets
from leadtight.adapters.inbound.webhooks.client import Fetching
from leadtight.domain.intake.quarantine import QuarantinedDelivery, Reason
from leadtight.domain.model.errors import FetchFailed, FetchRefused, InvalidInquiry
from leadtight.domain.policy.policy import Policy
from leadtight.policy.loader import shipped
from tests.serving import serving
from tests.unit.adapters.inbound.webhooks.deliveries import ANNOUNCED, NOW

META = {"id": "1", "created_time": "2026-11-23T08:59:00+0000"}
ANSWERS: dict[str, Any] = {
    "facebook": {
        **META,
        "field_data": [
            {"name": "full_name", "values": ["Ada Obi"]},
            {"name": "email", "values": ["ada@example.com"]},
            {"name": "which_service?", "values": ["Bath", "Heating"]},
        ],
    },
    "hubspot": {
        "id": "77",
        "createdAt": "2026-11-23T08:59:00Z",
        "properties": {"firstname": "Ada", "lastname": "Obi", "email": "ada@example.com", "company": None},
    },
    "linkedin": {
        "submittedAt": 1795424340000,
        "formResponse": {
            "answers": [
                {"questionId": "email", "answerDetails": {"textQuestionAnswer": {"answer": "ada@example.com"}}},
                {"questionId": 7, "answerDetails": {"multipleChoiceAnswer": {"options": [1, 2]}}},
            ]
        },
    },
}


@dataclass
class Provider:
    """A server's next answer and its received requests."""

    url: str = ""
    status: int = 200
    body: bytes = b"{}"
    kind: str = "application/json"
    pause: float = 0.0
    promised: int | None = None
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)


@pytest.fixture
def server() -> Iterator[Provider]:
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            provider.requests.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            time.sleep(provider.pause)
            self.send_response(provider.status)
            self.send_header("content-type", provider.kind)
            self.send_header(
                "content-length", str(len(provider.body) if provider.promised is None else provider.promised)
            )
            if provider.status == 302:
                self.send_header("location", "/elsewhere")
            self.end_headers()
            with suppress(BrokenPipeError):  # the client has closed the connection
                self.wfile.write(provider.body)

    with serving(Handler) as provider.url:
        yield provider


def pending(name: str) -> QuarantinedDelivery:
    delivery = ANNOUNCED[name]
    data = {"leadgen_id": "123", "contact_id": "77", "response": "urn:li:leadGenFormResponse:abc-1"}
    hook = delivery.webhook
    return QuarantinedDelivery(
        id="H1",
        channel=f"webhook:{hook.id}",
        source=hook.source,
        key=delivery.key,
        received_at=NOW,
        reason=Reason.ANNOUNCED,
        data=data,
    )


def fetching(server: Provider, name: str) -> Fetching:
    hook = ANNOUNCED[name].webhook
    values = {"api": server.url, "access_token": "a-token"}
    return Fetching(with_hook(name), lambda: {hook.id: WebhookSecrets(signing=("s",), values=values)}, client.ask)


def with_hook(name: str) -> Policy:
    hook = ANNOUNCED[name].webhook
    return replace(shipped(), webhooks={hook.id: hook})


@pytest.mark.parametrize("name", ANNOUNCED)
def test_an_announced_lead_is_fetched_with_the_token_in_a_header(server: Provider, name: str) -> None:
    server.body = json.dumps(ANSWERS[name]).encode()
    fetched = fetching(server, name)
    [lead] = fetched.read(pending(name), fetched.fetch(pending(name)))
    assert lead.body["email"] == "ada@example.com"
    assert lead.key == ANNOUNCED[name].key
    [(path, headers)] = server.requests
    assert headers["authorization"] == "Bearer a-token"
    assert "a-token" not in path


@pytest.mark.parametrize("status", [401, 403, 408, 429, 500, 502, 503])
def test_a_temporary_failure_is_retried(server: Provider, status: int) -> None:
    server.status = status
    with pytest.raises(FetchFailed, match=str(status)):
        fetching(server, "facebook").fetch(pending("facebook"))


@pytest.mark.slow
@pytest.mark.parametrize("status", [302, 400, 404, 410])
def test_a_permanent_failure_is_held_for_a_person(server: Provider, status: int) -> None:
    server.status = status
    with pytest.raises(FetchRefused, match=str(status)):
        fetching(server, "facebook").fetch(pending("facebook"))
    assert len(server.requests) == 1


def test_a_page_instead_of_json_a_truncated_answer_and_a_refused_connection_are_retried(server: Provider) -> None:
    ask = fetching(server, "facebook")
    server.kind = "text/html"
    with pytest.raises(FetchFailed, match="text/html"):
        ask.fetch(pending("facebook"))
    server.kind, server.promised = "application/json", 500
    with pytest.raises(FetchFailed):
        ask.fetch(pending("facebook"))
    server.url = "http://127.0.0.1:9"
    with pytest.raises(FetchFailed):
        fetching(server, "facebook").fetch(pending("facebook"))


def test_a_slow_answer_times_out(server: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "READ_SECONDS", 0.2)
    server.pause = 1.0
    with pytest.raises(FetchFailed):
        fetching(server, "facebook").fetch(pending("facebook"))


def test_an_endless_answer_is_cut_off(server: Provider) -> None:
    server.body = b'"' + b"x" * (client.LONGEST_ANSWER + 10) + b'"'
    with pytest.raises(FetchRefused, match="megabyte"):
        fetching(server, "facebook").fetch(pending("facebook"))


@pytest.mark.slow
@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"field_data": "x"}', b'{"field_data": [{"name": 1}]}'])
def test_an_answer_without_a_lead_states_what_it_lacks(server: Provider, content: bytes) -> None:
    with pytest.raises(InvalidInquiry):
        fetching(server, "facebook").read(pending("facebook"), content)
