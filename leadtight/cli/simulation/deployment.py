"""One deployment in memory: the use cases of the functions over the twins, every port of which may fail."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from leadtight.adapters.memory import MemoryTable
from leadtight.adapters.memory_senders import MemoryMailer, MemoryTexter
from leadtight.adapters.twins import Twins
from leadtight.app.ports import Card, Mail, Noticed
from leadtight.cli.simulation.faults import Faults, Faulty
from leadtight.composition import UseCases
from leadtight.domain.capacity import OwnerState
from leadtight.domain.change import Change
from leadtight.domain.event import Event
from leadtight.domain.lead import Lead
from leadtight.domain.message import Message
from leadtight.domain.policy import Policy
from leadtight.domain.rotation import Rotation

READING = (
    *("load", "load_for_routing", "leads_of", "consents", "history", "due_leads", "waiting_leads", "owners"),
    *("taken_by", "find", "find_by_provider_id", "due", "suppression", "messages", "alerts"),
)


class Table(MemoryTable):
    """The twin of the table, which notes every change that it stores."""

    def __init__(self) -> None:
        """Start empty."""
        super().__init__()
        self.changes: list[Change] = []

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

    def _put(self, change: Change) -> None:
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
    table: Table = field(default_factory=Table)
    mailer: MemoryMailer = field(default_factory=MemoryMailer)
    texter: MemoryTexter = field(default_factory=MemoryTexter)

    def __post_init__(self) -> None:
        """Wire the use cases as the functions do."""
        table: Any = Faulty("table", self.table, self.faults, READING)
        alarms: Any = Faulty("alarms", Alarms(self.armed), self.faults)
        mailer: Any = Faulty("mailer", self.mailer, self.faults)
        texter: Any = Faulty("texter", self.texter, self.faults)
        ports: Any = Twins(
            table=table,
            alarms=alarms,
            mailer=mailer,
            texter=texter,
            renderer=Words(),
            new_id=self.new_id,
        )
        made = UseCases(self.policy, ports)
        self.intake, self.route, self.respond, self.sla = made.intake, made.route, made.respond, made.sla
        self.desk, self.unsubscribe = made.desk, made.unsubscribe
