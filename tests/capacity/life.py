"""One lead's life by the real handlers over moto.

It goes from its post to the night's report.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch
from urllib.parse import urlencode

from moto import mock_aws

from functions.desk.handler import handle as desk
from functions.intake.handler import handle as intake
from functions.report.handler import handle as report
from functions.respond.handler import handle as respond
from functions.route.handler import handle as route
from functions.sla.handler import handle as sla
from leadtight import bootstrap
from leadtight.adapters import clock_and_ids
from leadtight.adapters.aws import clients
from leadtight.adapters.dynamodb.rows import MessageRow, TableRow, value_of
from leadtight.domain.model.lead import Lead
from leadtight.domain.policy.policy import Policy
from tests.capacity.meter import Meter, size_of
from tests.integration.conftest import REGION, SETTINGS, Stage, _deploy, queue_record
from tests.integration.http_events import request
from tests.integration.test_pipeline_handlers import ses_event

NINE = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
"""Monday, 09:00 in Berlin: the office of the shipped policy has just opened."""

WORDS = "We need a new heating system for our workshop of four hundred square metres. What does it cost? "
LENGTHS = {"typical": 400, "largest": 60_000, "waiting": 400}
"""Characters of the inquiry in each life: what people write, and nearly the most that a form takes.

One waits for its pool, of which nobody is there.
"""

FORM = {"content-type": "application/x-www-form-urlencoded"}
CONTEXT = SimpleNamespace(
    function_name="life",
    memory_limit_in_mb=512,
    invoked_function_arn="arn:aws:lambda:eu-central-1:123456789012:function:life",
    aws_request_id="request-1",
    get_remaining_time_in_millis=lambda: 30_000,
)
Counted = dict[str, Any]


def lives() -> dict[str, dict[str, Counted]]:
    """Return the counts by life and step, as in `life.toml`."""
    shipped = bootstrap.policy()
    people = {
        name: replace(person, active=name not in shipped.pools["inbound"].members)
        for name, person in shipped.people.items()
    }
    policies = {"waiting": replace(shipped, people=people)}
    return {name: dict(_steps(length, policies.get(name, shipped))) for name, length in LENGTHS.items()}


def _steps(length: int, policy: Policy) -> Iterator[tuple[str, Counted]]:
    ours, params_of_table = (
        patch.object(bootstrap, "policy", lambda: policy),
        patch.object(clock_and_ids, "new_id", _ids(count(1))),
    )
    with patch.dict("os.environ", SETTINGS), mock_aws(), ours, params_of_table:
        _deploy()
        bootstrap.forget()
        try:
            events = bootstrap.table().connection.client.meta.events
            with closing(Meter(events, clients._session(), REGION, "leadtight")) as meter:
                _warm()
                for name, step in Life(length).steps().items():
                    with meter.step() as counted:
                        invocations = step()
                    yield name, _row(invocations, counted)
            yield "stored", {"bytes": _stored()}
        finally:
            bootstrap.forget()


def _ids(numbers: Iterator[int]) -> Callable[[], str]:
    """Return a maker of ids of the usual length.

    An id decides the shard of its lead.
    """
    return lambda: f"{next(numbers):026}"


def _warm() -> None:
    """Read the signing keys, which a function reads once."""
    bootstrap.ports().links.queue("ana", NINE)
    bootstrap.webhook_keys()()


def _row(invocations: Mapping[str, int], meter: Meter) -> Counted:
    counted: dict[str, dict[str, Any]] = {
        "invocations": dict(invocations),
        "calls": dict(meter.calls),
        "writes": dict(meter.writes),
        "index": dict(meter.index),
        "reads": dict(meter.reads),
        "bytes": dict(meter.bytes),
    }
    return {name: dict(sorted(values.items())) for name, values in counted.items()}


def _stored() -> dict[str, int]:
    """Return the stored bytes of a lead.

    Its items, and again those that the index holds.
    """
    items = Stage().items("")
    indexed = [item for item in items if "gsi1pk" in item]
    return {"table": sum(map(size_of, items)), "index": sum(map(size_of, indexed))}


class Life:
    """Steps of a lead's life.

    Each returns how often it starts which function.
    """

    def __init__(self, length: int) -> None:
        """Take how long the inquiry is."""
        message = (WORDS * (length // len(WORDS) + 1))[:length]
        who = {"your-name": "Ada Obi", "your-email": "ada@example.com", "tel": "+49 30 901820"}
        self._body = urlencode({**who, "your-message": message})
        self._stage = Stage()

    def steps(self) -> dict[str, Callable[[], dict[str, int]]]:
        """Return the steps by name, in order."""
        steps = (self.post, self.assign, self.send, self.confirm, self.ring, self.record, self.night)
        return {step.__name__: step for step in steps}

    def post(self) -> dict[str, int]:
        """Post the form."""
        headers = {**FORM, "accept": "text/html"}
        event = request("POST /forms/{form}", body=self._body, headers=headers, form="contact")
        assert at(NINE, intake, event)["statusCode"] == 303
        return {"intake": 1}

    def assign(self) -> dict[str, int]:
        """Assign the lead."""
        at(NINE, route, self._stage.inserted("LEAD"))
        return {"route": 1}

    def send(self) -> dict[str, int]:
        """Send the acknowledgement and the alert."""
        batch = self._stage.inserted("MSG#")["Records"]
        for record in batch:
            at(NINE, respond, {"Records": [record]})
        return {"respond": len(batch)}

    def confirm(self) -> dict[str, int]:
        """Report both messages as delivered."""
        rows = [TableRow.from_raw_data(item) for item in self._stage.items("MSG#")]
        messages = [row.value() for row in rows if isinstance(row, MessageRow)]
        for message in messages:
            report = ses_event("Delivery", message.provider_id, message.lead_id, message.id)
            at(NINE, respond, {"Records": [queue_record(report)]})
        return {"respond": len(messages)}

    def ring(self) -> dict[str, int]:
        """Ring the lead's first alarm."""
        lead = self._lead()
        assert lead.wake_at is not None
        body = json.dumps({"lead_id": lead.id, "token": lead.wake_token, "pool_id": lead.pool_id})
        at(lead.wake_at, sla, {"Records": [queue_record(body)]})
        return {"sla": 1}

    def record(self) -> dict[str, int]:
        """Open the lead's page as its owner; record a win."""
        lead, now = self._lead(), NINE + timedelta(minutes=4)
        token = bootstrap.ports().links.outcome(lead, str(lead.owner_id), now).rpartition("/")[2]
        outcome = urlencode({"outcome": "won", "submission": lead.version})
        assert at(now, desk, request("GET /o/{token}", token=token))["statusCode"] == 200
        posted = request("POST /o/{token}", body=outcome, headers=FORM, token=token)
        assert at(now, desk, posted)["statusCode"] == 303
        return {"desk": 2}

    def night(self) -> dict[str, int]:
        """Report on the day."""
        at(NINE + timedelta(hours=16), report, {"kind": "nightly"})
        return {"report": 1}

    def _lead(self) -> Lead:
        """Return the one lead, read past the meter."""
        return value_of(Lead, self._stage.items("LEAD")[0]["doc"]["S"])


def at(moment: datetime, handler: Callable[[Any, Any], Any], event: Any) -> Any:
    """Call a handler at a moment, and return its answer."""
    with patch.object(bootstrap, "clock", lambda: lambda: moment):
        return handler(event, CONTEXT)
