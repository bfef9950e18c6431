"""A lead in memory behind the desk's handler."""

import re
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest

from functions.desk import handler
from leadtight import bootstrap
from leadtight.adapters.contact_points.contact_hours import RealHours
from leadtight.adapters.contact_points.timezones import local_time_of
from leadtight.adapters.memory.alarms import MemoryAlarms
from leadtight.adapters.memory.dnc_lists import MemoryDncLists
from leadtight.adapters.memory.files import MemoryFiles
from leadtight.adapters.memory.table import MemoryTable
from leadtight.app.messaging.links import Links
from leadtight.app.outcomes import desk as use_case
from leadtight.app.ports.guards import Guard
from leadtight.domain.access.signed_links import Keyring
from leadtight.domain.model.inquiry import Inquiry
from leadtight.domain.model.lead import Lead
from tests.integration.http_events import request
from tests.lambda_context import CONTEXT
from tests.unit.adapters.presentation.leads import MONDAY_NINE, POLICY, assigned, received

ADA = Inquiry(name="Ada <Obi>", email="ada@example.com", phone="+4930123456", message="urgent, call me")
KEYS = Keyring(current="k1", keys={"k1": b"a secret of the tests"})
LINKS = Links(lambda: KEYS, "https://leads.example")
FORM = {"content-type": "application/x-www-form-urlencoded"}
Answer = dict[str, Any]


class Desk:
    """One routed lead in memory, its link and a clock."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = MONDAY_NINE
        self.table, self.files = MemoryTable(), MemoryFiles()
        desk = use_case.Desk(
            POLICY, self.table, MemoryAlarms(), LINKS, local_time_of, MemoryDncLists(), RealHours().windows
        )
        monkeypatch.setattr(bootstrap, "clock", lambda: lambda: self.now)
        monkeypatch.setattr(bootstrap, "app", lambda: SimpleNamespace(desk=desk))
        monkeypatch.setattr(bootstrap, "report_files", lambda: self.files)
        guard = Guard(source="web_form", key="1", fingerprint="1", expires_at=self.now)
        self.table.create(received(ADA), guard, (), self.now)
        self.table.commit(assigned(ADA))
        self.token = self.link(str(self.lead.owner_id))

    @property
    def lead(self) -> Lead:
        lead = self.table.load("L1")
        assert lead is not None
        return lead

    def link(self, person: str) -> str:
        return LINKS.outcome(self.lead, person, self.now).rpartition("/")[2]

    def get(self, token: str | None = None) -> Answer:
        return handler.handle(request("GET /o/{token}", token=token or self.token), CONTEXT)

    def post(self, token: str | None = None, **fields: str | int) -> Answer:
        body = urlencode(fields).encode()
        return handler.handle(request("POST /o/{token}", body=body, headers=FORM, token=token or self.token), CONTEXT)

    def press(self, outcome: str, **fields: str) -> Answer:
        """Open the page and press its button."""
        submission = re.search(r'name="submission" value="(\d+)"', self.get()["body"])
        assert submission is not None
        return self.post(outcome=outcome, submission=submission[1], **fields)

    def press_undo(self) -> Answer:
        version = re.search(r'name="undo" value="(\d+)"', self.get()["body"])
        assert version is not None
        return self.post(undo=version[1])

    def outcomes(self) -> list[str]:
        history = self.table.history("L1")
        return [event.kind.value for event in history if event.kind.startswith("outcome")]


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(monkeypatch)
