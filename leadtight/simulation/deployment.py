"""One deployment in memory, every port of which may fail.

It runs the use cases of the functions over the twins.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from typing import Any

from leadtight.adapters.inbound.forms import reader
from leadtight.adapters.inbound.signatures import WebhookSecrets
from leadtight.adapters.inbound.webhooks.client import Fetching
from leadtight.adapters.inbound.webhooks.email.mail_intake import StoredMails
from leadtight.adapters.memory.files import MemoryMails, MemoryUploads
from leadtight.adapters.memory.ports import KEYRING, PUBLIC_URL, InMemoryPorts
from leadtight.adapters.memory.send_pace import MemoryPace
from leadtight.adapters.memory.senders import MemoryMailer, MemoryTexter
from leadtight.adapters.memory.table import MemoryTable
from leadtight.app.intake.form_posts import FormIntake, SpilledFormPost
from leadtight.app.intake.uploads import Uploads
from leadtight.app.messaging.links import Links
from leadtight.app.ports.alarms import NEAR
from leadtight.app.ports.files import ReadMail, StoredMail
from leadtight.app.ports.messaging import Card, DigestEntry, Mail
from leadtight.application import Application
from leadtight.domain.change import Change
from leadtight.domain.intake.inbound_email import InboundEmail
from leadtight.domain.intake.quarantine import QuarantinedDelivery
from leadtight.domain.model.capacity import OwnerState
from leadtight.domain.model.errors import FetchRefused
from leadtight.domain.model.event import Event
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.message import Message
from leadtight.domain.model.rotation import Rotation
from leadtight.domain.policy.policy import Policy
from leadtight.simulation.faults import Faults, FaultyPort
from leadtight.simulation.simulated_policy import ADS, simulated_policy

READING = (
    *("load", "load_for_routing", "leads_of", "consents", "history", "history_page", "due_leads", "load_all", "owners"),
    "waiting_in_short",
    *("taken_by", "find", "find_by_provider_id", "due", "queued", "suppression", "messages", "alerts"),
    *("find_held", "open_held", "suspected_held", "waiting"),
)
GONE, NO_LEAD = "gone", "no lead"
"""Announcements without a lead: deleted, or something else."""

REPLY_DOMAIN = "inbox.leadtight.example"
DIGEST = "digest"


class Messages(dict[tuple[str, str], Message]):
    """Messages by lead and id, indexing those still owed.

    In a month thousands are no longer owed.
    """

    def __init__(self) -> None:
        """Start empty."""
        super().__init__()
        self.owed: dict[tuple[str, str], Message] = {}

    def __setitem__(self, key: tuple[str, str], message: Message) -> None:
        """Store a message."""
        super().__setitem__(key, message)
        if message.is_owed:
            self.owed[key] = message
        else:
            self.owed.pop(key, None)


class ObservedTable(MemoryTable):
    """The table's twin, which records changes and torn writes.

    A write is torn when it does not follow the stored version.
    """

    def __init__(self) -> None:
        """Start empty."""
        super().__init__()
        self._messages = self._known = Messages()
        self.changes: list[Change] = []
        self.torn: list[str] = []

    def every_lead(self) -> Iterable[Lead]:
        """Return all leads, in order of arrival."""
        return self._leads.values()

    def every_message(self) -> Iterable[Message]:
        """Return all messages."""
        return self._messages.values()

    def every_owed(self) -> Iterable[Message]:
        """Return the messages that still have to be sent."""
        return self._known.owed.values()

    def every_owner(self) -> Iterable[OwnerState]:
        """Return the state of everyone with leads or an absence."""
        return self._owners.values()

    def every_event(self) -> Iterable[Event]:
        """Return the histories of all leads."""
        return self._events.values()

    def every_rotation(self) -> Iterable[Rotation]:
        """Return the positions of the pools' rotations."""
        return self._rotations.values()

    def every_held(self) -> Iterable[QuarantinedDelivery]:
        """Return all deliveries that were quarantined on arrival."""
        return self._deliveries.values()

    def _put(self, change: Change) -> None:
        stored = self._leads.get(change.after.id)
        if (stored and stored.version) != (change.before and change.before.version):
            self.torn.append(f"{change.after.id} went from {stored and stored.version} to {change.after.version}")
        self.changes.append(change)
        super()._put(change)


