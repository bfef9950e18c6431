"""One deployment in memory: the use cases of the functions over the twins, every port of which may fail."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from leadtight.adapters.call_lists import MemoryCallLists
from leadtight.adapters.contacts import RealContacts
from leadtight.adapters.hours import RealHours
from leadtight.adapters.memory import MemoryTable
from leadtight.adapters.memory_senders import MemoryCaller, MemoryChat, MemoryMailer, MemoryTexter
from leadtight.adapters.zones import local_time_of
from leadtight.app.desk import Desk
from leadtight.app.digest import Digest
from leadtight.app.intake import Intake
from leadtight.app.links import Links
from leadtight.app.ports import Card, Mail, Noticed
from leadtight.app.respond import Respond
from leadtight.app.route import Route
from leadtight.app.sla import Sla
from leadtight.app.undelivered import Undelivered
from leadtight.app.unsubscribe import Unsubscribe
from leadtight.cli.simulation.faults import Faults, Faulty
from leadtight.domain.capacity import OwnerState
from leadtight.domain.change import Change
from leadtight.domain.event import Event
from leadtight.domain.lead import Lead
from leadtight.domain.links import Keyring
from leadtight.domain.message import Message
from leadtight.domain.policy import Policy
from leadtight.domain.rotation import Rotation

PUBLIC_URL = "https://leads.example"
KEYRING = Keyring(current="k1", keys={"k1": b"a secret of the simulation"})
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
        self.links = Links(lambda: KEYRING, PUBLIC_URL)
        self.intake = Intake(self.policy, table, RealContacts(), self.new_id, alarms)
        self.route = Route(self.policy, table, alarms)
        words, windows, lost = Words(), RealHours().windows, Undelivered(self.policy, table, alarms)
        self.respond = Respond(
            self.policy,
            table,
            table,
            mailer,
            texter,
            MemoryCaller(),
            MemoryChat(),
            words,
            self.links,
            windows,
            MemoryCallLists(),
            self.new_id,
            lost,
        )
        digest = Digest(self.policy, table, table, mailer, words, self.links, windows, self.new_id, lost)
        self.sla = Sla(self.policy, table, table, alarms, self.route, self.respond, digest)
        self.desk = Desk(self.policy, table, alarms, self.links, local_time_of, MemoryCallLists())
        self.unsubscribe = Unsubscribe(table, alarms, self.links)
