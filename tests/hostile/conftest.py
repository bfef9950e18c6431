"""A stage with a lead, for end-to-end hostile requests.

Handlers, adapters, stream, mails.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from leadtight import bootstrap
from leadtight.adapters.http import api_keys
from leadtight.domain.access.api_keys import Scope
from leadtight.domain.access.signed_links import Claims, LinkPurpose, sign
from leadtight.domain.model.lead import Lead
from scripts.load import requests
from scripts.load.stage import MONDAY_NINE, LoadStage
from tests.hostile.siege import besieged

ROUTES = {
    LinkPurpose.OUTCOME: ("GET /o/{token}", "POST /o/{token}"),
    LinkPurpose.QUEUE: ("GET /desk/{token}", "POST /desk/{token}"),
    LinkPurpose.BOARD: ("GET /board/{token}",),
    LinkPurpose.QUARANTINE: ("GET /quarantine/{token}", "POST /quarantine/{token}"),
    LinkPurpose.REPORT: ("GET /reports/{token}",),
    LinkPurpose.ASK: ("GET /ask/{token}", "POST /ask/{token}"),
    LinkPurpose.UNSUBSCRIBE: ("GET /unsubscribe/{token}", "POST /unsubscribe/{token}"),
}
"""The routes that a link of each purpose opens."""


FILLED = "outcome=no_answer&submission=1&do=release&sure=yes&held=L1&said=yes&name=Bo&email=bo%40example.com"
"""A form that each page could have sent."""


@dataclass
class Door:
    """The stage as a stranger meets it, and protected state."""

    stage: LoadStage
    key: str

    def post(self, **body: Any) -> dict[str, Any]:
        """Send a lead without a key, and settle."""
        answer = self.stage._visit(requests.lead(body), "intake")
        self.settle()
        return answer

    def settle(self, seconds: float = 30) -> None:
        """Run everything due."""
        self.stage.run(self.stage.clock.now + seconds)

    def open(self, route: str, token: str, body: str = "", **headers: str) -> dict[str, Any]:
        """Open a link."""
        sent_headers = {name.replace("_", "-"): value for name, value in headers.items()}
        content = {"content-type": "application/x-www-form-urlencoded"}
        return self.stage._visit(
            requests.request(route, body=body, headers=content | sent_headers, token=token), "desk"
        )

    def lead(self) -> Lead:
        """Return the first lead as stored."""
        lead = bootstrap.ports().store.load(self.lead_id)
        assert lead is not None
        return lead

    @property
    def lead_id(self) -> str:
        """Return the first lead's id."""
        return next(str(event["lead_id"]) for _, event in self.stage.events if event["kind"] == "lead_received")

    def token(self, purpose: LinkPurpose, person: str | None = None, subject: str | None = None) -> str:
        """Return a valid link, as our own code signs it."""
        lead = self.lead()
        who = person or {
            LinkPurpose.ASK: "lead",
            LinkPurpose.UNSUBSCRIBE: "lead",
            LinkPurpose.OUTCOME: str(lead.owner_id),
        }.get(purpose, "mia")
        subjects = {
            LinkPurpose.OUTCOME: lead.id,
            LinkPurpose.ASK: lead.id,
            LinkPurpose.UNSUBSCRIBE: f"email:{lead.id}",
            LinkPurpose.REPORT: "weekly/2026-W47/index.html",
        }
        expires_at = self.stage.clock.instant() + timedelta(days=1)
        claims = Claims(
            purpose=purpose,
            subject=subject or subjects.get(purpose, who),
            person=who,
            generation=lead.generation,
            expires_at=expires_at,
        )
        return sign(claims, bootstrap.ports().links._secrets())

    def rows(self) -> str:
        """Return everything that is stored, as text."""
        return json.dumps({pk: dict(there) for pk, there in self.stage.table.items.items()}, sort_keys=True)


@pytest.fixture
def door() -> Iterator[Door]:
    key, made = api_keys.make("crm", list(Scope), MONDAY_NINE - timedelta(days=1))
    stage = LoadStage(policy=besieged(), secrets={"api": api_keys.write([made])})
    stage.account.keeps_words = True
    with stage.running():
        yield Door(stage, key)


@pytest.fixture
def taken(door: Door) -> Door:
    """Return the stage with an urgent, owned lead."""
    door.post(name="Ada Obi", email="ada@example.com", phone="+4930901820", message="Please call me today")
    return door