@dataclass
class SimulatedScheduler:
    """Passes every armed alarm to the simulation.

    An outdated alarm is ignored by its token.
    """

    armed: Callable[[Lead, datetime], None]

    def arm(self, lead: Lead, now: datetime) -> None:
        """Arm the alarm of a lead that wakes."""
        if lead.wake_at is not None:
            self.armed(lead, now)

    def disarm(self, lead: Lead) -> None:
        """Do nothing: disarming is best effort, and this alarm fires."""


@dataclass
class SimulatedRetryQueue:
    """Passes every retry to the simulation."""

    retried: Callable[[datetime], None]

    def at(self, when: datetime, now: datetime) -> None:
        """Schedule a retry at a near time."""
        if when - now <= NEAR:
            self.retried(when)


@dataclass
class Platform:
    """An advert platform with the leads it announced, by id."""

    leads: dict[str, Any] = field(default_factory=dict)

    def fetch(self, url: str, headers: Mapping[str, str], body: bytes | None) -> bytes:
        """Answer as the Graph API does.

        Raises FetchRefused for a deleted lead.
        """
        lead = self.leads[url.rpartition("/")[2].partition("?")[0]]
        if lead == GONE:
            raise FetchRefused(f"{url} is gone")
        if lead == NO_LEAD:
            return b'{"id": "7"}'
        fields = {"full_name": lead["name"], "message": lead["message"], "email": lead.get("email", "")}
        fields["phone_number"] = lead.get("phone", "")
        answers = [{"name": name, "values": [value]} for name, value in fields.items() if value]
        return json.dumps({"field_data": answers}).encode()


@dataclass
class SimulatedMailBucket(MemoryMails):
    """The mail bucket, which reports every stored mail."""

    on_stored: Callable[[str], None] = field(default=lambda _: None)

    def keep(self, file: str, content: bytes, content_type: str) -> None:
        """Store a mail and report it."""
        super().keep(file, content, content_type)
        self.on_stored(file)


@dataclass
class SimulatedPorts(InMemoryPorts):
    """The twins, with hints that go through the simulation."""

    hinted_at: Callable[[str], None] = field(default=lambda _: None)
    retries: Any = None

    def hint(self, *held_ids: str) -> None:
        """Report that deliveries can be fetched, which may fail."""
        for held_id in held_ids:
            self.hinted_at(held_id)


@dataclass
class SimulatedQueue:
    """The queue of announcements, or that of spilled posts."""

    send: Callable[[Any], None]


@dataclass
class LinkOnlyRenderer:
    """A renderer of messages with nothing but their links.

    Their texts are tested elsewhere.
    """

    def mail(self, policy: Policy, message: Message, lead: Lead, links: Mapping[str, str], now: datetime) -> Mail:
        """Return a mail with a link on each line."""
        return Mail(subject=message.template, text="\n".join(links.values()), html="")

    def text(self, policy: Policy, message: Message, lead: Lead, links: Mapping[str, str], now: datetime) -> str:
        """Return a text with a link on each line."""
        return "\n".join(links.values())

    def card(self, policy: Policy, message: Message, lead: Lead, links: Mapping[str, str], now: datetime) -> Card:
        """Return a card with its links."""
        return Card(title=message.template, words="", facts=(), links=tuple(links.items()))

    def digest(self, policy: Policy, person_id: str, notices: Iterable[DigestEntry], queue: str, now: datetime) -> Mail:
        """Return a mail with a link on each line."""
        return Mail(subject=DIGEST, text="\n".join([queue, *(noticed.link for noticed in notices)]), html="")

    def review(self, policy: Policy, message: Message, links: Mapping[str, str]) -> Mail:
        """Return a mail with a link on each line."""
        return Mail(subject=message.template, text="\n".join(links.values()), html="")


