"""Behind a front door, the API rejects bypassing requests.

It trusts the door about the client's address.
"""

import json
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from functions.desk.handler import handle as desk
from functions.intake.handler import handle as intake
from leadtight import bootstrap
from leadtight.adapters.http.origin import OriginVerifier
from leadtight.domain.policy.forms import FormLimits
from tests.integration.conftest import Stage
from tests.integration.http_events import post_lead, request
from tests.lambda_context import CONTEXT

KEYS = {"k1": "old-key", "k2": "new-key"}


@pytest.fixture(autouse=True)
def door(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "origin_verifier", cache(lambda: OriginVerifier(lambda: KEYS)))


def lead(number: int, **headers: str) -> dict[str, Any]:
    event = post_lead({"name": "Ada Obi", "email": f"ada{number}@example.com"})
    return {**event, "headers": {**event["headers"], **headers}}


@pytest.mark.parametrize("headers", [{}, {"x-leadtight-front": ""}, {"x-leadtight-front": "old-kex"}])
def test_bypassing_the_door_gets_no_answer_and_stores_nothing(stage: Stage, headers: dict[str, str]) -> None:
    assert intake(lead(1, **headers), CONTEXT)["statusCode"] == 403
    refused = desk(request("GET /o/{token}", headers=headers, token="x"), CONTEXT)
    assert (refused["statusCode"], refused["headers"]["content-type"]) == (403, "application/problem+json")
    assert stage.items("") == []


@pytest.mark.slow
def test_links_of_old_mails_still_unsubscribe() -> None:
    page = desk(request("GET /unsubscribe/{token}", token="x"), CONTEXT)
    assert page["headers"]["content-type"].startswith("text/html")


@pytest.mark.parametrize("key", KEYS.values())
def test_through_the_door_all_works_with_either_key(key: str) -> None:
    assert intake(lead(1, **{"x-leadtight-front": key}), CONTEXT)["statusCode"] == 202
    page = desk(request("GET /o/{token}", headers={"x-leadtight-front": key}, token="x"), CONTEXT)
    assert page["headers"]["content-type"].startswith("text/html")  # the page says that the link is invalid


def test_the_client_address_forwarded_by_the_door_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    api = replace(bootstrap.policy().api, rates=FormLimits(per_address=1))
    limited = replace(bootstrap.policy(), api=api)
    monkeypatch.setattr(bootstrap, "policy", lambda: limited)
    bootstrap.forget()
    results = [
        json.loads(intake(lead(n, **{"x-leadtight-front": "old-key", "x-leadtight-viewer": viewer}), CONTEXT)["body"])
        for n, viewer in enumerate(["203.0.113.7", "203.0.113.8", "203.0.113.7"])
    ]
    assert [each["status"] for each in results] == ["created", "created", "held"]
