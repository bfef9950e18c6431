"""The intake function's forms over memory twins, with a clock."""

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest

from functions.intake import handler
from leadtight import bootstrap
from leadtight.adapters.inbound.forms import reader
from leadtight.adapters.inbound.forms.challenge import Challenges
from leadtight.adapters.inbound.replay import reread
from leadtight.adapters.inbound.signatures import WebhookSecrets
from leadtight.adapters.memory.files import MemoryUploads
from leadtight.app.intake.deliveries import Deliveries
from leadtight.app.intake.form_posts import FormIntake
from leadtight.app.intake.quarantine import Quarantine
from leadtight.app.intake.uploads import Uploads
from leadtight.domain.model.consent_record import ConsentRecord
from leadtight.domain.model.identity import person_key
from leadtight.domain.policy.forms import Api, Form
from leadtight.domain.policy.policy import Policy
from tests.integration.http_events import request
from tests.lambda_context import CONTEXT
from tests.scenarios.world import World

URLENCODED = "application/x-www-form-urlencoded"
ADA = {"name": "Ada Obi", "email": "ada@example.com", "message": "please call me"}
Answer = dict[str, Any]


class Site(World):
    """A World whose form `contact` is posted over HTTP."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.said: bytes | Exception = b'{"success": true}'
        self.requests: list[tuple[str, Mapping[str, str]]] = []
        self.uploads = MemoryUploads()
        self.keys = {"form:contact": WebhookSecrets(values={"challenge": "a secret"})}
        super().__init__()
        monkeypatch.setattr(bootstrap, "policy", lambda: self.policy)
        monkeypatch.setattr(bootstrap, "clock", lambda: lambda: self.now)
        monkeypatch.setattr(bootstrap, "app", lambda: self)
        monkeypatch.setattr(bootstrap, "form_intake", lambda: self.door)
        monkeypatch.setattr(bootstrap, "ports", lambda: SimpleNamespace(outbox=self.table))
        monkeypatch.setattr(bootstrap, "webhook_keys", lambda: lambda: self.keys)
        self.show()

    def govern(self, policy: Policy) -> None:
        """Deploy a policy."""
        super().govern(policy)
        self.deliveries = Deliveries(self.intake, self.table, self.new_id, lambda _: None, self.proofs.report)
        verify = Challenges(lambda: self.keys, self._verified_by)
        self.door = FormIntake(self.deliveries, reader.read, reader.keep, verify, Uploads(self.uploads).keep)
        self.quarantine = Quarantine(self.table, self.intake, partial(reread, policy), self.proofs.report)

    def show(self, api: Api | None = None, **form: Any) -> None:
        """Deploy the form and the settings of `POST /leads`."""
        self.govern(replace(self.policy, forms={"contact": Form(id="contact", **form)}, api=api or Api()))

    def post(
        self, fields: Mapping[str, str] | bytes = ADA, *, kind: str = URLENCODED, address: str = "", **headers: str
    ) -> Answer:
        """Post the form from an address, and run the stream."""
        body = fields if isinstance(fields, bytes) else urlencode(fields).encode()
        return self._ask("POST /forms/{form}", body, address, {"content-type": kind, **headers}, form="contact")

    def send(self, lead: Any, address: str = "", **headers: str) -> Answer:
        """Post a lead as JSON."""
        return self._ask("POST /leads", json.dumps(lead).encode(), address, headers)

    def preflight(self, route: str = "/forms/{form}", **headers: str) -> Answer:
        """Ask as a browser does before a script posts."""
        return self._ask(f"OPTIONS {route}", b"", "", headers, form="contact")

    def consents(self, address: str) -> tuple[ConsentRecord, ...]:
        """Return a person's consent prompts."""
        return self.table.consents((person_key(address),))

    def _ask(self, route: str, body: bytes, address: str, headers: Mapping[str, str], **path: str) -> Answer:
        event = request(route, body=body, headers={k.replace("_", "-"): v for k, v in headers.items()}, **path)
        event["requestContext"]["http"]["sourceIp"] = address or "192.0.2.1"
        answer = handler.handle(event, CONTEXT)
        self.run_stream()
        return answer

    def _verified_by(self, url: str, fields: Mapping[str, str]) -> bytes:
        self.requests.append((url, fields))
        if isinstance(self.said, Exception):
            raise self.said
        return self.said


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Site:
    return Site(monkeypatch)