class SimulatedApplication(Application):
    """The use cases, with parsed mails cached across runs.

    Parsing takes longest of all.
    """

    @cached_property
    def read_mail(self) -> ReadMail:
        """Return a reader of stored mails.

        The same content reads the same in any file of a folder.
        """
        return lambda file, stored: _letter(file.rpartition("/")[0], stored.content)


@lru_cache(maxsize=10_000)
def _letter(folder: str, content: bytes) -> InboundEmail:
    stored = StoredMail(content=content, content_type="", stored_at=datetime.min.replace(tzinfo=UTC))
    return StoredMails(simulated_policy()).read(f"{folder}/any", stored)


@dataclass
class Deployment:
    """The use cases, and the twins behind their faulty ports."""

    policy: Policy
    faults: Faults
    new_id: Callable[[], str]
    armed: Callable[[Lead, datetime], None]
    hinted: Callable[[str], None]
    spilled: Callable[[SpilledFormPost], None]
    retried: Callable[[datetime], None]
    mail_files: SimulatedMailBucket
    table: ObservedTable = field(default_factory=ObservedTable)
    mailer: MemoryMailer = field(default_factory=MemoryMailer)
    texter: MemoryTexter = field(default_factory=MemoryTexter)
    platform: Platform = field(default_factory=Platform)

    def __post_init__(self) -> None:
        """Wire the use cases as the functions do."""
        table: Any = FaultyPort("table", self.table, self.faults, READING)
        alarms: Any = FaultyPort("alarms", SimulatedScheduler(self.armed), self.faults)
        mailer: Any = FaultyPort("mailer", self.mailer, self.faults)
        texter: Any = FaultyPort("texter", self.texter, self.faults)
        platform: Any = FaultyPort("platform", self.platform, self.faults, ("fetch",))
        hints: Any = FaultyPort("hints", SimulatedQueue(self.hinted), self.faults)
        files: Any = FaultyPort("files", self.mail_files, self.faults, ("fetch",))
        self.faulty_mail_files = files
        self.spill: Any = FaultyPort("spill", SimulatedQueue(self.spilled), self.faults)
        fetching = Fetching(self.policy, lambda: {ADS.id: WebhookSecrets(signing=("s",))}, platform.fetch)
        self._ports = SimulatedPorts(
            table=table,
            alarms=alarms,
            mailer=mailer,
            texter=texter,
            renderer=LinkOnlyRenderer(),
            links=Links(lambda: KEYRING, PUBLIC_URL, REPLY_DOMAIN),
            new_id=self.new_id,
            fetch=fetching.fetch,
            read_fetched=fetching.read,
            mail_files=files,
            hinted_at=hints.send,
            retries=SimulatedRetryQueue(self.retried),
            pace=MemoryPace(),
        )
        self.govern(self.policy)

    def govern(self, policy: Policy) -> None:
        """Compose the use cases again, as after a policy deployment."""
        self.policy, made = policy, SimulatedApplication(policy, self._ports)
        self.intake, self.deliveries, self.collect = made.intake, made.deliveries, made.collect
        self.route, self.respond, self.sla, self.dispatch = made.route, made.respond, made.sla, made.dispatch
        self.desk, self.unsubscribe, self.delivery_reports = made.desk, made.unsubscribe, made.delivery_reports
        self.mails, self.file_import, self.quarantine_desk = made.mails, made.file_import, made.quarantine_desk
        self.form_intake = FormIntake(
            made.deliveries, reader.read, reader.keep, lambda form, posted: None, Uploads(MemoryUploads()).keep
        )
