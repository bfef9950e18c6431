"""One run: its stage, test leads and measurements."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol, TypeVar

from leadtight.app.messaging.links import Links
from leadtight.app.ports.board import BoardStore
from leadtight.app.ports.history import EventLog
from leadtight.app.ports.leads import LeadStore
from leadtight.app.ports.outbox import Outbox
from leadtight.app.ports.quarantine import QuarantineStore
from leadtight.domain.intake.quarantine import QuarantinedDelivery
from leadtight.domain.model.event import Event
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.message import Message, Template
from leadtight.domain.policy.policy import Policy
from leadtight.stages.smoke.deployed_stage import DeployedStage
from leadtight.stages.smoke.stores import StageStores
from leadtight.stages.smoke.web import WebAnswer, WebClient

SIMULATOR = "simulator.amazonses.com"
"""SES's mailbox simulator: it takes any label after a plus, also in the sandbox."""

LOOKS_EVERY_SECONDS = 0.5
MOST_HELD = 500
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class SmokeSettings:
    """What the stage file says of the stage under test.

    `cannot_ask` are the steps that the local cloud cannot answer, each with the reason; it is empty on AWS.
    """

    name: str
    identity: str
    operators: tuple[str, ...] = ()
    reply_domain: str = ""
    cannot_ask: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialLead:
    """A lead of this run: address, post and answer."""

    name: str
    address: str
    posted_at: datetime
    answer: WebAnswer
    key: str = ""

    @property
    def lead_id(self) -> str:
        """Return the lead's id; empty when it was not accepted."""
        return str(self.answer.json().get("lead_id", ""))


class ReadableTable(LeadStore, Outbox, EventLog, BoardStore, Protocol):
    """The table of leads, for reading."""


@dataclass(kw_only=True)
class Session:
    """One run of smoke, with its ports and its memory."""

    settings: SmokeSettings
    policy: Policy
    stage: DeployedStage
    stores: StageStores
    web: WebClient
    table: ReadableTable
    quarantine: QuarantineStore
    links: Links
    run: str
    folder: Path
    now: Callable[[], datetime]
    sleep: Callable[[float], None]
    leads: dict[str, TrialLead] = field(default_factory=dict)
    latencies: dict[str, float] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    started_at: datetime = field(init=False)

    def __post_init__(self) -> None:
        """Note when the run began."""
        self.started_at = self.now()

    def address(self, name: str, box: str = "success") -> str:
        """Return an address of the simulator, unique to the run."""
        return f"{box}+{self.run}-{name}@{SIMULATOR}"

    def remember(self, address: str) -> None:
        """Write an address down before anything is sent from it.

        So that `--clean` can erase what an interrupted run left.
        """
        kept = journal(self.folder, self.run)
        addresses = json.loads(kept.read_text(encoding="utf-8")) if kept.is_file() else []
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps([*dict.fromkeys((*addresses, address))], indent=2) + "\n", encoding="utf-8")

    def post_lead(self, name: str, *, box: str = "success", key: str = "") -> TrialLead:
        """Post a test lead, and remember it by name."""
        address = self.address(name, box)
        self.remember(address)
        body = {"name": f"Smoke test {name}", "email": address, "message": "This is a test of the deployment."}
        posted_at = self.now()
        answer = self.web.post_json("/leads", body, {"idempotency-key": key} if key else None)
        return self.keep(TrialLead(name=name, address=address, posted_at=posted_at, answer=answer, key=key))

    def keep(self, lead: TrialLead) -> TrialLead:
        """Remember a test lead by its name."""
        self.leads[lead.name] = lead
        return lead

    def lead(self, lead_id: str) -> Lead | None:
        """Return a lead from the table."""
        return self.table.load(lead_id)

    def messages(self, lead_id: str, template: Template) -> list[Message]:
        """Return a lead's messages of one template."""
        return [message for message in self.table.messages(lead_id) if message.template is template]

    def held(self) -> Iterator[QuarantinedDelivery]:
        """Yield the deliveries that await review, and suspected spam."""
        yield from self.quarantine.open_held(MOST_HELD)
        yield from self.quarantine.suspected_held(MOST_HELD)

    def history(self, lead_id: str) -> tuple[Event, ...]:
        """Return a lead's events, by time."""
        return tuple(self.table.history(lead_id))

    def wait(self, check: Callable[[], T], *, within: timedelta) -> T | None:
        """Return the first true answer of `check`, else None."""
        until = self.now() + within
        while True:
            if answer := check():
                return answer
            if self.now() >= until:
                return None
            self.sleep(LOOKS_EVERY_SECONDS)

    def measure(self, name: str, seconds: float) -> float:
        """Keep a latency in seconds, and return it."""
        self.latencies[name] = round(seconds, 3)
        return seconds


def journal(folder: Path, run: str) -> Path:
    """Return the file with an unfinished run's addresses."""
    return folder / f"{run}.unfinished.json"
