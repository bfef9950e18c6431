"""Link scanners, which open links before people do (Q3).

They fetch every page, and press what they find there as it stands.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from functions.desk.handler import handle
from functions.intake.handler import handle as intake
from functions.route.handler import handle as route
from leadtight import bootstrap
from leadtight.app.intake.deliveries import PendingDelivery
from leadtight.domain.intake.quarantine import Reason
from leadtight.domain.model.lead import Lead
from tests.integration.conftest import MONDAY_NINE, Stage, stored
from tests.integration.http_events import post_lead, request
from tests.lambda_context import CONTEXT

pytestmark = pytest.mark.slow

FORM = {"content-type": "application/x-www-form-urlencoded"}
ROUTES = {"o": "/o/{token}", "desk": "/desk/{token}", "ask": "/ask/{token}", "quarantine": "/quarantine/{token}"}
Link = Callable[[Lead], str]
LINKS: dict[str, Link] = {
    "outcome": lambda lead: bootstrap.ports().links.outcome(lead, str(lead.owner_id), MONDAY_NINE),
    "queue": lambda lead: bootstrap.ports().links.queue(str(lead.owner_id), MONDAY_NINE),
    "ask": lambda lead: bootstrap.ports().links.ask(lead, MONDAY_NINE),
    "quarantine": lambda lead: bootstrap.ports().links.quarantine("mia", MONDAY_NINE),
}


class Forms(HTMLParser):
    """A page's forms as a program fills them in.

    It sends their values, and may choose the first of each choice.
    """

    def __init__(self, page: str, *, choosing: bool) -> None:
        super().__init__()
        self.choosing = choosing
        self.forms: list[tuple[str, dict[str, str]]] = []
        self._select = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Record a form or its fields."""
        attributes = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((attributes.get("action", ""), {}))
        if not self.forms or ("name" not in attributes and tag != "option"):
            return
        fields, name = self.forms[-1][1], attributes.get("name", "")
        if tag == "select":
            self._select = name
        elif tag == "option" and (attributes.get("value") if self.choosing else "selected" in attributes):
            fields.setdefault(self._select, attributes["value"])
        elif attributes.get("type") in ("radio", "checkbox"):
            if self.choosing or "checked" in attributes:
                fields.setdefault(name, attributes["value"])
        elif tag in ("input", "textarea", "button"):
            typed = "Ada Obi" if self.choosing and attributes.get("type") != "datetime-local" else ""
            fields[name] = attributes.get("value") or typed


@pytest.fixture
def lead(stage: Stage) -> Iterator[Lead]:
    ada = {"name": "Ada Obi", "email": "ada@example.com", "message": "urgent"}
    lead_id = json.loads(intake(post_lead(ada), CONTEXT)["body"])["lead_id"]
    route(stage.inserted("LEAD"), CONTEXT)
    delivery = PendingDelivery(
        channel="api", source="api", key="k", reason=Reason.UNMAPPED, content='{"name": "Bo Lee"}'
    )
    bootstrap.app().deliveries.hold(delivery, MONDAY_NINE)
    yield stored(lead_id)
    bootstrap.forget()


def ask(method: str, link: str, **fields: str) -> dict[str, Any]:
    _, way, token = urlsplit(link).path.split("/")
    body = urlencode(fields).encode() if method == "POST" else b""
    return handle(request(f"{method} {ROUTES[way]}", body=body, headers=FORM, token=token), CONTEXT)


def press_everything(link: str, *, choosing: bool) -> list[int]:
    """Post each of a page's forms at once; return answers."""
    page = ask("GET", link)["body"]
    forms = Forms(page, choosing=choosing).forms
    assert forms, "there is something to press"
    return [ask("POST", action or link, **fields)["statusCode"] for action, fields in forms]


def state(stage: Stage) -> list[Any]:
    return sorted((item["pk"]["S"], item["sk"]["S"], item["doc"]["S"]) for item in stage.items("") if "doc" in item)


@pytest.mark.proves("Q3")
@pytest.mark.parametrize("page", LINKS)
def test_a_scanner_that_fetches_pages_and_submits_their_forms_changes_nothing(
    stage: Stage, lead: Lead, page: str
) -> None:
    link, original = LINKS[page](lead), state(stage)
    statuses = press_everything(link, choosing=False)
    assert statuses
    assert all(status >= 400 for status in statuses)
    assert ask("GET", link)["statusCode"] == 200
    assert state(stage) == original
    assert stored(lead.id) == lead


@pytest.mark.proves("Q3")
@pytest.mark.parametrize("page", ["outcome", "queue", "ask"])
def test_a_scanner_that_chooses_an_answer_is_refused_where_reading_time_is_required(
    stage: Stage, lead: Lead, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = replace(bootstrap.policy(), least_reading_time=timedelta(seconds=2))
    monkeypatch.setattr(bootstrap, "policy", lambda: policy)
    bootstrap.forget()
    link, original = LINKS[page](lead), state(stage)
    assert set(press_everything(link, choosing=True)) == {422}
    assert state(stage) == original
    forms = Forms(ask("GET", link)["body"], choosing=True).forms
    monkeypatch.setattr(bootstrap, "clock", lambda: lambda: MONDAY_NINE + timedelta(seconds=2))
    action, fields = forms[0]
    assert ask("POST", action or link, **fields)["statusCode"] in (200, 303), "a person has read it by then"
    assert stored(lead.id).version == lead.version + 1


def test_without_a_choice_or_the_page_nothing_is_recorded(lead: Lead) -> None:
    for link in (LINKS["outcome"](lead), LINKS["ask"](lead)):
        assert ask("POST", link, submission=str(lead.version))["statusCode"] == 422
    assert stored(lead.id) == lead
