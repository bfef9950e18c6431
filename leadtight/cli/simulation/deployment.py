"""One deployment in memory: the use cases of the functions over the twins, every port of which may fail."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from leadtight.adapters.memory import MemoryTable
from leadtight.adapters.memory_senders import MemoryMailer, MemoryTexter
from leadtight.adapters.twins import Twins
from leadtight.app.intake import Submission
from leadtight.app.message_ports import Card, Mail, Noticed
from leadtight.cli.simulation.faults import Faults, Faulty
from leadtight.composition import UseCases
from leadtight.domain.capacity import OwnerState
from leadtight.domain.change import Change
from leadtight.domain.errors import FetchRefused, InvalidInquiry, Problem
from leadtight.domain.event import Event
from leadtight.domain.held import Held
from leadtight.domain.lead import Lead
from leadtight.domain.message import Message
from leadtight.domain.policy import Policy
from leadtight.domain.rotation import Rotation

READING = (
    *("load", "load_for_routing", "leads_of", "consents", "history", "due_leads", "waiting_leads", "owners"),
    *("taken_by", "find", "find_by_provider_id", "due", "suppression", "messages", "alerts"),
    *("find_held", "open_held", "waiting"),
)
GONE, NO_LEAD = "gone", "no lead"
"""What the platform has of some announcements: nothing any more, or something that is no lead."""


class Table(MemoryTable):
    """The twin of the table, which notes every change that it stores, and those that did not follow what it had."""

    def __init__(self) -> None:
        """Start empty."""
        super().__init__()
        self.changes: list[Change] = []
        self.torn: list[str] = []

    def every_lead(self) -> Iterable[Lead]:
        """Return all leads, in order of arrival."""
        return self._leads.values()

    def every_message(self) -> Iterable[Message]:
        """Return all messages."""
        return self._messages.values()

    def every_owner(self) -> Iterable[OwnerState]:
        """Return what is known of everybody who was given a lead or switched away."""
        return self._owners.values()

    def every_event(self) -> Iterable[Event]:
        """Return the histories of all leads."""
        return self._events.values()

    def every_rotation(self) -> Iterable[Rotation]:
        """Return where the pools' rotations stand."""
        return self._rotations.values()

    def every_held(self) -> Iterable[Held]:
        """Return all deliveries that were no lead when they came."""
        return self._deliveries.values()

    def _put(self, change: Change) -> None:
        stored = self._leads.get(change.after.id)
        if (stored and stored.version) != (change.before and change.before.version):
            self.torn.append(f"{change.after.id} went from {stored and stored.version} to {change.after.version}")
        self.changes.append(change)
        super()._put(change)


@dataclass
class Alarms:
    """Hands every alarm that is armed to whoever rings it; an old one is ignored by its token."""

    armed: Callable[[Lead, datetime], None]

    def arm(self, lead: Lead, now: datetime) -> None:
        """Arm the alarm of a lead that wakes."""
        if lead.wake_at is not None:
            self.armed(lead, now)

    def disarm(self, lead: Lead) -> None:
        """Forget an alarm: it rings all the same here, for forgetting is best effort."""


@dataclass
class Platform:
    """Has the leads that it only announced, by their keys."""

    leads: dict[str, Any] = field(default_factory=dict)

    def fetch(self, held: Held) -> bytes:
        """Return what was announced. Raises FetchRefused for what is gone."""
        lead = self.leads[held.key]
        if lead == GONE:
            raise FetchRefused(f"{held.key} is gone")
        return json.dumps(lead).encode()

    def read(self, held: Held, content: bytes) -> list[Submission]:
        """Read a lead. Raises InvalidInquiry when it is none."""
        body = json.loads(content)
        if body == NO_LEAD:
            raise InvalidInquiry([Problem("body", "this is no lead")])
        return [Submission(source=held.source, channel=held.channel, body=body)]


@dataclass
class SimulatedPorts(Twins):
    """The twins, with hints that go through the simulation."""

    hinted_at: Callable[[str], None] = field(default=lambda _: None)

    def hint(self, held_id: str) -> None:
        """Say that a delivery can be fetched, or fail to."""
        self.hinted_at(held_id)


@dataclass
class Queue:
    """The queue of announcements."""

    send: Callable[[str], None]


@dataclass
class Words:
    """Writes messages that hold nothing but their links: what people read is tested elsewhere."""

    def mail(self, policy: Policy, message: Message, lead: Lead, links: Mapping[str, str], now: datetime) -> Mail:
        """Return a mail with a link on each line."""
        return Mail(subject=message.template, text="\n".join(links.values()), html="")

    def text(self, policy: Policy, message: Message, lead: Lead, links: Mapping[str, str], now: datetime) -> str:
        """Return a text with a link on each line."""
        return "\n".join(links.values())

    def card(self, policy: Policy, message: Message, lead: Lead, links: Mapping[str, str], now: datetime) -> Card:
        """Return a card with its links."""
        return Card(title=message.template, words="", facts=(), links=tuple(links.items()))

    def digest(self, policy: Policy, person_id: str, notices: Iterable[Noticed], queue: str, now: datetime) -> Mail:
        """Return a mail with a link on each line."""
        return Mail(subject="digest", text="\n".join([queue, *(noticed.link for noticed in notices)]), html="")

    def review(self, policy: Policy, message: Message, links: Mapping[str, str]) -> Mail:
        """Return a mail with a link on each line."""
        return Mail(subject=message.template, text="\n".join(links.values()), html="")


@dataclass
class Deployment:
    """The use cases, and behind their faulty ports what the simulation looks at."""

    policy: Policy
    faults: Faults
    new_id: Callable[[], str]
    armed: Callable[[Lead, datetime], None]
    hinted: Callable[[str], None]
    table: Table = field(default_factory=Table)
    mailer: MemoryMailer = field(default_factory=MemoryMailer)
    texter: MemoryTexter = field(default_factory=MemoryTexter)
    platform: Platform = field(default_factory=Platform)

    def __post_init__(self) -> None:
        """Wire the use cases as the functions do."""
        table: Any = Faulty("table", self.table, self.faults, READING)
        alarms: Any = Faulty("alarms", Alarms(self.armed), self.faults)
        mailer: Any = Faulty("mailer", self.mailer, self.faults)
        texter: Any = Faulty("texter", self.texter, self.faults)
        platform: Any = Faulty("platform", self.platform, self.faults, ("fetch",))
        hints: Any = Faulty("hints", Queue(self.hinted), self.faults)
        ports = SimulatedPorts(
            table=table,
            alarms=alarms,
            mailer=mailer,
            texter=texter,
            renderer=Words(),
            new_id=self.new_id,
            fetch=platform.fetch,
            read_fetched=self.platform.read,
            hinted_at=hints.send,
        )
        made = UseCases(self.policy, ports)
        self.intake, self.deliveries, self.collect = made.intake, made.deliveries, made.collect
        self.route, self.respond, self.sla = made.route, made.respond, made.sla
        self.desk, self.unsubscribe = made.desk, made.unsubscribe
